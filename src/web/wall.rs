//! The wall that every request passes, before any handler: host, origin, session, form token; and behind it: headers, error pages,
//! refusals in the audit log.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpResponse, web};

use super::csrf::{self, Provenance};
use super::factors::again::not_kept;
use super::factors::{gate, kept};
use super::failure::Failure;
use super::preferences::Preferences;
use super::table::Allowed;
use super::visit::{Inner, Visit, WHY_FIELD};
use super::{Site, api, body, cookies, headers, multipart, refusals};
use crate::access::token_text::masked;
use crate::access::{Actor, Via};
use crate::secret::{SecretValue, wipe};
use crate::store::sessions::{Session, Stage, token_hash};

/// Bytes of a browser's name that are kept.
const AGENT_LIMIT: usize = 256;
/// A session's last use is noted at most this often, so that reading pages does not write all the time.
const TOUCH_EVERY_MS: i64 = 60 * 1000;
/// Reports of blocked content come from the browser itself and carry no token.
pub const REPORT_PATH: &str = "/csp-report";
/// The field with the row of the app that a form was made for. The hyphen keeps it apart from the variables of settings.
const APP_FIELD: &str = "form-app";
/// Asked by the health check, which knows no host name.
pub const HEALTH_PATH: &str = "/health";

/// The middleware.
pub async fn wall(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(site) = request.app_data::<web::Data<Site>>().cloned() else {
        return Ok(request.into_response(HttpResponse::InternalServerError().finish()));
    };
    let mut request = request;
    let (visit, passed) = enter(&site, &mut request).await;
    let method = request.method().clone();
    let htmx = request.headers().contains_key("hx-request");
    let path = request.path().to_owned();
    request.extensions_mut().insert(visit.clone());
    let mine = preferences(&site, &visit).await;
    Box::pin(mine.around(answer(site, visit, passed, Asked { method, htmx, path }, request, next))).await
}

/// What the answer needs to know of a request when the request itself has gone on.
struct Asked {
    method: Method,
    htmx: bool,
    path: String,
}

async fn answer(
    site: web::Data<Site>,
    visit: Visit,
    passed: Result<(), Failure>,
    asked: Asked,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Asked { method, htmx, path } = asked;
    let response = match passed {
        Ok(()) => match next.call(request).await {
            Ok(response) => response.map_into_boxed_body(),
            // Extractors and handlers answer with their failures; anything else is a fault of the framework.
            Err(error) => return Err(error),
        },
        Err(failure) => {
            refusals::note_token(&site, &visit, &failure).await;
            request.error_response(failure).map_into_boxed_body()
        }
    };
    // The page that takes a failure's place no longer tells which failure it was.
    if changes(&method) {
        refusals::note(&site, &visit, &response).await;
    }
    let mut response = pages_for_failures(&site, &visit, htmx, response).await;
    let allowed = response.request().extensions().get::<Allowed>().cloned();
    if let Some(Allowed(methods)) = allowed {
        response.headers_mut().insert(header::ALLOW, methods);
    }
    touch_token(&site, &visit).await;
    if !changes(&method) && response.status().is_success() {
        touch(&site, &visit, &response).await;
    }
    headers::secure(&site.settings, &path, response.headers_mut());
    if visit.session.is_none() && !path.starts_with("/static/") && path != HEALTH_PATH {
        cookies::keep_pre_session(&site.settings, &mut response);
    }
    Ok(response)
}

/// What whoever asks chose for every page.
async fn preferences(site: &Site, visit: &Visit) -> Preferences {
    let Some(id) = visit.actor.member() else { return Preferences::default() };
    match site.store.account(id).await {
        Ok(account) => Preferences::of(&account),
        Err(error) => {
            tracing::error!(%error, "an account can't be read");
            Preferences::default()
        }
    }
}

