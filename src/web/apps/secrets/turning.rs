//! What a rotation would change: what runs, with another version of a secret in it, and nothing else.

use crate::envfile::EnvFile;
use crate::ops::check::beside;
use crate::ops::exchange::{Exchange, env_turns};
use crate::ops::order::{DeployWanted, EnvTurn, RotateWanted, Turn, left};
use crate::ops::render::{RecipeAt, RenderError, Rendered, render};
use crate::ops::rollback::objects;
use crate::ops::rotate::with_new;
use crate::ops::scale::keep_chosen;
use crate::recipe::RecipeName;
use crate::secret::{Rule, SecretNeed, next_version, rule_of};
use crate::stack::desired::Desired;
use crate::stack::labels::timeout_s;
use crate::stack::plan::{Plan, plan};
use crate::stack::running::running;
use crate::store::deployments::{Deployment, Fallback};
use crate::web::Site;
use crate::web::apps::drift::drift;
use crate::web::apps::facts::{Facts, blocking};
use crate::web::failure::Failure;

/// A rotation as it would be carried out.
pub(super) struct Turned {
    /// What is on record of what runs.
    record: Deployment,
    left: Vec<String>,
    /// What runs, with the new version.
    pub(super) desired: Desired,
    pub(super) plan: Plan,
    pub(super) turns: Vec<Turn>,
    env: Vec<EnvTurn>,
    pub(super) versions: Versions,
    /// What to know beforehand.
    pub(super) told: Vec<String>,
}

/// The recipe and the settings that run, as the record has them.
struct Runs {
    record: Deployment,
    at: RecipeAt,
    env: EnvFile,
    rendered: Rendered,
}

/// Version strings of a secret, and the variable of the settings that holds them.
pub(super) struct Versions {
    pub(super) variable: String,
    from: String,
    pub(super) to: String,
}

/// The secret, and what a rotation of it would be; or in words why there can be none.
pub(super) async fn turned(facts: &Facts, site: &Site, name: &str) -> Result<(SecretNeed, Result<Turned, String>), Failure> {
    let newest = facts.revision(site).await?.text;
    let env = EnvFile::parse(&newest).map_err(|e| Failure::Conflict(e.to_string()))?;
    let runs = if facts.observed.services.is_empty() {
        Err(format!("the app is not deployed, so nothing reads {name}; remove it and set it anew"))
    } else {
        runs(facts, site).await?
    };
    let runs = match runs {
        Ok(runs) => runs,
        Err(why) => return Ok(not(saved(facts, site, &newest, name).await?, facts, why)),
    };
    let Some(need) = runs.rendered.needs.iter().find(|n| n.local == name).cloned() else {
        let why = format!("nothing that is deployed reads {name} yet; to change it, remove it and set it anew");
        return Ok(not(saved(facts, site, &newest, name).await?, facts, why));
    };
    // How a value is made is no part of what runs: the newest word on it counts.
    let need = match rule_of(name, need.variable.as_deref(), &env) {
        Ok(rule) => SecretNeed { rule, ..need },
        Err(error) => return Ok((need, Err(format!("{error}; {}", error.hint())))),
    };
    let turned = turn(facts, site, &need, runs, &env).await?;
    Ok((need, turned))
}

/// Why it can't be rotated: before anything else, because it was never set.
fn not(need: SecretNeed, facts: &Facts, why: String) -> (SecretNeed, Result<Turned, String>) {
    let why = if is_set(facts, &need) { why } else { not_set(&need.local) };
    (need, Err(why))
}

/// Whether the version that the settings name is on the Swarm.
pub(super) fn is_set(facts: &Facts, need: &SecretNeed) -> bool {
    facts.observed.secrets.iter().any(|s| s.name == need.name)
}

fn not_set(name: &str) -> String {
    format!("{name} is not set yet, so there is nothing to replace; set it on the page of the secrets")
}

/// The secret by the newest settings, for a page that can only say why not.
async fn saved(facts: &Facts, site: &Site, newest: &str, name: &str) -> Result<SecretNeed, Failure> {
    match facts.render(site, &facts.app.version, newest).await? {
        Ok((_, rendered)) => rendered.needs.into_iter().find(|n| n.local == name).ok_or(Failure::NotFound),
        Err(error) => Err(Failure::Conflict(error.to_string())),
    }
}

