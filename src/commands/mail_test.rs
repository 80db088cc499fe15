use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx};

/// Writes down that somebody has a letter sent to try the mail settings.
pub struct TestMail {
    pub to: String,
}

impl Command for TestMail {
    type Needs = action::TestMail;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("to", self.to.clone().into())])
    }

    fn apply(self, _tx: &mut Tx<'_>) -> Result<(), Denied> {
        Ok(())
    }
}
