//! Where letters go out, and those on their way.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::schema::{accounts, letters, mail_settings};
use super::{Denied, Result, Store, StoreError, Tx};
use crate::clock::Millis;

/// Letters that may wait at once. Beyond that nobody is told more; the audit log has it all the same.
const MOST: i64 = 1000;

/// The server that takes letters.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct MailSettings {
    pub host: String,
    pub port: i32,
    /// `tls`, `starttls` or `none`.
    pub security: String,
    /// Empty: the server asks for none.
    pub username: String,
    pub sender: String,
}

/// The password that goes with a name, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailPassword {
    None,
    Sealed(Vec<u8>),
    /// These settings were saved when it still had a file of its own, which may be there.
    InFile,
}

impl MailPassword {
    fn of(column: Option<Vec<u8>>) -> Self {
        match column {
            None => Self::InFile,
            Some(sealed) if sealed.is_empty() => Self::None,
            Some(sealed) => Self::Sealed(sealed),
        }
    }
}

/// What becomes of the password when the settings are saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewPassword {
    /// The one there is goes with the new settings.
    Kept,
    /// This one, encrypted.
    Sealed(Vec<u8>),
    /// The one of the file, encrypted: taken where the database still has none.
    FromFile(Vec<u8>),
}

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Facts: `by`, `role`.
    Invitation,
    /// A link to a new password; facts: `by`, empty where they asked themselves.
    PasswordLink,
    /// A link that shows that an address is one's own.
    ConfirmMail,
    /// To the address of before; facts: `mail`.
    MailChanged,
    /// Facts: `ip`, `agent`.
    NewDevice,
    PasswordChanged,
    /// Facts: `role`.
    RoleRaised,
    /// Facts: `name`.
    TokenMade,
    /// A second factor came, went or was changed; facts: `what`.
    FactorChanged,
    /// Something waits for approval that they may give; facts: `by`, `what`, `app`, `request`.
    ApprovalAsked,
    /// What they asked for came to nothing; facts: `what`, `app`, `why`, `request`.
    ApprovalEnded,
    /// Somebody else can, or can no longer, recover the co-op's secrets; facts: `by`, `holder`, `what`.
    HoldersChanged,
    /// Shows that letters arrive.
    Test,
}

impl Notice {
    /// All there are.
    pub const ALL: [Self; 13] = [
        Self::Invitation,
        Self::PasswordLink,
        Self::ConfirmMail,
        Self::MailChanged,
        Self::NewDevice,
        Self::PasswordChanged,
        Self::RoleRaised,
        Self::TokenMade,
        Self::FactorChanged,
        Self::ApprovalAsked,
        Self::ApprovalEnded,
        Self::HoldersChanged,
        Self::Test,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordLink => "password_link",
            Self::ConfirmMail => "confirm_mail",
            Self::MailChanged => "mail_changed",
            Self::NewDevice => "new_device",
            Self::PasswordChanged => "password_changed",
            Self::RoleRaised => "role_raised",
            Self::TokenMade => "token_made",
            Self::FactorChanged => "factor_changed",
            Self::ApprovalAsked => "approval_asked",
            Self::ApprovalEnded => "approval_ended",
            Self::HoldersChanged => "holders_changed",
            Self::Test => "test",
        }
    }
}

/// What a letter's text is made of.
pub type Facts = BTreeMap<String, String>;

/// Facts from pairs.
pub fn facts<const N: usize>(pairs: [(&str, &str); N]) -> Facts {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A letter on its way.
#[derive(Clone, Debug)]
pub struct Queued {
    pub id: i32,
    pub recipient: String,
    pub notice: Notice,
    pub facts: Facts,
    /// What the token of the link is made of.
    pub seed: Option<Vec<u8>>,
    pub made_at: Millis,
    /// How often it was tried in vain.
    pub tries: i32,
}

type Row = (i32, String, String, String, Option<Vec<u8>>, i64, i32);

fn queued((id, recipient, kind, facts, seed, made_at, tries): Row) -> Result<Queued> {
    let unreadable = || StoreError::Unreadable(format!("letter {id}"));
    let notice = Notice::ALL.into_iter().find(|n| n.as_str() == kind).ok_or_else(unreadable)?;
    let facts = serde_json::from_str(&facts).map_err(|_bad| unreadable())?;
    Ok(Queued { id, recipient, notice, facts, seed, made_at, tries })
}

/// How many letters wait, and what keeps the one that was tried last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub count: i64,
    pub problem: String,
}

impl Store {
    /// The server that takes letters; `None`: there is no mail.
    pub async fn mail_settings(&self) -> Result<Option<MailSettings>> {
        self.read(|c| Ok(settings(c)?.map(|(settings, _)| settings))).await
    }

