//! Step 3: the settings that the recipe knows. With them the app is made.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{BeginApp, NewApp};
use crate::commands::app_new;
use crate::envfile::EnvFile;
use crate::ops::render;
use crate::ops::render::RecipeAt;
use crate::recipe;
use crate::recipe::{FieldKind as SampleKind, Sample};
use crate::stack::names::StackName;
use crate::store::Denied;
use crate::web::Site;
use crate::web::apps::facts::{blocking, recipe_at};
use crate::web::apps::settings::{SettingsForm, answers, form_of, overlays_of};
use crate::web::failure::Failure;
use crate::web::form::{Fields, Query};
use crate::web::page::{page, page_with, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::address::address_view;
use super::free::free_address;
use super::{Wizard, chosen, step, wizard};

/// Step 3: the settings that the recipe knows.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/new_settings.html")]
pub struct SettingsView {
    pub shell: Shell,
    pub wizard: Wizard,
    pub form: SettingsForm,
    pub problems: Problems,
}

/// Step 3: the settings.
pub async fn settings(_may: Grant<BeginApp>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (recipe, version) = chosen(&query)?;
    let domain = query.get("domain").to_owned();
    if let Err(problem) = free_address(&visit.actor, &site, &domain).await? {
        let mut problems = Problems::none();
        problems.add("domain", problem);
        return wrong_form(&address_view(&visit, &site, &query, &domain, problems).await?);
    }
    let sample = sample(&site, recipe, version, &domain).await?;
    let form = form_of(&sample.fields, &BTreeMap::new(), &overlays_of(&sample.env));
    page(&settings_view(&visit, &site, &query, form, Problems::none()).await)
}

/// Takes the settings and makes the app.
pub async fn create(
    may: Grant<NewApp>,
    Fields(fields): Fields,
    query: Query,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (recipe, version) = chosen(&query)?;
    let domain = query.get("domain").to_owned();
    let sample = sample(&site, recipe, version, &domain).await?;
    let (values, overlays, mut problems) = answers(&sample.fields, &fields);
    let stack = match free_address(&visit.actor, &site, &domain).await? {
        Ok(stack) => stack,
        Err(problem) => {
            problems.add("", format!("{problem}. Go back and choose another address"));
            StackName::of_app("x").map_err(|e| Failure::broken(e.to_string()))?
        }
    };
    let filled = recipe::fill(&sample.env, &values, &overlays);
    if problems.is_empty() {
        let rendered = render_check(&site, &sample.at, &stack, &filled).await?;
        rendered.unwrap_or_else(|error| problems.add("", sentence(&error)));
    }
    if !problems.is_empty() {
        return wrong_form(&settings_view(&visit, &site, &query, form_of(&sample.fields, &values, &overlays), problems).await);
    }
    let new = app_new::NewApp {
        name: domain.clone(),
        stack: stack.as_str().to_owned(),
        recipe: recipe.to_owned(),
        version: version.to_owned(),
        env: filled.text(),
    };
    match site.store.commit(&may, new).await {
        Ok(_) => {
            site.feed.hurry();
            site.live.poke("apps");
            see_other(&format!("/apps/{domain}/secrets?new=1"))
        }
        Err(Denied::Rule { text, .. }) => {
            problems.add("", sentence(&text));
            let view = settings_view(&visit, &site, &query, form_of(&sample.fields, &values, &overlays), problems).await;
            page_with(StatusCode::CONFLICT, &view)
        }
        Err(other) => Err(other.into()),
    }
}

/// A file that makes no stack is refused now, while the form is still open.
async fn render_check(site: &Site, at: &RecipeAt, stack: &StackName, env: &EnvFile) -> Result<Result<(), String>, Failure> {
    let (shelf, at, stack, text) = (site.shelf.clone(), at.clone(), stack.clone(), env.text());
    blocking(move || {
        let env = EnvFile::parse(&text).map_err(|e| e.to_string())?;
        render::render(&shelf, &at, &stack, &env).map(|_| ()).map_err(|e| e.to_string())
    })
    .await
}

struct SampleAt {
    at: RecipeAt,
    env: EnvFile,
    fields: Vec<recipe::Field>,
}

async fn sample(site: &Site, recipe: &str, version: &str, domain: &str) -> Result<SampleAt, Failure> {
    let (shelf, recipe, version, domain) = (site.shelf.clone(), recipe.to_owned(), version.to_owned(), domain.to_owned());
    let read = move || -> Result<SampleAt, String> {
        let at = recipe_at(&shelf, &recipe, &version).map_err(|e| e.to_string())?;
        let text = render::text(&shelf, &at, ".env.sample").map_err(|e| e.to_string())?;
        let text =
            text.ok_or_else(|| format!("{recipe} {version} has no .env.sample, so it is no recipe that an app can be made of"))?;
        let env =
            recipe::new_env(&text, &at.name, &version, &domain).map_err(|e| format!(".env.sample of {recipe}, {e}; {}", e.hint))?;
        let fields = Sample::parse(&env.text()).map_err(|e| format!(".env.sample of {recipe}, {e}"))?.fields;
        let shown = |f: &recipe::Field| !matches!(f.kind, SampleKind::Fixed | SampleKind::Secret | SampleKind::Domain);
        Ok(SampleAt { at, env, fields: fields.into_iter().filter(shown).collect() })
    };
    blocking(read).await?.map_err(Failure::Conflict)
}

async fn settings_view(visit: &Visit, site: &Site, query: &Query, form: SettingsForm, problems: Problems) -> SettingsView {
    let pairs = [("recipe", query.get("recipe")), ("version", query.get("version")), ("domain", query.get("domain"))];
    SettingsView {
        shell: shell(site, visit, "New app: settings", Nav::Apps).await,
        wizard: wizard(3, query, Some(step("address", &pairs)), step("settings", &pairs)),
        form,
        problems,
    }
}
