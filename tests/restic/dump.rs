//! Files and folders out of a snapshot, as they come.

use std::fs;
use std::process::Command;

use canteen::restic::{BackupEngine as _, BackupError, Dump, DumpForm};
use futures_util::StreamExt as _;

use crate::harness::{Bench, Dam, PASSWORD, RestServer, ended, noise, path, store};

async fn all(mut dump: Dump) -> Vec<u8> {
    let mut bytes = vec![];
    while let Some(piece) = dump.next().await {
        bytes.extend(piece.unwrap());
    }
    bytes
}

#[tokio::test]
async fn a_file_comes_as_it_is_and_a_folder_as_a_tar() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    fs::create_dir(volume.join("sub")).unwrap();
    fs::write(volume.join("sub/upload"), noise(1, 3)).unwrap();
    fs::write(volume.join("nothing"), "").unwrap();
    let made = store(&restic, "pad", &[&volume]).await.snapshot;
    let dump = async |name: &str, form| restic.dump(&made, &path(volume.join(name)), form).await;
    assert_eq!(all(dump("sub/upload", DumpForm::File).await.unwrap()).await, noise(1, 3));
    assert_eq!(all(dump("nothing", DumpForm::File).await.unwrap()).await, b"");
    fs::write(bench.at("sub.tar"), all(dump("sub", DumpForm::Tar).await.unwrap()).await).unwrap();
    let listed = Command::new("tar").arg("-tf").arg(bench.at("sub.tar")).output().unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    assert!(names.lines().any(|name| name.ends_with("pad_data/_data/sub/upload")), "{names}");
    for (name, form) in [("sub", DumpForm::File), ("nothing", DumpForm::Tar), ("nowhere", DumpForm::File)] {
        assert!(matches!(dump(name, form).await, Err(BackupError::Failed(_))), "{name}");
    }
    assert!(bench.scratch_is_empty());
}

#[tokio::test]
async fn a_dump_that_is_dropped_in_the_middle_ends_restic_and_leaves_no_lock() {
    let bench = Bench::new();
    let server = RestServer::start(&bench.at("served"), &["--no-auth"]);
    let dam = Dam::before(server.address, 8 << 20).await;
    let restic = bench.restic_by(&bench.numbered_restic(), Bench::rest(dam.address));
    let plain = bench.restic_on(Bench::rest(server.address));
    plain.init().await.unwrap();
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 80)).unwrap();
    let made = store(&plain, "pad", &[&volume]).await.snapshot;
    dam.shut();
    let mut dump = restic.dump(&made, &path(volume.join("upload")), DumpForm::File).await.unwrap();
    let first = dump.next().await.unwrap().unwrap();
    assert!(noise(1, 1).starts_with(&first[..first.len().min(1 << 20)]));
    let number = bench.number();
    let process = |file: &str| fs::read(format!("/proc/{number}/{file}")).unwrap();
    let shown = [process("cmdline"), process("environ")].concat();
    let has = |words: &str| shown.windows(words.len()).any(|window| window == words.as_bytes());
    assert!(has("dump") && !has(PASSWORD), "the password can be read by whoever lists processes");
    drop(dump);
    ended(number).await;
    assert_eq!(plain.locks().await.unwrap(), []);
    assert!(bench.scratch_is_empty());
}

#[tokio::test]
async fn a_dump_that_restic_cannot_finish_ends_with_an_error() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 60)).unwrap();
    let made = store(&restic, "pad", &[&volume]).await.snapshot;
    let mut packs = bench.stored("data");
    packs.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    // The last packs are gone; the first pieces can still be read.
    let last: Vec<_> = packs.iter().filter(|path| fs::metadata(path).unwrap().len() > 1 << 20).skip(1).collect();
    assert!(!last.is_empty());
    for path in last {
        fs::remove_file(path).unwrap();
    }
    let mut ended = None;
    match restic.dump(&made, &path(volume.join("upload")), DumpForm::File).await {
        Err(error) => ended = Some(error),
        Ok(mut dump) => {
            while let Some(piece) = dump.next().await {
                ended = piece.err();
            }
        }
    }
    assert!(matches!(ended, Some(BackupError::Failed(_))), "{ended:?}");
}
