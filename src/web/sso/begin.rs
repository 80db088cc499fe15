//! The way to the provider. By links, for the Content-Security-Policy lets no form end elsewhere.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::under_way::Purpose;
use super::{failed, redirect, unsealed};
use crate::access::Grant;
use crate::access::action::ViewFactors;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::guard::Public;
use crate::web::page::see_other;
use crate::web::session::local;
use crate::web::visit::Visit;

/// Sends a browser to the provider, to sign in.
pub async fn begin(_everybody: Public, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let next = local(query.get("next"));
    if visit.session.is_some() {
        return see_other(&next);
    }
    go(&site, &visit, Purpose::SignIn, next).await
}

/// Sends a member there, to link an account. Whoever sits down at an open browser can't: the password was given a moment ago.
pub async fn begin_link(_may: Grant<ViewFactors>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let session = visit.session.as_ref().ok_or(Failure::SignInFirst)?;
    if !session.is_fresh(site.store.clock().now()) {
        return see_other("/session/again?next=/account/identities/new");
    }
    go(&site, &visit, Purpose::Link, "/account/identities".to_owned()).await
}

/// Sends a member there, to show again that it is them.
pub async fn begin_again(_may: Grant<ViewFactors>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (keep, next) = (query.get("keep").to_owned(), local(query.get("next")));
    go(&site, &visit, Purpose::Again { keep }, next).await
}

async fn go(site: &Site, visit: &Visit, purpose: Purpose, next: String) -> Result<HttpResponse, Failure> {
    let Some(kept) = site.store.identity_provider().await? else {
        return see_other(if visit.session.is_some() { "/account/identities" } else { "/session" });
    };
    let Some(provider) = unsealed(site, &kept) else {
        return failed::answer(site, visit, &kept.issuer, &next, &failed::Why::Key).await;
    };
    let now = site.store.clock().now();
    let anew = matches!(purpose, Purpose::Again { .. }).then_some(now);
    match site.sso.ask(&provider, &redirect(site), anew).await {
        Ok((address, asked)) => {
            site.under_way.begin(visit, asked, purpose, next, now);
            see_other(&address)
        }
        Err(why) => failed::answer(site, visit, &kept.issuer, &next, &failed::Why::Sso(why)).await,
    }
}
