//! What every page of an app needs to know first: the app, its recipe at its version, how it is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::access::action::{Deploy, ListSecrets, ViewBackups, ViewLogs, ViewSettings};
use crate::access::{Action, Actor, Grant, Target, WriteAction, policy};
use crate::envfile::EnvFile;
use crate::ops::ourselves;
use crate::ops::render::{RecipeAt, RenderError, Rendered, render};
use crate::ops::scale::keep_chosen;
use crate::recipe::abra_command::in_terminal;
use crate::recipe::{ChaosVersion, RecipeName};
use crate::shelf::{Shelf, ShelfError};
use crate::stack::health::{AppHealth, HealthState, health};
use crate::stack::names::StackName;
use crate::stack::observed::{Observed, Swarm};
use crate::store::apps::{App, EnvRevision};
use crate::web::Site;
use crate::web::apps::deployment::changed_names;
use crate::web::apps::header::{AppHeader, OthersFirst, Tab};
use crate::web::failure::Failure;
use crate::web::setup::sentence;
use crate::web::shell::Link;
use crate::web::status::Status;
use crate::web::visit::Visit;

/// An app and what the Swarm says of it.
pub(super) struct Facts {
    pub(super) app: App,
    pub(super) stack: StackName,
    pub(super) observed: Observed,
    pub(super) health: AppHealth,
    /// Who looks.
    pub(super) actor: Actor,
    /// Settings whose saved value is not the deployed one, by name.
    pub(super) pending: Vec<String>,
    /// The version is a commit and no release.
    pub(super) commit: bool,
    /// Why nothing can be done to it from here, if it is the dashboard itself.
    pub(super) ourselves: Option<String>,
    /// What has to be approved first.
    pub(super) first: OthersFirst,
}

/// Looks the app up that the grant is for. An unknown one is not there, for anybody; one that was removed is told of.
pub(super) async fn facts<A: Action>(may: &Grant<A>, site: &Site) -> Result<Facts, Failure> {
    let Some(app) = site.store.app(may.app()).await? else {
        let removed = site.store.removed_app(may.app()).await?;
        return Err(removed.map_or(Failure::NotFound, |(_, removed)| Failure::Removed(Box::new(removed))));
    };
    let stack = StackName::parse(&app.stack).map_err(|e| Failure::broken(e.to_string()))?;
    let swarm = site.feed.latest().swarm;
    let (observed, ourselves) = (swarm.stack(&stack), ourselves::refusal(&swarm, &app.stack));
    let health = health(&observed);
    let runs = health.state != HealthState::NotDeployed;
    let pending = if runs { pending(site, &app).await? } else { vec![] };
    let commit = is_commit(site, &app).await?;
    let first = OthersFirst { demands: site.store.approval_demands(app.id).await?, why: String::new() };
    Ok(Facts { app, stack, observed, health, actor: may.actor().clone(), pending, commit, ourselves, first })
}

/// The same for a form, which must have been made for this very app: another one may have been removed since, and its name given to
/// this one.
pub(super) async fn facts_of_form<A: WriteAction>(may: &Grant<A>, visit: &Visit, site: &Site) -> Result<Facts, Failure> {
    let mut facts = facts(may, site).await?;
    made_for(&facts.app, visit, site).await?;
    facts.first.why.clone_from(&visit.why);
    Ok(facts)
}

/// Refuses a form that was made for another app of this name.
pub(in crate::web) async fn made_for(app: &App, visit: &Visit, site: &Site) -> Result<(), Failure> {
    let incomplete = || Failure::BadForm("the form was not complete; open the page again".to_owned());
    if visit.app.ok_or_else(incomplete)? == app.id {
        return Ok(());
    }
    let removed = site.store.removed_app(&app.name).await?;
    Err(removed.map_or(Failure::NotFound, |(_, removed)| Failure::Removed(Box::new(removed))))
}

/// Whether an app's version is a commit. Only what looks like one is looked up.
async fn is_commit(site: &Site, app: &App) -> Result<bool, Failure> {
    if ChaosVersion::parse(&app.version).is_none() {
        return Ok(false);
    }
    let (shelf, recipe, version) = (site.shelf.clone(), app.recipe.clone(), app.version.clone());
    let found = blocking(move || recipe_at(&shelf, &recipe, &version)).await?;
    Ok(found.is_ok_and(|at| at.commit.starts_with(&app.version)))
}

/// Settings that were saved and not deployed. The version that the file names is the deploy's own affair.
async fn pending(site: &Site, app: &App) -> Result<Vec<String>, Failure> {
    let deployed = site.store.last_converged(app.id).await?.map(|deployment| deployment.env_number);
    let Some(deployed) = deployed.filter(|number| *number != app.env_number) else { return Ok(vec![]) };
    let (old, new) = (site.store.env_revision(app.id, deployed).await?, site.store.env_revision(app.id, app.env_number).await?);
    let (Some(old), Some(new)) = (old, new) else { return Ok(vec![]) };
    Ok(changed_names(&old.text, &new.text))
}

impl Facts {
    /// Whether whoever looks may do this to the app: what a button asks before it shows itself.
    pub(super) fn may<A: Action>(&self) -> bool {
        policy::judge(self.actor.standing(), A::NAME, &Target::App(self.app.name.clone())).is_ok()
    }

    /// Whether whoever looks may open the page of this tab.
    fn opens(&self, tab: Tab) -> bool {
        match tab {
            Tab::Overview | Tab::Activity | Tab::Deploys | Tab::Updates | Tab::Commands => true,
            Tab::Settings => self.may::<ViewSettings>(),
            Tab::Secrets => self.may::<ListSecrets>(),
            Tab::Backups => self.may::<ViewBackups>(),
            Tab::Logs => self.may::<ViewLogs>(),
        }
    }

