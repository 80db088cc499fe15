//! The settings of an app: one control for each setting that the recipe's sample knows.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{EditSettings, ViewSettings};
use crate::commands::env_save::SaveEnv;
use crate::envfile::{EnvFile, is_secret_like};
use crate::recipe::{FieldKind as SampleKind, Sample};
use crate::store::Denied;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::page::{moment, page, page_with, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;
use crate::{envfile, recipe};

/// The page of an app's settings.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/settings.html")]
pub struct AppSettingsView {
    pub shell: Shell,
    pub app: AppHeader,
    pub form: SettingsForm,
    pub problems: Problems,
    /// The revision that the form was made from; saving over a newer one is refused.
    pub revision: String,
    pub saved: Option<When>,
    pub saved_by: String,
    /// Keys whose saved value is not the deployed one.
    pub not_deployed: Vec<String>,
    pub may_save: bool,
}

/// The controls of the settings, as the new-app wizard and the settings page show them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsForm {
    pub groups: Vec<FieldGroup>,
    pub overlays: Vec<Overlay>,
}

/// Settings that stand together in the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldGroup {
    /// Empty for the first group.
    pub title: String,
    pub help: String,
    pub fields: Vec<Field>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The key in the env file; also the name of the control.
    pub key: String,
    /// The recipe's comment beside the setting.
    pub help: String,
    pub required: bool,
    pub kind: FieldKind,
    pub value: String,
    /// The sample's value, when it differs from `value`.
    pub default: String,
}

/// How a setting is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Number,
    Email,
    Multiline,
    /// Two radios, with the spelling that the recipe uses for each.
    YesNo {
        yes: String,
        no: String,
    },
    Choice(Vec<String>),
}

/// A further compose file of the recipe that may be switched on. Its control is named `overlay.` and the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    pub file: String,
    pub help: String,
    pub on: bool,
}

/// What a value is shown as to those who may not edit it.
const MASKED: &str = "••••••••";

/// The settings of an app.
pub async fn form(may: Grant<ViewSettings>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let env = facts.revision(&site).await?.text;
    let read =
        EnvFile::parse(&env).map_err(|e| Failure::Conflict(format!("the settings of {}, {e}; {}", facts.app.name, e.hint)))?;
    let fields = fields_of(&read)?;
    let mut form = form_of(&fields, &BTreeMap::new(), &overlays_of(&read));
    if !facts.admin {
        mask(&mut form);
    }
    let revision = facts.app.env_number;
    page(&view(&facts, &visit, &site, form, Problems::none(), revision).await?)
}

