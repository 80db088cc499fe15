//! The password, and the code where there is a factor, once more before something sensitive.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpResponse, ResponseError as _};
use askama::Template;
use serde::Deserialize;

use super::ceremony::Begun;
use super::own;
use super::prove::{Shown, Wrong, asker, prove, shown};
use crate::access::Grant;
use crate::access::action::{ConfirmSession, ViewFactors};
use crate::clock::Millis;
use crate::commands::session_confirm;
use crate::store::Denied;
use crate::store::audit::Phase;
use crate::store::factors::{Factors, Proof, SPENT};
use crate::store::identities::Account;
use crate::store::sessions::{Session, Stage, token_hash};
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::{page, page_with, see_other, shell, wrong_form};
use crate::web::session::{local, with_session};
use crate::web::setup::sentence;
use crate::web::shell::{Link, Nav, Problems, Shell};
use crate::web::sso::Purpose;
use crate::web::throttle::By;
use crate::web::visit::Visit;
use crate::web::{Site, refusals};

/// The page that asks for the password again, and, once it was given, goes on with what was typed before.
#[derive(Debug, Clone, Template)]
#[template(path = "session/again.html")]
pub struct AgainView {
    pub shell: Shell,
    pub problems: Problems,
    /// What is about to be done, such as "remove an app"; empty where only a page was asked for.
    pub doing: String,
    /// Which factors the member has: with one, a code is wanted too.
    pub factors: Factors,
    /// What the browser is asked where the member has a passkey, which stands for password and code.
    pub begun: Option<Begun>,
    /// Whether there is a password to give.
    pub password: bool,
    /// The way to the identity provider, where an account there is theirs.
    pub sso: Option<Link>,
    /// The ticket of the provider's answer, which stands for the password.
    pub proof: String,
    /// The ticket of the form that was kept, if one was.
    pub keep: String,
    /// Where the kept form goes, once the password was given.
    pub ready: Option<String>,
    /// Where to go on else; a local path.
    pub next: String,
    /// Seconds until another try is taken, where tries came too fast.
    pub retry_after: Option<u64>,
}

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgainForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    proof: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    ticket: String,
    /// A device's answer, as JSON; with one, password and code are not asked for.
    #[serde(default)]
    credential: String,
    keep: String,
    next: String,
}

/// Keeps the form that came and sends the browser to the question. Without room the form has to be typed again.
pub(in crate::web) fn ask(site: &Site, visit: &Visit, htmx: bool, doing: &'static str) -> HttpResponse {
    let kept = site.kept.keep(visit, doing, site.store.clock().now());
    let pairs = match &kept {
        Some(ticket) => vec![("keep", ticket.as_str())],
        None => vec![],
    };
    let place = format!("/session/again?{}", serde_urlencoded::to_string(pairs).unwrap_or_default());
    if htmx {
        let status = Failure::AgainFirst { doing }.status_code();
        return HttpResponse::build(status)
            .insert_header(("hx-redirect", place))
            .content_type("text/plain; charset=utf-8")
            .body("");
    }
    HttpResponse::SeeOther().insert_header((header::LOCATION, place)).finish()
}

/// The question; or, where it was answered, the button that goes on.
pub async fn question(_may: Grant<ViewFactors>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (session, now) = (own(&visit)?, site.store.clock().now());
    let (keep, next) = (query.get("keep"), local(query.get("next")));
    if !session.is_fresh(now) {
        let mut view = view(&site, &visit, keep, next, Problems::none()).await?;
        view.proof =
            vouched(&site, session.id, query.get("proof"), keep, now).map(|_| query.get("proof").to_owned()).unwrap_or_default();
        return page(&view);
    }
    if keep.is_empty() {
        return see_other(&next);
    }
    let (to, _) = site.kept.about(keep, session.id, now).ok_or_else(not_kept)?;
    let view = AgainView { ready: Some(to), ..view(&site, &visit, keep, next, Problems::none()).await? };
    page(&view)
}

/// What is said where a form is not kept any more.
pub(in crate::web) fn not_kept() -> Failure {
    let text = "what you typed is not kept any more: it was sent already, or more than ten minutes ago; open its page again";
    Failure::Conflict(text.to_owned())
}

/// Takes the answer. The session has another token afterwards.
pub async fn confirm(
    may: Grant<ConfirmSession>,
    Form(form): Form<AgainForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let session = own(&visit)?;
    let (member, next) = (&session.member, local(&form.next));
    let mut view = view(&site, &visit, &form.keep, next.clone(), Problems::none()).await?;
    let now = site.store.clock().now();
    // Tries of who is signed in are a series of their own: nobody who guesses from elsewhere keeps a member from this.
    let series = format!("again {}", member.id);
    let by = By::Device(&series);
    if let Err(seconds) = site.throttle.try_now(by, &visit.ip, now) {
        view.retry_after = Some(seconds);
        let mut slow = page_with(StatusCode::TOO_MANY_REQUESTS, &view)?;
        slow.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        return Ok(slow);
    }
    if vouched(&site, session.id, &form.proof, &form.keep, now).is_some() {
        view.proof.clone_from(&form.proof);
    }
    let proof = match given(&site, &visit, session, &form).await? {
        Ok(proof) => proof,
        Err(Not { field, why }) => {
            if field == "password" {
                site.throttle.wrong(by, now);
            }
            return wrong(&site, &visit, view, field, &why).await;
        }
    };
    let token = crate::random::token();
    let recovered = matches!(proof, Some(Proof::Recovery(_)));
    let stage = if recovered { Stage::Review } else { session.stage };
    let confirm =
        session_confirm::ConfirmSession { session: session.id, member_id: member.id, token_hash: token_hash(&token), proof, stage };
    match site.store.commit(&may, confirm).await {
        Ok(()) => {}
        Err(Denied::Rule { what: SPENT, text }) => return wrong(&site, &visit, view, "code", &text).await,
        Err(other) => return Err(other.into()),
    }
    site.throttle.right(by);
    site.codes.right(member.id);
    let kept = serde_urlencoded::to_string([("keep", form.keep.as_str())]).unwrap_or_default();
    let on = if form.keep.is_empty() { next } else { format!("/session/again?{kept}") };
    with_session(&site, token, &on)
}

