//! What is put back, and how much of what is there may go for it.

use super::{AbsPath, BadPath, Snapshot, SnapshotId};

/// How much of a folder a snapshot holds. Read from the snapshot itself and made nowhere else, so that nobody can take some files of a
/// volume for all of it: putting those back and removing the rest would destroy the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Captured {
    Whole(Whole),
    Parts(Parts),
}

/// A folder that a snapshot holds whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    snapshot: SnapshotId,
    folder: AbsPath,
}

/// Some paths below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    snapshot: SnapshotId,
    folder: AbsPath,
    /// Below the folder, such as `backup.sql` or `a/b`.
    paths: Vec<String>,
}

impl Captured {
    pub(super) fn of(snapshot: &Snapshot, folder: &AbsPath) -> Option<Self> {
        let (id, folder) = (snapshot.id.clone(), folder.clone());
        if snapshot.paths.iter().any(|path| path.holds(&folder)) {
            return Some(Self::Whole(Whole { snapshot: id, folder }));
        }
        let below = |path: &AbsPath| folder.below(path).map(ToOwned::to_owned);
        let paths: Vec<String> = snapshot.paths.iter().filter_map(below).collect();
        (!paths.is_empty()).then_some(Self::Parts(Parts { snapshot: id, folder, paths }))
    }

    /// The folder in the snapshot.
    pub fn folder(&self) -> &AbsPath {
        match self {
            Self::Whole(whole) => &whole.folder,
            Self::Parts(parts) => &parts.folder,
        }
    }
}

impl Whole {
    /// Some of it: a file or a folder below, such as `a/b`.
    pub fn part(&self, path: &str) -> Result<Parts, BadPath> {
        self.folder.join(path)?;
        Ok(Parts {
            snapshot: self.snapshot.clone(),
            folder: self.folder.clone(),
            paths: vec![path.trim_end_matches('/').to_owned()],
        })
    }
}

impl Parts {
    /// Below the folder.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }
}

/// What becomes of files in the target that the snapshot does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surplus {
    Keep,
    Remove,
}

/// What is to be put back, and where. Removing what is too much can be asked for a whole folder only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreWish {
    pub(super) snapshot: SnapshotId,
    /// The folder in the snapshot.
    pub(super) from: AbsPath,
    /// The folder on the disk that becomes it.
    pub(super) into: AbsPath,
    /// Below the folder; empty is all of it.
    pub(super) paths: Vec<String>,
    pub(super) surplus: Surplus,
}

impl RestoreWish {
    /// A whole folder becomes `into`, with its owner, mode and times.
    ///
    /// # Errors
    /// `into` is the root, or its last part is another than the folder's: restic keeps names. Volumes end in `_data` all.
    pub fn whole(whole: Whole, surplus: Surplus, into: &AbsPath) -> Result<Self, BadPath> {
        let name = |path: &AbsPath| path.split().map(|(_, name)| name.to_owned());
        if name(&whole.folder).is_none() || name(&whole.folder) != name(into) {
            return Err(BadPath::OtherName);
        }
        Ok(Self { snapshot: whole.snapshot, from: whole.folder, into: into.clone(), paths: vec![], surplus })
    }

    /// Some files and folders come back below `into`. Everything else there stays as it is.
    pub fn parts(parts: Parts, into: &AbsPath) -> Self {
        Self { snapshot: parts.snapshot, from: parts.folder, into: into.clone(), paths: parts.paths, surplus: Surplus::Keep }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(text: &str) -> AbsPath {
        AbsPath::new(text).unwrap()
    }

    fn snapshot(paths: &[&str]) -> Snapshot {
        let id = SnapshotId::new(&"0f".repeat(32)).unwrap();
        let paths = paths.iter().map(|text| path(text)).collect();
        Snapshot { id, time: 0, host: String::new(), words: vec![], tags: None, paths, summary: None }
    }

    #[test]
    fn a_snapshot_knows_how_much_of_a_folder_it_holds() {
        let some = snapshot(&["/v/db/_data/backup.sql", "/v/db/_data/a/b", "/v/files/_data"]);
        match some.captured(&path("/v/db/_data")).unwrap() {
            Captured::Parts(parts) => assert_eq!(parts.paths(), ["backup.sql", "a/b"]),
            whole @ Captured::Whole(_) => panic!("{whole:?}"),
        }
        assert!(matches!(some.captured(&path("/v/files/_data")), Some(Captured::Whole(_))));
        assert!(matches!(some.captured(&path("/v/files/_data/deep")), Some(Captured::Whole(_))));
        assert_eq!(some.captured(&path("/v/other/_data")), None);
        assert_eq!(some.captured(&path("/v/d")), None);
    }

    #[test]
    fn a_whole_folder_keeps_its_name() {
        let Some(Captured::Whole(whole)) = snapshot(&["/v/a/_data"]).captured(&path("/v/a/_data")) else { panic!() };
        assert!(RestoreWish::whole(whole.clone(), Surplus::Remove, &path("/v/b/_data")).is_ok());
        assert_eq!(RestoreWish::whole(whole.clone(), Surplus::Remove, &path("/scratch")), Err(BadPath::OtherName));
        assert!(whole.part("../x").is_err() && whole.part("x/y").is_ok());
    }

    proptest! {
        /// Whatever was asked to be stored, what is removed lies in a folder that the snapshot holds whole.
        #[test]
        fn nothing_is_removed_where_only_some_files_were_stored(
            stored in proptest::collection::vec("/v/[ab]/_data(/[cd](/[ef])?)?", 1..6),
            folder in "/v/[ab](/_data(/[cd])?)?",
        ) {
            let stored: Vec<&str> = stored.iter().map(String::as_str).collect();
            let folder = path(&folder);
            let held = snapshot(&stored);
            let whole = stored.iter().any(|text| path(text).holds(&folder));
            match held.captured(&folder) {
                Some(Captured::Whole(captured)) => {
                    prop_assert!(whole);
                    prop_assert_eq!(RestoreWish::whole(captured, Surplus::Remove, &folder).unwrap().surplus, Surplus::Remove);
                }
                Some(Captured::Parts(parts)) => {
                    prop_assert!(!whole);
                    prop_assert_eq!(RestoreWish::parts(parts, &folder).surplus, Surplus::Keep);
                }
                None => prop_assert!(!stored.iter().any(|text| folder.holds(&path(text)) || path(text).holds(&folder))),
            }
        }
    }
}
