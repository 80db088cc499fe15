//! Giving snapshots up, and the data that nothing needs any more.

use std::fs;

use canteen::restic::{
    BackupEngine as _, BackupError, CheckDepth, ForgetWish, Forgotten, NotForgotten, Selection, SnapshotId, Watch,
};

use crate::harness::{Bench, HOST, RestServer, noise, store};

fn asked(app: &str, snapshots: &[&SnapshotId]) -> ForgetWish {
    ForgetWish { host: HOST.to_owned(), app: app.to_owned(), snapshots: snapshots.iter().map(|id| (*id).clone()).collect() }
}

#[tokio::test]
async fn an_old_snapshot_goes_with_its_data_and_the_last_good_one_cannot() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 3)).unwrap();
    let first = store(&restic, "pad", &[&volume]).await.snapshot;
    fs::write(volume.join("upload"), noise(2, 3)).unwrap();
    let second = store(&restic, "pad", &[&volume]).await.snapshot;
    let refused = restic.plan_forget(&asked("pad", &[&first, &second])).await.unwrap_err();
    assert_eq!(refused, BackupError::NotForgotten(NotForgotten::LastGood { id: second.clone(), app: "pad".to_owned() }));
    let foreign = restic.plan_forget(&asked("wiki", &[&first])).await.unwrap_err();
    assert!(matches!(foreign, BackupError::NotForgotten(NotForgotten::Foreign { .. })));
    let before = restic.stats().await.unwrap();
    let plan = restic.plan_forget(&asked("pad", &[&first])).await.unwrap();
    assert_eq!(restic.snapshots(&Selection::all()).await.unwrap().len(), 2, "a plan removes nothing");
    assert_eq!(restic.forget(&plan).await.unwrap(), Forgotten { removed: vec![first], kept: vec![] });
    restic.prune(&Watch::nobody()).await.unwrap();
    let after = restic.stats().await.unwrap();
    assert!(before.bytes - after.bytes > 3_000_000, "{before:?} {after:?}");
    assert!(restic.check(CheckDepth::Data, &Watch::nobody()).await.unwrap().is_sound());
    assert_eq!(restic.snapshots(&Selection::all()).await.unwrap()[0].id, second);
}

#[tokio::test]
async fn a_server_that_only_appends_keeps_everything_and_that_is_told() {
    let bench = Bench::new();
    let server = RestServer::start(&bench.at("served"), &["--no-auth", "--append-only"]);
    let restic = bench.restic_on(Bench::rest(server.address));
    restic.init().await.unwrap();
    let volume = bench.volume("pad_data");
    let first = store(&restic, "pad", &[&volume]).await.snapshot;
    store(&restic, "pad", &[&volume]).await;
    let plan = restic.plan_forget(&asked("pad", &[&first])).await.unwrap();
    assert_eq!(restic.forget(&plan).await.unwrap(), Forgotten { removed: vec![], kept: vec![first] });
    assert_eq!(restic.snapshots(&Selection::all()).await.unwrap().len(), 2);
    assert_eq!(restic.locks().await.unwrap(), []);
}
