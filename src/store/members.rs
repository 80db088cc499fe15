use diesel::prelude::*;

use super::schema::members;
use super::{Denied, Result, Store, Tx, grants, rights};
use crate::access::{Role, Scope, To, What};
use crate::clock::Millis;

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Member {
    pub id: i32,
    pub name: String,
    /// PHC string.
    pub password_hash: String,
    pub created_at: Millis,
}

impl Member {
    /// Whether there is a password to sign in with. Whoever came by single sign-on has none.
    pub fn has_password(&self) -> bool {
        !self.password_hash.is_empty()
    }
}

impl Store {
    /// The member of this name, in whatever case it was typed.
    pub async fn member(&self, name: &str) -> Result<Option<Member>> {
        let name = name.to_owned();
        self.read(move |c| Ok(members::table.filter(members::name.eq(name)).first(c).optional()?)).await
    }

    /// The member of this number.
    pub async fn member_of(&self, id: i32) -> Result<Option<Member>> {
        self.read(move |c| Ok(members::table.find(id).first(c).optional()?)).await
    }

    /// All members by name.
    pub async fn members(&self) -> Result<Vec<Member>> {
        self.read(|c| Ok(members::table.order(members::name).load(c)?)).await
    }

    /// Whether somebody can already sign in as an admin.
    pub async fn has_admin(&self) -> Result<bool> {
        self.read(|c| Ok(!rights::admins(c)?.is_empty())).await
    }
}

/// The member with this row id.
pub(super) fn by_id(c: &mut SqliteConnection, id: i32) -> Result<Option<Member>> {
    Ok(members::table.find(id).first(c).optional()?)
}

/// Adds a member with a role over everything that comes from `by`, and returns the id. A taken name is refused.
pub fn insert(tx: &mut Tx<'_>, name: &str, password_hash: &str, role: Role, by: &str) -> std::result::Result<i32, Denied> {
    let id = insert_bare(tx, name, password_hash)?;
    grants::insert(tx, To::Member(id), (What::Bundle(role), &Scope::Everything), None, by)?;
    Ok(id)
}

/// Adds a member without any right, and returns the id. An empty hash is no password: nothing that is typed fits it.
pub fn insert_bare(tx: &mut Tx<'_>, name: &str, password_hash: &str) -> std::result::Result<i32, Denied> {
    let taken: i64 = members::table.filter(members::name.eq(name)).count().get_result(tx.connection())?;
    if taken > 0 {
        return Err(Denied::rule("name-taken", format!("there is already a member called {name}")));
    }
    let row = (members::name.eq(name), members::password_hash.eq(password_hash), members::created_at.eq(tx.now()));
    Ok(diesel::insert_into(members::table).values(row).returning(members::id).get_result(tx.connection())?)
}

/// The id of the member of this name.
pub fn id_of(tx: &mut Tx<'_>, name: &str) -> std::result::Result<Option<i32>, Denied> {
    Ok(members::table.filter(members::name.eq(name)).select(members::id).first(tx.connection()).optional()?)
}

/// The name of the member of this id.
pub fn name_of(tx: &mut Tx<'_>, id: i32) -> std::result::Result<Option<String>, Denied> {
    Ok(members::table.find(id).select(members::name).first(tx.connection()).optional()?)
}

/// Gives a member another password. `false` if there is no such member.
pub fn set_password(tx: &mut Tx<'_>, name: &str, password_hash: &str) -> std::result::Result<bool, Denied> {
    let changed = diesel::update(members::table.filter(members::name.eq(name)))
        .set(members::password_hash.eq(password_hash))
        .execute(tx.connection())?;
    Ok(changed > 0)
}

/// Keeps a better hash of the same password. `false` if there is another password by now.
pub fn renew_hash(tx: &mut Tx<'_>, id: i32, before: &str, after: &str) -> std::result::Result<bool, Denied> {
    let same = members::table.find(id).filter(members::password_hash.eq(before));
    let changed = diesel::update(same).set(members::password_hash.eq(after)).execute(tx.connection())?;
    Ok(changed > 0)
}

/// Members who have every permission over everything for good, seen from inside a change.
pub fn admins(tx: &mut Tx<'_>) -> std::result::Result<Vec<i32>, Denied> {
    Ok(rights::admins(tx.connection())?)
}
