use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::ListTokens;
use crate::access::{Actor, Grant, Permissions, token};
use crate::store::tokens::Token;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// One's own tokens.
#[derive(Debug, Clone, Template)]
#[template(path = "tokens/index.html")]
pub struct TokensView {
    pub shell: Shell,
    pub rows: Vec<TokenRow>,
    /// Whether there is a page with everybody's tokens for the viewer.
    pub may_manage: bool,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    pub id: i32,
    pub name: String,
    /// How it begins, which is no secret.
    pub begins: String,
    pub owner: String,
    /// What it may do, in members' words.
    pub scopes: Vec<&'static str>,
    /// Scopes that its owner has no right to any more, so that they do nothing.
    pub idle: Vec<&'static str>,
    /// The only app that it is for.
    pub app: Option<String>,
    pub network: Option<String>,
    pub state: TokenState,
    /// The day on which it runs out, such as 2026-11-22.
    pub until: String,
    pub used: Option<When>,
    /// Where it was used last.
    pub used_from: String,
}

/// Whether a token can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenState {
    Good,
    Expired,
    /// Who ended it.
    Ended(String),
}

impl TokenRow {
    pub(super) fn of(token: Token, owner: Permissions, site: &Site) -> Self {
        let now = site.store.clock().now();
        let state = match token.ended_at {
            Some(_) => TokenState::Ended(token.ended_by),
            None if now >= token.expires_at => TokenState::Expired,
            None => TokenState::Good,
        };
        let words = |set: Permissions| set.iter().map(crate::access::Permission::text).collect();
        Self {
            id: token.id,
            name: token.name,
            begins: format!("cnt_{}", token.public),
            owner: token.member,
            scopes: words(token.limits.scopes),
            idle: words(token.limits.scopes.without(owner)),
            app: token.limits.app,
            network: token.network,
            state,
            until: moment(site, token.expires_at).iso.chars().take(10).collect(),
            used: token.last_used_at.map(|at| moment(site, at)),
            used_from: token.last_used_ip,
        }
    }
}

/// The page.
pub async fn index(may: Grant<ListTokens>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let rights = rights(may.actor());
    let tokens = site.store.tokens(may.actor().member()).await?;
    page(&TokensView {
        shell: shell(&site, &visit, "API tokens", Nav::Nowhere).await,
        rows: tokens.into_iter().map(|token| TokenRow::of(token, rights, &site)).collect(),
        may_manage: rights.has(crate::access::Permission::ManageTokens),
    })
}

/// What the member may do.
pub(super) fn rights(actor: &Actor) -> Permissions {
    match actor {
        Actor::Member { rights, .. } => rights.somewhere(),
        Actor::Stranger { .. } | Actor::Scheduler | Actor::System(_) => Permissions::NONE,
    }
}

/// What the member may hand on to a token.
pub(super) fn offered(actor: &Actor) -> Permissions {
    token::offered(rights(actor))
}
