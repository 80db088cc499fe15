use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, removals};

/// Takes an app from the list, after everything of it that was to go has gone from the Swarm.
#[derive(Default)]
pub struct RemoveApp {
    pub id: i32,
    pub stack: String,
    /// Names of what was destroyed.
    pub volumes: Vec<String>,
    pub secrets: Vec<String>,
    pub configs: Vec<String>,
    /// Whether the settings go too, with every revision of them.
    pub settings: bool,
}

impl Command for RemoveApp {
    type Needs = action::Remove;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("change", "removed".into()),
            ("stack", self.stack.clone().into()),
            ("volumes", self.volumes.clone().into()),
            ("secrets", self.secrets.clone().into()),
            ("configs", self.configs.clone().into()),
            ("settings", self.settings.into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        removals::remove(tx, self.id, self.settings)
    }
}
