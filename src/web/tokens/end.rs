use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::access::Grant;
use crate::access::action::{EndOthersToken, EndToken};
use crate::commands::token_end;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::page::see_other;

/// Ends one of one's own tokens.
pub async fn end(may: Grant<EndToken>, Id(id): Id, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    // Somebody else's is not there.
    site.store.token(id).await?.filter(|t| Some(t.member_id) == may.actor().member()).ok_or(Failure::NotFound)?;
    site.store.commit(&may, token_end::EndToken { id }).await?;
    see_other("/account/tokens")
}

/// Ends anybody's token.
pub async fn end_of_other(may: Grant<EndOthersToken>, Id(id): Id, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    site.store.token(id).await?.ok_or(Failure::NotFound)?;
    site.store.commit(&may, token_end::EndOthersToken { id }).await?;
    see_other("/tokens")
}
