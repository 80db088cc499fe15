use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::mail::{self, MailSettings};
use crate::store::{Command, Denied, Tx};

/// Says which server takes letters, or that there is none.
pub struct SetMail {
    pub settings: Option<MailSettings>,
    /// Whether the password changes with it. The password itself is no business of the database.
    pub password: bool,
}

impl Command for SetMail {
    type Needs = action::EditMail;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        match &self.settings {
            None => particulars([("mail", "off".into())]),
            Some(s) => particulars([
                ("host", s.host.clone().into()),
                ("port", s.port.into()),
                ("security", s.security.clone().into()),
                ("username", s.username.clone().into()),
                ("sender", s.sender.clone().into()),
                ("password", if self.password { "changed" } else { "kept" }.into()),
            ]),
        }
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        mail::set(tx, self.settings.as_ref())
    }
}
