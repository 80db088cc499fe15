//! Signing in.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{SignIn, SignOut};
use crate::clock::Millis;
use crate::commands::session_begin::{BeginSession, KEPT_OUT};
use crate::commands::session_end::EndSession;
use crate::store::Denied;
use crate::store::audit::Phase;
use crate::store::members::Member;
use crate::store::sessions::{NO_FACTOR, NewSession, Stage, Vouched, token_hash};
use crate::web::factors::ceremony::Begun;
use crate::web::factors::prove::asker;
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::guard::Public;
use crate::web::page::{page, page_with, see_other, shell, with_flash, wrong_form};
use crate::web::shell::{Flash, FlashKind, Link, Nav, Problems, Shell};
use crate::web::throttle::By;
use crate::web::visit::Visit;
use crate::web::{Site, cookies, device};

/// The sign-in form.
#[derive(Debug, Clone, Template)]
#[template(path = "session/sign_in.html")]
pub struct SignInView {
    pub shell: Shell,
    /// The name as it was typed; the password is never given back.
    pub name: String,
    pub problems: Problems,
    /// Seconds until another try is taken, where tries came too fast.
    pub retry_after: Option<u32>,
    /// Where the member wanted to go; a local path.
    pub next: String,
    /// The session ended by itself; the page says so.
    pub expired: bool,
    /// There is mail, so a link to a new password can be sent.
    pub mail: bool,
    /// What the browser is asked where it has a passkey; `None` where the dashboard's address has no host name.
    pub begun: Option<Begun>,
    /// The way to the identity provider, if there is one.
    pub sso: Option<Link>,
}

/// What the sign-in form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    name: String,
    password: String,
    next: String,
}

/// The front door.
pub async fn home(_everybody: Public, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    if visit.session.is_some() {
        return see_other("/apps");
    }
    see_other(if site.store.has_admin().await? { "/session" } else { "/setup" })
}

/// The sign-in form.
pub async fn form(_everybody: Public, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    if visit.session.is_some() {
        return see_other("/apps");
    }
    let text = match query.get("ready") {
        "1" => Some("Canteen is set up. Sign in with the name and password you just chose."),
        "2" => Some("You are a member now. Sign in with the name and password you just chose."),
        "3" => Some("Your password is changed, and all browsers were signed out. Sign in with the new one."),
        _ => None,
    };
    let ready = text.map(|text| Flash { kind: FlashKind::Done, text: text.to_owned() });
    let mut view = view(&site, &visit, "", local(query.get("next"))).await;
    view.shell = with_flash(view.shell, ready);
    view.expired = query.get("expired") == "1";
    view.begun = site.ceremonies.sign_in(asker(&site, &visit));
    page(&view)
}

/// Signs in. An unknown name and a wrong password take as long and read the same.
pub async fn sign_in(
    may: Grant<SignIn>,
    Form(form): Form<SignInForm>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let name = form.name.trim().to_owned();
    let now = site.store.clock().now();
    let mut view = view(&site, &visit, &name, local(&form.next)).await;
    let member = site.store.member(&name).await?;
    let device = device(&site, &request, member.as_ref().map(|m| m.id), now);
    let by = device.as_deref().map_or(By::Name(&name), By::Device);
    if let Err(seconds) = site.throttle.try_now(by, &visit.ip, now) {
        view.retry_after = Some(u32::try_from(seconds).unwrap_or(u32::MAX));
        let mut slow = page_with(StatusCode::TOO_MANY_REQUESTS, &view)?;
        slow.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        return Ok(slow);
    }
    // A suspended member's password is not even looked at: the answer takes as long, and reads the same.
    let member = match member {
        Some(member) if site.store.account(member.id).await?.suspended_at.is_none() => Some(member),
        Some(_) | None => None,
    };
    let stored = member.as_ref().map(|m| m.password_hash.clone());
    let right = site.passwords.verify(form.password.clone(), stored).await.map_err(|e| Failure::Unavailable(e.to_string()))?;
    let Some(member) = member.filter(|_| right) else {
        return not_right(view, by, &visit, &site).await;
    };
    // Whoever has to wait for that is let in with the hash that there is.
    let new_hash = site.passwords.renewed(form.password, &member.password_hash).await.unwrap_or_default();
    let came = Came { member, device: device.clone(), new_hash };
    match begin(may, came, &visit, &site, &view.next).await? {
        Some(response) => {
            site.throttle.right(by);
            Ok(response)
        }
        None => not_right(view, by, &visit, &site).await,
    }
}

