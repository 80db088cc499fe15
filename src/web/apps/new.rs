//! A new app, one question per page: recipe, address, settings, secrets; the plan is the last page.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{BeginApp, NewApp};
use crate::commands::app_new;
use crate::ops::refresh::refresh_recipe;
use crate::ops::render;
use crate::ops::render::RecipeAt;
use crate::recipe;
use crate::recipe::{FieldKind as SampleKind, RecipeName, Sample};
use crate::stack::names::{AppName, Domain, StackName};
use crate::store::Denied;
use crate::web::Site;
use crate::web::apps::facts::{blocking, recipe_at, versions};
use crate::web::apps::settings::{SettingsForm, answers, form_of, overlays_of};
use crate::web::failure::Failure;
use crate::web::form::{Fields, Form, Query};
use crate::web::page::{fragment, page, page_with, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::{Check, CheckState};
use crate::web::visit::Visit;

/// The pages of the wizard, in order.
pub const STEPS: [&str; 5] = ["Recipe", "Address", "Settings", "Secrets", "Review"];

/// Where in the wizard a page stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wizard {
    /// 1 to 5.
    pub at: usize,
    /// What was chosen so far, such as "dokuwiki 1.1.0".
    pub chosen: String,
    /// The page before.
    pub back: Option<String>,
    /// Where the form goes; its GET shows the same page.
    pub action: String,
}

impl Wizard {
    /// The pages with their numbers.
    pub fn steps(&self) -> impl Iterator<Item = (usize, &'static str)> {
        (1..).zip(STEPS)
    }

    pub fn count(&self) -> usize {
        STEPS.len()
    }
}

/// Step 1: which recipe, which version.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/new_recipe.html")]
pub struct ChooseRecipeView {
    pub shell: Shell,
    pub wizard: Wizard,
    pub recipes: Vec<RecipeChoice>,
    /// The recipe that is chosen; with one chosen, the page asks for the version.
    pub recipe: Option<RecipeChoice>,
    pub version: String,
    pub problems: Problems,
}

/// One recipe to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeChoice {
    pub name: String,
    pub summary: String,
    /// Newest first.
    pub versions: Vec<String>,
}

/// Step 2: under which address.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/new_address.html")]
pub struct AddressView {
    pub shell: Shell,
    pub wizard: Wizard,
    pub domain: String,
    pub check: CheckView,
    /// Address of the fragment [`CheckView`]; the domain goes into its query.
    pub check_url: String,
    pub problems: Problems,
}

/// What is known about an address, as the page fetches it again while the member types.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/address_check.html")]
pub struct CheckView {
    /// The address that was looked at; empty when there is none yet.
    pub domain: String,
    pub checks: Vec<Check>,
}

/// Step 3: the settings that the recipe knows.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/new_settings.html")]
pub struct SettingsView {
    pub shell: Shell,
    pub wizard: Wizard,
    pub form: SettingsForm,
    pub problems: Problems,
}

/// Step 4: the secrets that the app needs.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/new_secrets.html")]
pub struct SecretsStepView {
    pub shell: Shell,
    pub wizard: Wizard,
    /// Made by Canteen when the app is made.
    pub generated: Vec<PlannedSecret>,
    /// Given by the member: a key of another service, for example.
    pub pasted: Vec<PlannedSecret>,
    pub problems: Problems,
}

/// A secret that the app will have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSecret {
    /// Also the name of its control.
    pub name: String,
    pub version: String,
    /// How it is made, in words, such as "32 letters and digits".
    pub rule: String,
    pub help: String,
}

/// What the version form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionForm {
    recipe: String,
    version: String,
}

/// What the address form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressForm {
    domain: String,
}

/// Step 1: the recipe, and then its version.
pub async fn choose_recipe(_may: Grant<BeginApp>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&recipe_view(&visit, &site, query.get("recipe"), query.get("version"), Problems::none()).await?)
}

/// Takes the recipe and the version.
pub async fn choose_version(
    _may: Grant<NewApp>,
    Form(form): Form<VersionForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (shelf, recipe, version) = (site.shelf.clone(), form.recipe.clone(), form.version.clone());
    match blocking(move || recipe_at(&shelf, &recipe, &version).map(|_| ())).await? {
        Ok(()) => see_other(&step("address", &[("recipe", &form.recipe), ("version", &form.version)])),
        Err(error) => {
            let mut problems = Problems::none();
            problems.add("version", sentence(&error.to_string()));
            wrong_form(&recipe_view(&visit, &site, &form.recipe, &form.version, problems).await?)
        }
    }
}

