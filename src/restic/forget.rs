//! Giving snapshots up.

use std::collections::BTreeSet;

use super::{Snapshot, SnapshotId};

/// Which snapshots of an app shall go. What decides is `src/backup/retention.rs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgetWish {
    pub host: String,
    /// The stack's name.
    pub app: String,
    pub snapshots: Vec<SnapshotId>,
}

/// Snapshots that may go: each was found in the repository, belongs to the app, and a good one is left that is as new. Made from a
/// fresh look at the repository, by [`BackupEngine::plan_forget`](super::BackupEngine::plan_forget) alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgetPlan {
    snapshots: Vec<SnapshotId>,
    gone: Vec<SnapshotId>,
}

/// Why the wish can't be a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotForgotten {
    #[error("snapshot {} is not one of {app} on {host}", .id.short())]
    Foreign { id: SnapshotId, app: String, host: String },
    #[error("snapshot {} is the newest good one of {app}", .id.short())]
    LastGood { id: SnapshotId, app: String },
}

impl ForgetPlan {
    /// Holds the wish against what is in the repository.
    pub fn new(wish: &ForgetWish, present: &[Snapshot]) -> Result<Self, NotForgotten> {
        let of_app = |s: &&Snapshot| s.host == wish.host && s.tags.as_ref().is_some_and(|tags| tags.app == wish.app);
        let good = |s: &&Snapshot| of_app(s) && s.is_good_of(&wish.app);
        let last_good = present.iter().filter(good).max_by_key(|s| (s.time, s.id.clone()));
        let (mut snapshots, mut gone) = (vec![], vec![]);
        for id in wish.snapshots.iter().collect::<BTreeSet<_>>() {
            let Some(snapshot) = present.iter().find(|s| s.id == *id) else {
                gone.push(id.clone());
                continue;
            };
            if !of_app(&snapshot) {
                return Err(NotForgotten::Foreign { id: id.clone(), app: wish.app.clone(), host: wish.host.clone() });
            }
            if last_good.is_some_and(|last| last.id == *id) {
                return Err(NotForgotten::LastGood { id: id.clone(), app: wish.app.clone() });
            }
            snapshots.push(id.clone());
        }
        Ok(Self { snapshots, gone })
    }

    /// Those that will go.
    pub fn snapshots(&self) -> &[SnapshotId] {
        &self.snapshots
    }

    /// Those of the wish that were not there any more.
    pub fn gone(&self) -> &[SnapshotId] {
        &self.gone
    }
}

/// What is true of the repository afterwards; restic's own word is not taken for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    pub removed: Vec<SnapshotId>,
    /// Still there: the place lets nothing be removed, or refused.
    pub kept: Vec<SnapshotId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::restic::{Kind, Tags};

    fn id(digit: char) -> SnapshotId {
        SnapshotId::new(&digit.to_string().repeat(64)).unwrap()
    }

    fn snapshot(digit: char, time: i64, app: &str, partial: bool) -> Snapshot {
        let tags = Tags { app: app.into(), recipe: "r".into(), kind: Kind::Scheduled, partial };
        Snapshot { id: id(digit), time, host: "h".into(), words: tags.words(), tags: Some(tags), paths: vec![], summary: None }
    }

    #[test]
    fn the_last_good_one_and_those_of_others_stay() {
        let present = [
            snapshot('1', 1, "pad", false),
            snapshot('2', 2, "pad", false),
            snapshot('3', 3, "pad", true),
            snapshot('4', 4, "wiki", false),
        ];
        let plan = |digits: &str| {
            let snapshots = digits.chars().map(id).collect();
            ForgetPlan::new(&ForgetWish { host: "h".into(), app: "pad".into(), snapshots }, &present)
        };
        assert_eq!(plan("13").unwrap().snapshots(), [id('1'), id('3')]);
        assert!(matches!(plan("12"), Err(NotForgotten::LastGood { .. })));
        assert!(matches!(plan("14"), Err(NotForgotten::Foreign { .. })));
        let later = plan("19").unwrap();
        assert_eq!((later.snapshots(), later.gone()), (&[id('1')][..], &[id('9')][..]));
    }
}
