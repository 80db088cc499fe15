use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, removals};

/// Takes an app from the list, after everything of it that was to go has gone from the Swarm.
#[derive(Default)]
pub struct RemoveApp {
    pub id: i32,
    pub stack: String,
    /// Names of what was destroyed, and of nothing else.
    pub volumes: Vec<String>,
    pub secrets: Vec<String>,
    pub configs: Vec<String>,
    /// Whether the settings go too, with every revision of them.
    pub settings: bool,
    /// What was to be destroyed and was gone already, such as "the secret `pad_db_v1`".
    pub absent: Vec<String>,
    /// What is still on the Swarm or in the database, and why.
    pub stayed: Vec<String>,
}

impl Command for RemoveApp {
    type Needs = action::Remove;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let mut all = particulars([
            ("change", "removed".into()),
            ("stack", self.stack.clone().into()),
            ("volumes", self.volumes.clone().into()),
            ("secrets", self.secrets.clone().into()),
            ("configs", self.configs.clone().into()),
            ("settings", self.settings.into()),
        ]);
        for (name, list) in [("absent", &self.absent), ("stayed", &self.stayed)] {
            if !list.is_empty() {
                all.insert(name.to_owned(), list.clone().into());
            }
        }
        all
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        removals::remove(tx, self.id, self.settings)
    }
}
