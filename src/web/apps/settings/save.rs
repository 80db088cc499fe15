//! Takes the form of an app's settings: shows what would change, saves it, or gives it back with what is wrong.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;

use crate::access::Grant;
use crate::access::action::EditSettings;
use crate::commands::env_save::SaveEnv;
use crate::envfile::{self, EnvFile};
use crate::recipe;
use crate::store::Denied;
use crate::store::apps::EnvRevision;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts_of_form};
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::page::{page, page_with, see_other, wrong_form};
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::answers::answers;
use super::asked::{asked, overlays};
use super::check::{changed_keys, check};
use super::conflict::conflict;
use super::controls::Overlays;
use super::form::{AppSettingsView, version, view};
use super::review::review;
use super::sent::{Sent, Step};

/// Takes the form.
pub async fn save(
    may: Grant<EditSettings>,
    Fields(mut fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let carried = fields.clone();
    let sent = Sent::take(&mut fields)?;
    let base = based_on(&facts, &site, sent.based_on).await?;
    let page_of = Page { facts: &facts, visit: &visit, site: &site, sent: &sent, base: &base };
    let old = EnvFile::parse(&base.text).map_err(|e| Failure::Conflict(e.to_string()))?;
    let asked = asked(&facts, &site, &old, &version(&facts, &sent.version)).await?;
    let before = overlays(&asked.questions, &old);
    let (mut values, on, mut problems) = answers(&asked.questions.fields(), &fields);
    keep_line_breaks(&old, &mut values);
    let on = if sent.with_overlays { before.with(on) } else { before };
    problems.0.extend(sent.problems("").0);
    if !problems.is_empty() || sent.step == Step::Edit {
        return page_of.form(&old, (&values, &on), problems).await;
    }
    let new = recipe::fill_by(&asked.sample, &old, &values, &on.on);
    if facts.app.env_number != base.number {
        return page_of.conflict(&old, &new).await;
    }
    let checked = check(&facts, &site, &old, &new, (&version(&facts, &sent.version), "")).await?;
    if !checked.problems.is_empty() {
        return page_of.form(&old, (&values, &on), checked.problems).await;
    }
    if sent.step == Step::Review {
        let action = format!("/apps/{}/settings", facts.app.name);
        return page(&review(&facts, &visit, &site, (&base, &new.text()), carried, (action, checked.warnings)).await);
    }
    match commit(&may, &site, &facts, &sent, (&base.text, &new)).await? {
        Saved::Done(response) => Ok(response),
        Saved::Meanwhile => page_of.conflict(&old, &new).await,
    }
}

/// How an attempt to save ended.
pub(super) enum Saved {
    Done(HttpResponse),
    /// Somebody else saved in the same moment.
    Meanwhile,
}

/// Saves, unless nothing changed, and leads on to the plan.
pub(super) async fn commit(
    may: &Grant<EditSettings>,
    site: &Site,
    facts: &Facts,
    sent: &Sent,
    (before, new): (&str, &EnvFile),
) -> Result<Saved, Failure> {
    if before == new.text() {
        return see_other(&format!("/apps/{}/settings", facts.app.name)).map(Saved::Done);
    }
    let command = SaveEnv {
        app_id: facts.app.id,
        based_on: sent.based_on,
        text: new.text(),
        changed: changed_keys(before, new),
        reason: sent.reason.clone(),
    };
    match site.store.commit(may, command).await {
        Ok(_) => see_other(&format!("/apps/{}/deployment", facts.app.name)).map(Saved::Done),
        Err(Denied::Rule { .. }) => Ok(Saved::Meanwhile),
        Err(other) => Err(other.into()),
    }
}

/// The revision that a form was made from.
pub(super) async fn based_on(facts: &Facts, site: &Site, number: i32) -> Result<EnvRevision, Failure> {
    let found = site.store.env_revision(facts.app.id, number).await?;
    found.ok_or_else(|| Failure::BadForm(format!("there is no revision {number} of these settings; open the page again")))
}

/// A form brings LF for whatever line break a value has; what is the same but for that is not changed.
fn keep_line_breaks(old: &EnvFile, values: &mut BTreeMap<String, String>) {
    let plain = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    for (key, value) in values {
        if let Some(present) = old.get(key).filter(|present| plain(present) == plain(value)) {
            *value = present;
        }
    }
}

/// What the answers to one form have in common.
struct Page<'a> {
    facts: &'a Facts,
    visit: &'a Visit,
    site: &'a Site,
    sent: &'a Sent,
    base: &'a EnvRevision,
}

impl Page<'_> {
    /// The form as it was typed.
    async fn form(
        &self,
        old: &EnvFile,
        (values, on): (&BTreeMap<String, String>, &Overlays),
        problems: Problems,
    ) -> Result<HttpResponse, Failure> {
        let mut view = self.view(old, self.base, (values, on)).await?;
        view.form.open_wrong(&problems);
        view.problems = problems;
        if view.problems.is_empty() { page(&view) } else { wrong_form(&view) }
    }

    /// The newest settings with what was typed here on top, and what the other one did.
    async fn conflict(&self, old: &EnvFile, new: &EnvFile) -> Result<HttpResponse, Failure> {
        let app = self.site.store.app(&self.facts.app.name).await?.ok_or(Failure::NotFound)?;
        let newest = based_on(self.facts, self.site, app.env_number).await?;
        let theirs = EnvFile::parse(&newest.text).map_err(|e| Failure::Conflict(e.to_string()))?;
        let version = version(self.facts, &self.sent.version);
        let asked = asked(self.facts, self.site, &theirs, &version).await?;
        let mine: BTreeMap<String, String> =
            envfile::diff(old, new).into_iter().map(|change| (change.key, change.after.unwrap_or_default())).collect();
        let (was, is) = (overlays(&asked.questions, old).on, overlays(&asked.questions, new).on);
        let mut on = overlays(&asked.questions, &theirs);
        on.on.retain(|file| is.contains(file) || !was.contains(file));
        on.on.extend(is.into_iter().filter(|file| !was.contains(file) && !on.on.contains(file)).collect::<Vec<_>>());
        let mut view = self.view(&theirs, &newest, (&mine, &on)).await?;
        view.problems.add(
            "",
            "Somebody saved these settings while you were editing them. What you changed is put on top of theirs below; nothing is \
             saved yet",
        );
        view.conflict = Some(conflict(self.site, self.base, &newest, &new.text()));
        page_with(StatusCode::CONFLICT, &view)
    }

    async fn view(
        &self,
        env: &EnvFile,
        revision: &EnvRevision,
        typed: (&BTreeMap<String, String>, &Overlays),
    ) -> Result<AppSettingsView, Failure> {
        let version = version(self.facts, &self.sent.version);
        let asked = asked(self.facts, self.site, env, &version).await?;
        let mut view = view(self.facts, self.visit, self.site, revision, &asked, typed, &version).await?;
        view.reason.clone_from(&self.sent.reason);
        Ok(view)
    }
}
