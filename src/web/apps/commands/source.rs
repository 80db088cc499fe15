//! Where commands and steps are read: `abra.sh` at the commit that runs, and the app's settings.

use crate::envfile::{EnvFile, secret_values};
use crate::ops::render::{self, RecipeAt};
use crate::recipe::after::{AfterStep, Occasion, steps};
use crate::recipe::command::{RecipeCommand, commands};
use crate::recipe::{RecipeName, RecipeVersion};
use crate::web::Site;
use crate::web::apps::facts::{Facts, blocking, recipe_at};
use crate::web::failure::Failure;

/// A recipe's commands at a commit.
pub(super) struct Source {
    pub(super) at: RecipeAt,
    pub(super) commands: Vec<RecipeCommand>,
}

/// The commands of what runs; of the chosen version where nothing does. The inner error is for people.
pub(super) async fn source(facts: &Facts, site: &Site) -> Result<Result<Source, String>, Failure> {
    let deployed = site.store.last_converged(facts.app.id).await?.filter(|_| !facts.observed.services.is_empty());
    let (shelf, recipe, version) = (site.shelf.clone(), facts.app.recipe.clone(), facts.app.version.clone());
    blocking(move || {
        let at = match deployed {
            Some(d) => {
                RecipeAt { name: RecipeName::parse(&d.recipe).map_err(|e| e.to_string())?, version: d.version, commit: d.commit_id }
            }
            None => recipe_at(&shelf, &recipe, &version).map_err(|e| e.to_string())?,
        };
        let script = render::text(&shelf, &at, "abra.sh").map_err(|e| e.to_string())?.unwrap_or_default();
        Ok(Source { commands: commands(&script), at })
    })
    .await
}

/// The steps after a deploy, as the plan shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AfterDeploy {
    /// The variable that names them; empty if there are none.
    pub variable: String,
    /// In order, such as `set_up in app`.
    pub steps: Vec<String>,
    /// Why they can't be run.
    pub problem: String,
}

/// What the settings ask for after going from one version to another.
pub(in crate::web::apps) fn after_deploy(env: &str, from: Option<&str>, to: &str) -> AfterDeploy {
    let Some(occasion) = occasion(from, to) else { return AfterDeploy::default() };
    match asked(env, occasion) {
        Ok(steps) if steps.is_empty() => AfterDeploy::default(),
        Ok(steps) => AfterDeploy {
            variable: occasion.variable().to_owned(),
            steps: steps.iter().map(ToString::to_string).collect(),
            problem: String::new(),
        },
        Err(problem) => AfterDeploy { problem, ..AfterDeploy::default() },
    }
}

/// An older version has no steps: those of the newer one have changed the data already.
fn occasion(from: Option<&str>, to: &str) -> Option<Occasion> {
    let Some(from) = from.filter(|from| *from != to) else { return Some(Occasion::Deploy) };
    match (RecipeVersion::parse(from), RecipeVersion::parse(to)) {
        (Some(old), Some(new)) if new.precedence(&old).is_lt() => None,
        (Some(_), Some(_)) => Some(Occasion::Upgrade),
        _ => Some(Occasion::Deploy),
    }
}

/// The steps that the settings name. The error names the variable.
pub(super) fn asked(env: &str, occasion: Occasion) -> Result<Vec<AfterStep>, String> {
    let Some(text) = EnvFile::parse(env).ok().and_then(|env| env.get(occasion.variable())) else { return Ok(vec![]) };
    steps(&text).map_err(|error| format!("{} can’t be read: {error}", occasion.variable()))
}

/// Secret values of the settings, which steps may repeat.
pub(super) fn secrets_of(env: &str) -> Vec<String> {
    EnvFile::parse(env).map(|env| secret_values(&env)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_deploy_and_an_upgrade_have_their_own_steps_and_a_way_back_has_none() {
        let env = "POST_DEPLOY_CMDS=\"app set_up|db tidy x\"\nPOST_UPGRADE_CMDS=\"app migrate\"\n";
        let told = |from, to| after_deploy(env, from, to).steps.join(", ");
        assert_eq!(told(None, "1.0.0+1"), "set_up in app, tidy in db");
        assert_eq!(told(Some("1.0.0+1"), "1.0.0+1"), "set_up in app, tidy in db");
        assert_eq!(told(Some("1.0.0+1"), "1.1.0+1"), "migrate in app");
        assert_eq!(told(Some("1.1.0+1"), "1.0.0+1"), "");
        let wrong = after_deploy("POST_DEPLOY_CMDS='app'\n", None, "1.0.0+1");
        assert!(wrong.problem.contains("POST_DEPLOY_CMDS can’t be read"), "{wrong:?}");
    }
}
