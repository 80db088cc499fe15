//! The review before a deploy: exactly what would be made, changed and removed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{Deploy, ViewPlan};
use crate::ops::order;
use crate::ops::order::DeployWanted;
use crate::ops::render::{RecipeAt, RenderError, Rendered};
use crate::recipe::{RecipeName, release_notes};
use crate::stack::names::descope;
use crate::stack::plan;
use crate::stack::plan::{Action, Object, Plan, Step};
use crate::web::Site;
use crate::web::apps::facts::{Facts, blocking, facts, versions};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::new::Wizard;
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::{page, page_with, see_other, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Link, Nav, Problems, Shell};
use crate::web::visit::Visit;

/// The plan of a deploy.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/deployment.html")]
pub struct PlanView {
    pub shell: Shell,
    pub app: AppHeader,
    /// Present when this is the last page of the new-app wizard.
    pub wizard: Option<Wizard>,
    /// What is deployed now; absent on a first deploy.
    pub from_version: Option<String>,
    pub to_version: String,
    /// The versions that may be chosen instead, newest first.
    pub versions: Vec<String>,
    /// Reasons why this cannot be deployed; with one, there is no button.
    pub blockers: Vec<Blocker>,
    pub warnings: Vec<String>,
    /// What this recipe may do to the machine, in words; empty if nothing unusual.
    pub host_powers: Vec<String>,
    pub objects: Vec<ObjectChange>,
    pub images: Vec<ImageChange>,
    pub secrets: Vec<NameChange>,
    pub configs: Vec<NameChange>,
    /// What the authors say about the versions between, as plain text.
    pub release_notes: Vec<ReleaseNote>,
    /// The deploy starts only if the plan still has this hash.
    pub plan_hash: String,
    pub problems: Problems,
    /// False where the viewer may look but not deploy.
    pub may_deploy: bool,
}

impl PlanView {
    /// Whether deploying would do anything at all.
    pub fn changes_nothing(&self) -> bool {
        self.objects.iter().all(|object| object.change == Change::None)
    }

    /// How many objects stay as they are.
    pub fn unchanged(&self) -> usize {
        self.objects.iter().filter(|object| object.change == Change::None).count()
    }

    /// The version as the button names it: without the upstream part behind `+`.
    pub fn short_version(&self) -> &str {
        self.to_version.split('+').next().unwrap_or(&self.to_version)
    }
}

/// A reason against deploying and where it can be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    pub text: String,
    pub mend: Option<Link>,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Created,
    Changed,
    Removed,
    None,
}

impl Change {
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "new",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::None => "unchanged",
        }
    }

    pub fn glyph(self) -> &'static str {
        match self {
            Self::Created => "+",
            Self::Changed => "~",
            Self::Removed => "−",
            Self::None => "=",
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Created => "ok",
            Self::Changed => "info",
            Self::Removed => "bad",
            Self::None => "idle",
        }
    }
}

/// A service, network, volume or config and what happens to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChange {
    /// Such as "Service" or "Network".
    pub kind: String,
    pub name: String,
    pub change: Change,
    pub lines: Vec<DiffLine>,
}

/// Whether a line comes, goes or only helps to read the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Added,
    Removed,
    Context,
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    pub sign: Sign,
    pub text: String,
}

/// The image of a service, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageChange {
    pub service: String,
    pub before: Option<String>,
    pub after: String,
}

/// A secret or config by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameChange {
    pub name: String,
    pub change: Change,
}

/// What the authors of a recipe say about a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseNote {
    pub version: String,
    pub text: String,
}

/// What the deploy button sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployForm {
    version: String,
    plan: String,
}

/// The review of a deploy.
pub async fn plan(may: Grant<ViewPlan>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let version = Some(query.get("version")).filter(|v| !v.is_empty()).unwrap_or(&facts.app.version).to_owned();
    let review = review(&facts, &site, version).await?;
    page(&view(&facts, &visit, &site, review, Problems::none()).await?)
}

