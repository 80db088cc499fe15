//! Paths inside of a snapshot as members see them: a volume's short name, and the way from its top.

use crate::ops::backup::volume_folder;
use crate::restic::AbsPath;
use crate::stack::names::StackName;
use crate::store::backups::BackupRun;

/// A place in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inside {
    /// The short name of the volume.
    pub(super) volume: String,
    /// Below it, a name for each folder.
    pub(super) below: Vec<String>,
    /// Where it really is.
    pub(super) path: AbsPath,
}

impl Inside {
    /// Reads `notices/pictures/2026`. `None` if the snapshot holds no such volume, or if it is no path: nothing leads out of a volume.
    pub(super) fn read(text: &str, stack: &StackName, made: &BackupRun) -> Option<Self> {
        let mut parts = text.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
        let volume = parts.next()?;
        let full = made.volumes.iter().find(|full| short(stack, full) == volume)?;
        let below: Vec<String> = parts.collect();
        if below.iter().any(|part| part == "." || part == ".." || part.contains('\0')) {
            return None;
        }
        let top = volume_folder(full)?;
        let path = if below.is_empty() { top } else { top.join(&below.join("/")).ok()? };
        Some(Self { volume, below, path })
    }

    /// As [`read`](Self::read) reads it.
    pub(super) fn text(&self) -> String {
        std::iter::once(&self.volume).chain(&self.below).map(String::as_str).collect::<Vec<_>>().join("/")
    }

    /// The last name.
    pub(super) fn name(&self) -> &str {
        self.below.last().unwrap_or(&self.volume)
    }

    /// The folders on the way, each with what leads to it: the volume first, this place last.
    pub(super) fn way(&self) -> Vec<(String, String)> {
        let names = std::iter::once(&self.volume).chain(&self.below);
        let mut so_far = String::new();
        names
            .map(|name| {
                if !so_far.is_empty() {
                    so_far.push('/');
                }
                so_far.push_str(name);
                (name.clone(), so_far.clone())
            })
            .collect()
    }
}

/// The name of a volume without the stack's.
pub(super) fn short<'a>(stack: &StackName, full: &'a str) -> &'a str {
    full.strip_prefix(stack.as_str()).and_then(|rest| rest.strip_prefix('_')).unwrap_or(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> BackupRun {
        BackupRun { volumes: vec!["pad_example_org_data".to_owned()], ..BackupRun::sample() }
    }

    #[test]
    fn nothing_leads_out_of_the_volumes_of_the_snapshot() {
        let stack = StackName::parse("pad_example_org").unwrap();
        let read = |text: &str| Inside::read(text, &stack, &made());
        let inside = read("data//pictures/a b").unwrap();
        assert_eq!(inside.path.as_str(), "/var/lib/docker/volumes/pad_example_org_data/_data/pictures/a b");
        assert_eq!((inside.text().as_str(), inside.name()), ("data/pictures/a b", "a b"));
        assert_eq!(inside.way()[1], ("pictures".to_owned(), "data/pictures".to_owned()));
        for bad in ["", "/", "other", "data/..", "data/../../x", "data/./x", "..", "pad_example_org_data/x\0"] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }
}