async fn runs(facts: &Facts, site: &Site) -> Result<Result<Runs, String>, Failure> {
    let Some(record) = site.store.last_converged(facts.app.id).await? else {
        let why = "no deploy from here has worked yet, so there is no record of what runs; deploy it, and rotate then";
        return Ok(Err(why.to_owned()));
    };
    let Some(revision) = site.store.env_revision(facts.app.id, record.env_number).await? else {
        return Ok(Err("the settings that run are not kept any more; deploy the app once, and rotate then".to_owned()));
    };
    let (shelf, stack) = (site.shelf.clone(), facts.stack.clone());
    let (recipe, version, commit) = (record.recipe.clone(), record.version.clone(), record.commit_id.clone());
    let read = move || -> Result<_, RenderError> {
        let at = RecipeAt { name: RecipeName::parse(&recipe)?, version, commit };
        let env = EnvFile::parse(&revision.text)?;
        let rendered = render(&shelf, &at, &stack, &env)?;
        Ok((at, env, rendered))
    };
    let read = blocking(read).await?.map(|(at, env, rendered)| Runs { record, at, env, rendered });
    Ok(read.map_err(|error| error.to_string()))
}

async fn turn(
    facts: &Facts,
    site: &Site,
    need: &SecretNeed,
    runs: Runs,
    newest: &EnvFile,
) -> Result<Result<Turned, String>, Failure> {
    let versions = match versions(facts, need, &runs, newest) {
        Ok(versions) => versions,
        Err(why) => return Ok(Err(why)),
    };
    let left = site.store.operation(runs.record.operation_id).await?.map(|o| left(&o)).unwrap_or_default();
    if let Some(why) = half_way(facts, site, &left).await? {
        return Ok(Err(why));
    }
    let mut env = runs.env;
    env.enable(&versions.variable, &versions.to);
    let (shelf, stack, at) = (site.shelf.clone(), facts.stack.clone(), runs.at);
    let after = match blocking(move || render(&shelf, &at, &stack, &env)).await? {
        Ok(after) => after,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let turns = turns(&runs.rendered.needs, &after.needs, need.rule);
    if let Some(why) = against(need, &versions, &after, &turns) {
        return Ok(Err(why));
    }
    let env = env_turns(&runs.rendered.desired, &after.desired);
    let exchange = Exchange::new(&turns, &env);
    let Ok(record) = objects(&runs.record) else {
        return Ok(Err("what is on record can’t be read any more; deploy the app once".to_owned()));
    };
    let mut desired = running(&facts.stack, &facts.observed, Some(&record));
    if !desired.secrets.iter().any(|s| s.name == need.name) {
        let why = format!("nothing that runs reads {}: look at what was changed outside of Canteen first", need.name);
        return Ok(Err(why));
    }
    exchange.carry_out(&mut desired);
    (desired.domains, desired.remedies) = (after.desired.domains.clone(), after.desired.remedies.clone());
    let plan = plan(&desired, &with_new(facts.observed.clone(), &turns));
    let mut told = told(facts, site).await?;
    let mut sole = runs.rendered.desired;
    exchange.carry_out(&mut sole);
    if (&sole.services, &sole.configs) != (&after.desired.services, &after.desired.configs) {
        let more = "the recipe names it in other places too, which stay as they are until the next deploy";
        told.push(format!("{} is more than the version of {}: {more}", versions.variable, need.local));
    }
    Ok(Ok(Turned { record: runs.record, left, desired, plan, turns, env, versions, told }))
}

/// Which version takes the place of which, or why none can.
fn versions(facts: &Facts, need: &SecretNeed, runs: &Runs, newest: &EnvFile) -> Result<Versions, String> {
    let there = |full: &str| facts.observed.secrets.iter().any(|s| s.name == full);
    if !is_set(facts, need) {
        return Err(not_set(&need.local));
    }
    let Some(variable) = need.variable.clone() else {
        return Err(format!("the recipe fixes the name {}, so there can be no other version of it", need.name));
    };
    let in_file = |env: &EnvFile| env.get(&variable).filter(|v| !v.is_empty()).unwrap_or_else(|| need.version.clone());
    let (from, saved) = (in_file(&runs.env), in_file(newest));
    if from != saved {
        return Err(format!(
            "the settings name {variable}={saved}, which is saved and not deployed, and {from} runs; deploy it or take it back, and rotate then"
        ));
    }
    let stem = need.name.strip_suffix(from.as_str()).unwrap_or_default();
    let to = next_version(&from, |version| there(&format!("{stem}{version}")));
    Ok(Versions { variable, from, to })
}

/// After a change that went wrong nobody can tell which of two stacks is meant, and a rotation would make the wrong one the record.
async fn half_way(facts: &Facts, site: &Site, left: &[String]) -> Result<Option<String>, Failure> {
    let Some(Fallback { deployment: record, .. }) = site.store.fallback(facts.app.id).await? else { return Ok(None) };
    let Ok(mut wished) = objects(&record) else { return Ok(None) };
    keep_chosen(&mut wished, &site.store.chosen_replicas(facts.app.id).await?);
    if beside(&wished, facts.observed.clone(), left).is_empty() {
        return Ok(None);
    }
    Ok(Some(format!(
        "the last change of this app failed, and what runs is not {} as it was deployed before. Put that back or deploy again first",
        record.version
    )))
}

/// Why the new version could not be put into use.
fn against(need: &SecretNeed, versions: &Versions, after: &Rendered, turns: &[Turn]) -> Option<String> {
    let variable = &versions.variable;
    if !turns.iter().any(|t| t.local == need.local) {
        return Some(format!("{variable} in the settings changes nothing, for the recipe sets it itself (in abra.sh)"));
    }
    let turns = |other: &&SecretNeed| turns.iter().any(|t| t.local == other.local);
    let another = after.needs.iter().filter(|n| n.local != need.local).find(turns);
    another.filter(|_| matches!(need.rule, Rule::Insert)).map(|other| {
        format!(
            "{variable} also holds the version of {}, which is not generated, and two values can’t be given at once",
            other.local
        )
    })
}

/// What the variable turns. All that it holds the version of come about by the one rule behind it.
fn turns(before: &[SecretNeed], after: &[SecretNeed], rule: Rule) -> Vec<Turn> {
    let turn = |now: &SecretNeed| {
        let then = after.iter().find(|n| n.local == now.local && n.name != now.name)?;
        Some(Turn { local: now.local.clone(), from: now.name.clone(), to: then.name.clone(), given: false, about: rule.describe() })
    };
    before.iter().filter_map(turn).collect()
}

/// What is not as it would be after a deploy, and stays so.
async fn told(facts: &Facts, site: &Site) -> Result<Vec<String>, Failure> {
    let mut told = vec![];
    if let Some(drift) = drift(facts, site).await? {
        told.push(format!("What was changed outside of Canteen stays as it is ({})", drift.told().join("; ")));
    }
    if !facts.pending.is_empty() {
        told.push(format!("Settings that were saved and not deployed stay so: {}", facts.pending.join(", ")));
    }
    Ok(told)
}

impl Turned {
    /// What is asked for.
    pub(super) fn wanted(&self, facts: &Facts, site: &Site, keep_old: bool) -> RotateWanted {
        let deploy = DeployWanted {
            recipe: self.record.recipe.clone(),
            version: self.record.version.clone(),
            commit: self.record.commit_id.clone(),
            env_number: facts.app.env_number,
            plan_hash: self.plan.hash(),
            keep: vec![],
            confirmed: vec![],
            chaos: None,
            after: None,
            put_back: false,
            safety: None,
            timeout_s: timeout_s(&self.desired).unwrap_or(site.settings.deploy_timeout_s),
            desired: self.desired.clone(),
        };
        RotateWanted {
            variable: self.versions.variable.clone(),
            from_version: self.versions.from.clone(),
            to_version: self.versions.to.clone(),
            turns: self.turns.clone(),
            keep_old,
            deployment: Some(self.record.id),
            deployed_env: Some(self.record.env_number),
            left: self.left.clone(),
            env: self.env.clone(),
            deploy,
            nonce: String::new(),
        }
    }
}