async fn enter(site: &Site, request: &mut ServiceRequest) -> (Visit, Result<(), Failure>) {
    let ip = client_ip(site, request);
    let id: String = crate::store::chain::hex(&crate::random::bytes::<6>());
    let text = |name: HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let agent: String = text(header::USER_AGENT).chars().filter(|c| !c.is_control()).take(AGENT_LIMIT).collect();
    let by_api = api::is_ours(request.path());
    let (half, session) = match session(site, request).await {
        _ if by_api => (None, None),
        Some(half) if half.stage == Stage::Code => (Some(half), None),
        session => (None, session),
    };
    let csrf_secret = match &session {
        Some(session) => session.csrf.clone(),
        // The API has no forms.
        None if by_api => vec![],
        None => csrf::pre_session_secret(&cookies::pre_session(&site.settings, request)),
    };
    let way = "browser".to_owned();
    let issuer = session.as_ref().map(|s| s.issuer.clone()).filter(|issuer| !issuer.is_empty());
    let via = Via { way, session: session.as_ref().map(|s| s.id), token: None, issuer, ip: ip.clone(), request: id.clone() };
    let mut passed = check_host(site, request).and_then(|()| api::bearer::misplaced(site, request));
    let actor = match &session {
        Some(Session { member, rights, .. }) => {
            Actor::Member { id: member.id, name: member.name.clone(), rights: Arc::clone(rights), via }
        }
        None if by_api && passed.is_ok() => {
            let (actor, holds) = api::bearer::who(site, request, via).await;
            passed = holds;
            actor
        }
        None => Actor::Stranger { via },
    };
    let unproven = by_api && passed.is_ok() && gate::unproven(site, &actor).await;
    // Browsers send no token by themselves, so nobody can make one send it.
    passed = passed.and_then(|()| if by_api { Ok(()) } else { check_provenance(site, request) });
    let mut sent = Read::default();
    if passed.is_err() {
        body::hang_up(request.take_payload());
    } else {
        // A form that was open when its session ran out is no forgery.
        let had = session.is_none() && half.is_none() && cookies::session(&site.settings, request).is_some();
        match take_body(request, &actor).await {
            Ok(Some(mut read)) if !csrf::verify(&read.token, &csrf_secret) => {
                read.fields.iter_mut().for_each(|(_, value)| wipe(value));
                passed = Err(if had { Failure::SessionOver } else { Failure::ForeignForm });
            }
            Ok(Some(read)) => match unkept(site, session.as_ref(), request, read) {
                Ok(read) => sent = read,
                Err(failure) => passed = Err(failure),
            },
            Ok(None) if by_api && changes(request.method()) => match api::bearer::nonce(request, &actor) {
                Ok(nonce) => sent.token = nonce,
                Err(failure) => passed = Err(failure),
            },
            Ok(None) => {}
            // Whoever was signed in might have sent as much.
            Err(Failure::TooLarge(_)) if had => passed = Err(Failure::SessionOver),
            Err(failure) => passed = Err(failure),
        }
    }
    let here = here(request);
    let Read { token: form, app, fields, uploads } = sent;
    let (why, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| name == WHY_FIELD);
    let why = why.into_iter().next().map(|(_, text)| text).unwrap_or_default();
    let inner =
        Inner { actor, session, half, unproven, csrf_secret, request: id, ip, agent, app, why, fields, uploads, form, here };
    (Visit::new(inner), passed)
}

fn here(request: &ServiceRequest) -> String {
    masked(request.uri().path_and_query().map_or("/", |p| p.as_str()))
}

