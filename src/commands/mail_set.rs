use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::mail::{self, MailSettings, NewPassword};
use crate::store::{Command, Denied, Tx};

/// Says which server takes letters, or that there is none.
pub struct SetMail {
    /// With what becomes of the password.
    pub settings: Option<(MailSettings, NewPassword)>,
}

impl Command for SetMail {
    type Needs = action::EditMail;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        match &self.settings {
            None => particulars([("mail", "off".into())]),
            Some((s, password)) => particulars([
                ("host", s.host.clone().into()),
                ("port", s.port.into()),
                ("security", s.security.clone().into()),
                ("username", s.username.clone().into()),
                ("sender", s.sender.clone().into()),
                ("password", if matches!(password, NewPassword::Sealed(_)) { "changed" } else { "kept" }.into()),
            ]),
        }
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        match self.settings {
            Some((settings, password)) => mail::set(tx, &settings, password),
            None => mail::turn_off(tx),
        }
    }
}
