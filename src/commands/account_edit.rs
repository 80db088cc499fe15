use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::accounts::{self, Chosen};
use crate::store::{Command, Denied, Tx};

/// Changes what a member chose for themself.
pub struct EditAccount {
    pub member_id: i32,
    pub chosen: Chosen,
}

impl Command for EditAccount {
    type Needs = action::EditAccount;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("shown_name", self.chosen.shown_name.clone().into()),
            ("theme", self.chosen.theme.into()),
            ("time_zone", self.chosen.time_zone.clone().into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let before = accounts::choose(tx, self.member_id, &self.chosen)?;
        let mut was = |name: &str, old: String, new: &str| {
            if old != new {
                tx.detail(name, old);
            }
        };
        was("shown_name_before", before.shown_name, &self.chosen.shown_name);
        was("theme_before", before.theme, self.chosen.theme);
        was("time_zone_before", before.time_zone, &self.chosen.time_zone);
        Ok(())
    }
}
