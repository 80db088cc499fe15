use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::escrow::{NewEscrowed, keep};
use crate::store::{Command, Denied, Tx};

/// Keeps a secret that was just made, encrypted to the holders of recovery keys.
pub struct EscrowSecret {
    pub secret: NewEscrowed,
    /// Names of the holders who can read it.
    pub holders: Vec<String>,
    pub operation: i32,
}

impl Command for EscrowSecret {
    type Needs = action::EscrowSecret;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("operation", self.operation.into()),
            ("secret", self.secret.name.clone().into()),
            ("holders", self.holders.clone().into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        keep(tx, &self.secret)
    }
}
