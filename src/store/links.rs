//! Links that work once. Only the hash of a link's token is stored; a link that was used or taken back is gone.

use diesel::prelude::*;

use super::schema::links;
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To become a member.
    Invitation,
    /// To choose a new password.
    Password,
    /// To show that an address is one's own.
    Mail,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Password => "password",
            Self::Mail => "mail",
        }
    }

    /// How long such a link works.
    pub const fn life_ms(self) -> Millis {
        const MINUTE_MS: Millis = 60 * 1000;
        match self {
            Self::Invitation => 72 * 60 * MINUTE_MS,
            Self::Password => 30 * MINUTE_MS,
            Self::Mail => 24 * 60 * MINUTE_MS,
        }
    }
}

/// A link to be made.
#[derive(Clone, Debug)]
pub struct NewLink {
    pub purpose: Purpose,
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// Whose password or address it is.
    pub member_id: Option<i32>,
    /// Who is invited, as the inviter wrote it.
    pub hint: String,
    pub role: String,
    pub mail: String,
}

impl NewLink {
    /// A link to a new password.
    pub fn for_password(member_id: i32, token_hash: Vec<u8>) -> Self {
        let (hint, role, mail) = (String::new(), String::new(), String::new());
        Self { purpose: Purpose::Password, token_hash, member_id: Some(member_id), hint, role, mail }
    }
}

/// An open link.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Link {
    pub id: i32,
    /// Whose password or address it is.
    pub member_id: Option<i32>,
    pub hint: String,
    pub role: String,
    pub mail: String,
    pub made_by: Option<i32>,
    pub made_at: Millis,
    pub expires_at: Millis,
}

type Columns =
    (links::id, links::member_id, links::hint, links::role, links::mail, links::made_by, links::made_at, links::expires_at);
const COLUMNS: Columns =
    (links::id, links::member_id, links::hint, links::role, links::mail, links::made_by, links::made_at, links::expires_at);

impl Store {
    /// The open link of this token. Looking at it does not use it.
    pub async fn link(&self, purpose: Purpose, token_hash: Vec<u8>) -> Result<Option<Link>> {
        let now = self.clock().now();
        self.read(move |c| {
            let open = links::table.filter(links::kind.eq(purpose.as_str())).filter(links::expires_at.gt(now));
            Ok(open.filter(links::token_hash.eq(token_hash)).select(COLUMNS).first(c).optional()?)
        })
        .await
    }

    /// The open links of a kind, newest first.
    pub async fn open_links(&self, purpose: Purpose) -> Result<Vec<Link>> {
        let now = self.clock().now();
        self.read(move |c| {
            let open = links::table.filter(links::kind.eq(purpose.as_str())).filter(links::expires_at.gt(now));
            Ok(open.order(links::id.desc()).select(COLUMNS).load(c)?)
        })
        .await
    }
}

/// Makes a link. Those for the same purpose and the same person stop working. Returns its id.
pub fn insert(tx: &mut Tx<'_>, new: &NewLink) -> std::result::Result<i32, Denied> {
    void(tx, new)?;
    let now = tx.now();
    let row = (
        links::kind.eq(new.purpose.as_str()),
        links::token_hash.eq(&new.token_hash),
        links::member_id.eq(new.member_id),
        links::hint.eq(&new.hint),
        links::role.eq(&new.role),
        links::mail.eq(&new.mail),
        links::made_by.eq(tx.actor().member()),
        links::made_at.eq(now),
        links::expires_at.eq(now + new.purpose.life_ms()),
    );
    Ok(diesel::insert_into(links::table).values(row).returning(links::id).get_result(tx.connection())?)
}

fn void(tx: &mut Tx<'_>, new: &NewLink) -> std::result::Result<(), Denied> {
    let same = links::table.filter(links::kind.eq(new.purpose.as_str()));
    if let Some(id) = new.member_id {
        diesel::delete(same.filter(links::member_id.eq(id))).execute(tx.connection())?;
        return Ok(());
    }
    // One person, one invitation, however the name was spelt this time.
    let open: Vec<(i32, String, String)> = same.select((links::id, links::hint, links::mail)).load(tx.connection())?;
    let one = |a: &str, b: &str| !a.is_empty() && a.to_lowercase() == b.to_lowercase();
    let theirs = open.into_iter().filter(|(_, hint, mail)| one(hint, &new.hint) || one(mail, &new.mail)).map(|(id, ..)| id);
    diesel::delete(links::table.filter(links::id.eq_any(theirs.collect::<Vec<_>>()))).execute(tx.connection())?;
    Ok(())
}

/// The word of the refusal of a link that does not work (any more).
pub const GONE: &str = "link-gone";

/// Uses a link: whoever gets it here is the only one.
pub fn take(tx: &mut Tx<'_>, purpose: Purpose, token_hash: &[u8]) -> std::result::Result<Link, Denied> {
    let open = links::table.filter(links::kind.eq(purpose.as_str())).filter(links::expires_at.gt(tx.now()));
    let link: Option<Link> = open.filter(links::token_hash.eq(token_hash)).select(COLUMNS).first(tx.connection()).optional()?;
    let link = link.ok_or_else(|| Denied::rule(GONE, "this link does not work any more"))?;
    diesel::delete(links::table.find(link.id)).execute(tx.connection())?;
    Ok(link)
}

/// Takes a link back. The answer is whom it was for, or nobody if it is not open.
pub fn revoke(tx: &mut Tx<'_>, purpose: Purpose, id: i32) -> std::result::Result<Option<Link>, Denied> {
    let row = links::table.find(id).filter(links::kind.eq(purpose.as_str()));
    let link = row.select(COLUMNS).first(tx.connection()).optional()?;
    if link.is_some() {
        diesel::delete(links::table.find(id)).execute(tx.connection())?;
    }
    Ok(link)
}

/// How many links of a kind are open.
pub fn count(tx: &mut Tx<'_>, purpose: Purpose) -> std::result::Result<usize, Denied> {
    let open = links::table.filter(links::kind.eq(purpose.as_str())).filter(links::expires_at.gt(tx.now()));
    let count: i64 = open.count().get_result(tx.connection())?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