/// What of the answer is not right.
struct Not {
    field: &'static str,
    why: String,
}

/// The proof in the answer that is still to be spent, if all is right: a passkey; or the password or the identity provider's word and,
/// where there is a factor, a code.
async fn given(site: &Site, visit: &Visit, session: &Session, form: &AgainForm) -> Result<Result<Option<Proof>, Not>, Failure> {
    let not = |field, why: &str| Ok(Err(Not { field, why: why.to_owned() }));
    if !form.credential.is_empty() {
        return match shown(site, visit, &form.ticket, &form.credential).await? {
            Some(Shown { member, proof, .. }) if member.id == session.member.id => Ok(Ok(Some(proof))),
            _ => not("", "this passkey is not yours, or it took more than five minutes; try again"),
        };
    }
    let now = site.store.clock().now();
    let vouched = vouched(site, session.id, &form.proof, &form.keep, now).is_some();
    if !vouched {
        let verified = site.passwords.verify(form.password.clone(), Some(session.member.password_hash.clone())).await;
        if !verified.map_err(|e| Failure::Unavailable(e.to_string()))? {
            let password = session.member.has_password();
            return if password { not("password", "the password is not right") } else { not("", "the answer is too old") };
        }
    }
    let proof = if session.factors.any() {
        match prove(site, session.member.id, &form.code).await {
            Ok(proof) => Some(proof),
            Err(Wrong::Store(error)) => return Err(error.into()),
            Err(why) => return not("code", &why.to_string()),
        }
    } else {
        None
    };
    // The provider's word counts once, and only with the code.
    if vouched && site.under_way.spend(&form.proof, session.id, now).is_none() {
        return not("", "the answer was used already");
    }
    Ok(Ok(proof))
}

/// The account that the provider answered for, in this session and for this very form.
fn vouched(site: &Site, session: i32, ticket: &str, keep: &str, now: Millis) -> Option<Account> {
    let proven = site.under_way.proven(ticket, session, now)?;
    (proven.purpose == Purpose::Again { keep: keep.to_owned() }).then_some(proven.account)
}

/// The way to the provider, if one of the member's accounts is there.
async fn elsewhere(site: &Site, member: i32, keep: &str, next: &str) -> Result<Option<Link>, Failure> {
    let Some(provider) = site.store.identity_provider().await? else { return Ok(None) };
    if !site.store.identities_of(member).await?.iter().any(|identity| identity.issuer == provider.issuer) {
        return Ok(None);
    }
    let query = serde_urlencoded::to_string([("keep", keep), ("next", next)]).unwrap_or_default();
    Ok(Some(Link { label: format!("Show it with {}", provider.label), href: format!("/session/again/sso?{query}") }))
}

async fn wrong(site: &Site, visit: &Visit, mut view: AgainView, field: &str, why: &str) -> Result<HttpResponse, Failure> {
    refusals::record(site, visit, Phase::Failed, &[("action", "session.confirm"), ("why", why)]).await;
    view.problems.add(field, sentence(why));
    wrong_form(&view)
}

async fn view(site: &Site, visit: &Visit, keep: &str, next: String, problems: Problems) -> Result<AgainView, Failure> {
    let session = own(visit)?;
    let kept = site.kept.about(keep, session.id, site.store.clock().now());
    Ok(AgainView {
        shell: shell(site, visit, "Is it you?", Nav::Nowhere).await,
        problems,
        doing: kept.map(|(_, doing)| doing.to_owned()).unwrap_or_default(),
        factors: session.factors,
        begun: if session.factors.passkey { site.ceremonies.sign_in(asker(site, visit)) } else { None },
        password: session.member.has_password(),
        sso: elsewhere(site, session.member.id, keep, &next).await?,
        proof: String::new(),
        keep: keep.to_owned(),
        ready: None,
        next,
        retry_after: None,
    })
}

#[cfg(any(test, feature = "testing"))]
impl AgainView {
    pub fn samples() -> Vec<Self> {
        let first = Self {
            shell: Shell::sample("Is it you?", Nav::Nowhere),
            problems: Problems::none(),
            doing: "remove an app".to_owned(),
            factors: Factors { app: true, passkey: false },
            begun: None,
            password: true,
            sso: None,
            proof: String::new(),
            keep: "sample-ticket".to_owned(),
            ready: None,
            next: "/apps".to_owned(),
            retry_after: None,
        };
        let mut wrong = Self { doing: String::new(), keep: String::new(), factors: Factors::default(), ..first.clone() };
        wrong.problems.add("password", "The password is not right");
        let ready = Self { ready: Some("/apps/wiki.example.org/removal".to_owned()), ..first.clone() };
        let slow = Self { retry_after: Some(30), ..first.clone() };
        let passkey = Self { factors: Factors { app: false, passkey: true }, begun: Some(Begun::sample()), ..first.clone() };
        let way = Link { label: "Show it with <wiki>".to_owned(), href: "/session/again/sso?keep=x&next=%2Fapps".to_owned() };
        let elsewhere = Self { sso: Some(way), ..first.clone() };
        let only = Self { password: false, ..elsewhere.clone() };
        let shown = Self { proof: "sample-ticket".to_owned(), ..only.clone() };
        vec![first, wrong, ready, slow, passkey, elsewhere, only, shown]
    }
}
