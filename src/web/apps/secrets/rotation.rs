//! The page before a secret is rotated, and its button.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{ReviewRotation, RotateSecret};
use crate::envfile::EnvFile;
use crate::ops::order;
use crate::ops::order::{DeployWanted, RotateWanted, Turn};
use crate::ops::render::{RecipeAt, Rendered};
use crate::ops::rotate::with_new;
use crate::secret::{Rule, SecretNeed, next_version};
use crate::stack::names::{descope, scope};
use crate::stack::plan::{Plan, plan};
use crate::web::Site;
use crate::web::apps::changes::Changes;
use crate::web::apps::deployment::Shifted;
use crate::web::apps::facts::{Facts, blocking, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::Name;
use crate::web::page::{page, page_with, see_other, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::given::{field, given, nothing_but};
use super::hand_over;

/// What a rotation does, before it is begun.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/secret_rotation.html")]
pub struct RotationView {
    pub shell: Shell,
    pub app: AppHeader,
    pub name: String,
    pub from: String,
    /// Empty where it can't be rotated.
    pub to: String,
    /// Services that read it, by their short names.
    pub services: Vec<String>,
    /// Other secrets whose version the same variable holds; they are generated.
    pub also: Vec<String>,
    pub rule: String,
    pub can_generate: bool,
    /// Data that may know the old value: `db keeps data in pad_db`.
    pub data: Vec<String>,
    pub changes: Changes,
    pub problems: Problems,
    /// Which way the new value comes: `generate`, `paste` or `file`.
    pub how: String,
    pub keep: bool,
}

/// A rotation as it would be carried out.
struct Turned {
    at: RecipeAt,
    rendered: Rendered,
    plan: Plan,
    turns: Vec<Turn>,
    variable: String,
    to: String,
}

/// The review of a rotation.
pub async fn review(may: Grant<ReviewRotation>, Name(name): Name, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let (need, turned) = turned(&facts, &site, &name).await?;
    page(&view(&facts, &visit, &site, &need, &turned, Problems::none()).await?)
}

/// Begins it.
pub async fn rotate(may: Grant<RotateSecret>, Name(name): Name, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    nothing_but(&visit, &["plan", "how", "value", "exact", "file", "trim", "keep", "understood"])?;
    let facts = facts(&may, &site).await?;
    if let Some(first) = site.store.operation_of_form(&visit.form).await? {
        return see_other(&format!("/operations/{first}"));
    }
    let (need, turned) = turned(&facts, &site, &name).await?;
    let mut problems = Problems::none();
    let Ok(ready) = &turned else {
        problems.add("", "This can’t be rotated; the reason is below");
        return again(StatusCode::CONFLICT, &facts, &visit, &site, &need, &turned, problems).await;
    };
    if !ready.plan.blockers.is_empty() {
        problems.add("", "Something stands in the way of this; the reasons are below");
        return again(StatusCode::CONFLICT, &facts, &visit, &site, &need, &turned, problems).await;
    }
    if field(&visit, "plan")? != Some(ready.plan.hash().as_str()) {
        problems.add("", "Something changed after you opened this page, so nothing was started. This is the new plan");
        return again(StatusCode::CONFLICT, &facts, &visit, &site, &need, &turned, problems).await;
    }
    let value = match field(&visit, "how")? {
        Some("generate") => None,
        Some("paste" | "file") => match given(&visit, &name)? {
            Ok(value) => Some(value),
            Err(problem) => {
                problems.add("value", problem);
                None
            }
        },
        _ => {
            problems.add("value", "Choose where the new value comes from");
            None
        }
    };
    if value.is_none() && problems.is_empty() && matches!(need.rule, Rule::Insert) {
        problems.add("value", format!("{name} is not generated: paste its new value, or choose a file with it"));
    }
    if !data(&facts, &ready.rendered, &need).is_empty() && field(&visit, "understood")?.is_none() {
        problems.add("understood", "Say that you know that data which exists keeps the old value");
    }
    if !problems.is_empty() {
        return again(StatusCode::UNPROCESSABLE_ENTITY, &facts, &visit, &site, &need, &turned, problems).await;
    }
    let (shelf, recipe, commit) = (site.shelf.clone(), ready.at.name.clone(), ready.at.commit.clone());
    blocking(move || shelf.keep(&recipe, &commit)).await?.map_err(|e| Failure::Unavailable(e.to_string()))?;
    let mut wanted = wanted(&facts, &site, &need, ready, &visit).await?;
    wanted.keep_old = field(&visit, "keep")?.is_some();
    if let Some(value) = value {
        for turn in wanted.turns.iter_mut().filter(|t| t.local == name) {
            (turn.given, turn.about) = (true, format!("{} bytes", value.len()));
        }
        let to = wanted.turns.iter().find(|t| t.local == name).map(|t| t.to.clone()).unwrap_or_default();
        site.handover.put(&visit.form, vec![(to, value)]);
    }
    hand_over(&may, &site, &visit, order::rotate(facts.app.id, Box::new(wanted))).await
}

async fn again(
    status: StatusCode,
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    need: &SecretNeed,
    turned: &Result<Turned, String>,
    problems: Problems,
) -> Result<HttpResponse, Failure> {
    page_with(status, &view(facts, visit, site, need, turned, problems).await?)
}

async fn wanted(facts: &Facts, site: &Site, need: &SecretNeed, ready: &Turned, visit: &Visit) -> Result<RotateWanted, Failure> {
    let runs = site.store.last_converged(facts.app.id).await?;
    let deploy = DeployWanted {
        recipe: facts.app.recipe.clone(),
        version: facts.app.version.clone(),
        commit: ready.at.commit.clone(),
        env_number: facts.app.env_number,
        plan_hash: ready.plan.hash(),
        keep: vec![],
        confirmed: vec![],
        desired: ready.rendered.desired.clone(),
        timeout_s: ready.rendered.timeout_s.unwrap_or(site.settings.deploy_timeout_s),
    };
    Ok(RotateWanted {
        variable: ready.variable.clone(),
        from_version: need.version.clone(),
        to_version: ready.to.clone(),
        turns: ready.turns.clone(),
        keep_old: false,
        deployment: runs.map(|d| d.id),
        deploy,
        nonce: visit.form.clone(),
    })
}

/// The secret, and what a rotation of it would be; or in words why there can be none.
async fn turned(facts: &Facts, site: &Site, name: &str) -> Result<(SecretNeed, Result<Turned, String>), Failure> {
    let text = facts.revision(site).await?.text;
    let before = match facts.render(site, &facts.app.version, &text).await? {
        Ok((_, rendered)) => rendered,
        Err(error) => return Err(Failure::Conflict(error.to_string())),
    };
    let need = before.needs.iter().find(|n| n.local == name).cloned().ok_or(Failure::NotFound)?;
    let refused = |why: String| Ok((need.clone(), Err(why)));
    if !facts.observed.secrets.iter().any(|s| s.name == need.name) {
        return refused(format!("{name} is not set yet, so there is nothing to replace; set it on the page of the secrets"));
    }
    if facts.observed.services.is_empty() {
        return refused(format!("the app is not deployed, so nothing reads {name}; remove it and set it anew"));
    }
    let Some(variable) = need.variable.clone() else {
        return refused(format!("the recipe fixes the name {}, so there can be no other version of it", need.name));
    };
    let stem = need.name.strip_suffix(need.version.as_str()).unwrap_or_default();
    let taken = |version: &str| facts.observed.secrets.iter().any(|s| s.name == format!("{stem}{version}"));
    let to = next_version(&need.version, taken);
    let mut env = EnvFile::parse(&text).map_err(|e| Failure::Conflict(e.to_string()))?;
    env.enable(&variable, &to);
    let (at, rendered) = match facts.render(site, &facts.app.version, &env.text()).await? {
        Ok(made) => made,
        Err(error) => return refused(error.to_string()),
    };
    let shifted = Shifted::of(site, &facts.app.recipe, &facts.app.version).await?;
    let runs = site.store.last_converged(facts.app.id).await?.is_some_and(|deployment| deployment.commit_id == at.commit);
    if let Some(line) = shifted.lines.first().filter(|_| !runs) {
        return refused(format!(
            "a rotation deploys the version anew, and it changed after it was published: {line}. Review a deploy of it first, or have \
             an admin say on the page of the recipe that it is all right"
        ));
    }
    let turns = turns(&before.needs, &rendered.needs);
    if !turns.iter().any(|t| t.local == name) {
        return refused(format!("{variable} in the settings changes nothing, for the recipe sets it itself (in abra.sh)"));
    }
    if let Some(other) = rendered
        .needs
        .iter()
        .find(|n| n.local != name && matches!(n.rule, Rule::Insert) && turns.iter().any(|t| t.local == n.local))
    {
        let text = format!(
            "{variable} also holds the version of {}, which is not generated, and two values can’t be given at once",
            other.local
        );
        return refused(text);
    }
    let plan = plan(&rendered.desired, &with_new(facts.observed.clone(), &turns));
    Ok((need, Ok(Turned { at, rendered, plan, turns, variable, to })))
}

fn turns(before: &[SecretNeed], after: &[SecretNeed]) -> Vec<Turn> {
    let turn = |now: &SecretNeed| {
        let then = after.iter().find(|n| n.local == now.local && n.name != now.name)?;
        Some(Turn {
            local: now.local.clone(),
            from: now.name.clone(),
            to: then.name.clone(),
            given: false,
            about: now.rule.describe(),
        })
    };
    before.iter().filter_map(turn).collect()
}

/// Volumes of the services that read the secret: a database writes its password into its data when that is new, and never again.
fn data(facts: &Facts, rendered: &Rendered, need: &SecretNeed) -> Vec<String> {
    let readers = rendered.desired.services.iter().filter(|s| need.services.iter().any(|n| scope(&facts.stack, n) == s.name));
    let mut lines: Vec<String> = readers
        .flat_map(|s| {
            let service = descope(&facts.stack, &s.name).unwrap_or(&s.name).to_owned();
            let volumes = s.task_template.container_spec.mounts.iter().filter(|m| m.kind == "volume" && !m.source.is_empty());
            volumes.map(move |m| format!("{service} keeps data in {}", m.source))
        })
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

async fn view(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    need: &SecretNeed,
    turned: &Result<Turned, String>,
    problems: Problems,
) -> Result<RotationView, Failure> {
    let mut changes = Changes::begin(facts, site);
    let (mut to, mut also, mut kept) = (String::new(), vec![], vec![]);
    match turned {
        Err(why) => changes.block(facts, why),
        Ok(ready) => {
            changes.fill(facts, &ready.rendered.desired, &ready.plan);
            changes.warnings.extend(ready.rendered.notices.iter().map(|n| sentence(n)));
            to.clone_from(&ready.to);
            also = ready.turns.iter().map(|t| t.local.clone()).filter(|local| *local != need.local).collect();
            kept = data(facts, &ready.rendered, need);
        }
    }
    let can_generate = !matches!(need.rule, Rule::Insert);
    let how = field(visit, "how")?.unwrap_or(if can_generate { "generate" } else { "paste" }).to_owned();
    Ok(RotationView {
        shell: shell(site, visit, format!("Rotate {}", need.local), Nav::Apps).await,
        app: facts.header(Tab::Secrets, None),
        name: need.local.clone(),
        from: need.version.clone(),
        to,
        services: need.services.clone(),
        also,
        rule: need.rule.describe(),
        can_generate,
        data: kept,
        changes,
        problems,
        how,
        keep: field(visit, "keep")?.is_some(),
    })
}
