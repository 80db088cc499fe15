//! What has to be known of somebody's rights while people come and go. Everything that asks for them then asks here.

use std::str::FromStr as _;

use diesel::prelude::*;

use super::schema::{accounts, members};
use super::{Denied, Result, Store, Tx};
use crate::access::{Permissions, Role};

/// What a member may do; nothing, if there is no such member or they are kept out.
fn permissions(c: &mut SqliteConnection, member_id: i32) -> QueryResult<Permissions> {
    let kept_out = accounts::table.filter(accounts::suspended_at.is_not_null()).select(accounts::member_id);
    let member = members::table.find(member_id).filter(members::id.ne_all(kept_out));
    let role: Option<String> = member.select(members::role).first(c).optional()?;
    let role = role.and_then(|word| Role::from_str(&word).ok());
    Ok(role.map_or(Permissions::NONE, Role::permissions))
}

/// What a member may do, seen from inside a change.
pub fn permissions_of(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<Permissions, Denied> {
    Ok(permissions(tx.connection(), member_id)?)
}

/// Whether a member is an admin, and the only one who may come in.
pub fn is_last_admin(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<bool, Denied> {
    let kept_out = accounts::table.filter(accounts::suspended_at.is_not_null()).select(accounts::member_id);
    let admins = members::table.filter(members::role.eq(Role::Admin.as_str())).filter(members::id.ne_all(kept_out));
    let admins: Vec<i32> = admins.select(members::id).load(tx.connection())?;
    Ok(admins == [member_id])
}

impl Store {
    /// What a member may do.
    pub async fn permissions_of(&self, member_id: i32) -> Result<Permissions> {
        self.read(move |c| Ok(permissions(c, member_id)?)).await
    }
}
