use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx};

/// Notes that somebody takes the audit log away, or a part of it. The answer is the number of the entry, the last of the export.
pub struct ExportAudit {
    /// What the entries have to fit, as people wrote it; empty for all.
    pub filter: String,
    pub format: String,
}

impl Command for ExportAudit {
    type Needs = action::ExportAudit;
    type Output = i64;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("filter", self.filter.clone().into()), ("format", self.format.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i64, Denied> {
        Ok(tx.seq())
    }
}
