use serde_json::{Map, Value};

use super::rules::Rule;
use crate::clock::Millis;
use crate::store::audit::Phase;
use crate::store::{Command, Denied, Tx, backup_policies};

/// What a rule has the scheduler ask for, noted in the same transaction, so that each time it is asked for once however many look.
pub struct InTurn<C> {
    asked: C,
    policy: i32,
    app: i32,
    chosen_at: Millis,
    last: Option<Millis>,
    /// For the history.
    told: String,
}

impl<C> InTurn<C> {
    /// `asked` is the order of the backup.
    pub fn of(rule: &Rule, asked: C) -> Self {
        let (policy, app, told) = (rule.id, rule.app.app_id, rule.policy.told());
        Self { asked, policy, app, chosen_at: rule.chosen_at, last: rule.last, told }
    }
}

impl<C: Command> Command for InTurn<C> {
    type Needs = C::Needs;
    type Output = C::Output;

    fn particulars(&self) -> Map<String, Value> {
        let mut told = self.asked.particulars();
        told.insert("schedule".to_owned(), self.told.clone().into());
        told
    }

    fn phase(&self) -> Phase {
        self.asked.phase()
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<C::Output, Denied> {
        let output = self.asked.apply(tx)?;
        backup_policies::take_turn(tx, self.policy, self.app, self.chosen_at, self.last)?;
        Ok(output)
    }
}