/// The one answer to everything that keeps somebody out.
async fn not_right(mut view: SignInView, by: By<'_>, visit: &Visit, site: &Site) -> Result<HttpResponse, Failure> {
    site.throttle.wrong(by, site.store.clock().now());
    let shown: String = view.name.chars().filter(|c| !c.is_control()).take(60).collect();
    super::refusals::record(site, visit, Phase::Failed, &[("action", "session.begin"), ("name", &shown)]).await;
    view.problems.add("", "The name or the password is not right");
    view.begun = site.ceremonies.sign_in(asker(site, visit));
    wrong_form(&view)
}

/// The device from which this member signed in before. A stranger's cookie costs as much to look at as a known one.
pub(in crate::web) fn device(site: &Site, request: &HttpRequest, member: Option<i32>, now: Millis) -> Option<String> {
    let cookie = cookies::device(&site.settings, request)?;
    device::known(&site.site_key, &cookie, member?, now)
}

/// Makes this browser known for a member who showed who they are in it.
pub(in crate::web) fn remember(
    site: &Site,
    response: &mut HttpResponse,
    member: i32,
    device: Option<String>,
) -> Result<(), Failure> {
    let device = device.unwrap_or_else(device::fresh);
    if let Some(value) = device::cookie(&site.site_key, member, &device, site.store.clock().now()) {
        let added = response.add_cookie(&cookies::new_device(&site.settings, value));
        added.map_err(|e| Failure::broken(e.to_string()))?;
    }
    Ok(())
}

/// Somebody whose password was right.
struct Came {
    member: Member,
    /// The device from which they signed in before.
    device: Option<String>,
    /// The password, hashed as it would be now.
    new_hash: Option<String>,
}

/// `None` for a member who was suspended a moment ago.
async fn begin(
    may: Grant<SignIn>,
    Came { member, device, new_hash }: Came,
    visit: &Visit,
    site: &Site,
    next: &str,
) -> Result<Option<HttpResponse>, Failure> {
    // Whoever has a second factor may do nothing but show it.
    let whole = !site.store.factors(member.id).await?.any();
    let (token, session) = new_session(visit, if whole { Stage::Full } else { Stage::Code }, None);
    let member_id = member.id;
    // Somebody who stops before the code has only a password, and is told of at the next sign-in that is whole.
    let new_device = whole && device.is_none();
    let begin = BeginSession {
        member_id: member.id,
        member: member.name,
        session,
        instead_of: before(visit),
        new_device,
        renewed: new_hash.map(|new| (member.password_hash, new)),
    };
    match site.store.commit(&may, begin).await {
        Ok(_) => {}
        Err(Denied::Rule { what: KEPT_OUT, .. }) => return Ok(None),
        Err(other) => return Err(other.into()),
    }
    let went_on = if whole { came_in(site, token, member_id, device, next) } else { half_in(site, token, next) };
    went_on.map(Some)
}

/// A session for the browser of this visit, and its token.
pub(super) fn new_session(visit: &Visit, stage: Stage, vouched: Option<Vouched>) -> (String, NewSession) {
    let token = crate::random::token();
    let session = NewSession {
        token_hash: token_hash(&token),
        csrf: crate::random::bytes::<32>().to_vec(),
        ip: visit.ip.clone(),
        agent: visit.agent.clone(),
        stage,
        vouched,
        factor: NO_FACTOR,
    };
    (token, session)
}