/// Deploys exactly what was reviewed.
pub async fn deploy(
    may: Grant<Deploy>,
    Form(form): Form<DeployForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    // The button pressed twice: the first time may have changed the plan already.
    if let Some(first) = site.store.operation_of_form(&visit.form).await? {
        return see_other(&format!("/operations/{first}"));
    }
    let review = review(&facts, &site, form.version).await?;
    let refused = match &review.made {
        Err(_) => "This can’t be deployed; the reasons are below",
        Ok(made) if !made.plan.blockers.is_empty() => "Something stands in the way of this deploy; the reasons are below",
        Ok(made) if made.plan.hash() != form.plan => {
            "Something changed after you opened this page, so nothing was started. This is the new plan"
        }
        Ok(made) => match ask(&may, &facts, &site, made, &review.version, &visit).await? {
            Ok(response) => return Ok(response),
            Err(busy) => return conflict(&facts, &visit, &site, review, sentence(&busy)).await,
        },
    };
    conflict(&facts, &visit, &site, review, refused.to_owned()).await
}

async fn ask(
    may: &Grant<Deploy>,
    facts: &Facts,
    site: &Site,
    made: &Made,
    version: &str,
    visit: &Visit,
) -> Result<Result<HttpResponse, String>, Failure> {
    let (shelf, name, commit) = (site.shelf.clone(), made.at.name.clone(), made.at.commit.clone());
    // A deployed commit stays on the shelf, even when its tag moves away.
    blocking(move || shelf.keep(&name, &commit)).await?.map_err(|e| Failure::Unavailable(e.to_string()))?;
    let wanted = DeployWanted {
        recipe: facts.app.recipe.clone(),
        version: version.to_owned(),
        commit: made.at.commit.clone(),
        env_number: facts.app.env_number,
        plan_hash: made.plan.hash(),
        desired: made.rendered.desired.clone(),
        timeout_s: made.rendered.timeout_s.unwrap_or(site.settings.deploy_timeout_s),
    };
    match super::secrets::start(may, site, order::deploy(facts.app.id, Box::new(wanted), visit.form.clone())).await {
        Ok(response) => Ok(Ok(response)),
        Err(Failure::Conflict(text)) => Ok(Err(text)),
        Err(other) => Err(other),
    }
}

async fn conflict(facts: &Facts, visit: &Visit, site: &Site, review: Review, text: String) -> Result<HttpResponse, Failure> {
    let mut problems = Problems::none();
    problems.add("", text);
    page_with(StatusCode::CONFLICT, &view(facts, visit, site, review, problems).await?)
}

/// A version of an app held against the Swarm.
struct Review {
    version: String,
    made: Result<Made, RenderError>,
    versions: Vec<String>,
}

struct Made {
    at: RecipeAt,
    rendered: Rendered,
    plan: Plan,
}

