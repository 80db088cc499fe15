//! The settings of an app as text, byte for byte.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{EditSettings, ViewSettings};
use crate::envfile::{EnvFile, is_secret_like};
use crate::store::apps::EnvRevision;
use crate::web::Site;
use crate::web::apps::changes::DiffLine;
use crate::web::apps::facts::{Facts, facts, facts_of_form};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::page::{page, page_with, shell, wrong_form};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::check::{check, unreadable};
use super::conflict::{Conflict, conflict};
use super::form::version;
use super::mask::masked;
use super::review::review;
use super::save::{Saved, based_on, commit};
use super::sent::{Sent, Step};
use super::text_diff::text_diff;
use super::typed_text::{restored, shown};
use super::{Mode, Newest, numbers};

/// The page of the text.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/settings_text.html")]
pub struct SettingsTextView {
    pub shell: Shell,
    pub app: AppHeader,
    pub mode: Mode,
    pub newest: Newest,
    pub problems: Problems,
    pub revision: i32,
    /// What was typed, or else the file; every line ended by LF.
    pub text: String,
    /// Variables that look like secrets in plain text.
    pub plain_secrets: Vec<String>,
    pub conflict: Option<Conflict>,
    /// In a conflict, what saving on top of theirs would change of theirs.
    pub over_theirs: Vec<DiffLine>,
    pub reason: String,
    pub may_save: bool,
}

/// Lines that can be added before the area begins to scroll, and its line numbers end.
const SPARE_LINES: usize = 8;

impl SettingsTextView {
    /// Lines of the text area.
    pub fn rows(&self) -> usize {
        self.text.lines().count() + SPARE_LINES
    }

    /// The numbers beside the lines.
    pub fn numbers(&self) -> String {
        numbers(self.rows())
    }
}

/// The text of an app's settings.
pub async fn text(may: Grant<ViewSettings>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let newest = facts.revision(&site).await?;
    let text = if facts.may::<EditSettings>() { Some(newest.text.clone()) } else { masked(&newest.text) };
    let mut view = view(&facts, &visit, &site, &newest, text.as_deref().unwrap_or_default()).await;
    if let Err(fault) = EnvFile::parse(&newest.text) {
        view.problems.add(if facts.may::<EditSettings>() { "text" } else { "" }, unreadable(&fault));
    }
    page(&view)
}

/// Takes the text.
pub async fn save_text(
    may: Grant<EditSettings>,
    Fields(mut fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let carried = fields.clone();
    let sent = Sent::take(&mut fields)?;
    let incomplete = || Failure::BadForm("the form was not complete; open the page again".to_owned());
    let typed = fields.remove("text").ok_or_else(incomplete)?;
    let base = based_on(&facts, &site, sent.based_on).await?;
    let text = restored(&base.text, &typed);
    let back = async |problems: Problems| {
        let mut view = view(&facts, &visit, &site, &base, &text).await;
        view.problems = problems;
        view.reason.clone_from(&sent.reason);
        if view.problems.is_empty() { page(&view) } else { wrong_form(&view) }
    };
    let mut problems = sent.problems("");
    if text.contains('\0') {
        problems.add("text", "The settings can’t hold a NUL character");
    }
    let new = match EnvFile::parse(&text) {
        Ok(new) if problems.is_empty() && sent.step != Step::Edit => new,
        Ok(_) => return back(problems).await,
        Err(fault) => {
            problems.add("text", unreadable(&fault));
            return back(problems).await;
        }
    };
    if facts.app.env_number != base.number {
        return meanwhile(&facts, &visit, &site, &sent, (&base, &text)).await;
    }
    // A file that could not be read before has nothing that the new one could be held against.
    let old = EnvFile::parse(&base.text).ok();
    let checked = check(&facts, &site, old.as_ref().unwrap_or(&new), &new, (&version(&facts, ""), "text")).await?;
    if !checked.problems.is_empty() {
        return back(checked.problems).await;
    }
    if sent.step == Step::Review {
        let action = format!("/apps/{}/settings/text", facts.app.name);
        return page(&review(&facts, &visit, &site, (&base, &text), carried, (action, checked.warnings)).await);
    }
    match commit(&may, &site, &facts, &sent, (&base.text, &new)).await? {
        Saved::Done(response) => Ok(response),
        Saved::Meanwhile => meanwhile(&facts, &visit, &site, &sent, (&base, &text)).await,
    }
}

/// What was typed, and what somebody else saved.
async fn meanwhile(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    sent: &Sent,
    (base, text): (&EnvRevision, &str),
) -> Result<HttpResponse, Failure> {
    let app = site.store.app(&facts.app.name).await?.ok_or(Failure::NotFound)?;
    let newest = based_on(facts, site, app.env_number).await?;
    let mut view = view(facts, visit, site, &newest, text).await;
    view.reason.clone_from(&sent.reason);
    view.over_theirs = match (masked(&newest.text), masked(text)) {
        (Some(theirs), Some(yours)) => text_diff(&theirs, &yours),
        _ => vec![],
    };
    view.conflict = Some(conflict(site, base, &newest, text));
    view.problems.add(
        "text",
        "Somebody saved these settings while you were editing them. Your text is below as you typed it; saving it puts it over \
         theirs, so take over first what is to stay",
    );
    page_with(StatusCode::CONFLICT, &view)
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, revision: &EnvRevision, text: &str) -> SettingsTextView {
    let env = EnvFile::parse(text).ok();
    let entries = env.iter().flat_map(EnvFile::entries);
    let mut plain_secrets: Vec<String> =
        entries.filter(|entry| is_secret_like(&entry.key) && !entry.value.is_empty()).map(|entry| entry.key.clone()).collect();
    plain_secrets.dedup();
    SettingsTextView {
        shell: shell(site, visit, format!("Settings of {} as text", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Settings, None),
        mode: Mode::Text,
        newest: facts.newest(site, revision),
        problems: Problems::none(),
        revision: revision.number,
        text: shown(text),
        plain_secrets,
        conflict: None,
        over_theirs: vec![],
        reason: String::new(),
        may_save: facts.may::<EditSettings>(),
    }
}
