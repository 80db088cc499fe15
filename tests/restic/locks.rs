//! Locks: those of the dead go, those of the living never.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use canteen::restic::{BackupEngine as _, BackupError, CheckDepth, Selection, UnlockProof, Watch};

use crate::harness::{Bench, Dam, RestServer, ended, noise, store, wish};

#[tokio::test]
async fn a_killed_run_leaves_a_lock_that_goes_once_the_run_is_known_to_have_ended() {
    let bench = Bench::new();
    let server = RestServer::start(&bench.at("served"), &["--no-auth"]);
    let dam = Dam::before(server.address, 200_000).await;
    let script = "case \" $* \" in *\" backup \"*) [ \"$RUN\" ] || exec unshare --uts env RUN=1 \"$0\" \"$@\"; hostname run-1; ";
    let script = format!("{script} echo $$ >{};; esac", bench.at("number").display());
    let restic = bench.restic_by(&bench.before_restic("named", &script), Bench::rest(dam.address));
    let plain = bench.restic_on(Bench::rest(server.address));
    restic.init().await.unwrap();
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 40)).unwrap();
    dam.shut();
    let (watch, asked) = (Watch::nobody(), wish("pad", &[&volume]));
    let finished = BTreeSet::from(["run-1".to_owned()]);
    let (killed, ()) = tokio::join!(restic.backup(&asked, &watch), async {
        dam.something_waits().await;
        let locks = plain.locks().await.unwrap();
        assert_eq!(locks.iter().map(|lock| lock.host.as_str()).collect::<Vec<_>>(), ["run-1"]);
        assert!(UnlockProof::new(&locks, &BTreeSet::new()).is_err(), "a run that goes on proves nothing");
        let number = bench.number();
        assert!(Command::new("kill").args(["-KILL", &number.to_string()]).status().unwrap().success());
        ended(number).await;
    });
    assert!(matches!(killed, Err(BackupError::Failed(_))), "{killed:?}");
    assert_eq!(plain.snapshots(&Selection::all()).await.unwrap(), []);
    let locked = plain.prune(&Watch::nobody()).await.unwrap_err();
    assert!(matches!(&locked, BackupError::Locked(text) if text.contains("run-1")), "{locked:?}");
    let locks = plain.locks().await.unwrap();
    plain.unlock(&UnlockProof::new(&locks, &finished).unwrap()).await.unwrap();
    assert_eq!(plain.locks().await.unwrap(), []);
    store(&plain, "pad", &[&volume]).await;
    plain.prune(&Watch::nobody()).await.unwrap();
    assert!(plain.check(CheckDepth::Data, &Watch::nobody()).await.unwrap().is_sound());
}

#[tokio::test]
async fn the_lock_of_somebody_elses_run_is_never_removed_and_the_run_ends_well() {
    let bench = Bench::new();
    let server = RestServer::start(&bench.at("served"), &["--no-auth"]);
    let dam = Dam::before(server.address, 200_000).await;
    let script =
        "case \" $* \" in *\" backup \"*) [ \"$RUN\" ] || exec unshare --uts env RUN=1 \"$0\" \"$@\"; hostname laptop;; esac";
    let foreign = bench.restic_by(&bench.before_restic("named", script), Bench::rest(dam.address));
    let restic = bench.restic_on(Bench::rest(server.address));
    restic.init().await.unwrap();
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 40)).unwrap();
    dam.shut();
    let (watch, asked) = (Watch::nobody(), wish("pad", &[&volume]));
    // Made while the repository had no lock at all, so it speaks of none.
    let old_proof = UnlockProof::new(&[], &BTreeSet::new()).unwrap();
    let (made, ()) = tokio::join!(foreign.backup(&asked, &watch), async {
        dam.something_waits().await;
        let locks = restic.locks().await.unwrap();
        assert_eq!(UnlockProof::new(&locks, &BTreeSet::from(["run-1".to_owned()])).unwrap_err().host, "laptop");
        assert_eq!(restic.unlock(&old_proof).await, Err(BackupError::LiveLock("laptop".to_owned())));
        assert_eq!(restic.locks().await.unwrap(), locks);
        dam.open();
    });
    assert!(!made.unwrap().is_partial());
    assert_eq!(restic.locks().await.unwrap(), []);
}