async fn review(facts: &Facts, site: &Site, version: String) -> Result<Review, Failure> {
    let env = facts.revision(site).await?.text;
    let made = facts.render(site, &version, &env).await?.map(|(at, rendered)| {
        let plan = plan::plan(&rendered.desired, &facts.observed);
        Made { at, rendered, plan }
    });
    let (shelf, recipe) = (site.shelf.clone(), facts.app.recipe.clone());
    let versions = blocking(move || RecipeName::parse(&recipe).ok().and_then(|name| versions(&shelf, &name).ok())).await?;
    Ok(Review { version, made, versions: versions.unwrap_or_default() })
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, review: Review, problems: Problems) -> Result<PlanView, Failure> {
    let deployed = site.store.deployments(facts.app.id, 20).await?.into_iter().find(|d| d.outcome == "converged");
    let from_version = deployed.map(|d| d.version).filter(|_| !facts.observed.services.is_empty());
    let first = from_version.is_none();
    let mut view = PlanView {
        shell: shell(site, visit, format!("Review the deploy of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Overview, None),
        wizard: first.then(|| Wizard {
            at: 5,
            chosen: format!("{} {}", facts.app.recipe, review.version),
            back: Some(format!("/apps/{}/secrets", facts.app.name)),
            action: format!("/apps/{}/deployment", facts.app.name),
        }),
        release_notes: notes(site, from_version.clone(), &review).await?,
        from_version,
        to_version: review.version,
        versions: review.versions,
        blockers: vec![],
        warnings: vec![],
        host_powers: vec![],
        objects: vec![],
        images: vec![],
        secrets: vec![],
        configs: vec![],
        plan_hash: String::new(),
        problems,
        may_deploy: facts.admin,
    };
    if facts.observed.at == 0 || site.feed.latest().problem.is_some() {
        view.blockers.push(Blocker {
            text: "Docker does not answer, so it can’t be told what would change. Wait until it is back".to_owned(),
            mend: None,
        });
    }
    match review.made {
        Err(error) => view.blockers.push(Blocker { text: sentence(&error.to_string()), mend: mend(facts, &error.to_string()) }),
        Ok(made) => fill(&mut view, facts, &made),
    }
    Ok(view)
}

fn fill(view: &mut PlanView, facts: &Facts, made: &Made) {
    let short = |full: &str| descope(&facts.stack, full).unwrap_or(full).to_owned();
    let blockers = made.plan.blockers.iter();
    view.blockers
        .extend(blockers.map(|b| Blocker { text: format!("{}: {}", sentence(&b.what), b.hint), mend: mend(facts, &b.what) }));
    view.warnings = made.plan.warnings.iter().chain(&made.rendered.notices).map(|w| sentence(w)).collect();
    view.host_powers = made
        .rendered
        .powers
        .iter()
        .map(|p| if p.service.is_empty() { p.what.clone() } else { format!("{}: {}", p.service, p.what) })
        .collect();
    view.plan_hash = made.plan.hash();
    let named = |object: Object| {
        let steps = made.plan.steps.iter().filter(move |s| s.object == object);
        steps.map(|s| NameChange { name: short(&s.name), change: change(s.action) }).collect()
    };
    view.secrets = named(Object::Secret);
    view.configs = named(Object::Config);
    let shown = made.plan.steps.iter().filter(|s| !matches!(s.object, Object::Secret | Object::Config));
    view.objects = shown
        .map(|s| ObjectChange { kind: kind(s.object).to_owned(), name: short(&s.name), change: change(s.action), lines: lines(s) })
        .collect();
    // A config that changes is shown by its name, and it counts.
    let others = made.plan.steps.iter().filter(|s| s.object == Object::Config && s.action != Action::Keep);
    view.objects.extend(others.map(|s| ObjectChange {
        kind: kind(s.object).to_owned(),
        name: short(&s.name),
        change: change(s.action),
        lines: lines(s),
    }));
    for service in &made.rendered.desired.services {
        let tag = |image: &str| image.split('@').next().unwrap_or(image).to_owned();
        let after = tag(&service.task_template.container_spec.image);
        let before = facts
            .observed
            .services
            .iter()
            .find(|s| s.spec.name == service.name)
            .map(|s| tag(&s.spec.task_template.container_spec.image));
        if before.as_deref() != Some(after.as_str()) {
            view.images.push(ImageChange { service: short(&service.name), before, after });
        }
    }
}

fn mend(facts: &Facts, what: &str) -> Option<Link> {
    let link = |label: &str, page: &str| Link { label: label.to_owned(), href: format!("/apps/{}/{page}", facts.app.name) };
    if what.contains("secret") {
        return Some(link("To the secrets", "secrets"));
    }
    (what.contains("settings") || what.contains("variable")).then(|| link("To the settings", "settings"))
}

fn lines(step: &Step) -> Vec<DiffLine> {
    let mut lines = vec![];
    for change in &step.changes {
        lines.push(DiffLine { sign: Sign::Context, text: change.path.clone() });
        for (sign, value) in [(Sign::Removed, &change.before), (Sign::Added, &change.after)] {
            lines.extend(value.iter().flat_map(|v| v.lines()).map(|text| DiffLine { sign, text: format!("  {text}") }));
        }
    }
    if step.restarts && step.action == Action::Update {
        lines.push(DiffLine { sign: Sign::Context, text: "its tasks are replaced".to_owned() });
    }
    lines
}

const fn change(action: Action) -> Change {
    match action {
        Action::Create => Change::Created,
        Action::Update => Change::Changed,
        Action::Remove => Change::Removed,
        Action::Keep => Change::None,
    }
}

const fn kind(object: Object) -> &'static str {
    match object {
        Object::Network => "Network",
        Object::Config => "Config",
        Object::Secret => "Secret",
        Object::Volume => "Volume",
        Object::Service => "Service",
    }
}

/// The release notes of all versions between the deployed one and this one, read at this one's commit.
async fn notes(site: &Site, from: Option<String>, review: &Review) -> Result<Vec<ReleaseNote>, Failure> {
    let Ok(made) = &review.made else { return Ok(vec![]) };
    let mut tags = review.versions.clone();
    tags.reverse();
    let wanted = release_notes::between(&tags, from.as_deref(), &review.version);
    let (shelf, at) = (site.shelf.clone(), made.at.clone());
    blocking(move || {
        let read = |version: &String| {
            let bytes = shelf.read(&at.name, &at.commit, &release_notes::path(version)).ok().flatten()?;
            let text = String::from_utf8_lossy(&bytes).trim().to_owned();
            (!text.is_empty()).then(|| ReleaseNote { version: version.clone(), text })
        };
        wanted.iter().filter_map(read).collect()
    })
    .await
}

#[cfg(any(test, feature = "testing"))]
impl PlanView {
    pub fn samples() -> Vec<Self> {
        use super::header::Tab;
        use crate::web::shell::{Link, Nav};
        let line = |sign, text: &str| DiffLine { sign, text: text.to_owned() };
        let upgrade = Self {
            shell: Shell::sample("Review the deploy of wiki.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Overview) },
            wizard: None,
            from_version: Some("1.0.0+2023-04-04".to_owned()),
            to_version: "1.1.0+2024-02-06a".to_owned(),
            versions: vec!["1.1.0+2024-02-06a".to_owned(), "1.0.0+2023-04-04".to_owned()],
            blockers: Vec::new(),
            warnings: vec!["The service app is stopped before its new task starts: a short interruption".to_owned()],
            host_powers: vec!["reads the Docker socket".to_owned()],
            objects: vec![
                ObjectChange {
                    kind: "Service".to_owned(),
                    name: "app".to_owned(),
                    change: Change::Changed,
                    lines: vec![
                        line(Sign::Context, "image"),
                        line(Sign::Removed, "  dokuwiki/dokuwiki:2023-04-04"),
                        line(Sign::Added, "  dokuwiki/dokuwiki:2024-02-06a"),
                        line(Sign::Context, "environment"),
                        line(Sign::Added, "  SMTP_HOST=mail.example.org"),
                    ],
                },
                ObjectChange {
                    kind: "Service".to_owned(),
                    name: "cache".to_owned(),
                    change: Change::Created,
                    lines: vec![line(Sign::Added, "image valkey:8")],
                },
                ObjectChange { kind: "Service".to_owned(), name: "cron".to_owned(), change: Change::Removed, lines: Vec::new() },
                ObjectChange { kind: "Network".to_owned(), name: "internal".to_owned(), change: Change::None, lines: Vec::new() },
            ],
            images: vec![
                ImageChange {
                    service: "app".to_owned(),
                    before: Some("dokuwiki:2023-04-04".to_owned()),
                    after: "dokuwiki:2024-02-06a".to_owned(),
                },
                ImageChange { service: "cache".to_owned(), before: None, after: "valkey:8".to_owned() },
            ],
            secrets: vec![NameChange { name: "db_password v1".to_owned(), change: Change::None }],
            configs: vec![NameChange { name: "nginx_conf v3".to_owned(), change: Change::Created }],
            release_notes: vec![ReleaseNote {
                version: "1.1.0+2024-02-06a".to_owned(),
                text: "Pages are re-indexed at the first start.\nIt takes a minute.".to_owned(),
            }],
            plan_hash: "9f2c61d0".to_owned(),
            problems: Problems::none(),
            may_deploy: true,
        };
        let first = Self {
            wizard: Some(Wizard {
                at: 5,
                chosen: "dokuwiki 1.1.0+2024-02-06a".to_owned(),
                back: Some("/apps/wiki.example.org/secrets".to_owned()),
                action: "/apps/wiki.example.org/deployment".to_owned(),
            }),
            app: AppHeader { primary: None, ..AppHeader::sample_not_deployed(Tab::Overview) },
            from_version: None,
            warnings: Vec::new(),
            host_powers: Vec::new(),
            ..upgrade.clone()
        };
        let blocked = Self {
            blockers: vec![
                Blocker {
                    text: "The secret smtp_password is missing".to_owned(),
                    mend: Some(Link { label: "To the secrets".to_owned(), href: "/apps/wiki.example.org/secrets".to_owned() }),
                },
                Blocker {
                    text: "compose.yml: the service app asks for privileged, which Swarm does not know".to_owned(),
                    mend: None,
                },
            ],
            ..upgrade.clone()
        };
        let mut stale = upgrade.clone();
        stale.problems.add("", "Something changed after you opened this page, so nothing was started. This is the new plan");
        let nothing = Self {
            objects: vec![ObjectChange {
                kind: "Service".to_owned(),
                name: "app".to_owned(),
                change: Change::None,
                lines: Vec::new(),
            }],
            images: Vec::new(),
            warnings: Vec::new(),
            from_version: Some(upgrade.to_version.clone()),
            release_notes: Vec::new(),
            ..upgrade.clone()
        };
        let read_only = Self { may_deploy: false, ..upgrade.clone() };
        vec![upgrade, first, blocked, stale, nothing, read_only]
    }
}
