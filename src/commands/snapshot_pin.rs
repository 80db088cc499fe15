use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, backups};

/// Has a snapshot of an app stay whatever the schedules say, or not any more.
pub struct PinSnapshot {
    pub app_id: i32,
    /// restic's whole id.
    pub snapshot: String,
    pub stays: bool,
}

impl Command for PinSnapshot {
    type Needs = action::PinBackup;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("snapshot", self.snapshot.clone().into()), ("stays", self.stays.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        backups::pin(tx, self.app_id, &self.snapshot, self.stays)
    }
}