/// Saves them anew.
pub async fn save(
    may: Grant<EditSettings>,
    Fields(mut fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let based_on = fields.remove("revision").and_then(|r| r.parse().ok());
    let based_on: i32 = based_on.ok_or_else(|| Failure::BadForm("the form was not complete; open the page again".to_owned()))?;
    let old = EnvFile::parse(&facts.revision(&site).await?.text).map_err(|e| Failure::Conflict(e.to_string()))?;
    let known = fields_of(&old)?;
    let (values, overlays, mut problems) = answers(&known, &fields);
    if !problems.is_empty() {
        return wrong_form(&view(&facts, &visit, &site, form_of(&known, &values, &overlays), problems, based_on).await?);
    }
    let new = recipe::fill(&old, &values, &overlays);
    let changed: Vec<String> = envfile::diff(&old, &new).into_iter().map(|c| c.key).collect();
    if changed.is_empty() {
        return see_other(&format!("/apps/{}/settings", facts.app.name));
    }
    let command = SaveEnv { app_id: facts.app.id, based_on, text: new.text(), changed, reason: String::new() };
    match site.store.commit(&may, command).await {
        Ok(_) => see_other(&format!("/apps/{}/deployment", facts.app.name)),
        Err(Denied::Rule { text, .. }) => {
            problems.add("", format!("{}. What you typed is kept below; saving again puts it over theirs", sentence(&text)));
            let newest = site.store.app(&facts.app.name).await?.map_or(based_on, |a| a.env_number);
            let view = view(&facts, &visit, &site, form_of(&known, &values, &overlays), problems, newest).await?;
            page_with(StatusCode::CONFLICT, &view)
        }
        Err(other) => Err(other.into()),
    }
}

/// The settings that a form asks for. The app's own file reads like a sample.
fn fields_of(env: &EnvFile) -> Result<Vec<recipe::Field>, Failure> {
    let fields = Sample::parse(&env.text()).map_err(|e| Failure::Conflict(e.to_string()))?.fields;
    Ok(fields.into_iter().filter(|f| !matches!(f.kind, SampleKind::Fixed | SampleKind::Secret)).collect())
}

/// The overlays that are on.
pub(super) fn overlays_of(env: &EnvFile) -> Vec<String> {
    env.appended_compose_files()
}

/// The form with the values that were typed, or else the ones of the file.
pub(super) fn form_of(fields: &[recipe::Field], typed: &BTreeMap<String, String>, on: &[String]) -> SettingsForm {
    let mut form = SettingsForm::default();
    for field in fields {
        if let SampleKind::Overlay { file } = &field.kind {
            form.overlays.push(Overlay { file: file.clone(), help: field.help.clone(), on: on.contains(file) });
            continue;
        }
        if form.groups.last().is_none_or(|g| g.title != field.group) {
            form.groups.push(FieldGroup { title: field.group.clone(), help: String::new(), fields: vec![] });
        }
        let present = if field.optional { "" } else { field.default.as_str() };
        let kind = match field.kind {
            SampleKind::Bool => {
                let (yes, no) = field.on_off();
                FieldKind::YesNo { yes: yes.to_owned(), no: no.to_owned() }
            }
            SampleKind::Number => FieldKind::Number,
            _ => FieldKind::Text,
        };
        let value = typed.get(&field.key).map_or(present, String::as_str).to_owned();
        let default = if field.optional { field.default.clone() } else { String::new() };
        let view = Field { key: field.key.clone(), help: field.help.clone(), required: false, kind, value, default };
        if let Some(group) = form.groups.last_mut() {
            group.fields.push(view);
        }
    }
    form
}

/// What a form answered: values, overlays that are on, and what is wrong.
pub(super) fn answers(
    known: &[recipe::Field],
    fields: &BTreeMap<String, String>,
) -> (BTreeMap<String, String>, Vec<String>, Problems) {
    let (mut values, mut overlays, mut problems) = (BTreeMap::new(), vec![], Problems::none());
    for (name, value) in fields {
        if let Some(file) = name.strip_prefix("overlay.") {
            let listed = known.iter().any(|f| matches!(&f.kind, SampleKind::Overlay { file: known } if known == file));
            if listed {
                overlays.push(file.to_owned());
            } else {
                problems.add("", format!("There is no overlay called {file}"));
            }
            continue;
        }
        let Some(field) = known.iter().find(|f| f.key == *name) else {
            problems.add("", format!("There is no setting called {name}"));
            continue;
        };
        let value = value.replace("\r\n", "\n");
        if value.contains('\0') {
            problems.add(name, "A setting can’t hold a NUL character");
        }
        if matches!(field.kind, SampleKind::Number) && !value.is_empty() && value.trim().parse::<f64>().is_err() {
            problems.add(name, "This is a number");
        }
        values.insert(name.clone(), value);
    }
    // In the order of the recipe: the list of compose files depends on it.
    let place = |file: &String| known.iter().position(|f| matches!(&f.kind, SampleKind::Overlay { file: known } if known == file));
    overlays.sort_by_key(place);
    (values, overlays, problems)
}

fn mask(form: &mut SettingsForm) {
    for field in form.groups.iter_mut().flat_map(|g| &mut g.fields) {
        if is_secret_like(&field.key) && !field.value.is_empty() {
            MASKED.clone_into(&mut field.value);
        }
    }
}

async fn view(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    form: SettingsForm,
    problems: Problems,
    revision: i32,
) -> Result<AppSettingsView, Failure> {
    let saved = facts.revision(site).await?;
    Ok(AppSettingsView {
        shell: shell(site, visit, format!("Settings of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Settings, None),
        form,
        problems,
        revision: revision.to_string(),
        saved: Some(moment(site, saved.at)),
        saved_by: saved.by.clone(),
        not_deployed: not_deployed(facts, site, &saved.text).await?,
        may_save: facts.admin,
    })
}

/// Settings whose saved value is not the deployed one.
async fn not_deployed(facts: &Facts, site: &Site, saved: &str) -> Result<Vec<String>, Failure> {
    let deployed = site.store.last_converged(facts.app.id).await?;
    let Some(deployed) = deployed else { return Ok(vec![]) };
    let revision = site.store.env_revision(facts.app.id, deployed.env_number).await?;
    let (Some(Ok(old)), Ok(new)) = (revision.map(|r| EnvFile::parse(&r.text)), EnvFile::parse(saved)) else { return Ok(vec![]) };
    let keys = envfile::diff(&old, &new).into_iter().map(|c| c.key);
    Ok(keys.filter(|k| k != "TYPE" && k != "RECIPE").collect())
}

#[cfg(any(test, feature = "testing"))]
impl SettingsForm {
    pub fn sample() -> Self {
        let field = |key: &str, kind, value: &str, help: &str| Field {
            key: key.to_owned(),
            help: help.to_owned(),
            required: false,
            kind,
            value: value.to_owned(),
            default: String::new(),
        };
        Self {
            groups: vec![
                FieldGroup {
                    title: String::new(),
                    help: String::new(),
                    fields: vec![
                        Field {
                            required: true,
                            ..field("LETS_ENCRYPT_ENV", FieldKind::Text, "production", "Which certificate authority Traefik asks")
                        },
                        field("TIMEOUT", FieldKind::Number, "120", "Seconds to wait for the app to come up"),
                        field("ENABLE_BACKUPS", FieldKind::YesNo { yes: "true".to_owned(), no: "false".to_owned() }, "true", ""),
                    ],
                },
                FieldGroup {
                    title: "Mail".to_owned(),
                    help: "Leave empty if the app should send no mail.".to_owned(),
                    fields: vec![
                        field("SMTP_HOST", FieldKind::Text, "", ""),
                        Field { default: "587".to_owned(), ..field("SMTP_PORT", FieldKind::Number, "99999", "") },
                        field("SMTP_FROM", FieldKind::Email, "wiki@example.org", "The sender of the app's mail"),
                        field("SMTP_AUTH", FieldKind::Choice(vec!["login".to_owned(), "plain".to_owned()]), "plain", ""),
                        field("EXTRA_CONFIG", FieldKind::Multiline, "a = 1\nb = \"<2>\"", ""),
                    ],
                },
            ],
            overlays: vec![
                Overlay {
                    file: "compose.smtp.yml".to_owned(),
                    help: "Sends mail; needs the secret smtp_password".to_owned(),
                    on: true,
                },
                Overlay { file: "compose.oidc.yml".to_owned(), help: String::new(), on: false },
            ],
        }
    }
}

#[cfg(any(test, feature = "testing"))]
impl AppSettingsView {
    pub fn samples() -> Vec<Self> {
        use super::header::Tab;
        use crate::web::shell::Nav;
        let page = Self {
            shell: Shell::sample_busy("Settings of wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Settings),
            form: SettingsForm::sample(),
            problems: Problems::none(),
            revision: "4".to_owned(),
            saved: Some(When::sample(75)),
            saved_by: "Bo".to_owned(),
            not_deployed: vec!["SMTP_HOST".to_owned(), "SMTP_PORT".to_owned()],
            may_save: true,
        };
        let mut wrong = Self { shell: Shell::sample("Settings of wiki.example.org", Nav::Apps), ..page.clone() };
        wrong.problems.add("SMTP_PORT", "A port is a number from 1 to 65535");
        let bare = Self {
            form: SettingsForm::default(),
            app: AppHeader::sample_not_deployed(Tab::Settings),
            saved: None,
            not_deployed: Vec::new(),
            ..page.clone()
        };
        let read_only = Self { may_save: false, ..page.clone() };
        vec![page, wrong, bare, read_only]
    }
}
