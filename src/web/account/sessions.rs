use actix_web::HttpResponse;
use actix_web::web::Data;

use super::own;
use crate::access::Grant;
use crate::access::action::RevokeSession;
use crate::commands::session_revoke::{RevokeSessions, Which};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::page::see_other;
use crate::web::visit::Visit;

/// Ends one of one's own sessions.
pub async fn revoke(may: Grant<RevokeSession>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (member_id, ..) = own(&visit)?;
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    if !site.store.sessions_of(member_id).await?.iter().any(|session| session.id == id) {
        return Err(Failure::NotFound);
    }
    site.store.commit(&may, RevokeSessions { member_id, which: Which::One(id) }).await?;
    see_other("/account?done=ended")
}

/// Ends all others.
pub async fn revoke_others(may: Grant<RevokeSession>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (member_id, _, session) = own(&visit)?;
    site.store.commit(&may, RevokeSessions { member_id, which: Which::AllBut(session) }).await?;
    see_other("/account?done=others")
}