/// The form that was kept while the password was asked for, or another reason, if this one stands for it.
fn unkept(site: &Site, session: Option<&Session>, request: &ServiceRequest, read: Read) -> Result<Read, Failure> {
    let (Some(session), Some((_, ticket))) = (session, read.fields.iter().find(|(name, _)| name == kept::FIELD)) else {
        return Ok(read);
    };
    let kept = site.kept.take(ticket, session.id, &here(request), site.store.clock().now());
    let mut kept = kept.ok_or_else(not_kept)?;
    if let Some(why) = read.fields.iter().find(|(name, _)| name == WHY_FIELD) {
        kept.fields.retain(|(name, _)| name != WHY_FIELD);
        kept.fields.push(why.clone());
    }
    let (token, fields, uploads) = (&mut kept.token, &mut kept.fields, &mut kept.uploads);
    Ok(Read { token: std::mem::take(token), app: kept.app, fields: std::mem::take(fields), uploads: std::mem::take(uploads) })
}

const fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

fn check_host(site: &Site, request: &ServiceRequest) -> Result<(), Failure> {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let own = &site.settings.public.host;
    if request.path() == HEALTH_PATH || host.eq_ignore_ascii_case(own) {
        Ok(())
    } else {
        Err(Failure::WrongHost(site.settings.public.origin.clone()))
    }
}

fn check_provenance(site: &Site, request: &ServiceRequest) -> Result<(), Failure> {
    let get = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok());
    let from = Provenance {
        fetch_site: get("sec-fetch-site"),
        fetch_mode: get("sec-fetch-mode"),
        fetch_dest: get("sec-fetch-dest"),
        origin: get("origin"),
    };
    if request.path() == REPORT_PATH {
        return Ok(());
    }
    let may = if changes(request.method()) { csrf::may_change(from, &site.settings.public.origin) } else { csrf::may_read(from) };
    if may { Ok(()) } else { Err(Failure::ForeignForm) }
}

/// A form that came.
#[derive(Default)]
struct Read {
    token: String,
    app: Option<i32>,
    fields: Vec<(String, String)>,
    uploads: Vec<(String, SecretValue)>,
}

/// Reads the body, if the request may have one. `None` where it is not the wall that looks into it.
async fn take_body(request: &mut ServiceRequest, actor: &Actor) -> Result<Option<Read>, Failure> {
    // Nobody sends us anything compressed. Whatever says it is would be unpacked by the framework, however large it grows.
    request.headers_mut().remove(header::CONTENT_ENCODING);
    let header = |name: HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (content_type, length) = (header(header::CONTENT_TYPE), header(header::CONTENT_LENGTH));
    let length: usize = length.parse().unwrap_or(0);
    if !changes(request.method()) {
        // Nobody would read it.
        let some = length > 0 || request.headers().contains_key(header::TRANSFER_ENCODING);
        if some {
            body::hang_up(request.take_payload());
            return Err(Failure::Method(format!("{} with a body", request.method())));
        }
        return Ok(None);
    }
    let limit = body::limit(actor, request.path());
    let mut payload = request.take_payload();
    let body = match body::read(&mut payload, length, limit, body::ON_ITS_WAY).await {
        Ok(body) => body,
        Err(failure) => {
            body::hang_up(payload);
            return Err(failure);
        }
    };
    if request.path() == REPORT_PATH || api::is_ours(request.path()) {
        request.set_payload(Bytes::copy_from_slice(body.expose()).into());
        return Ok(None);
    }
    read_form(&content_type, &body).map(Some)
}

/// Token, app, other fields and files of the form that came.
fn read_form(content_type: &str, body: &SecretValue) -> Result<Read, Failure> {
    let mut read = match multipart::boundary(content_type) {
        Some(boundary) => with_files(boundary, body.expose())?,
        None => Read {
            fields: serde_urlencoded::from_bytes(body.expose())
                .map_err(|e| Failure::BadForm(format!("the form can't be read: {e}")))?,
            ..Read::default()
        },
    };
    let (token, fields): (Vec<_>, Vec<_>) = read.fields.into_iter().partition(|(name, _)| name == "csrf");
    let (app, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| name == APP_FIELD);
    read.token = token.into_iter().next().map(|(_, value)| value).unwrap_or_default();
    read.app = app.first().and_then(|(_, id)| id.parse().ok()).filter(|_| app.len() == 1);
    read.fields = fields;
    Ok(read)
}

