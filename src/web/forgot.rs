//! A password was forgotten. The answer is the same, and takes as long, whether there is such a member or not.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use super::Site;
use super::failure::Failure;
use super::form::{Form, Query};
use super::guard::Public;
use super::page::{page, see_other, shell};
use super::refusals;
use super::shell::{Nav, Shell};
use super::throttle::By;
use super::visit::Visit;
use crate::access::Grant;
use crate::access::action::AskPassword;
use crate::commands::password_ask;
use crate::store::Denied;
use crate::store::audit::Phase;
use crate::store::sessions::token_hash;

/// The form, and what is said after it.
#[derive(Debug, Clone, Template)]
#[template(path = "session/forgot.html")]
pub struct ForgotView {
    pub shell: Shell,
    /// Somebody has asked.
    pub asked: bool,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgotForm {
    name: String,
}

/// The form. Without mail there is none: an admin makes the link then.
pub async fn form(_everybody: Public, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    if site.store.mail_settings().await?.is_none() {
        return Err(Failure::NotFound);
    }
    let asked = query.get("done") == "1";
    page(&ForgotView { shell: shell(&site, &visit, "Forgot your password?", Nav::Nowhere).await, asked })
}

/// Sends a link to the member of this name, if there is one and there is an address.
pub async fn ask(
    may: Grant<AskPassword>,
    Form(form): Form<ForgotForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    if site.store.mail_settings().await?.is_none() {
        return Err(Failure::NotFound);
    }
    let (name, now) = (form.name.trim().to_owned(), site.store.clock().now());
    let tries = format!("forgot {name}");
    site.throttle.try_now(By::Name(&tries), &visit.ip, now).map_err(Failure::TooMany)?;
    // Each counts, so that nobody's letter box is filled.
    site.throttle.wrong(By::Name(&tries), now);
    let seed = crate::random::bytes::<32>().to_vec();
    let token = site.post.token(&seed).map_err(|e| Failure::broken(e.to_string()))?;
    let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    let ask = password_ask::AskPassword { name, shown: shown.clone(), token_hash: token_hash(&token), seed };
    match site.store.commit(&may, ask).await {
        Ok(()) => {}
        // Strangers can ask for names without end; those that change nothing are counted, as failed sign-ins are.
        Err(Denied::Rule { what: password_ask::NO_LETTER, .. }) => {
            let pairs = [("action", "password.ask"), ("name", shown.as_str()), ("why", "no letter goes there")];
            refusals::try_record(&site, &visit, Phase::Failed, &pairs).await?;
            // A letter waits for the disk; so does this where it is only counted, or who asks could tell the two apart.
            site.store.try_to_write().await?;
        }
        Err(other) => return Err(other.into()),
    }
    see_other("/forgot?done=1")
}

#[cfg(any(test, feature = "testing"))]
impl ForgotView {
    pub fn samples() -> Vec<Self> {
        let form = Self { shell: Shell::sample_signed_out("Forgot your password?"), asked: false };
        vec![form.clone(), Self { asked: true, ..form }]
    }
}
