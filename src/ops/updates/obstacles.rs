//! What may stand against updating an app while nobody looks on.

use crate::envfile::{self, EnvFile};
use crate::ops::check::{beside, standing};
use crate::ops::ended::OpError;
use crate::ops::order::left;
use crate::ops::rollback::objects;
use crate::ops::scale::keep_chosen;
use crate::stack::health::{HealthState, health};
use crate::stack::names::{StackName, descope};
use crate::stack::observed::Observed;
use crate::stack::policy::{Power, Severity, powers};
use crate::store::apps::App;
use crate::store::deployments::Deployment;
use crate::updates::Obstacle;

use super::judge::Sources;
use super::look::{Made, Wish, blocking, look};

/// An app that runs.
pub(super) struct Running<'a> {
    pub(super) app: &'a App,
    pub(super) stack: &'a StackName,
    pub(super) observed: &'a Observed,
    /// The newest deployment that worked.
    pub(super) deployed: &'a Deployment,
}

/// Everything against going to the version `to`, and that version as it would be sent.
pub(super) async fn obstacles(
    sources: Sources<'_>,
    running: &Running<'_>,
    to: &str,
) -> Result<(Option<Made>, Vec<Obstacle>), OpError> {
    let passing = passing(sources, running).await?;
    let mut lasting: Vec<String> = vec![];
    lasting.extend(open_alarms(sources, running).await?);
    lasting.extend(waiting_settings(sources, running).await?);
    // While an operation runs the difference is its own.
    if passing.is_empty() {
        lasting.extend(difference(sources, running).await?);
    }
    let (shelf, wish) = (sources.shelf.clone(), wish(sources, running, to).await?);
    let (mut made, against) = blocking(move || look(&shelf, &wish)).await?;
    lasting.extend(against);
    if let Some(made) = &mut made {
        keep_chosen(&mut made.rendered.desired, &sources.store.chosen_replicas(running.app.id).await?);
        let (left, over) = (left_running(sources, running).await?, made.leftovers(running.observed));
        made.keep = over.into_iter().filter(|name| left.contains(name)).collect();
        lasting.extend(of_plan(made, running));
    }
    let lasting = lasting.into_iter().map(|text| Obstacle { text, passes: false });
    let passing = passing.into_iter().map(|text| Obstacle { text, passes: true });
    Ok((made, lasting.chain(passing).collect()))
}

/// What goes away by itself.
async fn passing(sources: Sources<'_>, running: &Running<'_>) -> Result<Vec<String>, OpError> {
    let mut found = vec![];
    if sources.reading.problem.is_some() || running.observed.at == 0 {
        found.push("Docker does not answer".to_owned());
    }
    let newest = sources.store.operations(Some(running.app.id), None, 1).await?;
    if let Some(other) = newest.first().filter(|o| o.state.is_live()) {
        found.push(format!("operation {} of {} is under way", other.id, other.asked_by.name));
    }
    let health = health(running.observed);
    if !matches!(health.state, HealthState::Healthy | HealthState::Scheduled) {
        found.push(format!("the app is not well now: {}", health.sentence));
    }
    let recipe = sources.store.recipe(&running.app.recipe).await?;
    if let Some(recipe) = recipe.filter(|r| !r.problem.is_empty()) {
        found.push(format!("the recipe could not be fetched the last time: {}", recipe.problem));
    }
    Ok(found)
}

async fn open_alarms(sources: Sources<'_>, running: &Running<'_>) -> Result<Option<String>, OpError> {
    let alarms = sources.store.tag_alarms(&running.app.recipe).await?;
    let mut open: Vec<String> = alarms.into_iter().filter(|a| a.seen_at.is_none()).map(|a| a.tag).collect();
    open.dedup();
    let text =
        || format!("published versions of the recipe were changed afterwards, and nobody has looked at it: {}", open.join(", "));
    Ok((!open.is_empty()).then(text))
}

/// Settings that were saved and not deployed: whoever saved them decides when.
async fn waiting_settings(sources: Sources<'_>, running: &Running<'_>) -> Result<Option<String>, OpError> {
    let (old, new) = (running.deployed.env_number, running.app.env_number);
    if old == new {
        return Ok(None);
    }
    let old = sources.store.env_revision(running.app.id, old).await?;
    let new = sources.store.env_revision(running.app.id, new).await?;
    let parse = |text: Option<String>| text.and_then(|text| EnvFile::parse(&text).ok());
    let (Some(old), Some(new)) = (parse(old.map(|r| r.text)), parse(new.map(|r| r.text))) else {
        return Ok(Some("the settings that are deployed can’t be held against the newest ones".to_owned()));
    };
    let keys = envfile::diff(&old, &new).into_iter().map(|change| change.key);
    let changed: Vec<String> = keys.filter(|key| key != "TYPE" && key != "RECIPE").collect();
    Ok((!changed.is_empty()).then(|| format!("settings were saved and not deployed yet: {}", changed.join(", "))))
}

/// What runs is not what was deployed from here.
async fn difference(sources: Sources<'_>, running: &Running<'_>) -> Result<Option<String>, OpError> {
    let Ok(mut record) = objects(running.deployed) else {
        return Ok(Some("what was deployed can’t be read any more".to_owned()));
    };
    keep_chosen(&mut record, &sources.store.chosen_replicas(running.app.id).await?);
    let left = left_running(sources, running).await?;
    let same = beside(&record, running.observed.clone(), &left).is_empty();
    Ok((!same).then(|| "what runs is not what the last deploy that worked has sent".to_owned()))
}

/// What the last deploy that worked left running on purpose, by full name.
async fn left_running(sources: Sources<'_>, running: &Running<'_>) -> Result<Vec<String>, OpError> {
    let operation = sources.store.operation(running.deployed.operation_id).await?;
    Ok(operation.map(|o| left(&o)).unwrap_or_default())
}

async fn wish(sources: Sources<'_>, running: &Running<'_>, to: &str) -> Result<Wish, OpError> {
    let app = running.app;
    let newest = sources.store.env_revision(app.id, app.env_number).await?;
    Ok(Wish {
        recipe: app.recipe.clone(),
        stack: running.stack.clone(),
        env: newest.map(|r| r.text).unwrap_or_default(),
        from: (running.deployed.version.clone(), running.deployed.commit_id.clone()),
        to: to.to_owned(),
    })
}

/// What the plan would meet, take away or newly ask for.
fn of_plan(made: &Made, running: &Running<'_>) -> Vec<String> {
    let desired = &made.rendered.desired;
    let plan = beside(desired, running.observed.clone(), &made.keep);
    let mut found: Vec<String> = plan.blockers.iter().map(|b| format!("{}: {}", b.what, b.hint)).collect();
    let short = |full: &str| descope(running.stack, full).unwrap_or(full).to_owned();
    let gone = made.leftovers(running.observed).into_iter().filter(|name| !made.keep.contains(name));
    let gone: Vec<String> = gone.map(|name| short(&name)).collect();
    if !gone.is_empty() {
        found.push(format!("it would remove services: {}", gone.join(", ")));
    }
    let has = standing(desired, running.observed);
    let asked = powers(desired, running.observed);
    let grown = asked.iter().filter(|p| p.kind.row().severity > Severity::Note).map(Power::line);
    found.extend(grown.filter(|line| !has.contains(line)).map(|line| format!("it asks for new power over the host: {line}")));
    found
}
