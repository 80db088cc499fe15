//! Links that work once. Opening one uses nothing: mail scanners open them too. The token goes from the address bar into a cookie of this
//! browser, and only the form behind it uses the link.

pub mod invitation;
pub mod mail;
pub mod password;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::failure::Failure;
use super::page::{page_with, see_other, shell};
use super::shell::{Nav, Shell};
use super::visit::Visit;
use super::{Site, cookies};
use crate::store::links::{Link, Purpose};
use crate::store::sessions::token_hash;

/// Where links begin, each with the page of its form.
const PLACES: [&str; 3] = ["/invite", "/reset", "/confirm"];
/// Characters of a token: 256 bits.
const TOKEN: usize = 43;

/// Whether an answer to this path must not tell other sites where the browser was.
pub(super) fn holds_token(path: &str) -> bool {
    PLACES.iter().any(|place| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The page for a link that does not work: used, taken back, too old or never made. It reads the same for all of them.
#[derive(Debug, Clone, Template)]
#[template(path = "links/gone.html")]
pub struct GoneView {
    pub shell: Shell,
    pub text: &'static str,
}

/// The link's address, to be shown or sent once.
pub(super) fn address(site: &Site, place: &str, token: &str) -> String {
    format!("{}{place}/{token}", site.settings.public.origin)
}

/// Somebody opened a link: the token leaves the address bar. Whether it works is not said here.
fn keep(site: &Site, request: &HttpRequest, place: &str) -> Result<HttpResponse, Failure> {
    let token = request.match_info().get("token").unwrap_or_default();
    let fits = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    if token.len() != TOKEN || !token.bytes().all(fits) {
        return Err(Failure::NotFound);
    }
    let mut response = see_other(place)?;
    let added = response.add_cookie(&cookies::new_link(&site.settings, token.to_owned()));
    added.map_err(|e| Failure::broken(e.to_string()))?;
    Ok(response)
}

/// The open link of this browser, and the hash of its token.
async fn held(site: &Site, request: &HttpRequest, purpose: Purpose) -> Result<Option<(Link, Vec<u8>)>, Failure> {
    let Some(token) = cookies::link(&site.settings, request) else { return Ok(None) };
    let hash = token_hash(&token);
    Ok(site.store.link(purpose, hash.clone()).await?.map(|link| (link, hash)))
}

/// The link was used: on to the next page, without the token.
fn used(site: &Site, next: &str) -> Result<HttpResponse, Failure> {
    let mut response = see_other(next)?;
    let added = response.add_cookie(&cookies::no_link(&site.settings));
    added.map_err(|e| Failure::broken(e.to_string()))?;
    Ok(response)
}

/// The link does not work.
async fn gone(site: &Site, visit: &Visit, text: &'static str) -> Result<HttpResponse, Failure> {
    let view = GoneView { shell: shell(site, visit, "This link does not work", Nav::Nowhere).await, text };
    page_with(StatusCode::NOT_FOUND, &view)
}

#[cfg(any(test, feature = "testing"))]
impl GoneView {
    pub fn samples() -> Vec<Self> {
        vec![Self { shell: Shell::sample_signed_out("This link does not work"), text: invitation::GONE }]
    }
}
