//! Making and opening repositories.

use canteen::restic::{BackupEngine as _, BackupError, Place, Repository, RepositoryPassword, Selection, Version};
use canteen::restic::{Credentials, Restic};

use crate::harness::{Bench, old_restic, path};

#[tokio::test]
async fn a_new_repository_opens_and_keeps_its_id() {
    let (bench, restic) = Bench::with_repository().await;
    let config = restic.config().await.unwrap();
    assert_eq!((config.id.len(), config.version), (64, 2));
    assert_eq!(bench.restic().config().await.unwrap(), config);
    assert_eq!(restic.snapshots(&Selection::all()).await.unwrap(), []);
    assert!(restic.version().await.unwrap() >= Version::OLDEST);
    assert!(bench.scratch_is_empty(), "passwords were left in the scratch folder");
}

#[tokio::test]
async fn a_second_repository_is_never_made_over_the_first() {
    let (_bench, restic) = Bench::with_repository().await;
    let before = restic.config().await.unwrap();
    assert!(matches!(restic.init().await, Err(BackupError::Failed(text)) if text.contains("already")));
    assert_eq!(restic.config().await.unwrap(), before);
}

#[tokio::test]
async fn a_wrong_password_and_a_missing_repository_are_told_apart() {
    let (bench, _restic) = Bench::with_repository().await;
    let place = |name: &str| Place::Local { path: path(bench.at(name)) };
    let open = |place: Place, password: &str| {
        let repository = Repository::new(place, RepositoryPassword::new(password).unwrap(), Credentials::None).unwrap();
        bench.restic_on(repository)
    };
    let wrong = open(place("repository"), "two loud otters").config().await.unwrap_err();
    assert!(matches!(wrong, BackupError::WrongPassword { .. }), "{wrong:?}");
    assert!(!format!("{wrong} {wrong:?}").contains("otters"));
    let missing = open(place("nowhere"), "x").config().await.unwrap_err();
    assert!(matches!(&missing, BackupError::NoRepository { place, .. } if place.ends_with("/nowhere")), "{missing:?}");
    assert!(bench.scratch_is_empty());
}

#[tokio::test]
async fn a_restic_that_is_too_old_or_not_there_is_refused() {
    let bench = Bench::new();
    let old = bench.restic_by(&old_restic(), bench.local());
    assert_eq!(old.init().await, Err(BackupError::TooOld { found: Version(0, 14, 0) }));
    assert!(!bench.at("repository").exists(), "the old one was let work all the same");
    let none: Restic = bench.restic_by(&bench.at("no-such-program"), bench.local());
    assert!(matches!(none.config().await, Err(BackupError::NotStarted(text)) if text.contains("no-such-program")));
}
