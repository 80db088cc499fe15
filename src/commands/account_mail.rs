use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::links::{self, NewLink, Purpose};
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, accounts};

/// Sends a link to an address that a member says is theirs. It is theirs when the link was used.
pub struct AskMail {
    pub member_id: i32,
    pub mail: String,
    pub token_hash: Vec<u8>,
    /// What the token is made of.
    pub seed: Vec<u8>,
}

impl Command for AskMail {
    type Needs = action::ChangeMail;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("mail_to_confirm", self.mail.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        if !mail::post(tx, &self.mail, Notice::ConfirmMail, &facts([]), Some(&self.seed))? {
            return Err(Denied::rule("no-mail", "letters can’t be sent now; ask an admin to look at the mail settings"));
        }
        let new = NewLink {
            purpose: Purpose::Mail,
            token_hash: self.token_hash,
            member_id: Some(self.member_id),
            hint: String::new(),
            role: String::new(),
            mail: self.mail,
        };
        links::insert(tx, &new).map(drop)
    }
}

/// Takes a member's address away.
pub struct DropMail {
    pub member_id: i32,
}

impl Command for DropMail {
    type Needs = action::ChangeMail;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("mail", "".into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        accounts::set_mail(tx, self.member_id, "")
    }
}

/// Shows by its link that an address is a member's own. The address of before is told.
pub struct ConfirmMail {
    pub token_hash: Vec<u8>,
}

impl Command for ConfirmMail {
    type Needs = action::ConfirmMail;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        Map::new()
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let link = links::take(tx, Purpose::Mail, &self.token_hash)?;
        let id = link.member_id.ok_or_else(|| Denied::rule(links::GONE, "this link does not work any more"))?;
        mail::notify(tx, id, Notice::MailChanged, &facts([("mail", &link.mail)]))?;
        accounts::set_mail(tx, id, &link.mail)?;
        tx.detail("member_id", id);
        tx.detail("mail", link.mail);
        Ok(())
    }
}
