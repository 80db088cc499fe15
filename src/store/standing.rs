//! What has to be known of somebody's rights while people come and go. Everything that asks for them then asks here.

use super::{Denied, Result, Store, Tx, rights};
use crate::access::Permissions;
use crate::clock::Millis;

/// What a member may do over everything, seen from inside a change; nothing, if there is no such member or they are kept out.
pub fn permissions_of(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<Permissions, Denied> {
    let now = tx.now();
    Ok(rights::work_out(tx.connection(), member_id, now)?.everywhere())
}

/// What a member may do over everything for good, whatever else ends some day.
pub fn lasting_permissions_of(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<Permissions, Denied> {
    Ok(rights::work_out(tx.connection(), member_id, Millis::MAX)?.everywhere())
}

/// Whether `by` has all that `member` has, everywhere where they have it and for as long: then acting as them gives `by` nothing new.
pub fn has_all_of(tx: &mut Tx<'_>, by: i32, member: i32) -> std::result::Result<bool, Denied> {
    let now = tx.now();
    Ok(rights::has_all_of(tx.connection(), by, member, now)?)
}

/// Whether a member is an admin, and the only one who may come in.
pub fn is_last_admin(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<bool, Denied> {
    Ok(rights::admins(tx.connection())? == [member_id])
}

impl Store {
    /// What a member may do over everything for good.
    pub async fn lasting_permissions_of(&self, member_id: i32) -> Result<Permissions> {
        self.read(move |c| Ok(rights::work_out(c, member_id, Millis::MAX)?.everywhere())).await
    }
}
