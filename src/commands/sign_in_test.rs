use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx};

/// Asks the identity provider what it says of itself. Changes nothing; the entry tells who had the dashboard ask.
pub struct TestSignIn {
    pub issuer: String,
}

impl Command for TestSignIn {
    type Needs = action::TestSignIn;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("provider", self.issuer.clone().into())])
    }

    fn apply(self, _tx: &mut Tx<'_>) -> Result<(), Denied> {
        Ok(())
    }
}
