use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, backup_policies};

/// Takes an app out of the schedule that others follow, or puts it back. An app with a schedule of its own follows none anyway.
pub struct ExemptFromBackups {
    pub app_id: i32,
    pub out: bool,
}

impl Command for ExemptFromBackups {
    type Needs = action::SetSchedule;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let after = word(self.out);
        particulars([("change", "chosen".into()), ("after", after.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        if self.out && backup_policies::own(tx, self.app_id)? > 0 {
            return Err(Denied::rule("own", "the app has a schedule of its own; remove or pause that"));
        }
        let was = backup_policies::exempt(tx, self.app_id, self.out)?;
        tx.detail("before", word(was));
        Ok(())
    }
}

const fn word(out: bool) -> &'static str {
    if out { "no backups by themselves" } else { "the schedule that other apps follow" }
}
