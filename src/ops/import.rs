//! Stacks that something else deployed from a recipe, such as `abra`: which there are, and what app each would be. Only reads.

use std::collections::{BTreeMap, BTreeSet};

use super::render::{RecipeAt, RenderError, Rendered, render, text};
use super::scale::other_numbers;
use super::take_over::Runs;
use crate::envfile::{EnvFile, EnvLine};
use crate::recipe::{Pin, abra_sh, imported_env};
use crate::shelf::Shelf;
use crate::stack::carried;
use crate::stack::desired::Desired;
use crate::stack::names::{AppName, Domain, StackName};
use crate::stack::observed::{Observed, Swarm};
use crate::stack::policy::DASHBOARD;
use crate::stack::running::running;

/// A stack that is no app of ours and says of which recipe it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    pub stack: StackName,
    pub recipe: String,
    /// What its services tell; it may be no version of the recipe.
    pub version: Option<String>,
    /// The name that the app most likely had.
    pub name: String,
    /// How many services it has.
    pub services: usize,
}

/// The app that a stack would be.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub env: EnvFile,
    pub rendered: Rendered,
}

/// The stacks that can become apps, by name. `ours` are the stacks of our apps.
pub fn foreign(swarm: &Swarm, ours: &BTreeSet<String>) -> Vec<Foreign> {
    let stacks: BTreeSet<&str> = swarm.services.iter().filter_map(|s| s.stack()).filter(|stack| !ours.contains(*stack)).collect();
    stacks.into_iter().filter_map(|stack| StackName::parse(stack).ok()).filter_map(|stack| one(swarm, stack)).collect()
}

fn one(swarm: &Swarm, stack: StackName) -> Option<Foreign> {
    let observed = swarm.stack(&stack);
    let settings = carried::settings(observed.services.iter().map(|s| &s.spec));
    let pin = settings.get("RECIPE").or_else(|| settings.get("TYPE")).and_then(|text| Pin::parse(text));
    let recipe = carried::recipe(&stack, &observed).map(str::to_owned).or_else(|| pin.as_ref().map(|p| p.recipe.clone()))?;
    // A dashboard is no app: removing it would take every app's settings along, and a command in it would read them past the policy.
    if recipe == DASHBOARD || swarm.own_stack() == Some(stack.as_str()) {
        return None;
    }
    let version = carried::version(&stack, &observed).map(str::to_owned).or_else(|| pin.and_then(|p| p.version));
    Some(Foreign { recipe, version, name: likely_name(&stack, &settings), services: observed.services.len(), stack })
}

/// An app's name is usually its domain, and the stack's name comes from it.
fn likely_name(stack: &StackName, settings: &BTreeMap<String, String>) -> String {
    let gives = |name: &String| StackName::of_app(name).as_ref() == Ok(stack) && AppName::parse(name).is_ok();
    let domain = settings.get("DOMAIN").cloned().filter(gives);
    let dotted = || Some(stack.as_str().replace('_', ".")).filter(|name| Domain::parse(name).is_ok());
    domain.or_else(dotted).unwrap_or_else(|| stack.as_str().to_owned())
}

/// The settings of a stack as the recipe at this version would write them, and the stack that they give.
///
/// Services carry the variables of their compose files too. What the rendered stack carries anyway needs no line of its own.
pub fn propose(shelf: &Shelf, at: &RecipeAt, stack: &StackName, observed: &Observed) -> Result<Proposal, RenderError> {
    let sample = text(shelf, at, ".env.sample")?.unwrap_or_default();
    let exports = text(shelf, at, "abra.sh")?.map(|t| abra_sh::exports(&t)).unwrap_or_default();
    let pin = Pin { recipe: at.name.as_str().to_owned(), version: Some(at.version.clone()) };
    let mut settings = carried::settings(observed.services.iter().map(|s| &s.spec));
    settings.retain(|name, value| !exports.contains_key(name) && (name != "STACK_NAME" || value != stack.as_str()));
    let known = known(&EnvFile::parse(&sample)?);
    let (in_sample, extra): (BTreeMap<_, _>, BTreeMap<_, _>) = settings.into_iter().partition(|(name, _)| known.contains(name));
    let lean = imported_env(&sample, &pin, &in_sample)?;
    let without = render(shelf, at, stack, &lean).ok().map(|rendered| carried::settings(rendered.desired.services.iter()));
    let needed = |name: &str, value: &str| without.as_ref().is_none_or(|found| found.get(name).map(String::as_str) != Some(value));
    let mut settings = in_sample;
    settings.extend(extra.into_iter().filter(|(name, value)| needed(name, value)));
    let env = imported_env(&sample, &pin, &settings)?;
    let rendered = render(shelf, at, stack, &env)?;
    Ok(Proposal { env, rendered })
}

/// What runs of a stack, as the first deployment of the app that it becomes. `at` is the version that it counts as, if its services tell
/// none that the recipe has; `rendered` is what that version and the settings give, for of networks the engine tells less.
pub fn runs(
    shelf: &Shelf,
    at: &RecipeAt,
    stack: &StackName,
    observed: &Observed,
    (env, rendered): (&EnvFile, Option<&Desired>),
) -> Runs {
    let told = carried::version(stack, observed).filter(|version| *version != at.version);
    let told = told.and_then(|version| {
        Some(RecipeAt { name: at.name.clone(), version: version.to_owned(), commit: shelf.resolve(&at.name, version).ok()? })
    });
    // The recipe's own numbers of tasks are those of the version that runs, whatever others have.
    let numbers = match &told {
        Some(at) => render(shelf, at, stack, env).ok().map(|own| other_numbers(&own.desired, observed)),
        None => rendered.map(|own| other_numbers(own, observed)),
    };
    let RecipeAt { version, commit, .. } = told.unwrap_or_else(|| at.clone());
    Runs { version, commit, desired: running(stack, observed, rendered), numbers: numbers.unwrap_or_default() }
}

/// The variables that a file sets or offers.
fn known(sample: &EnvFile) -> BTreeSet<String> {
    let key = |line: &EnvLine<'_>| if let EnvLine::Setting { entry, .. } = line { Some(entry.key.clone()) } else { None };
    sample.lines().iter().filter_map(key).collect()
}
