use std::str::FromStr;

use diesel::prelude::*;

use super::schema::members;
use super::{Denied, Result, Store, StoreError, Tx};
use crate::access::Role;
use crate::clock::Millis;

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: i32,
    pub name: String,
    /// PHC string.
    pub password_hash: String,
    pub role: Role,
    pub created_at: Millis,
}

type Row = (i32, String, String, String, i64);

pub(super) fn member((id, name, password_hash, role, created_at): Row) -> Result<Member> {
    let role = Role::from_str(&role).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    Ok(Member { id, name, password_hash, role, created_at })
}

impl Store {
    /// The member of this name, in whatever case it was typed.
    pub async fn member(&self, name: &str) -> Result<Option<Member>> {
        let name = name.to_owned();
        self.read(move |c| members::table.filter(members::name.eq(name)).first::<Row>(c).optional()?.map(member).transpose()).await
    }

    /// The member of this number.
    pub async fn member_of(&self, id: i32) -> Result<Option<Member>> {
        self.read(move |c| members::table.find(id).first::<Row>(c).optional()?.map(member).transpose()).await
    }

    /// All members by name.
    pub async fn members(&self) -> Result<Vec<Member>> {
        self.read(|c| members::table.order(members::name).load::<Row>(c)?.into_iter().map(member).collect()).await
    }

    /// Whether somebody can already sign in as an admin.
    pub async fn has_admin(&self) -> Result<bool> {
        self.read(|c| {
            let admins: i64 = members::table.filter(members::role.eq(Role::Admin.as_str())).count().get_result(c)?;
            Ok(admins > 0)
        })
        .await
    }
}

/// The member with this row id.
pub(super) fn by_id(c: &mut SqliteConnection, id: i32) -> Result<Option<Member>> {
    members::table.find(id).first::<Row>(c).optional()?.map(member).transpose()
}

/// Adds a member and returns the id. A taken name is refused.
pub fn insert(tx: &mut Tx<'_>, name: &str, password_hash: &str, role: Role) -> std::result::Result<i32, Denied> {
    let taken: i64 = members::table.filter(members::name.eq(name)).count().get_result(tx.connection())?;
    if taken > 0 {
        return Err(Denied::rule("name-taken", format!("there is already a member called {name}")));
    }
    let row = (
        members::name.eq(name),
        members::password_hash.eq(password_hash),
        members::role.eq(role.as_str()),
        members::created_at.eq(tx.now()),
    );
    Ok(diesel::insert_into(members::table).values(row).returning(members::id).get_result(tx.connection())?)
}

/// Gives a member another password. `false` if there is no such member.
pub fn set_password(tx: &mut Tx<'_>, name: &str, password_hash: &str) -> std::result::Result<bool, Denied> {
    let changed = diesel::update(members::table.filter(members::name.eq(name)))
        .set(members::password_hash.eq(password_hash))
        .execute(tx.connection())?;
    Ok(changed > 0)
}

/// How many admins there are, seen from inside a change.
pub fn admins(tx: &mut Tx<'_>) -> std::result::Result<i64, Denied> {
    Ok(members::table.filter(members::role.eq(Role::Admin.as_str())).count().get_result(tx.connection())?)
}

/// The row id of the member of this name, seen from inside a change.
pub fn member_id(tx: &mut Tx<'_>, name: &str) -> std::result::Result<Option<i32>, Denied> {
    let found = members::table.filter(members::name.eq(name.to_owned())).select(members::id);
    Ok(found.first(tx.connection()).optional()?)
}
