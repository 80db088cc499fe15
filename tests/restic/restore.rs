//! Putting back, and what must not be lost by it.

use std::fs;
use std::path::Path;

use canteen::restic::{BackupEngine as _, Captured, RestoreWish, Surplus, Watch, Whole};
use canteen::restic::{Restic, SnapshotId};

use crate::harness::{Bench, captured, path, rich_tree, store, told};

async fn whole(restic: &Restic, id: &SnapshotId, folder: &Path) -> Whole {
    match captured(restic, id, folder).await {
        Captured::Whole(whole) => whole,
        parts @ Captured::Parts(_) => panic!("{parts:?}"),
    }
}

#[tokio::test]
async fn a_volume_comes_back_exactly_as_it_was_and_its_neighbours_stay() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    rich_tree(&volume);
    let before = told(&volume);
    let made = store(&restic, "pad", &[&volume]).await;
    assert!(!made.is_partial(), "{:?}", made.faults);
    let neighbour = bench.at("volumes/pad_data/neighbour");
    fs::write(&neighbour, "stays").unwrap();
    fs::write(volume.join("base/1"), "damaged").unwrap();
    fs::remove_file(volume.join("link")).unwrap();
    fs::write(volume.join("surplus"), "goes").unwrap();
    fs::create_dir(volume.join("surplus folder")).unwrap();
    let wish = |surplus, whole| RestoreWish::whole(whole, surplus, &path(&volume)).unwrap();
    let exact = wish(Surplus::Remove, whole(&restic, &made.snapshot, &volume).await);
    let preview = restic.preview(&exact, &Watch::nobody()).await.unwrap();
    assert_eq!(preview.removed_total, 2, "{preview:?}");
    assert!(preview.removed.iter().any(|path| path.ends_with("/surplus")), "{preview:?}");
    assert_eq!(fs::read(volume.join("base/1")).unwrap(), b"damaged", "a preview changes nothing");
    let added = wish(Surplus::Keep, whole(&restic, &made.snapshot, &volume).await);
    restic.restore(&added, &Watch::nobody()).await.unwrap();
    assert!(volume.join("surplus").exists());
    let restored = restic.restore(&exact, &Watch::nobody()).await.unwrap();
    assert_eq!(restored.removed, 2);
    assert_eq!(told(&volume), before);
    assert_eq!(fs::read_to_string(neighbour).unwrap(), "stays");
}

#[tokio::test]
async fn a_volume_can_become_that_of_another_app() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    rich_tree(&volume);
    let made = store(&restic, "pad", &[&volume]).await;
    let other = bench.volume("copy_data");
    fs::write(other.join("old"), "goes").unwrap();
    let wish = RestoreWish::whole(whole(&restic, &made.snapshot, &volume).await, Surplus::Remove, &path(&other)).unwrap();
    restic.restore(&wish, &Watch::nobody()).await.unwrap();
    assert_eq!(told(&other), told(&volume));
}

#[tokio::test]
async fn a_dump_of_a_database_comes_back_and_the_live_database_stays() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_db");
    rich_tree(&volume);
    let dump = volume.join("backup.sql");
    let made = store(&restic, "pad", &[&dump]).await;
    fs::write(&dump, "other").unwrap();
    fs::write(volume.join("base/2"), "written since").unwrap();
    let parts = match captured(&restic, &made.snapshot, &volume).await {
        Captured::Parts(parts) => parts,
        whole @ Captured::Whole(_) => panic!("{whole:?}"),
    };
    let restored = restic.restore(&RestoreWish::parts(parts, &path(&volume)), &Watch::nobody()).await.unwrap();
    assert_eq!(restored.removed, 0);
    assert_eq!(fs::read(&dump).unwrap(), b"create table otters;\n");
    assert_eq!(fs::read(volume.join("base/2")).unwrap(), b"written since");
    assert!(volume.join("base/1").exists() && volume.join("tool").exists());
}

#[tokio::test]
async fn one_file_of_a_volume_comes_back_whatever_it_is_called() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    rich_tree(&volume);
    fs::write(volume.join("a_b 1"), "not meant").unwrap();
    let made = store(&restic, "pad", &[&volume]).await;
    let odd = "a*b [1]\\ $HOME 'quoted' \"twice\"";
    for name in [odd, "a_b 1", "-rf"] {
        fs::write(volume.join(name), "changed").unwrap();
    }
    let part = whole(&restic, &made.snapshot, &volume).await.part(odd).unwrap();
    restic.restore(&RestoreWish::parts(part, &path(&volume)), &Watch::nobody()).await.unwrap();
    assert_eq!(fs::read(volume.join(odd)).unwrap(), b"odd");
    assert_eq!(fs::read(volume.join("a_b 1")).unwrap(), b"changed");
    assert_eq!(fs::read(volume.join("-rf")).unwrap(), b"changed");
}
