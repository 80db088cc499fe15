//! The cookies: the session's, the one that ties forms to a browser that has not signed in, the one by which a browser is known
//! again, and the one that holds the token of a link that works once. All have names that sibling hosts can't set; without https, which is for the machine itself only, the names are plain.

use actix_web::HttpRequest;
use actix_web::body::BoxBody;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::dev::{ServiceRequest, ServiceResponse};

use crate::settings::Settings;

/// A browser that has not signed in keeps its forms for so long.
const PRE_SESSION: Duration = Duration::hours(24);

/// The token of the session.
pub fn session(settings: &Settings, request: &ServiceRequest) -> Option<String> {
    request.cookie(session_name(settings)).map(|c| c.value().to_owned())
}

/// The cookie of a new session. It ends with the browser, and on the server earlier.
pub fn new_session(settings: &Settings, token: String) -> Cookie<'static> {
    finish(settings, Cookie::new(session_name(settings), token))
}

/// The cookie that ends a session.
pub fn no_session(settings: &Settings) -> Cookie<'static> {
    let mut cookie = finish(settings, Cookie::new(session_name(settings), ""));
    cookie.make_removal();
    cookie
}

/// A browser that came by a link keeps its token for so long; it has left the address bar by then.
const LINK: Duration = Duration::minutes(30);

/// The token of the link by which this browser came.
pub fn link(settings: &Settings, request: &HttpRequest) -> Option<String> {
    request.cookie(link_name(settings)).map(|c| c.value().to_owned())
}

/// Keeps the token of a link.
pub fn new_link(settings: &Settings, token: String) -> Cookie<'static> {
    let mut cookie = finish(settings, Cookie::new(link_name(settings), token));
    cookie.set_max_age(LINK);
    cookie
}

/// Forgets the token of a link.
pub fn no_link(settings: &Settings) -> Cookie<'static> {
    let mut cookie = finish(settings, Cookie::new(link_name(settings), ""));
    cookie.make_removal();
    cookie
}

/// What says which member signed in with this browser before.
pub fn device(settings: &Settings, request: &HttpRequest) -> Option<String> {
    request.cookie(device_name(settings)).map(|c| c.value().to_owned())
}

/// Makes this browser known.
pub fn new_device(settings: &Settings, value: String) -> Cookie<'static> {
    let mut cookie = finish(settings, Cookie::new(device_name(settings), value));
    cookie.set_max_age(Duration::seconds(super::device::LIFE_S));
    cookie
}

/// What ties forms to this browser; made anew where there is none, and then set by [`keep_pre_session`].
pub fn pre_session(settings: &Settings, request: &ServiceRequest) -> String {
    use actix_web::HttpMessage as _;
    if let Some(cookie) = request.cookie(pre_name(settings)) {
        return cookie.value().to_owned();
    }
    let fresh = crate::random::token();
    request.extensions_mut().insert(FreshPreSession(fresh.clone()));
    fresh
}

/// Sets the cookie that [`pre_session`] made.
pub fn keep_pre_session(settings: &Settings, response: &mut ServiceResponse<BoxBody>) {
    use actix_web::HttpMessage as _;
    let fresh = response.request().extensions().get::<FreshPreSession>().cloned();
    if let Some(FreshPreSession(value)) = fresh {
        let mut cookie = finish(settings, Cookie::new(pre_name(settings), value));
        cookie.set_max_age(PRE_SESSION);
        if let Err(error) = response.response_mut().add_cookie(&cookie) {
            tracing::error!(%error, "a cookie could not be set");
        }
    }
}

#[derive(Clone)]
struct FreshPreSession(String);

const fn session_name(settings: &Settings) -> &'static str {
    if settings.public.https { "__Host-session" } else { "session" }
}

const fn link_name(settings: &Settings) -> &'static str {
    if settings.public.https { "__Host-link" } else { "link" }
}

const fn device_name(settings: &Settings) -> &'static str {
    if settings.public.https { "__Host-dev" } else { "dev" }
}

const fn pre_name(settings: &Settings) -> &'static str {
    if settings.public.https { "__Host-form" } else { "form" }
}

fn finish(settings: &Settings, mut cookie: Cookie<'static>) -> Cookie<'static> {
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(settings.public.https);
    cookie
}