/// Step 2: the address.
pub async fn address(_may: Grant<BeginApp>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    chosen(&query)?;
    page(&address_view(&visit, &site, &query, query.get("domain"), Problems::none()).await?)
}

/// Takes the address.
pub async fn check_address(
    _may: Grant<NewApp>,
    Form(form): Form<AddressForm>,
    query: Query,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (recipe, version) = chosen(&query)?;
    let domain = form.domain.trim().to_ascii_lowercase();
    if let Err(problem) = free_address(&site, &domain).await? {
        let mut problems = Problems::none();
        problems.add("domain", problem);
        return wrong_form(&address_view(&visit, &site, &query, &domain, problems).await?);
    }
    see_other(&step("settings", &[("recipe", recipe), ("version", version), ("domain", &domain)]))
}

/// The live checks of an address.
pub async fn check(_may: Grant<BeginApp>, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let domain = query.get("domain").trim().to_ascii_lowercase();
    fragment(checks(&site, &domain).await?.render())
}

/// Step 3: the settings.
pub async fn settings(_may: Grant<BeginApp>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (recipe, version) = chosen(&query)?;
    let domain = query.get("domain").to_owned();
    if let Err(problem) = free_address(&site, &domain).await? {
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
    let stack = match free_address(&site, &domain).await? {
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
async fn render_check(
    site: &Site,
    at: &RecipeAt,
    stack: &StackName,
    env: &crate::envfile::EnvFile,
) -> Result<Result<(), String>, Failure> {
    let (shelf, at, stack, text) = (site.shelf.clone(), at.clone(), stack.clone(), env.text());
    blocking(move || {
        let env = crate::envfile::EnvFile::parse(&text).map_err(|e| e.to_string())?;
        render::render(&shelf, &at, &stack, &env).map(|_| ()).map_err(|e| e.to_string())
    })
    .await
}

struct SampleAt {
    at: RecipeAt,
    env: crate::envfile::EnvFile,
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

fn chosen(query: &Query) -> Result<(&str, &str), Failure> {
    match (query.get("recipe"), query.get("version")) {
        ("", _) | (_, "") => Err(Failure::BadForm("no recipe is chosen; begin again at /apps/new".to_owned())),
        both => Ok(both),
    }
}

fn step(name: &str, query: &[(&str, &str)]) -> String {
    format!("/apps/new/{name}?{}", serde_urlencoded::to_string(query).unwrap_or_default())
}

/// The stack name of a free address, or why it can't be used.
async fn free_address(site: &Site, domain: &str) -> Result<Result<StackName, String>, Failure> {
    if domain.is_empty() {
        return Ok(Err("Enter an address such as wiki.example.org".to_owned()));
    }
    if let Err(error) = Domain::parse(domain).and_then(|_| AppName::parse(domain)) {
        return Ok(Err(sentence(&error.to_string())));
    }
    if domain == "new" || domain == "rows" {
        return Ok(Err("This word is part of Canteen’s own addresses".to_owned()));
    }
    let stack = match StackName::of_app(domain) {
        Ok(stack) => stack,
        Err(error) => return Ok(Err(sentence(&error.to_string()))),
    };
    if let Some(other) = site.store.app_of_stack(stack.as_str()).await? {
        return Ok(Err(if other.name == domain {
            format!("There is already an app at {domain}")
        } else {
            format!("The address is too like {}: both become the stack {stack}, for only its first 45 characters count", other.name)
        }));
    }
    // Volumes belong to a stack by their name alone, so one stack's name must not begin another's.
    let begins = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('_'));
    if let Some(other) =
        site.store.apps().await?.into_iter().find(|a| begins(&a.stack, stack.as_str()) || begins(stack.as_str(), &a.stack))
    {
        return Ok(Err(format!("The address is too like {}: Docker could not tell the volumes of the two apart", other.name)));
    }
    if site.feed.latest().swarm.services.iter().any(|s| s.stack() == Some(stack.as_str())) {
        return Ok(Err(format!("A stack called {stack} runs on this Swarm already, and it is not one of Canteen’s apps")));
    }
    Ok(Ok(stack))
}

async fn checks(site: &Site, domain: &str) -> Result<CheckView, Failure> {
    let check = |name: &str, state, text: String| Check { name: name.to_owned(), state, text };
    if domain.is_empty() {
        return Ok(CheckView { domain: String::new(), checks: vec![] });
    }
    let checks = match free_address(site, domain).await? {
        Err(problem) => vec![check("Address", CheckState::Failed, problem)],
        Ok(stack) => {
            let looked_up = tokio::time::timeout(std::time::Duration::from_secs(3), tokio::net::lookup_host((domain, 443))).await;
            let found: Vec<String> = match looked_up {
                Ok(Ok(addresses)) => addresses.map(|a| a.ip().to_string()).collect(),
                Ok(Err(_)) | Err(_) => vec![],
            };
            let dns = if found.is_empty() {
                check(
                    "DNS",
                    CheckState::Warning,
                    format!("{domain} is not found yet. Members reach the app once its DNS entry points to this server"),
                )
            } else {
                check("DNS", CheckState::Passed, format!("{domain} points to {}", found.join(", ")))
            };
            vec![check("Address", CheckState::Passed, format!("Free. Docker will know the app as {stack}")), dns]
        }
    };
    Ok(CheckView { domain: domain.to_owned(), checks })
}

fn wizard(at: usize, query: &Query, back: Option<String>, action: String) -> Wizard {
    let chosen = format!("{} {}", query.get("recipe"), query.get("version"));
    Wizard { at, chosen: chosen.trim().to_owned(), back, action }
}

async fn recipe_view(
    visit: &Visit,
    site: &Site,
    recipe: &str,
    version: &str,
    mut problems: Problems,
) -> Result<ChooseRecipeView, Failure> {
    let listed = site.store.recipes().await?;
    let mut one = None;
    if let Some(found) = listed.iter().find(|r| r.name == recipe) {
        match choice(site, found).await? {
            Ok(choice) => one = Some(choice),
            Err(problem) => problems.add("recipe", format!("{recipe} can’t be used: {problem}")),
        }
    } else if !recipe.is_empty() {
        problems.add("recipe", format!("There is no recipe called {recipe}"));
    }
    let chosen = one.as_ref().map(|c| format!("{} {version}", c.name).trim().to_owned()).unwrap_or_default();
    let back = one.is_some().then(|| "/apps/new".to_owned());
    let recipes = listed.into_iter().map(|r| RecipeChoice { name: r.name, summary: r.description, versions: vec![] }).collect();
    Ok(ChooseRecipeView {
        shell: shell(site, visit, "New app", Nav::Apps).await,
        wizard: Wizard { at: 1, chosen, back, action: "/apps/new".to_owned() },
        recipes,
        recipe: one,
        version: version.to_owned(),
        problems,
    })
}

/// A recipe with its versions. It is fetched now if it never was.
async fn choice(site: &Site, recipe: &crate::store::recipes::Recipe) -> Result<Result<RecipeChoice, String>, Failure> {
    if recipe.refreshed_at.is_none()
        && recipe.problem.is_empty()
        && let Err(problem) = refresh_recipe(&site.store, &site.shelf, site.settings.local_recipes.is_some(), recipe).await
    {
        return Ok(Err(problem));
    }
    let (shelf, name) = (site.shelf.clone(), recipe.name.clone());
    let read = blocking(move || {
        let name = RecipeName::parse(&name).map_err(|e| e.to_string())?;
        versions(&shelf, &name).map_err(|e| e.to_string())
    });
    Ok(read.await?.map(|versions| RecipeChoice { name: recipe.name.clone(), summary: recipe.description.clone(), versions }))
}

async fn address_view(visit: &Visit, site: &Site, query: &Query, domain: &str, problems: Problems) -> Result<AddressView, Failure> {
    let (recipe, version) = chosen(query)?;
    let back = format!("/apps/new?{}", serde_urlencoded::to_string([("recipe", recipe), ("version", version)]).unwrap_or_default());
    let action = step("address", &[("recipe", recipe), ("version", version)]);
    let check = if problems.is_empty() { checks(site, domain).await? } else { CheckView { domain: String::new(), checks: vec![] } };
    Ok(AddressView {
        shell: shell(site, visit, "New app: address", Nav::Apps).await,
        wizard: wizard(2, query, Some(back), action),
        domain: domain.to_owned(),
        check,
        check_url: "/apps/new/check".to_owned(),
        problems,
    })
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

#[cfg(any(test, feature = "testing"))]
mod samples {
    use super::{
        AddressView, CheckView, ChooseRecipeView, PlannedSecret, RecipeChoice, SecretsStepView, SettingsForm, SettingsView, Wizard,
    };
    use super::{Check, Problems, Shell};
    use crate::web::shell::Nav;
    use crate::web::status::CheckState;

    fn wizard(at: usize) -> Wizard {
        Wizard {
            at,
            chosen: if at > 1 { "dokuwiki 1.1.0+2024-02-06a".to_owned() } else { String::new() },
            back: (at > 1).then(|| "/apps/new".to_owned()),
            action: "/apps/new".to_owned(),
        }
    }

    fn shell() -> Shell {
        Shell::sample("New app", Nav::Apps)
    }

    fn choice(name: &str, summary: &str) -> RecipeChoice {
        RecipeChoice {
            name: name.to_owned(),
            summary: summary.to_owned(),
            versions: vec!["1.1.0+2024-02-06a".to_owned(), "1.0.0+2023-04-04".to_owned()],
        }
    }

    impl ChooseRecipeView {
        pub fn samples() -> Vec<Self> {
            let all = Self {
                shell: shell(),
                wizard: wizard(1),
                recipes: vec![
                    choice("dokuwiki", "A wiki without a database"),
                    choice("nextcloud", "Files, calendars and contacts"),
                    choice("hedgedoc", "Write Markdown together"),
                ],
                recipe: None,
                version: String::new(),
                problems: Problems::none(),
            };
            let one = Self {
                recipe: Some(choice("dokuwiki", "A wiki without a database")),
                version: "1.0.0+2023-04-04".to_owned(),
                ..all.clone()
            };
            let empty = Self { recipes: Vec::new(), ..all.clone() };
            let mut wrong = all.clone();
            wrong.problems.add("recipe", "Choose a recipe");
            vec![all, one, empty, wrong]
        }
    }

    impl CheckView {
        pub fn samples() -> Vec<Self> {
            let check = |name: &str, state, text: &str| Check { name: name.to_owned(), state, text: text.to_owned() };
            vec![
                Self { domain: String::new(), checks: Vec::new() },
                Self {
                    domain: "wiki.example.org".to_owned(),
                    checks: vec![
                        check("Address", CheckState::Passed, "Not used by another app"),
                        check(
                            "DNS",
                            CheckState::Warning,
                            "wiki.example.org points to 192.0.2.7, this server is 203.0.113.5. The certificate will fail until it is changed",
                        ),
                    ],
                },
            ]
        }
    }

    impl AddressView {
        pub fn samples() -> Vec<Self> {
            let checks = CheckView::samples();
            let pages = checks.into_iter().map(|check| Self {
                shell: shell(),
                wizard: wizard(2),
                domain: check.domain.clone(),
                check,
                check_url: "/apps/new/check".to_owned(),
                problems: Problems::none(),
            });
            let mut pages: Vec<Self> = pages.collect();
            if let Some(first) = pages.first() {
                let mut wrong = Self { domain: "wiki example".to_owned(), ..first.clone() };
                wrong.problems.add("domain", "An address has no spaces; it looks like wiki.example.org");
                pages.push(wrong);
            }
            pages
        }
    }

    impl SettingsView {
        pub fn samples() -> Vec<Self> {
            let page = Self { shell: shell(), wizard: wizard(3), form: SettingsForm::sample(), problems: Problems::none() };
            let mut wrong = page.clone();
            wrong.problems.add("LETS_ENCRYPT_ENV", "This setting is required");
            wrong.problems.add("SMTP_PORT", "A port is a number from 1 to 65535");
            let bare = Self { form: SettingsForm::default(), ..page.clone() };
            vec![page, wrong, bare]
        }
    }

    impl SecretsStepView {
        pub fn samples() -> Vec<Self> {
            let secret = |name: &str, rule: &str, help: &str| PlannedSecret {
                name: name.to_owned(),
                version: "v1".to_owned(),
                rule: rule.to_owned(),
                help: help.to_owned(),
            };
            let page = Self {
                shell: shell(),
                wizard: wizard(4),
                generated: vec![
                    secret("db_password", "32 letters and digits", ""),
                    secret("admin_passphrase", "6 words", "The first login of the app"),
                ],
                pasted: vec![secret("smtp_password", "Given by your mail provider", "From the mail provider's account page")],
                problems: Problems::none(),
            };
            let none = Self { generated: Vec::new(), pasted: Vec::new(), ..page.clone() };
            let mut wrong = page.clone();
            wrong.problems.add("smtp_password", "Paste the password, or leave the overlay compose.smtp.yml out");
            vec![page, none, wrong]
        }
    }
}
