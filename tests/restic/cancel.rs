//! Ending a run, by asking and by force.

use std::fs;
use std::time::Duration;

use canteen::restic::{BackupEngine as _, BackupError, CheckDepth, Selection, Watch};

use crate::harness::{Bench, Dam, RestServer, ended, noise, store, wish};

/// Bytes that a connection may carry for a lock, and not for data.
const SMALL: usize = 200_000;

#[tokio::test]
async fn a_cancelled_backup_leaves_no_snapshot_and_no_lock() {
    let bench = Bench::new();
    let server = RestServer::start(&bench.at("served"), &["--no-auth"]);
    let dam = Dam::before(server.address, SMALL).await;
    let restic = bench.restic_on(Bench::rest(dam.address));
    restic.init().await.unwrap();
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 40)).unwrap();
    dam.shut();
    let (watch, asked) = (Watch::nobody(), wish("pad", &[&volume]));
    let (ended, ()) = tokio::join!(restic.backup(&asked, &watch), async {
        dam.something_waits().await;
        watch.cancel();
    });
    assert_eq!(ended, Err(BackupError::Cancelled));
    dam.open();
    assert_eq!(restic.locks().await.unwrap(), []);
    assert_eq!(restic.snapshots(&Selection::all()).await.unwrap(), []);
    assert!(bench.scratch_is_empty());
    let made = store(&restic, "pad", &[&volume]).await;
    assert!(!made.is_partial());
    assert!(restic.check(CheckDepth::Data, &Watch::nobody()).await.unwrap().is_sound());
}

#[tokio::test]
async fn a_backup_that_nobody_waits_for_any_more_is_ended_too() {
    let bench = Bench::new();
    let server = RestServer::start(&bench.at("served"), &["--no-auth"]);
    let dam = Dam::before(server.address, SMALL).await;
    let restic = bench.restic_by(&bench.numbered_restic(), Bench::rest(dam.address));
    restic.init().await.unwrap();
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 40)).unwrap();
    dam.shut();
    let (watch, asked) = (Watch::nobody(), wish("pad", &[&volume]));
    tokio::select! {
        ended = restic.backup(&asked, &watch) => panic!("{ended:?}"),
        () = dam.something_waits() => {}
    }
    ended(bench.number()).await;
    dam.open();
    assert_eq!(restic.locks().await.unwrap(), []);
    assert_eq!(restic.snapshots(&Selection::all()).await.unwrap(), []);
}

#[tokio::test]
async fn one_that_does_not_end_when_it_is_told_to_is_killed() {
    let (bench, _restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    let script =
        format!("case \" $* \" in *\" backup \"*) trap '' TERM; echo $$ >{}; exec sleep 1000;; esac", bench.at("number").display());
    let mut patience = Bench::patience();
    patience.grace = Duration::from_millis(300);
    let deaf = bench.restic_by(&bench.before_restic("deaf", &script), bench.local()).with_patience(patience);
    let (watch, asked) = (Watch::nobody(), wish("pad", &[&volume]));
    let (stopped, ()) = tokio::join!(deaf.backup(&asked, &watch), async {
        while !fs::read_to_string(bench.at("number")).is_ok_and(|text| text.ends_with('\n')) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        watch.cancel();
    });
    assert_eq!(stopped, Err(BackupError::Cancelled));
    ended(bench.number()).await;
}
