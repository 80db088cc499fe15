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
use crate::commands::session_confirm;
use crate::store::Denied;
use crate::store::audit::Phase;
use crate::store::factors::{Factors, Proof, SPENT};
use crate::store::sessions::{Session, Stage, token_hash};
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::{page, page_with, see_other, shell, wrong_form};
use crate::web::session::{local, with_session};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
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
        return page(&view(&site, &visit, keep, next, Problems::none()).await?);
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
    let proof = match given(&site, &visit, session, form.password, (&form.code, &form.ticket, &form.credential)).await? {
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

/// The proof in the answer that is still to be spent, if all is right: a passkey, or the password and, where there is a factor, a code.
async fn given(
    site: &Site,
    visit: &Visit,
    session: &Session,
    password: String,
    (code, ticket, credential): (&str, &str, &str),
) -> Result<Result<Option<Proof>, Not>, Failure> {
    let not = |field, why: String| Ok(Err(Not { field, why }));
    if !credential.is_empty() {
        return match shown(site, visit, ticket, credential).await? {
            Some(Shown { member, proof, .. }) if member.id == session.member.id => Ok(Ok(Some(proof))),
            _ => not("", "this passkey is not yours, or it took more than five minutes; try again".to_owned()),
        };
    }
    let verified = site.passwords.verify(password, Some(session.member.password_hash.clone())).await;
    if !verified.map_err(|e| Failure::Unavailable(e.to_string()))? {
        return not("password", "the password is not right".to_owned());
    }
    if !session.factors.any() {
        return Ok(Ok(None));
    }
    match prove(site, session.member.id, code).await {
        Ok(proof) => Ok(Ok(Some(proof))),
        Err(Wrong::Store(error)) => Err(error.into()),
        Err(why) => not("code", why.to_string()),
    }
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
        vec![first, wrong, ready, slow, passkey]
    }
}
