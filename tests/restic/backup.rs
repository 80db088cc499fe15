//! Storing, and what is told of files that could not be stored.

use std::fs;
use std::path::Path;

use canteen::restic::{BackupEngine as _, BackupError, Selection, Watch};

use crate::harness::{Bench, HOST, noise, path, store, tags, wish};

#[tokio::test]
async fn a_snapshot_says_whose_it_is_and_the_next_one_stores_only_what_changed() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 2)).unwrap();
    let first = store(&restic, "pad", &[&volume]).await;
    assert!(!first.is_partial());
    assert_eq!((first.summary.files, first.summary.bytes), (1, 2 << 20));
    assert!(first.summary.packed > 2 << 20, "noise can't be packed");
    fs::write(volume.join("note"), "new").unwrap();
    let mut second = wish("pad", &[&volume]);
    second.parent = Some(first.snapshot.clone());
    let watch = Watch::nobody();
    let second = restic.backup(&second, &watch).await.unwrap();
    assert_eq!((second.summary.files, second.summary.files_new), (2, 1));
    assert!(second.summary.packed < 100_000, "{:?}", second.summary);
    store(&restic, "wiki", &[&volume]).await;
    let all = restic.snapshots(&Selection::of(HOST, "pad")).await.unwrap();
    assert_eq!(all.iter().map(|s| &s.id).collect::<Vec<_>>(), [&first.snapshot, &second.snapshot]);
    assert_eq!((all[0].host.as_str(), all[0].tags.clone()), (HOST, Some(tags("pad"))));
    assert_eq!((all[0].paths.clone(), all[0].summary.unwrap().files), (vec![path(&volume)], 1));
    let other = Selection { host: Some("lake.example.org".to_owned()), app: None };
    assert_eq!(restic.snapshots(&other).await.unwrap(), []);
}

#[tokio::test]
async fn a_path_that_is_not_there_is_found_before_anything_is_stored() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    let nowhere = bench.at("volumes/pad_db/_data/backup.sql");
    let error = restic.backup(&wish("pad", &[&volume, &nowhere]), &Watch::nobody()).await.unwrap_err();
    assert_eq!(error, BackupError::Missing(vec![path(&nowhere)]));
    assert_eq!(restic.snapshots(&Selection::all()).await.unwrap(), []);
}

#[tokio::test]
async fn a_path_that_vanishes_before_it_is_read_makes_the_backup_partial() {
    let (bench, restic) = Bench::with_repository().await;
    let (volume, gone) = (bench.volume("pad_data"), bench.volume("pad_gone"));
    fs::write(volume.join("a"), "a").unwrap();
    let script = format!("case \" $* \" in *\" backup \"*) rm -r {}; esac", gone.display());
    let quick = bench.restic_by(&bench.before_restic("remover", &script), bench.local());
    let made = store(&quick, "pad", &[&volume, &gone]).await;
    assert!(made.is_partial());
    assert_eq!(made.faults.iter().map(|fault| fault.path.clone()).collect::<Vec<_>>(), [gone.display().to_string()]);
    assert_eq!(restic.snapshot(&made.snapshot).await.unwrap().unwrap().paths, [path(&volume)]);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_makes_the_backup_partial_and_is_named() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    fs::write(volume.join("good"), "good").unwrap();
    // The memory of the process that reads it: nobody can read its first page, not even root.
    let unreadable = Path::new("/proc/self/mem");
    let made = store(&restic, "pad", &[&volume, unreadable]).await;
    assert!(made.is_partial());
    assert!(made.faults.iter().any(|fault| fault.path == "/proc/self/mem" && !fault.problem.is_empty()), "{:?}", made.faults);
    let held = restic.list(&made.snapshot, &path(&volume)).await.unwrap();
    assert_eq!(held.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["good"]);
}

#[tokio::test]
async fn a_folder_is_listed_by_name_without_what_lies_deeper() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    fs::create_dir(volume.join("sub")).unwrap();
    fs::write(volume.join("sub/deep"), "deep").unwrap();
    fs::write(volume.join("b [1]"), "12345").unwrap();
    let made = store(&restic, "pad", &[&volume]).await;
    let listed = restic.list(&made.snapshot, &path(&volume)).await.unwrap();
    let told: Vec<_> = listed.iter().map(|entry| (entry.name.as_str(), entry.size)).collect();
    assert_eq!(told, [("b [1]", 5), ("sub", 0)]);
    let root = restic.list(&made.snapshot, &path("/")).await.unwrap();
    assert_eq!(root.len(), 1, "{root:?}");
    assert_eq!(restic.list(&made.snapshot, &path("/nowhere")).await.unwrap(), []);
    assert_eq!(restic.stats().await.unwrap().snapshots, 1);
}