/// The session that the browser has; it ends where another one begins.
pub(super) fn before(visit: &Visit) -> Option<i32> {
    visit.session.as_ref().or(visit.half.as_ref()).map(|session| session.id)
}

/// Lets somebody on who showed all that is asked for, and makes the browser known.
pub(super) fn came_in(
    site: &Site,
    token: String,
    member: i32,
    device: Option<String>,
    next: &str,
) -> Result<HttpResponse, Failure> {
    let mut response = with_session(site, token, next)?;
    remember(site, &mut response, member, device)?;
    Ok(response)
}

/// Lets somebody on to the question for the second factor.
pub(super) fn half_in(site: &Site, token: String, next: &str) -> Result<HttpResponse, Failure> {
    let query = serde_urlencoded::to_string([("next", next)]).unwrap_or_default();
    with_session(site, token, &format!("/session/factor?{query}"))
}

/// Goes on with a new token.
pub(super) fn with_session(site: &Site, token: String, to: &str) -> Result<HttpResponse, Failure> {
    let mut response = see_other(to)?;
    let added = response.add_cookie(&cookies::new_session(&site.settings, token));
    added.map_err(|e| Failure::broken(e.to_string()))?;
    Ok(response)
}

/// Signs out.
pub async fn sign_out(may: Grant<SignOut>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    if let Some(session) = &visit.session {
        site.store.commit(&may, EndSession { id: session.id }).await?;
    }
    let mut response = see_other("/session")?;
    let added = response.add_cookie(&cookies::no_session(&site.settings));
    added.map_err(|e| Failure::broken(e.to_string()))?;
    response
        .headers_mut()
        .insert(header::HeaderName::from_static("clear-site-data"), header::HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

/// A path of ours to go on to; anything else becomes the list of apps.
pub(super) fn local(next: &str) -> String {
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if ours && next.bytes().all(|b| b.is_ascii_graphic()) { next.to_owned() } else { "/apps".to_owned() }
}

pub(super) async fn view(site: &Site, visit: &Visit, name: &str, next: String) -> SignInView {
    let provider = site.store.identity_provider().await.ok().flatten();
    let sso = provider.map(|provider| Link {
        label: format!("Sign in with {}", provider.label),
        href: format!("/session/sso?{}", serde_urlencoded::to_string([("next", &next)]).unwrap_or_default()),
    });
    SignInView {
        shell: shell(site, visit, "Sign in", Nav::Nowhere).await,
        name: name.to_owned(),
        problems: Problems::none(),
        retry_after: None,
        next,
        expired: false,
        mail: site.store.mail_settings().await.is_ok_and(|settings| settings.is_some()),
        begun: None,
        sso,
    }
}

#[cfg(any(test, feature = "testing"))]
impl SignInView {
    pub fn samples() -> Vec<Self> {
        let first = Self {
            shell: Shell::sample_signed_out("Sign in"),
            name: String::new(),
            problems: Problems::none(),
            retry_after: None,
            next: "/apps".to_owned(),
            expired: false,
            mail: false,
            begun: Some(Begun::sample()),
            sso: None,
        };
        let mut wrong = Self { name: "ana".to_owned(), ..first.clone() };
        wrong.problems.add("", "The name or the password is not right");
        let slow = Self { retry_after: Some(30), name: "ana".to_owned(), begun: None, ..first.clone() };
        let way = Link { label: "Sign in with <wiki>".to_owned(), href: "/session/sso?next=%2Fapps".to_owned() };
        let expired = Self { expired: true, mail: true, sso: Some(way), ..first.clone() };
        vec![first, wrong, slow, expired]
    }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_local_paths_are_gone_on_to() {
        assert_eq!(local("/apps/pad.example.org?x=1"), "/apps/pad.example.org?x=1");
        for bad in ["", "apps", "//evil.net", "/\\evil.net", "https://evil.net", "/x\r\nSet-Cookie: a=b", "/\t/evil.net"] {
            assert_eq!(local(bad), "/apps", "{bad:?}");
        }
    }
}
