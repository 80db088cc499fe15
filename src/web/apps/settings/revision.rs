//! One revision of an app's settings, and going back to it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{EditSettings, ViewSettings};
use crate::commands::env_revert::RevertEnv;
use crate::commands::operation_finish::with_version;
use crate::envfile::EnvFile;
use crate::store::Denied;
use crate::store::apps::EnvRevision;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts, facts_of_form};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::{Fields, Id};
use crate::web::page::{moment, page, page_with, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

use super::change::{EnvChange, change};
use super::check::{changed_keys, check, unreadable};
use super::mask::masked;
use super::numbers;
use super::sent::Sent;
use super::typed_text::shown;

/// The page of one revision.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/settings_revision.html")]
pub struct RevisionView {
    pub shell: Shell,
    pub app: AppHeader,
    pub problems: Problems,
    pub number: i32,
    /// The newest one, which going back follows.
    pub newest: i32,
    pub when: When,
    pub by: String,
    pub reason: String,
    /// The text; secret-like values are hidden from those who may not edit. Empty if nothing in it could be hidden.
    pub text: String,
    /// What going back would change of the newest settings.
    pub change: EnvChange,
    /// Why the member goes back, if that was typed already.
    pub typed_reason: String,
    pub may_go_back: bool,
}

impl RevisionView {
    /// The numbers beside the lines.
    pub fn numbers(&self) -> String {
        numbers(self.text.lines().count())
    }
}

/// One revision.
pub async fn revision(may: Grant<ViewSettings>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let old = found(&facts, &site, id).await?;
    page(&view(&facts, &visit, &site, &old, Problems::none(), String::new()).await?)
}

/// Goes back to it: its text becomes the newest revision, with the version that is chosen now.
pub async fn revert(
    may: Grant<EditSettings>,
    Id(id): Id,
    Fields(mut fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let sent = Sent::take(&mut fields)?;
    let old = found(&facts, &site, id).await?;
    let text = text_back(&facts, &old);
    let mut problems = sent.problems("form-reason");
    match (EnvFile::parse(&text), EnvFile::parse(&facts.revision(&site).await?.text)) {
        (Ok(back), now) => {
            let now = now.unwrap_or_else(|_unreadable| back.clone());
            problems.0.extend(check(&facts, &site, &now, &back, (&facts.app.version, "")).await?.problems.0);
        }
        (Err(fault), _) => problems.add("", unreadable(&fault)),
    }
    if !problems.is_empty() {
        return wrong_form(&view(&facts, &visit, &site, &old, problems, sent.reason).await?);
    }
    let before = facts.revision(&site).await?.text;
    let Ok(back) = EnvFile::parse(&text) else { return Err(Failure::broken("settings that were read can't be read")) };
    let reason = if sent.reason.is_empty() { format!("Back to revision {}", old.number) } else { sent.reason.clone() };
    let changed = changed_keys(&before, &back);
    let command = RevertEnv { app_id: facts.app.id, based_on: sent.based_on, back_to: old.number, text, changed, reason };
    match site.store.commit(&may, command).await {
        Ok(_) => see_other(&format!("/apps/{}/deployment", facts.app.name)),
        Err(Denied::Rule { text, .. }) => {
            problems.add("", format!("{}. Look at what going back would change now, and decide again", sentence(&text)));
            page_with(StatusCode::CONFLICT, &view(&facts, &visit, &site, &old, problems, sent.reason).await?)
        }
        Err(other) => Err(other.into()),
    }
}

async fn found(facts: &Facts, site: &Site, id: i64) -> Result<EnvRevision, Failure> {
    let number = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    site.store.env_revision(facts.app.id, number).await?.ok_or(Failure::NotFound)
}

/// The text that comes back. The version is chosen by a deploy, so the present one stays.
fn text_back(facts: &Facts, old: &EnvRevision) -> String {
    with_version(&old.text, &facts.app.recipe, &facts.app.version).unwrap_or_else(|| old.text.clone())
}

async fn view(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    old: &EnvRevision,
    problems: Problems,
    typed_reason: String,
) -> Result<RevisionView, Failure> {
    let app = site.store.app(&facts.app.name).await?.ok_or(Failure::NotFound)?;
    let newest = site.store.env_revision(app.id, app.env_number).await?.ok_or(Failure::NotFound)?;
    let text = if facts.may::<EditSettings>() { Some(old.text.clone()) } else { masked(&old.text) };
    Ok(RevisionView {
        shell: shell(site, visit, format!("Revision {} of {}", old.number, facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Settings, None),
        problems,
        number: old.number,
        newest: newest.number,
        when: moment(site, old.at),
        by: old.by.clone(),
        reason: old.reason.clone(),
        text: shown(&text.unwrap_or_default()),
        change: change(&newest.text, &text_back(facts, old)),
        typed_reason,
        may_go_back: facts.may::<EditSettings>() && old.number != newest.number,
    })
}
