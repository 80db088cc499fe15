use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use super::own;
use crate::access::Grant;
use crate::access::action::{ChangePassword, ViewAccount};
use crate::commands::password_change;
use crate::passwords;
use crate::store::audit::Phase;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::{page, page_with, see_other, shell, wrong_form};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::throttle::By;
use crate::web::visit::Visit;
use crate::web::{Site, new_password, refusals};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "account/password.html")]
pub struct PasswordView {
    pub shell: Shell,
    pub problems: Problems,
    /// Seconds until another try is taken, where tries came too fast.
    pub retry_after: Option<u64>,
    /// Whether there is a password already. Who came by single sign-on gets a first one.
    pub has: bool,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeForm {
    #[serde(default)]
    current: String,
    password: String,
}

/// The form.
pub async fn password(_may: Grant<ViewAccount>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    if must_show(&site, &visit) {
        return see_other("/session/again?next=/account/password");
    }
    page(&view(&site, &visit, Problems::none()).await)
}

/// Whether somebody without a password has to show who they are in another way, a moment before they get one.
fn must_show(site: &Site, visit: &Visit) -> bool {
    let now = site.store.clock().now();
    visit.session.as_ref().is_some_and(|session| !session.member.has_password() && !session.is_fresh(now))
}

/// Exchanges one's own password.
pub async fn change(
    may: Grant<ChangePassword>,
    Form(form): Form<ChangeForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (member_id, name, session) = own(&visit)?;
    let name = name.to_owned();
    if must_show(&site, &visit) {
        return see_other("/session/again?next=/account/password");
    }
    // Whoever sits down at somebody's open browser may not guess on; the count is not that of the sign-in page, where strangers try.
    let (tries, now) = (format!("change {name}"), site.store.clock().now());
    let tries = By::Device(&tries);
    if let Err(seconds) = site.throttle.try_now(tries, &visit.ip, now) {
        let view = PasswordView { retry_after: Some(seconds), ..view(&site, &visit, Problems::none()).await };
        let mut slow = page_with(StatusCode::TOO_MANY_REQUESTS, &view)?;
        slow.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        return Ok(slow);
    }
    let mut problems = Problems::none();
    let stored = site.store.member(&name).await?.map(|m| m.password_hash);
    let busy = |e: passwords::Busy| Failure::Unavailable(e.to_string());
    let first = stored.as_deref() == Some("");
    if !first && !site.passwords.verify(form.current, stored).await.map_err(busy)? {
        site.throttle.wrong(tries, now);
        refusals::record(&site, &visit, Phase::Failed, &[("action", "password.change"), ("why", "wrong password")]).await;
        problems.add("current", "This is not your current password");
    }
    new_password::check(&site, &mut problems, &form.password, &name).await?;
    if !problems.is_empty() {
        return wrong_form(&view(&site, &visit, problems).await);
    }
    site.throttle.right(tries);
    let password_hash = site.passwords.hash(form.password).await.map_err(busy)?;
    site.store.commit(&may, password_change::ChangePassword { member_id, member: name, password_hash, session }).await?;
    see_other("/account?done=password")
}

async fn view(site: &Site, visit: &Visit, problems: Problems) -> PasswordView {
    let has = visit.session.as_ref().is_none_or(|session| session.member.has_password());
    PasswordView { shell: shell(site, visit, "Change your password", Nav::Account).await, problems, retry_after: None, has }
}

#[cfg(any(test, feature = "testing"))]
impl PasswordView {
    pub fn samples() -> Vec<Self> {
        let shell = Shell::sample("Change your password", Nav::Account);
        let first = Self { shell, problems: Problems::none(), retry_after: None, has: true };
        let mut wrong = first.clone();
        wrong.problems.add("current", "This is not your current password");
        wrong.problems.add("password", "Use 12 characters or more");
        let slow = Self { retry_after: Some(30), ..first.clone() };
        let none = Self { has: false, ..first.clone() };
        vec![first, wrong, slow, none]
    }
}
