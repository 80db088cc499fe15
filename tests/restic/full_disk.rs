//! Disks that are full.

use std::fs;
use std::time::Duration;

use canteen::restic::{BackupEngine as _, BackupError, Captured, Patience, Place, RestoreWish, Selection, Surplus, Watch};
use canteen::restic::{CheckDepth, Credentials};

use crate::harness::{Bench, SmallDisk, captured, noise, path, store, wish};

#[tokio::test]
async fn a_repository_without_space_says_so_and_holds_no_half_snapshot() {
    let bench = Bench::new();
    let disk = SmallDisk::of_megabytes(8);
    let place = Place::Local { path: path(disk.path().join("repository")) };
    // It tells of the full disk, and at times does not end then.
    let patience = Patience { stall: Duration::from_secs(20), ..Bench::patience() };
    let restic = bench.restic_on(Bench::repository(place, Credentials::None)).with_patience(patience);
    restic.init().await.unwrap();
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 40)).unwrap();
    let error = restic.backup(&wish("pad", &[&volume]), &Watch::nobody()).await.unwrap_err();
    assert!(matches!(error, BackupError::NoSpace(_)), "{error:?}");
    assert_eq!(restic.snapshots(&Selection::all()).await.unwrap(), []);
}

#[tokio::test]
async fn a_restore_without_space_says_so_and_can_be_done_again() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 12)).unwrap();
    let made = store(&restic, "pad", &[&volume]).await;
    let Captured::Whole(whole) = captured(&restic, &made.snapshot, &volume).await else { panic!() };
    let disk = SmallDisk::of_megabytes(4);
    let target = disk.path().join("_data");
    let wish = RestoreWish::whole(whole, Surplus::Remove, &path(&target)).unwrap();
    let error = restic.restore(&wish, &Watch::nobody()).await.unwrap_err();
    assert!(matches!(error, BackupError::NoSpace(_)), "{error:?}");
    let grown = std::process::Command::new("mount").args(["-o", "remount,size=40m"]).arg(disk.path()).status().unwrap();
    assert!(grown.success());
    restic.restore(&wish, &Watch::nobody()).await.unwrap();
    assert_eq!(fs::read(target.join("upload")).unwrap(), noise(1, 12));
    assert!(restic.check(CheckDepth::Structure, &Watch::nobody()).await.unwrap().is_sound());
}