fn with_files(boundary: &str, body: &[u8]) -> Result<Read, Failure> {
    let mut read = Read::default();
    for part in multipart::parts(boundary, body)? {
        if !part.file {
            let text = str::from_utf8(part.data).map_err(|_binary| Failure::BadForm(format!("{} is not UTF-8 text", part.name)))?;
            read.fields.push((part.name, text.to_owned()));
        } else if !part.data.is_empty() {
            read.uploads.push((part.name, SecretValue::from(part.data.to_vec())));
        }
    }
    Ok(read)
}

async fn session(site: &Site, request: &ServiceRequest) -> Option<Session> {
    if request.path().starts_with("/static/") || request.path() == HEALTH_PATH {
        return None;
    }
    let token = cookies::session(&site.settings, request)?;
    match site.store.session(token_hash(&token)).await {
        Ok(session) => session,
        Err(error) => {
            tracing::error!(%error, "sessions can't be read");
            None
        }
    }
}

/// The right-most address that one of our own proxies did not add. Addresses of version 4 are written as such, however they came: as
/// version 6 they would all be one network.
fn client_ip(site: &Site, request: &ServiceRequest) -> String {
    let peer = request.peer_addr().map(|p| p.ip().to_canonical());
    let trusted = |ip: &std::net::IpAddr| site.settings.trusted_proxies.iter().any(|network| network.contains(ip));
    if !peer.as_ref().is_some_and(trusted) {
        return peer.map(|p| p.to_string()).unwrap_or_default();
    }
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|v| v.to_str().ok()).collect::<Vec<_>>().join(",");
    // What stands behind a hop that can't be read may be anybody's invention.
    let hops = forwarded.rsplit(',').map_while(|hop| hop.trim().parse::<std::net::IpAddr>().ok());
    hops.map(|ip| ip.to_canonical()).find(|ip| !trusted(ip)).or(peer).map(|ip| ip.to_string()).unwrap_or_default()
}

async fn pages_for_failures(
    site: &Site,
    visit: &Visit,
    htmx: bool,
    response: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || response.headers().contains_key(header::CONTENT_TYPE) {
        return response;
    }
    let page = {
        let unknown = Failure::broken(format!("status {status} without a page"));
        let failure = response.response().error().and_then(|e| e.as_error::<Failure>()).unwrap_or(&unknown);
        if api::is_ours(response.request().path()) {
            api::problem::failed(visit, failure)
        } else {
            super::error::page(site, visit, htmx, failure).await
        }
    };
    response.into_response(page)
}

/// Looking at pages keeps a session alive; streams, fragments and prefetches do not.
async fn touch(site: &Site, visit: &Visit, response: &ServiceResponse<BoxBody>) {
    let Some(session) = &visit.session else { return };
    let headers = response.request().headers();
    let by_itself = headers.contains_key("hx-request")
        || headers.contains_key("sec-purpose")
        || response.headers().get(header::CONTENT_TYPE) == Some(&HeaderValue::from_static("text/event-stream"));
    let now = site.store.clock().now();
    if by_itself || now - session.last_active_at < TOUCH_EVERY_MS {
        return;
    }
    if let Err(error) = site.store.touch_session(session.id, now).await {
        tracing::error!(%error, "the use of a session could not be noted");
    }
}

/// When a token was used last, and from where. It is of use to whoever wonders whether to end it.
async fn touch_token(site: &Site, visit: &Visit) {
    let Some(token) = visit.actor.via().and_then(|via| via.token.as_ref()) else { return };
    let now = site.store.clock().now();
    if site.tokens_used.again(token.id, now)
        && let Err(error) = site.store.touch_token(token.id, now, &visit.ip).await
    {
        tracing::error!(%error, "the use of a token could not be noted");
    }
}
