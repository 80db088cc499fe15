//! What may be done to a member's way in.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::show::find;
use crate::access::Grant;
use crate::access::action::{SignOutMember, SuspendMember, UnsuspendMember};
use crate::commands::{member_sign_out, member_suspend, member_unsuspend};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::page::see_other;

/// Keeps them out.
pub async fn suspend(may: Grant<SuspendMember>, id: Id, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let member = find(&site, &id).await?;
    let command = member_suspend::SuspendMember { member_id: member.id, member: member.name };
    site.store.commit(&may, command).await?;
    see_other(&format!("/people/{}?done=suspended", member.id))
}

/// Lets them in again.
pub async fn unsuspend(may: Grant<UnsuspendMember>, id: Id, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let member = find(&site, &id).await?;
    let command = member_unsuspend::UnsuspendMember { member_id: member.id, member: member.name };
    site.store.commit(&may, command).await?;
    see_other(&format!("/people/{}?done=readmitted", member.id))
}

/// Ends their sessions.
pub async fn sign_out(may: Grant<SignOutMember>, id: Id, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let member = find(&site, &id).await?;
    let command = member_sign_out::SignOutMember { member_id: member.id, member: member.name };
    site.store.commit(&may, command).await?;
    see_other(&format!("/people/{}?done=signed-out", member.id))
}
