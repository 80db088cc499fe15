//! The settings of an app as a form.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{EditSettings, ViewSettings};
use crate::envfile::EnvFile;
use crate::store::apps::EnvRevision;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{moment, page, see_other, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::asked::{Asked, asked, overlays};
use super::conflict::Conflict;
use super::controls::{Overlays, SettingsForm, form_from};
use super::mask::Mask;
use super::{Mode, Newest};

/// The page of an app's settings.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/settings.html")]
pub struct AppSettingsView {
    pub shell: Shell,
    pub app: AppHeader,
    pub mode: Mode,
    pub newest: Newest,
    pub form: SettingsForm,
    pub problems: Problems,
    /// The revision that the form was made from; saving over a newer one is refused.
    pub revision: i32,
    /// The version whose sample the form is made from.
    pub version: String,
    /// Versions whose form can be looked at.
    pub versions: Vec<String>,
    /// Settings that this version brought and the app has not got yet.
    pub new_keys: Vec<String>,
    /// Why the recipe's sample could not be used.
    pub without_sample: Option<String>,
    pub conflict: Option<Conflict>,
    /// Why the settings are changed, if that was typed already.
    pub reason: String,
    pub may_save: bool,
}

/// The settings of an app. With `version` in the query, the form of another version of the recipe.
pub async fn form(may: Grant<ViewSettings>, query: Query, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let newest = facts.revision(&site).await?;
    let Ok(env) = EnvFile::parse(&newest.text) else {
        // What can't be read can't be asked for either; the text can still be mended.
        return see_other(&format!("/apps/{}/settings/text", facts.app.name));
    };
    let version = version(&facts, query.get("version"));
    let asked = asked(&facts, &site, &env, &version).await?;
    let on = overlays(&asked.questions, &env);
    let mut view = view(&facts, &visit, &site, &newest, &asked, (&BTreeMap::new(), &on), &version).await?;
    if !facts.may::<EditSettings>() {
        view.form.hide(&Mask::of(&env));
    }
    page(&view)
}

/// The version that was chosen, or the app's own.
pub(super) fn version(facts: &Facts, chosen: &str) -> String {
    if chosen.is_empty() { facts.app.version.clone() } else { chosen.to_owned() }
}

/// The page with the values and overlays that were typed, or else the ones of the app.
pub(super) async fn view(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    newest: &EnvRevision,
    asked: &Asked,
    (typed, on): (&BTreeMap<String, String>, &Overlays),
    version: &str,
) -> Result<AppSettingsView, Failure> {
    Ok(AppSettingsView {
        shell: shell(site, visit, format!("Settings of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Settings, None),
        mode: Mode::Form,
        newest: facts.newest(site, newest),
        form: form_from(&asked.questions, typed, on),
        problems: Problems::none(),
        revision: newest.number,
        version: version.to_owned(),
        versions: asked.versions.clone(),
        new_keys: asked.questions.new_keys(),
        without_sample: asked.without_sample.as_deref().map(sentence),
        conflict: None,
        reason: String::new(),
        may_save: facts.may::<EditSettings>(),
    })
}

impl Facts {
    /// The newest revision of the settings, as their pages tell of it.
    pub(super) fn newest(&self, site: &Site, revision: &EnvRevision) -> Newest {
        Newest {
            number: revision.number,
            saved: moment(site, revision.at),
            by: revision.by.clone(),
            not_deployed: self.pending.clone(),
        }
    }
}
