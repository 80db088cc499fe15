//! A stack as the app that it would be.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use sha2::{Digest as _, Sha256};

use super::index::ours;
use crate::access::action::BeginImport;
use crate::access::{Action, Grant};
use crate::ops::adopt::print;
use crate::ops::check::{standing, tier};
use crate::ops::import::{Foreign, Proposal, foreign, propose, runs};
use crate::ops::ourselves;
use crate::ops::render::{RecipeAt, RenderError};
use crate::ops::scale::keep_running;
use crate::ops::take_over::Runs;
use crate::recipe::RecipeName;
use crate::recipe::abra_command::Task;
use crate::stack::health::health;
use crate::stack::plan;
use crate::stack::policy::{Tier, Who, verdict};
use crate::store::apps::App;
use crate::store::chain::hex;
use crate::web::Site;
use crate::web::apps::changes::Changes;
use crate::web::apps::deployment::{Faults, Shifted};
use crate::web::apps::facts::{Facts, blocking, recipe_at, versions};
use crate::web::apps::header::{AppHeader, OthersFirst, Tab};
use crate::web::failure::Failure;
use crate::web::form::{Name, Query};
use crate::web::page::{page, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// A stack as the app that it would be.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/import.html")]
pub struct ImportView {
    pub shell: Shell,
    pub app: AppHeader,
    pub stack: String,
    /// The version that its settings are read with.
    pub version: String,
    /// The versions that may be chosen instead, newest first.
    pub versions: Vec<String>,
    /// The settings file that it would get; empty when the recipe at this version can't be read.
    pub settings: String,
    /// What the next deploy would change.
    pub changes: Changes,
    /// Broken rules that would stop its next deploy.
    pub faults: Faults,
    /// What was found about the version after it was published.
    pub shifted: Shifted,
    /// The version that is recorded as what runs; empty where nothing can be imported.
    pub runs: String,
    /// Why it can't be imported.
    pub refused: Option<String>,
    /// What the button is bound to.
    pub hash: String,
    pub problems: Problems,
}

/// What was found out about a stack.
pub(super) struct Reviewed {
    pub(super) found: Foreign,
    pub(super) facts: Facts,
    pub(super) versions: Vec<String>,
    pub(super) made: Result<Made, String>,
    pub(super) shifted: Shifted,
}

/// The app that it would be.
pub(super) struct Made {
    pub(super) at: RecipeAt,
    pub(super) proposal: Proposal,
    pub(super) runs: Runs,
}

impl Reviewed {
    /// Another one means that the settings, or what runs, would be others than those that were shown.
    pub(super) fn hash(&self) -> String {
        let (stack, version) = (&self.facts.app.stack, &self.facts.app.version);
        let (settings, runs) = match &self.made {
            Ok(made) => (made.proposal.env.text(), print(&made.runs.desired)),
            Err(_) => (String::new(), String::new()),
        };
        hex(&Sha256::digest(format!("{stack}\n{version}\n{runs}\n{settings}")))
    }

    /// Why somebody of this tier can't take what runs as a record: the policy's word, as for keeping what another tool changed.
    pub(super) fn refused(&self, tier: Tier) -> Option<String> {
        let runs = &self.made.as_ref().ok()?.runs.desired;
        let standing = standing(runs, &self.facts.observed);
        let why = verdict(runs, &self.facts.observed).refusal(&Who { tier, confirmed: &standing })?;
        Some(sentence(&why.to_string()))
    }
}

/// The page of one stack.
pub async fn show(
    may: Grant<BeginImport>,
    Name(stack): Name,
    query: Query,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let reviewed = review(&may, &site, (&stack, ""), query.get("version")).await?;
    page(&view(&site, &visit, reviewed, tier(&may), Problems::none()).await?)
}

/// Reads the stack anew. Empty texts stand for the most likely name and the version that the services tell.
pub(super) async fn review<A: Action>(
    may: &Grant<A>,
    site: &Site,
    (stack, name): (&str, &str),
    version: &str,
) -> Result<Reviewed, Failure> {
    let swarm = site.feed.latest().swarm.clone();
    if let Some(why) = ourselves::refusal(&swarm, stack) {
        return Err(Failure::Conflict(sentence(&why)));
    }
    let found = foreign(&swarm, &ours(site).await?).into_iter().find(|f| f.stack.as_str() == stack).ok_or(Failure::NotFound)?;
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (shelf, recipe) = (site.shelf.clone(), found.recipe.clone());
    let versions = blocking(move || RecipeName::parse(&recipe).ok().and_then(|name| versions(&shelf, &name).ok())).await?;
    let versions = versions.unwrap_or_default();
    let version = given(version).or_else(|| found.version.clone()).or_else(|| versions.first().cloned()).unwrap_or_default();
    let observed = swarm.stack(&found.stack);
    let app = App {
        id: 0,
        name: given(name).unwrap_or_else(|| found.name.clone()),
        stack: stack.to_owned(),
        recipe: found.recipe.clone(),
        version: version.clone(),
        env_number: 0,
        created_at: 0,
    };
    let facts = Facts {
        app,
        stack: found.stack.clone(),
        health: health(&observed),
        observed,
        actor: may.actor().clone(),
        pending: vec![],
        commit: false,
        ourselves: None,
        first: OthersFirst::default(),
    };
    let (shelf, recipe, stack, observed) = (site.shelf.clone(), found.recipe.clone(), found.stack.clone(), facts.observed.clone());
    let made = blocking(move || {
        let at = recipe_at(&shelf, &recipe, &version)?;
        let proposal = propose(&shelf, &at, &stack, &observed)?;
        let runs = runs(&shelf, &at, &stack, &observed, (&proposal.env, Some(&proposal.rendered.desired)));
        Ok(Made { at, proposal, runs })
    });
    let made = made.await?.map_err(|error: RenderError| error.to_string());
    let shifted = Shifted::of(site, &facts.app.recipe, &facts.app.version).await?;
    Ok(Reviewed { found, facts, versions, made, shifted })
}

pub(super) async fn view(
    site: &Site,
    visit: &Visit,
    reviewed: Reviewed,
    tier: Tier,
    mut problems: Problems,
) -> Result<ImportView, Failure> {
    let (hash, refused) = (reviewed.hash(), reviewed.refused(tier));
    let Reviewed { found, facts, mut versions, made, shifted } = reviewed;
    let mut changes = Changes::begin(&facts, site);
    let mut rules = Faults::default();
    if let Ok(made) = &made {
        let mut desired = made.proposal.rendered.desired.clone();
        let kept = keep_running(&mut desired, &made.runs.numbers);
        changes.fill(&facts, &desired, &plan::plan(&desired, &facts.observed));
        changes.warnings.extend(kept.iter().map(|line| format!("{line}; this is kept for later deploys")));
        rules = Faults::at(site, made.at.clone()).await?.map_err(|e| Failure::Unavailable(e.to_string()))?;
    }
    if !facts.app.version.is_empty() && !versions.contains(&facts.app.version) {
        versions.insert(0, facts.app.version.clone());
    }
    if let Err(error) = &made {
        problems.add("version", sentence(error));
    }
    let (settings, runs) = made.map(|made| (made.proposal.env.text(), made.runs.version)).unwrap_or_default();
    Ok(ImportView {
        shell: shell(site, visit, format!("Import {}", found.stack), Nav::Apps).await,
        app: facts.header(Tab::Overview, None).doing(&[Task::Pull]),
        stack: found.stack.as_str().to_owned(),
        version: facts.app.version,
        versions,
        settings,
        changes,
        faults: rules,
        shifted,
        runs,
        refused,
        hash,
        problems,
    })
}
