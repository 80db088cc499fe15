//! What members chose for themselves, and whether they may come in. Who there is, and what they may, is not said here.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::schema::{accounts, links};
use super::{Denied, Result, Store, Tx, standing};
use crate::clock::Millis;

/// A member's account.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Account {
    pub member_id: i32,
    /// Shown beside the name that they sign in with; empty for none.
    pub shown_name: String,
    /// An address that they confirmed; empty for none.
    pub mail: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// A name of the IANA database.
    pub time_zone: String,
    pub suspended_at: Option<Millis>,
    /// Who suspended them.
    pub suspended_by: String,
    /// When they last looked at a page.
    pub seen_at: Option<Millis>,
}

impl Account {
    /// Of a member who chose nothing yet.
    pub fn new(member_id: i32) -> Self {
        Self {
            member_id,
            shown_name: String::new(),
            mail: String::new(),
            theme: "system".to_owned(),
            time_zone: "UTC".to_owned(),
            suspended_at: None,
            suspended_by: String::new(),
            seen_at: None,
        }
    }
}

impl Store {
    /// The account of a member.
    pub async fn account(&self, member_id: i32) -> Result<Account> {
        self.read(move |c| Ok(accounts::table.find(member_id).first(c).optional()?.unwrap_or_else(|| Account::new(member_id))))
            .await
    }

    /// The accounts of all who have one, by the member's id.
    pub async fn accounts(&self) -> Result<BTreeMap<i32, Account>> {
        self.read(|c| Ok(accounts::table.load::<Account>(c)?.into_iter().map(|a| (a.member_id, a)).collect())).await
    }
}

/// Makes sure that a member has an account.
fn ensure(tx: &mut Tx<'_>, member_id: i32) -> QueryResult<()> {
    diesel::insert_or_ignore_into(accounts::table).values(accounts::member_id.eq(member_id)).execute(tx.connection()).map(drop)
}

/// What a member chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub shown_name: String,
    /// `system`, `light` or `dark`.
    pub theme: &'static str,
    /// A name of the IANA database.
    pub time_zone: String,
}

/// Keeps what a member chose, and gives what was kept before.
pub fn choose(tx: &mut Tx<'_>, member_id: i32, chosen: &Chosen) -> std::result::Result<Account, Denied> {
    ensure(tx, member_id)?;
    let before = accounts::table.find(member_id).first(tx.connection())?;
    let row =
        (accounts::shown_name.eq(&chosen.shown_name), accounts::theme.eq(chosen.theme), accounts::time_zone.eq(&chosen.time_zone));
    diesel::update(accounts::table.find(member_id)).set(row).execute(tx.connection())?;
    Ok(before)
}

/// Keeps a member's address, which they showed to be theirs; empty for none.
pub fn set_mail(tx: &mut Tx<'_>, member_id: i32, mail: &str) -> std::result::Result<(), Denied> {
    ensure(tx, member_id)?;
    diesel::update(accounts::table.find(member_id)).set(accounts::mail.eq(mail)).execute(tx.connection())?;
    Ok(())
}

/// Whether a member is kept out.
pub fn is_suspended(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<bool, Denied> {
    let row = accounts::table.find(member_id).filter(accounts::suspended_at.is_not_null());
    let count: i64 = row.count().get_result(tx.connection())?;
    Ok(count > 0)
}

/// Keeps a member out, and voids the links to a new password. Refused for the last admin who may come in.
pub fn suspend(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<(), Denied> {
    if standing::is_last_admin(tx, member_id)? {
        let text = "this is the last admin who can sign in; make somebody else an admin first";
        return Err(Denied::rule("last-admin", text));
    }
    ensure(tx, member_id)?;
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    diesel::update(accounts::table.find(member_id))
        .set((accounts::suspended_at.eq(now), accounts::suspended_by.eq(by)))
        .execute(tx.connection())?;
    diesel::delete(links::table.filter(links::member_id.eq(member_id))).execute(tx.connection())?;
    Ok(())
}

/// Lets a member in again. `false` if nobody kept them out.
pub fn unsuspend(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<bool, Denied> {
    let changed = diesel::update(accounts::table.find(member_id).filter(accounts::suspended_at.is_not_null()))
        .set((accounts::suspended_at.eq(None::<Millis>), accounts::suspended_by.eq("")))
        .execute(tx.connection())?;
    Ok(changed > 0)
}

/// Notes that a member signed in.
pub fn seen(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<(), Denied> {
    ensure(tx, member_id)?;
    let now = tx.now();
    diesel::update(accounts::table.find(member_id)).set(accounts::seen_at.eq(now)).execute(tx.connection())?;
    Ok(())
}
