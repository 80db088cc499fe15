use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::updates::{NewPolicy, set_policy};
use crate::store::{Command, Denied, Tx};
use crate::updates::UpdatePolicy;

/// Chooses how far the dashboard may update an app by itself, and when.
pub struct SetUpdatePolicy {
    pub app_id: i32,
    pub policy: UpdatePolicy,
}

impl Command for SetUpdatePolicy {
    type Needs = action::SetUpdatePolicy;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("mode", self.policy.mode.as_str().into()),
            ("window", self.policy.window.told().into()),
            ("backup_before", self.policy.backup_before.into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let UpdatePolicy { mode, window, backup_before } = self.policy;
        let new = NewPolicy { mode: mode.as_str(), days: window.days, from_hour: window.from, to_hour: window.to, backup_before };
        set_policy(tx, self.app_id, &new)
    }
}
