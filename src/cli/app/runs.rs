//! What is known beside the files: what runs on the Swarm, and which versions the recipes have. Either may be out of reach.

use std::collections::BTreeMap;

use canteen::envfile::EnvFile;
use canteen::ops::import::runs;
use canteen::ops::ourselves;
use canteen::ops::render::{RecipeAt, render};
use canteen::ops::take_over::Runs;
use canteen::recipe::RecipeName;
use canteen::settings::Settings;
use canteen::shelf::Shelf;
use canteen::stack::carried;
use canteen::stack::names::StackName;
use canteen::stack::observed::Swarm;
use canteen::stack::policy::DASHBOARD;
use canteen::store::Store;

use crate::cli::complain;
use crate::cli::stack::reader;

/// What the files of a folder are held against.
pub(super) struct Around {
    /// Absent while Docker does not answer.
    swarm: Option<Swarm>,
    shelf: Shelf,
    /// The newest version of each recipe that Canteen has, empty if it knows none.
    newest: BTreeMap<String, String>,
}

/// A version for a file that names none, and how it was found.
pub(super) struct Found {
    pub(super) version: String,
    pub(super) how: &'static str,
}

impl Around {
    /// Reads all of it once.
    pub(super) async fn look(store: &Store, settings: &Settings) -> anyhow::Result<Self> {
        let swarm = match reader(&settings.docker_host) {
            Ok(engine) => engine.swarm().await,
            Err(error) => Err(error),
        };
        if let Err(error) = &swarm {
            complain(&format!("{error}; so it is not looked at what runs, and no app gets a record of it"));
        }
        let shelf = Shelf::beside(&settings.data.join("shelf"));
        let newest = store.recipes().await?.into_iter().map(|recipe| (recipe.name, recipe.newest)).collect();
        Ok(Self { swarm: swarm.ok(), shelf, newest })
    }

    /// Whether Canteen has the recipe.
    pub(super) fn knows(&self, recipe: &str) -> bool {
        self.newest.contains_key(recipe)
    }

    /// Why no app can be made of this stack; `None` if one can, as far as is known here.
    pub(super) fn refused(&self, stack: &StackName) -> Option<String> {
        let swarm = self.swarm.as_ref()?;
        let is_dashboard = || carried::recipe(stack, &swarm.stack(stack)) == Some(DASHBOARD);
        let dashboard = || format!("{stack} is the stack of a dashboard, which is no app; upgrade it as you deployed it");
        ourselves::refusal(swarm, stack.as_str()).or_else(|| is_dashboard().then(dashboard))
    }

    /// The version that runs, by its labels, else the recipe's newest one.
    pub(super) fn version(&self, stack: &StackName, recipe: &str) -> Option<Found> {
        let told = self.swarm.as_ref().map(|swarm| swarm.stack(stack));
        if let Some(version) = told.as_ref().and_then(|observed| carried::version(stack, observed)) {
            return Some(Found { version: version.to_owned(), how: "the one that runs, by its labels" });
        }
        let fetched = RecipeName::parse(recipe).ok().and_then(|name| self.shelf.choices(&name).ok()?.into_iter().next());
        let listed = || self.newest.get(recipe).filter(|version| !version.is_empty()).cloned();
        fetched.or_else(listed).map(|version| Found { version, how: "the recipe’s newest" })
    }

    /// What runs of a stack; `None` if nothing does.
    ///
    /// # Errors
    /// Something runs, and the recipe at this version can't be read: the reason.
    pub(super) fn runs(&self, stack: &StackName, recipe: &str, version: &str, env: &EnvFile) -> Result<Option<Runs>, String> {
        let Some(observed) = self.swarm.as_ref().map(|swarm| swarm.stack(stack)).filter(|o| !o.services.is_empty()) else {
            return Ok(None);
        };
        let name = RecipeName::parse(recipe).map_err(|e| e.to_string())?;
        let told = carried::version(stack, &observed).and_then(|told| Some((told, self.shelf.resolve(&name, told).ok()?)));
        let (version, commit) = match told {
            Some(found) => found,
            None => (version, self.shelf.resolve(&name, version).map_err(|e| e.to_string())?),
        };
        let at = RecipeAt { name, version: version.to_owned(), commit };
        let rendered = render(&self.shelf, &at, stack, env).ok().map(|rendered| rendered.desired);
        // It runs, so its commit stays on the shelf.
        self.shelf.keep(&at.name, &at.commit).map_err(|e| e.to_string())?;
        Ok(Some(runs(&self.shelf, &at, stack, &observed, (env, rendered.as_ref()))))
    }
}
