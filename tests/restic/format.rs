//! What the engine writes, read by the old restic: a co-op must be able to leave with nothing but restic and its password.

use std::fs;

use canteen::restic::BackupEngine as _;

use crate::harness::{Bench, rich_tree, store, told};

#[tokio::test]
async fn an_old_restic_checks_and_puts_back_what_the_engine_stored() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    rich_tree(&volume);
    store(&restic, "pad", &[&volume]).await;
    let checked = bench.old(&["check", "--read-data"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let target = bench.at("restored");
    fs::create_dir(&target).unwrap();
    let restored = bench.old(&["restore", "latest", "--tag", "app=pad", "--target", target.to_str().unwrap()]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let back = target.join(volume.strip_prefix("/").unwrap());
    assert_eq!(told(&back), told(&volume));
}

#[tokio::test]
async fn the_engine_reads_what_an_old_restic_stored() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    rich_tree(&volume);
    let stored = bench.old(&["backup", volume.to_str().unwrap()]);
    assert!(stored.status.success(), "{}", String::from_utf8_lossy(&stored.stderr));
    let all = restic.snapshots(&canteen::restic::Selection::all()).await.unwrap();
    assert_eq!((all.len(), all[0].tags.clone(), all[0].summary), (1, None, None));
}
