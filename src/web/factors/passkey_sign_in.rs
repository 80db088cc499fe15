//! Signing in with a passkey: no name, no password, no code; the device checks who uses it.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::ceremony::Begun;
use super::prove::{Shown, asker, shown};
use crate::access::Grant;
use crate::access::action::SignIn;
use crate::commands::passkey_pass::PassPasskey;
use crate::store::Denied;
use crate::store::audit::Phase;
use crate::store::sessions::Stage;
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::guard::Public;
use crate::web::page::{page, page_with, see_other, shell, wrong_form};
use crate::web::session::{before, came_in, device, local, new_session};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::throttle::By;
use crate::web::visit::Visit;
use crate::web::{Site, refusals};

/// The page that asks for a passkey.
#[derive(Debug, Clone, Template)]
#[template(path = "session/passkey.html")]
pub struct PasskeySignInView {
    pub shell: Shell,
    pub problems: Problems,
    /// What the browser is asked; `None` where the dashboard's address has no host name.
    pub begun: Option<Begun>,
    /// Where the member wanted to go; a local path.
    pub next: String,
    /// Seconds until another try is taken, where tries came too fast.
    pub retry_after: Option<u64>,
}

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignInForm {
    ticket: String,
    /// JSON, as the browser gave it.
    credential: String,
    next: String,
}

/// The page.
pub async fn passkey_question(_everybody: Public, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    if visit.session.is_some() {
        return see_other("/apps");
    }
    page(&view(&site, &visit, local(query.get("next")), Problems::none()).await)
}

/// Signs in. Whatever is wrong with the answer reads the same.
pub async fn passkey_sign_in(
    may: Grant<SignIn>,
    Form(form): Form<PasskeySignInForm>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let next = local(&form.next);
    // Nobody guesses a passkey, so wrong ones add up to no wait; such a name can't be a member's.
    let by = By::Name("\u{0}passkey");
    if let Err(seconds) = site.throttle.try_now(by, &visit.ip, site.store.clock().now()) {
        let view = PasskeySignInView { retry_after: Some(seconds), ..view(&site, &visit, next, Problems::none()).await };
        let mut slow = page_with(StatusCode::TOO_MANY_REQUESTS, &view)?;
        slow.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        return Ok(slow);
    }
    let Some(Shown { name, member, proof }) = shown(&site, &visit, &form.ticket, &form.credential).await? else {
        return refused(&site, &visit, next).await;
    };
    let (token, session) = new_session(&visit, Stage::Full, None);
    let device = device(&site, &request, Some(member.id), site.store.clock().now());
    let pass = PassPasskey {
        member_id: member.id,
        member: member.name,
        passkey_name: name,
        proof,
        session,
        instead_of: before(&visit),
        new_device: device.is_none(),
    };
    match site.store.commit(&may, pass).await {
        Ok(_) => {}
        Err(Denied::Rule { .. }) => return refused(&site, &visit, next).await,
        Err(other) => return Err(other.into()),
    }
    came_in(&site, token, member.id, device, &next)
}

async fn refused(site: &Site, visit: &Visit, next: String) -> Result<HttpResponse, Failure> {
    let pairs = [("action", "session.begin"), ("name", "somebody with a passkey")];
    refusals::record(site, visit, Phase::Failed, &pairs).await;
    let mut problems = Problems::none();
    problems.add("", "This passkey does not let you in here, or it took more than five minutes. Try again");
    wrong_form(&view(site, visit, next, problems).await)
}

async fn view(site: &Site, visit: &Visit, next: String, problems: Problems) -> PasskeySignInView {
    let shell = shell(site, visit, "Sign in with a passkey", Nav::Nowhere).await;
    PasskeySignInView { shell, problems, begun: site.ceremonies.sign_in(asker(site, visit)), next, retry_after: None }
}

#[cfg(any(test, feature = "testing"))]
impl PasskeySignInView {
    pub fn samples() -> Vec<Self> {
        let (shell, problems) = (Shell::sample_signed_out("Sign in with a passkey"), Problems::none());
        let first = Self { shell, problems, begun: Some(Begun::sample()), next: "/apps".to_owned(), retry_after: None };
        let mut wrong = first.clone();
        wrong.problems.add("", "This passkey does not let you in here. Try again");
        let slow = Self { retry_after: Some(30), ..first.clone() };
        vec![Self { begun: None, ..first.clone() }, first, wrong, slow]
    }
}
