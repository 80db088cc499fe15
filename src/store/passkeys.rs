use diesel::prelude::*;

use super::factors::SPENT;
use super::members::Member;
use super::schema::{members, passkeys};
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// A member's passkey.
#[derive(Clone)]
pub struct Passkey {
    pub id: i32,
    /// As the member called it.
    pub name: String,
    /// The whole credential, as its library writes it.
    pub text: String,
    pub added_at: Millis,
    pub used_at: Option<Millis>,
}

type Row = (i32, String, String, i64, Option<i64>);

fn passkey((id, name, text, added_at, used_at): Row) -> Passkey {
    Passkey { id, name, text, added_at, used_at }
}

impl Store {
    /// The member's passkeys, oldest first.
    pub async fn passkeys(&self, member_id: i32) -> Result<Vec<Passkey>> {
        self.read(move |c| {
            let mine = passkeys::table.filter(passkeys::member_id.eq(member_id)).order(passkeys::id);
            let columns = (passkeys::id, passkeys::name, passkeys::text, passkeys::added_at, passkeys::used_at);
            Ok(mine.select(columns).load::<Row>(c)?.into_iter().map(passkey).collect())
        })
        .await
    }

    /// The passkey with this credential, and whose it is.
    pub async fn passkey(&self, credential: &[u8]) -> Result<Option<(Passkey, Member)>> {
        let credential = credential.to_vec();
        self.read(move |c| {
            let columns = (passkeys::id, passkeys::name, passkeys::text, passkeys::added_at, passkeys::used_at);
            let found = passkeys::table
                .inner_join(members::table)
                .filter(passkeys::credential.eq(credential))
                .select((columns, members::all_columns))
                .first::<(Row, Member)>(c)
                .optional()?;
            Ok(found.map(|(row, whose)| (passkey(row), whose)))
        })
        .await
    }
}

/// Passkeys that a member may have.
const MOST: i64 = 20;

/// Gives a member a passkey. One that is known already is refused.
pub fn insert(tx: &mut Tx<'_>, member_id: i32, name: &str, credential: &[u8], text: &str) -> std::result::Result<i32, Denied> {
    let known: i64 = passkeys::table.filter(passkeys::credential.eq(credential)).count().get_result(tx.connection())?;
    if known > 0 {
        return Err(Denied::rule("passkey-known", "this passkey was added already"));
    }
    let theirs: i64 = passkeys::table.filter(passkeys::member_id.eq(member_id)).count().get_result(tx.connection())?;
    if theirs >= MOST {
        return Err(Denied::rule("passkeys-many", format!("you have {theirs} passkeys; remove one first")));
    }
    let row = (
        passkeys::member_id.eq(member_id),
        passkeys::name.eq(name),
        passkeys::credential.eq(credential),
        passkeys::text.eq(text),
        passkeys::added_at.eq(tx.now()),
    );
    Ok(diesel::insert_into(passkeys::table).values(row).returning(passkeys::id).get_result(tx.connection())?)
}

/// Notes a use, with the counter that it brought. Refused where the passkey is gone, or was used since it was read.
pub fn used(tx: &mut Tx<'_>, member_id: i32, id: i32, (was, text): (&str, &str)) -> std::result::Result<(), Denied> {
    let now = tx.now();
    let as_it_was = passkeys::table.find(id).filter(passkeys::member_id.eq(member_id)).filter(passkeys::text.eq(was));
    let changed = diesel::update(as_it_was).set((passkeys::text.eq(text), passkeys::used_at.eq(now))).execute(tx.connection())?;
    if changed == 0 { Err(Denied::rule(SPENT, "this passkey was removed or used meanwhile")) } else { Ok(()) }
}

/// Takes a passkey from its member, and gives its name. `None` if the member has no such passkey.
pub fn remove(tx: &mut Tx<'_>, member_id: i32, id: i32) -> std::result::Result<Option<String>, Denied> {
    let mine = passkeys::table.find(id).filter(passkeys::member_id.eq(member_id));
    let name = mine.select(passkeys::name).first(tx.connection()).optional()?;
    diesel::delete(passkeys::table.filter(passkeys::id.eq(id)).filter(passkeys::member_id.eq(member_id)))
        .execute(tx.connection())?;
    Ok(name)
}

/// Takes all passkeys from a member.
pub fn remove_all(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(passkeys::table.filter(passkeys::member_id.eq(member_id))).execute(tx.connection())?;
    Ok(())
}
