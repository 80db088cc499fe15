//! What has to be known of somebody's rights while people come and go. Everything that asks for them then asks here.

use super::{Denied, Result, Store, Tx, rights};
use crate::access::Permissions;

/// What a member may do over everything, seen from inside a change; nothing, if there is no such member or they are kept out.
pub fn permissions_of(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<Permissions, Denied> {
    let now = tx.now();
    Ok(rights::work_out(tx.connection(), member_id, now)?.everywhere())
}

/// Whether a member is an admin, and the only one who may come in.
pub fn is_last_admin(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<bool, Denied> {
    Ok(rights::admins(tx.connection())? == [member_id])
}

impl Store {
    /// What a member may do over everything.
    pub async fn permissions_of(&self, member_id: i32) -> Result<Permissions> {
        Ok(self.rights(member_id).await?.everywhere())
    }
}
