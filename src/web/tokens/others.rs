use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::ListOthersTokens;
use crate::access::{Grant, Permissions};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

use super::TokenRow;

/// The tokens of all members.
#[derive(Debug, Clone, Template)]
#[template(path = "tokens/others.html")]
pub struct AllTokensView {
    pub shell: Shell,
    pub rows: Vec<TokenRow>,
}

/// The page.
pub async fn others(_may: Grant<ListOthersTokens>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let mut owners: BTreeMap<i32, Permissions> = BTreeMap::new();
    for member in site.store.members().await? {
        owners.insert(member.id, site.store.rights(member.id).await?.somewhere());
    }
    let tokens = site.store.tokens(None).await?.into_iter();
    let rows = tokens.map(|token| {
        let rights = owners.get(&token.member_id).copied().unwrap_or_default();
        TokenRow::of(token, rights, &site)
    });
    page(&AllTokensView { rows: rows.collect(), shell: shell(&site, &visit, "All API tokens", Nav::Nowhere).await })
}
