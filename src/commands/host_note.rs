use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, upkeep};

/// Writes down where the dashboard runs, so that a lock which it leaves in a repository is known as its own later.
pub struct NoteHost {
    pub host: String,
}

impl Command for NoteHost {
    type Needs = action::KeepRepository;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("change", "started".into()), ("host", self.host.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        upkeep::runs_on(tx, &self.host)
    }
}
