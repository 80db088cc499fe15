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

/// The version whose commands are run where something runs. The inner error is for people.
pub(in crate::web::apps) async fn running(facts: &Facts, site: &Site) -> Result<Result<RecipeAt, String>, Failure> {
    Ok(source(facts, site).await?.map(|source| source.at))
}

/// The steps after a deploy or after going back, or before an undeploy, as its review shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedSteps {
    pub occasion: Occasion,
    /// In order, such as `set_up in app`; empty if there are none, or they can't be run.
    pub steps: Vec<String>,
    /// Why they can't be run.
    pub problem: String,
    /// The box is ticked.
    pub ticked: bool,
}

impl AskedSteps {
    #[cfg(any(test, feature = "testing"))]
    pub fn sample(occasion: Occasion) -> Self {
        let steps = vec!["migrate in app".to_owned(), "tidy in db".to_owned()];
        Self { occasion, steps, problem: String::new(), ticked: true }
    }

    /// The variable that names them; `None` if there are none.
    pub fn variable(&self) -> Option<&'static str> {
        (!self.steps.is_empty()).then(|| self.occasion.variable())
    }

    /// The beginning of the sentence that lists them.
    pub fn lead(&self) -> String {
        let first = if self.occasion == Occasion::Undeploy { "First" } else { "Then" };
        let what = if self.steps.len() == 1 { "the step" } else { "the steps" };
        format!("{first} run {what} {}", self.occasion.when())
    }

    /// What becomes of the whole if one of them fails.
    pub fn if_one_fails(&self) -> &'static str {
        match self.occasion {
            Occasion::Deploy | Occasion::Upgrade => "If one fails, the deploy stays.",
            Occasion::Rollback => "If one fails, the app stays as it was gone back to.",
            Occasion::Undeploy => "If one fails, nothing is removed, and the app goes on running.",
        }
    }

    /// That none is run, where the settings ask for some.
    pub fn none_is_run(&self) -> &'static str {
        match self.occasion {
            Occasion::Deploy | Occasion::Upgrade => "No steps are run after this deploy",
            Occasion::Rollback => "No steps are run after going back",
            Occasion::Undeploy => "No steps are run before the undeploy",
        }
    }
}

/// What the settings ask for after going from one version to another.
pub(in crate::web::apps) fn after_deploy(env: &str, from: Option<&str>, to: &str) -> AskedSteps {
    asked_on(env, occasion(from, to))
}

/// What the settings ask for on an occasion.
pub(in crate::web::apps) fn asked_on(env: &str, occasion: Occasion) -> AskedSteps {
    let (steps, problem) = match asked(env, occasion) {
        Ok(steps) => (steps.iter().map(ToString::to_string).collect(), String::new()),
        Err(problem) => (vec![], problem),
    };
    AskedSteps { occasion, steps, problem, ticked: true }
}

/// The steps of an upgrade are none of a deploy of an older version: it goes back.
fn occasion(from: Option<&str>, to: &str) -> Occasion {
    let Some(from) = from.filter(|from| *from != to) else { return Occasion::Deploy };
    match (RecipeVersion::parse(from), RecipeVersion::parse(to)) {
        (Some(old), Some(new)) if new.precedence(&old).is_lt() => Occasion::Rollback,
        (Some(_), Some(_)) => Occasion::Upgrade,
        _ => Occasion::Deploy,
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
    fn a_first_deploy_an_upgrade_and_a_way_back_have_their_own_steps() {
        let env = "POST_DEPLOY_CMDS=\"app set_up|db tidy x\"\nPOST_UPGRADE_CMDS=\"app migrate\"\nPOST_ROLLBACK_CMDS='app undo'\n";
        let told = |from, to| after_deploy(env, from, to).steps.join(", ");
        assert_eq!(told(None, "1.0.0+1"), "set_up in app, tidy in db");
        assert_eq!(told(Some("1.0.0+1"), "1.0.0+1"), "set_up in app, tidy in db");
        assert_eq!(told(Some("1.0.0+1"), "1.1.0+1"), "migrate in app");
        assert_eq!(told(Some("1.1.0+1"), "1.0.0+1"), "undo in app");
        let wrong = after_deploy("POST_DEPLOY_CMDS='app'\n", None, "1.0.0+1");
        assert!(wrong.problem.contains("POST_DEPLOY_CMDS can’t be read"), "{wrong:?}");
    }
}
