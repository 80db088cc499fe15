//! Putting volumes back to a snapshot.

use super::VolumeOrder;
use super::files::folder;
use super::work::Run;
use crate::restic::{BackupError, Captured, RestoreWish, Snapshot, SnapshotId, Surplus, Watch};

impl Run<'_> {
    /// Each volume becomes what the snapshot holds of it. What can be known to fail fails before the first file is touched.
    pub(super) async fn put_back(&mut self, snapshot: &SnapshotId) -> Result<(), BackupError> {
        self.step("Look at the snapshot");
        self.engine.version().await?;
        let gone = || BackupError::Failed(format!("the snapshot {} is not in the repository", snapshot.short()));
        let found = self.engine.snapshot(snapshot).await?.ok_or_else(gone)?;
        let mut wishes = vec![];
        for volume in &self.assignment.volumes {
            wishes.push((volume.name.clone(), wish(&found, volume)?));
        }
        for (volume, wishes) in wishes {
            self.step(&format!("Put back {volume}"));
            for wish in wishes {
                let watch = Watch::new(self.cancel.clone());
                let told = self.tell_progress(&watch);
                tokio::select! {
                    done = self.engine.restore(&wish, &watch) => done?,
                    never = told => match never {},
                };
            }
        }
        Ok(())
    }
}

/// What brings the volume back. Nothing but a volume that the snapshot holds whole may lose what the snapshot does not have.
fn wish(snapshot: &Snapshot, volume: &VolumeOrder) -> Result<Vec<RestoreWish>, BackupError> {
    let bad = |error: crate::restic::BadPath| BackupError::Failed(format!("the volume {} can’t be put back: {error}", volume.name));
    let nothing = || BackupError::Failed(format!("the snapshot holds nothing of the volume {}", volume.name));
    let at = folder(&volume.name).ok_or_else(nothing)?;
    match (snapshot.captured(&at).ok_or_else(nothing)?, &volume.paths) {
        (Captured::Whole(whole), None) => Ok(vec![RestoreWish::whole(whole, Surplus::Remove, &at).map_err(bad)?]),
        (Captured::Whole(whole), Some(paths)) => {
            paths.iter().map(|path| Ok(RestoreWish::parts(whole.part(path).map_err(bad)?, &at))).collect()
        }
        (Captured::Parts(parts), Some(_)) => Ok(vec![RestoreWish::parts(parts, &at)]),
        (Captured::Parts(_), None) => {
            Err(BackupError::Failed(format!("the snapshot holds some files of the volume {} only, not all of it", volume.name)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::restic::AbsPath;

    fn snapshot(paths: &[&str]) -> Snapshot {
        let id = SnapshotId::new(&"0f".repeat(32)).unwrap();
        let paths = paths.iter().map(|text| AbsPath::new(text).unwrap()).collect();
        Snapshot { id, time: 0, host: String::new(), words: vec![], tags: None, paths, summary: None }
    }

    fn order(paths: Option<&[&str]>) -> VolumeOrder {
        let paths = paths.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect());
        VolumeOrder { name: "shop_data".to_owned(), paths, fresh: false }
    }

    #[test]
    fn only_a_volume_that_is_held_whole_comes_back_whole() {
        let (whole, dump) =
            (snapshot(&["/var/lib/docker/volumes/shop_data/_data"]), "/var/lib/docker/volumes/shop_data/_data/dump.sql");
        assert_eq!(wish(&whole, &order(None)).unwrap().len(), 1);
        assert_eq!(wish(&whole, &order(Some(&["a", "b/c"]))).unwrap().len(), 2);
        let part = snapshot(&[dump]);
        assert!(wish(&part, &order(None)).unwrap_err().to_string().contains("some files of the volume shop_data only"));
        assert_eq!(wish(&part, &order(Some(&["dump.sql"]))).unwrap().len(), 1);
        assert!(
            wish(&snapshot(&["/etc"]), &order(None)).unwrap_err().to_string().contains("holds nothing of the volume shop_data")
        );
        assert!(wish(&whole, &order(Some(&["../x"]))).is_err());
    }
}
