//! From a recipe at a commit and an app's settings to the stack that is to be. Reads blobs of the shelf; changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::types::{Config, FileObject};
use crate::compose::{self, ComposeError, Source};
use crate::envfile::{EnvError, EnvFile};
use crate::recipe::{self, ChaosVersion, NameError, RecipeName, abra_sh};
use crate::secret::{self, SecretError, SecretNeed};
use crate::shelf::{Shelf, ShelfError};
use crate::stack::convert::{ConvertError, convert};
use crate::stack::desired::Desired;
use crate::stack::labels::{Stamp, stamp, timeout_s};
use crate::stack::names::{StackName, scope};
use crate::stack::policy::claimed;

/// A recipe at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeAt {
    pub name: RecipeName,
    /// The tag; the short commit if the recipe has no tags.
    pub version: String,
    /// 40 hexadecimal digits.
    pub commit: String,
}

/// Everything that a plan, a secrets page and a deploy need to know of an app at a version.
#[derive(Clone, Debug)]
pub struct Rendered {
    pub desired: Desired,
    /// What Swarm ignores, what is deprecated, what is missing in the settings.
    pub notices: Vec<String>,
    pub needs: Vec<SecretNeed>,
    /// Every secret that the compose files name, whether a service uses it or not.
    pub declared: BTreeSet<String>,
    pub timeout_s: Option<u64>,
}

/// The recipe and the settings do not make a stack.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("settings, {0}")]
    Env(#[from] EnvError),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    #[error("the recipe has no {file} at {version}; choose another version, or take the file out of COMPOSE_FILE in the settings")]
    NoFile { file: String, version: String },
    #[error("{file} of the recipe is not UTF-8 text")]
    NotText { file: String },
    #[error(transparent)]
    Compose(#[from] ComposeError),
    #[error(transparent)]
    Convert(#[from] ConvertError),
    #[error("{0}; {hint}", hint = .0.hint())]
    Secret(#[from] SecretError),
}

/// Renders the stack.
pub fn render(shelf: &Shelf, at: &RecipeAt, stack: &StackName, env: &EnvFile) -> Result<Rendered, RenderError> {
    let exports = text(shelf, at, "abra.sh")?.map(|t| abra_sh::exports(&t)).unwrap_or_default();
    let variables = recipe::environment(env, stack.as_str(), &exports);
    let sources = sources(shelf, at, env)?;
    let tree = shelf.tree(&at.name, &at.commit);
    let loaded = compose::load(&sources, &variables, &tree)?;
    let mut desired = convert(stack, &loaded.config, &tree)?;
    let chaos = shelf.is_chaos(&at.name, &at.version)?;
    let chaos_version = chaos.then(|| ChaosVersion::of_commit(&at.commit).to_string());
    let stamp_with = Stamp { recipe: at.name.as_str(), version: &at.version, chaos, chaos_version, env: &variables };
    stamp(&mut desired, &stamp_with);
    let raw = compose::raw_secret_names(&sources)?;
    desired.remedies = remedies(&sources, &loaded.config, stack, &exports)?;
    desired.domains = claimed(&env.values());
    let needs = needs(&raw, &desired, env)?;
    let declared = raw.into_keys().collect();
    let mut notices: Vec<String> = loaded.notices.iter().map(|n| format!("{}: {}: {}", n.file, n.path, n.text)).collect();
    notices.extend(missing_settings(shelf, at, env)?);
    notices.extend(env.notices().iter().map(|n| format!("settings, line {}: {}: {}; {}", n.line, n.key, n.what, n.hint)));
    Ok(Rendered { notices, needs, declared, timeout_s: timeout_s(&desired), desired })
}

fn sources(shelf: &Shelf, at: &RecipeAt, env: &EnvFile) -> Result<Vec<Source>, RenderError> {
    let files = env.compose_files()?;
    files
        .into_iter()
        .map(|name| {
            let missing = || RenderError::NoFile { file: name.clone(), version: at.version.clone() };
            let text = text(shelf, at, &name)?.ok_or_else(missing)?;
            Ok(Source { name, text })
        })
        .collect()
}

fn needs(raw: &BTreeMap<String, String>, desired: &Desired, env: &EnvFile) -> Result<Vec<SecretNeed>, RenderError> {
    let resolved: BTreeMap<String, String> = desired.secrets.iter().map(|s| (s.local.clone(), s.name.clone())).collect();
    let used_by = desired.secrets.iter().map(|s| (s.local.clone(), s.services.clone())).collect();
    Ok(secret::needs(raw, &resolved, &used_by, env)?)
}

/// For each config the variable that is to be raised where its file has changed and its name has not, and where: what the recipe sets
/// itself, the settings can't change.
fn remedies(
    sources: &[Source],
    config: &Config,
    stack: &StackName,
    exports: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, RenderError> {
    let raw = compose::raw_config_names(sources)?;
    let remedy = |(key, declared): (&String, &FileObject)| {
        let variable = secret::variables(raw.get(key)?).filter(|name| *name != "STACK_NAME").last()?;
        let name = if declared.name.is_empty() { scope(stack, key) } else { declared.name.clone() };
        let text = if exports.contains_key(variable) {
            format!(
                "the recipe sets {variable} itself (in abra.sh), whatever the settings say, and has to raise it; tell its maintainers. \
                 Until then undeploy the app and deploy it again"
            )
        } else {
            let version = name.rsplit_once('_').map_or("", |(_, version)| version);
            format!("raise {variable} in the settings, for example to {}", secret::next_version(version, |_| false))
        };
        Some((name, text))
    };
    Ok(config.configs.iter().filter_map(remedy).collect())
}

fn missing_settings(shelf: &Shelf, at: &RecipeAt, env: &EnvFile) -> Result<Vec<String>, RenderError> {
    let Some(sample) = text(shelf, at, ".env.sample")? else { return Ok(vec![]) };
    let sample = EnvFile::parse(&sample)?;
    let missing = sample.values().into_keys().filter(|key| env.get(key).is_none());
    Ok(missing.map(|key| format!("{key} is in the recipe's .env.sample and missing in this app's settings")).collect())
}

/// A file of the recipe as text; `None` if there is none.
pub fn text(shelf: &Shelf, at: &RecipeAt, file: &str) -> Result<Option<String>, RenderError> {
    let Some(bytes) = shelf.read(&at.name, &at.commit, file)? else { return Ok(None) };
    String::from_utf8(bytes).map(Some).map_err(|_binary| RenderError::NotText { file: file.to_owned() })
}