    /// The server that takes letters and the password for it, of one moment.
    pub async fn mail_account(&self) -> Result<Option<(MailSettings, MailPassword)>> {
        self.read(|c| Ok(settings(c)?)).await
    }

    /// The letters that are to be tried now, the oldest first.
    pub async fn due_letters(&self, most: i64) -> Result<Vec<Queued>> {
        let now = self.clock().now();
        self.read(move |c| {
            let columns =
                (letters::id, letters::recipient, letters::kind, letters::facts, letters::seed, letters::made_at, letters::tries);
            let due = letters::table.filter(letters::due_at.le(now)).order(letters::id).limit(most).select(columns);
            due.load::<Row>(c)?.into_iter().map(queued).collect()
        })
        .await
    }

    /// What waits.
    pub async fn waiting_letters(&self) -> Result<Waiting> {
        self.read(|c| {
            let failed = letters::table.filter(letters::problem.ne("")).order(letters::due_at.desc()).select(letters::problem);
            let problem = failed.first(c).optional()?.unwrap_or_default();
            Ok(Waiting { count: letters::table.count().get_result(c)?, problem })
        })
        .await
    }
}

fn settings(c: &mut SqliteConnection) -> QueryResult<Option<(MailSettings, MailPassword)>> {
    let columns =
        (mail_settings::host, mail_settings::port, mail_settings::security, mail_settings::username, mail_settings::sender);
    let row = mail_settings::table.find(1).select((columns, mail_settings::sealed));
    let row: Option<(MailSettings, Option<Vec<u8>>)> = row.first(c).optional()?;
    Ok(row.map(|(settings, sealed)| (settings, MailPassword::of(sealed))))
}

/// From now on no server takes letters. Those on their way are thrown away, and so is the password.
pub fn turn_off(tx: &mut Tx<'_>) -> std::result::Result<(), Denied> {
    diesel::delete(mail_settings::table).execute(tx.connection())?;
    diesel::delete(letters::table).execute(tx.connection())?;
    Ok(())
}

/// Says which server takes letters from now on, and with which password.
pub fn set(tx: &mut Tx<'_>, new: &MailSettings, password: NewPassword) -> std::result::Result<(), Denied> {
    let before = settings(tx.connection())?.map_or(MailPassword::None, |(_, password)| password);
    let sealed = match (password, before) {
        (NewPassword::Sealed(new), _) | (NewPassword::FromFile(new), MailPassword::InFile) => new,
        (_, MailPassword::Sealed(kept)) => kept,
        (_, MailPassword::None | MailPassword::InFile) => vec![],
    };
    let row = (
        mail_settings::id.eq(1),
        mail_settings::host.eq(&new.host),
        mail_settings::port.eq(new.port),
        mail_settings::security.eq(&new.security),
        mail_settings::username.eq(&new.username),
        mail_settings::sender.eq(&new.sender),
        mail_settings::sealed.eq(sealed),
    );
    diesel::replace_into(mail_settings::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// Tells a member, if there is mail and they have an address. The answer is whether a letter is on its way.
pub fn notify(tx: &mut Tx<'_>, member_id: i32, notice: Notice, facts: &Facts) -> std::result::Result<bool, Denied> {
    notify_with(tx, member_id, notice, facts, None)
}

/// The same with a link in the letter.
pub fn notify_with(
    tx: &mut Tx<'_>,
    member_id: i32,
    notice: Notice,
    facts: &Facts,
    seed: Option<&[u8]>,
) -> std::result::Result<bool, Denied> {
    let mail: Option<String> = accounts::table.find(member_id).select(accounts::mail).first(tx.connection()).optional()?;
    match mail.filter(|mail| !mail.is_empty()) {
        Some(mail) => post(tx, &mail, notice, facts, seed),
        None => Ok(false),
    }
}

/// Puts a letter on its way, if there is mail. The answer is whether it is.
pub fn post(
    tx: &mut Tx<'_>,
    recipient: &str,
    notice: Notice,
    facts: &Facts,
    seed: Option<&[u8]>,
) -> std::result::Result<bool, Denied> {
    let waiting: i64 = letters::table.count().get_result(tx.connection())?;
    if settings(tx.connection())?.is_none() || waiting >= MOST {
        return Ok(false);
    }
    let facts = serde_json::to_string(facts).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let row = (
        letters::recipient.eq(recipient),
        letters::kind.eq(notice.as_str()),
        letters::facts.eq(facts),
        letters::seed.eq(seed),
        letters::made_at.eq(tx.now()),
        letters::due_at.eq(tx.now()),
    );
    diesel::insert_into(letters::table).values(row).execute(tx.connection())?;
    Ok(true)
}