    /// The head of the app's pages.
    pub(super) fn header(&self, tab: Tab, primary: Option<Link>) -> AppHeader {
        let deployed = self.health.state != HealthState::NotDeployed;
        AppHeader {
            id: self.app.id,
            name: self.app.name.clone(),
            recipe: self.app.recipe.clone(),
            version: self.app.version.clone(),
            state: if self.observed.at == 0 { Status::Unknown } else { status(self.health.state) },
            sentence: self.ourselves.as_deref().map_or_else(|| self.health.sentence.clone(), sentence),
            site: deployed.then(|| format!("https://{}", self.app.name)),
            primary: primary.filter(|_| self.may::<Deploy>() && self.ourselves.is_none()),
            tab,
            tabs: Tab::ALL.into_iter().filter(|tab| self.opens(*tab)).collect(),
            commit: self.commit,
            settings_pending: !self.pending.is_empty(),
            terminal: in_terminal(&self.app.name, &[tab.task()]),
            first: self.first.clone(),
        }
    }

    /// The newest settings.
    pub(super) async fn revision(&self, site: &Site) -> Result<EnvRevision, Failure> {
        let found = site.store.env_revision(self.app.id, self.app.env_number).await?;
        found.ok_or_else(|| Failure::broken("an app without settings"))
    }

    /// The stack at a version with these settings and the numbers of tasks that somebody chose.
    pub(super) async fn render(
        &self,
        site: &Site,
        version: &str,
        env: &str,
    ) -> Result<Result<(RecipeAt, Rendered), RenderError>, Failure> {
        let chosen = site.store.chosen_replicas(self.app.id).await?;
        Ok(self.render_plain(site, version, env).await?.map(|(at, mut rendered)| {
            rendered.notices.extend(keep_chosen(&mut rendered.desired, &chosen));
            (at, rendered)
        }))
    }

    /// The stack at a version with these settings, as the recipe says, read away from the async threads.
    pub(super) async fn render_plain(
        &self,
        site: &Site,
        version: &str,
        env: &str,
    ) -> Result<Result<(RecipeAt, Rendered), RenderError>, Failure> {
        let (books, recipe, stack) = (site.shelf.clone(), self.app.recipe.clone(), self.stack.clone());
        let (version, env) = (version.to_owned(), env.to_owned());
        let work = move || {
            let at = recipe_at(&books, &recipe, &version)?;
            let rendered = render(&books, &at, &stack, &EnvFile::parse(&env)?)?;
            Ok((at, rendered))
        };
        blocking(work).await
    }
}

/// Runs file work away from the async threads.
pub(in crate::web) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Failure::broken(e.to_string()))
}

/// A recipe at a version. That of a commit has eight digits, however many were given.
pub(in crate::web) fn recipe_at(shelf: &Shelf, recipe: &str, version: &str) -> Result<RecipeAt, RenderError> {
    let name = RecipeName::parse(recipe)?;
    let commit = shelf.resolve(&name, version)?;
    let is_commit = commit.starts_with(&version.to_ascii_lowercase());
    let version = if is_commit { ChaosVersion::of_commit(&commit).to_string() } else { version.to_owned() };
    Ok(RecipeAt { name, version, commit })
}

/// The versions of a recipe that can be chosen, newest first; the short commit if there are no tags.
pub(in crate::web) fn versions(shelf: &Shelf, recipe: &RecipeName) -> Result<Vec<String>, ShelfError> {
    shelf.choices(recipe)
}

/// The health of the stack floor as the pages show it.
pub(super) const fn status(state: HealthState) -> Status {
    match state {
        HealthState::Healthy => Status::Healthy,
        HealthState::Updating => Status::Updating,
        HealthState::Degraded => Status::Degraded,
        HealthState::Failing => Status::Failing,
        HealthState::NotDeployed => Status::NotDeployed,
        HealthState::ScaledToZero => Status::ScaledToZero,
        HealthState::Scheduled => Status::Scheduled,
        HealthState::Unknown => Status::Unknown,
    }
}

/// The health of every stack, worked out once for each reading and shared by all pages.
#[derive(Default)]
pub struct Summaries(Mutex<Option<(Arc<Swarm>, Arc<ByStack>)>>);

/// The health of stacks by their names.
pub type ByStack = BTreeMap<String, AppHealth>;

impl Summaries {
    /// The health of every stack of this reading.
    pub fn of(&self, swarm: &Arc<Swarm>) -> Arc<ByStack> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.as_ref() {
            Some((of, summaries)) if Arc::ptr_eq(of, swarm) => Arc::clone(summaries),
            _ => {
                let fresh = Arc::new(by_stack(swarm).into_iter().map(|(stack, o)| (stack.to_owned(), health(&o))).collect());
                *kept = Some((Arc::clone(swarm), Arc::clone(&fresh)));
                fresh
            }
        }
    }
}

/// Services and tasks of every stack, sorted in one pass, so that a long list of apps costs no more than its length.
fn by_stack(swarm: &Swarm) -> BTreeMap<&str, Observed> {
    let mut stacks: BTreeMap<&str, Observed> = BTreeMap::new();
    let mut owners = BTreeMap::new();
    for service in &swarm.services {
        if let Some(stack) = service.stack() {
            owners.insert(service.id.as_str(), stack);
            let fresh = || Observed { at: swarm.at, nodes: swarm.nodes.clone(), ..Observed::default() };
            stacks.entry(stack).or_insert_with(fresh).services.push(service.clone());
        }
    }
    for task in &swarm.tasks {
        if let Some(observed) = owners.get(task.service.as_str()).and_then(|stack| stacks.get_mut(stack)) {
            observed.tasks.push(task.clone());
        }
    }
    stacks
}
