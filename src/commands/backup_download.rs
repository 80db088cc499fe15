use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::audit::Phase;
use crate::store::{Command, Denied, Tx};

/// Notes that somebody takes files out of a backup, before the first byte goes. Gives the number of the entry, for [`EndDownload`].
pub struct BeginDownload {
    /// restic's whole id.
    pub snapshot: String,
    /// As members see it; empty for all of the app.
    pub path: String,
}

impl Command for BeginDownload {
    type Needs = action::DownloadBackup;
    type Output = i64;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("snapshot", self.snapshot.clone().into()), ("path", self.path.clone().into())])
    }

    fn phase(&self) -> Phase {
        Phase::Intent
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i64, Denied> {
        Ok(tx.seq())
    }
}

/// Notes how much of it went, and whether that is all.
pub struct EndDownload {
    /// The entry of the beginning.
    pub of: i64,
    pub snapshot: String,
    pub path: String,
    pub bytes: u64,
    pub complete: bool,
}

impl Command for EndDownload {
    type Needs = action::DownloadBackup;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("snapshot", self.snapshot.clone().into()), ("path", self.path.clone().into()), ("bytes", self.bytes.into())])
    }

    fn phase(&self) -> Phase {
        let outcome = if self.complete { "complete" } else { "broken off" };
        Phase::Outcome { of: self.of, outcome: outcome.to_owned() }
    }

    fn apply(self, _tx: &mut Tx<'_>) -> Result<(), Denied> {
        Ok(())
    }
}
