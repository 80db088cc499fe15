//! The second step of a sign-in.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use super::ceremony::Begun;
use super::prove::{Wrong, asker, prove};
use crate::access::Grant;
use crate::access::action::GiveCode;
use crate::commands::factor_pass::PassFactor;
use crate::store::Denied;
use crate::store::audit::Phase;
use crate::store::factors::{Proof, SPENT};
use crate::store::sessions::{Session, Stage};
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::guard::Public;
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::session::{came_in, local, new_session};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::{Site, refusals};

/// The page that asks for the code.
#[derive(Debug, Clone, Template)]
#[template(path = "session/factor.html")]
pub struct CodeView {
    pub shell: Shell,
    pub problems: Problems,
    /// Where the member wanted to go; a local path.
    pub next: String,
    /// Whether the member has an authenticator app.
    pub app: bool,
    /// What the browser is asked where the member has a passkey.
    pub begun: Option<Begun>,
}

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeForm {
    code: String,
    next: String,
}

/// Asks for the code, once the password was right.
pub async fn ask_code(_everybody: Public, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let Some(half) = &visit.half else { return see_other("/session") };
    page(&view(&site, &visit, half, local(query.get("next")), Problems::none()).await)
}

/// Takes the code. Whoever signed in with a recovery code looks through the factors first.
pub async fn give_code(
    may: Grant<GiveCode>,
    Form(form): Form<CodeForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let Some(half) = &visit.half else {
        let text = "no sign-in waits for a code in this browser: it took more than ten minutes, or is done; sign in again";
        return Err(Failure::Conflict(text.to_owned()));
    };
    let next = local(&form.next);
    let proof = match prove(&site, half.member.id, &form.code).await {
        Ok(proof) => proof,
        Err(Wrong::Store(error)) => return Err(error.into()),
        Err(wrong) => return again(&site, &visit, half, next, &wrong.to_string()).await,
    };
    let recovered = matches!(proof, Proof::Recovery(_));
    let stage = if recovered { Stage::Review } else { Stage::Full };
    let (token, session) = new_session(&visit, stage, half.vouched());
    let member = half.member.clone();
    let pass = PassFactor { half: half.id, member_id: member.id, member: member.name, proof, session };
    match site.store.commit(&may, pass).await {
        Ok(_) => {}
        Err(Denied::Rule { what: SPENT, text }) => return again(&site, &visit, half, next, &text).await,
        Err(other) => return Err(other.into()),
    }
    site.codes.right(half.member.id);
    came_in(&site, token, half.member.id, None, if recovered { "/account/factors" } else { &next })
}

async fn again(site: &Site, visit: &Visit, half: &Session, next: String, why: &str) -> Result<HttpResponse, Failure> {
    let pairs = [("action", "session.code"), ("name", half.member.name.as_str()), ("why", why)];
    refusals::record(site, visit, Phase::Failed, &pairs).await;
    let mut problems = Problems::none();
    problems.add("code", sentence(why));
    wrong_form(&view(site, visit, half, next, problems).await)
}

async fn view(site: &Site, visit: &Visit, half: &Session, next: String, problems: Problems) -> CodeView {
    let begun = if half.factors.passkey { site.ceremonies.sign_in(asker(site, visit)) } else { None };
    let shell = shell(site, visit, "Second step", Nav::Nowhere).await;
    CodeView { shell, problems, next, app: half.factors.app, begun }
}

#[cfg(any(test, feature = "testing"))]
impl CodeView {
    pub fn samples() -> Vec<Self> {
        let (shell, next) = (Shell::sample_signed_out("Second step"), "/apps".to_owned());
        let first = Self { shell, problems: Problems::none(), next, app: true, begun: None };
        let mut wrong = first.clone();
        wrong.problems.add("code", "This code is not right; the app shows another one every 30 seconds");
        let both = Self { begun: Some(Begun::sample()), ..first.clone() };
        let passkey = Self { app: false, ..both.clone() };
        vec![first, wrong, both, passkey]
    }
}
