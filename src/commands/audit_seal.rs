use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::audit_seals::{self, Sealed};
use crate::store::{Command, Denied, Tx};

/// Takes old entries out of the database; a file holds them.
pub struct SealAudit {
    pub sealed: Sealed,
    /// The first entry of the file.
    pub from: i64,
    /// The file's name, for people.
    pub file: String,
}

impl Command for SealAudit {
    type Needs = action::SealAudit;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        // `upto` and `hash` are what a check of the log asks for.
        particulars([
            ("from", self.from.into()),
            ("upto", self.sealed.upto.into()),
            ("hash", self.sealed.hash.clone().into()),
            ("file", self.file.clone().into()),
            ("file_sha256", self.sealed.file_sha256.clone().into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        audit_seals::seal(tx, &self.sealed)
    }
}
