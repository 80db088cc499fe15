//! What the form of an app asks: its settings held against the sample of a version of its recipe.

use std::collections::BTreeMap;

use crate::envfile::EnvFile;
use crate::ops::render::{self, RenderError};
use crate::recipe::{self, Questions, Sample, abra_sh};
use crate::web::Site;
use crate::web::apps::facts::{Facts, blocking, recipe_at, versions};
use crate::web::failure::Failure;

use super::controls::Overlays;

/// The questions and where they come from.
pub(super) struct Asked {
    pub(super) questions: Questions,
    /// The sample, secrets and fixed variables included.
    pub(super) sample: Vec<recipe::Field>,
    /// Why the recipe's sample could not be used, so that the app's own file stands for it.
    pub(super) without_sample: Option<String>,
    /// Versions whose form can be looked at, newest first.
    pub(super) versions: Vec<String>,
}

/// Versions that are offered.
const MOST_VERSIONS: usize = 20;

/// What a form needs of the recipe.
struct RecipeFiles {
    sample: String,
    exports: BTreeMap<String, String>,
    versions: Vec<String>,
}

/// Reads the recipe at `version` and asks about `env`.
pub(super) async fn asked(facts: &Facts, site: &Site, env: &EnvFile, version: &str) -> Result<Asked, Failure> {
    let found = read(facts, site, version).await?;
    let unreadable = |error: crate::envfile::EnvError| format!(".env.sample of {} {version}, {error}", facts.app.recipe);
    let known = found.and_then(|files| {
        let domain = env.get("DOMAIN").unwrap_or_default();
        let name = recipe::RecipeName::parse(&facts.app.recipe).map_err(|e| e.to_string())?;
        // The placeholders of a sample say nothing once the app has an address.
        let text = recipe::new_env(&files.sample, &name, version, &domain).map_or(files.sample, |filled| filled.text());
        Ok((Sample::parse(&text).map_err(unreadable)?, files.exports, files.versions))
    });
    let (sample, exports, versions, without_sample) = match known {
        Ok((sample, exports, versions)) => (sample, exports, versions, None),
        Err(why) => {
            let own = Sample::parse(&env.text()).map_err(unreadable).map_err(Failure::Conflict)?;
            (own, BTreeMap::new(), vec![], Some(why))
        }
    };
    let questions = Questions::of(&sample, env, &exports).map_err(unreadable).map_err(Failure::Conflict)?;
    Ok(Asked { questions, sample: sample.fields, without_sample, versions })
}

async fn read(facts: &Facts, site: &Site, version: &str) -> Result<Result<RecipeFiles, String>, Failure> {
    let (shelf, recipe, version) = (site.shelf.clone(), facts.app.recipe.clone(), version.to_owned());
    let read = move || -> Result<Option<RecipeFiles>, RenderError> {
        let at = recipe_at(&shelf, &recipe, &version)?;
        let exports = render::text(&shelf, &at, "abra.sh")?.map(|text| abra_sh::exports(&text)).unwrap_or_default();
        let mut versions = versions(&shelf, &at.name)?;
        versions.truncate(MOST_VERSIONS);
        Ok(render::text(&shelf, &at, ".env.sample")?.map(|sample| RecipeFiles { sample, exports, versions }))
    };
    let missing = || format!("{} {} has no .env.sample", facts.app.recipe, facts.app.version);
    Ok(blocking(read).await?.map_err(|e| e.to_string()).and_then(|found| found.ok_or_else(missing)))
}

/// The overlays of a file that are on, by how the sample names them.
pub(super) fn overlays(questions: &Questions, env: &EnvFile) -> Overlays {
    let appended = env.appended_compose_files();
    let files = env.compose_files().unwrap_or_default();
    let mut overlays = Overlays::default();
    for question in &questions.asked {
        let recipe::FieldKind::Overlay { file } = &question.field.kind else { continue };
        let own_line = appended.contains(file);
        let in_base = !own_line && file.split(':').all(|part| files.iter().any(|known| known == part));
        if own_line || in_base {
            overlays.on.push(file.clone());
        }
        if in_base {
            overlays.held.push(file.clone());
        }
    }
    overlays
}

/// The overlays that have a line of their own.
pub(in crate::web::apps) fn overlays_of(env: &EnvFile) -> Vec<String> {
    env.appended_compose_files()
}
