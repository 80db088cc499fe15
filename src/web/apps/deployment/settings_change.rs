//! What a deploy means for the settings: what was saved since the last one, and what another version asks for.

use crate::envfile::{self, EnvFile};
use crate::ops::render::{RecipeAt, text};
use crate::store::deployments::Deployment;
use crate::web::Site;
use crate::web::apps::facts::{Facts, blocking};
use crate::web::failure::Failure;

use super::review::Review;

/// The settings that are deployed held against those that would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// Variables that were saved with other values since the last deploy.
    pub saved: Vec<String>,
    /// Variables that the chosen version's sample has and the deployed one's has not.
    pub new: Vec<String>,
    /// Variables that only the deployed version's sample has.
    pub gone: Vec<String>,
}

impl SettingsChange {
    /// Nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.saved.is_empty() && self.new.is_empty() && self.gone.is_empty()
    }
}

/// Variables whose values differ between two revisions, by name, but for the one that names the version.
pub(in crate::web::apps) fn changed_names(old: &str, new: &str) -> Vec<String> {
    let (Ok(old), Ok(new)) = (EnvFile::parse(old), EnvFile::parse(new)) else { return vec![] };
    let keys = envfile::diff(&old, &new).into_iter().map(|c| c.key);
    keys.filter(|key| key != "TYPE" && key != "RECIPE").collect()
}

pub(super) async fn settings_change(
    facts: &Facts,
    site: &Site,
    deployed: Option<&Deployment>,
    review: &Review,
) -> Result<SettingsChange, Failure> {
    let Some(deployed) = deployed else { return Ok(SettingsChange::default()) };
    let newest = facts.revision(site).await?;
    let then = site.store.env_revision(facts.app.id, deployed.env_number).await?;
    let saved = then.map(|then| changed_names(&then.text, &newest.text)).unwrap_or_default();
    let Ok(made) = &review.made else { return Ok(SettingsChange { saved, ..SettingsChange::default() }) };
    if made.at.commit == deployed.commit_id {
        return Ok(SettingsChange { saved, ..SettingsChange::default() });
    }
    let (shelf, new) = (site.shelf.clone(), made.at.clone());
    let old = RecipeAt { name: new.name.clone(), version: deployed.version.clone(), commit: deployed.commit_id.clone() };
    let (before, after) = blocking(move || (sample(&shelf, &old), sample(&shelf, &new))).await?;
    let only = |these: &[String], those: &[String]| these.iter().filter(|key| !those.contains(key)).cloned().collect();
    Ok(SettingsChange { saved, new: only(&after, &before), gone: only(&before, &after) })
}

/// The names in the sample. A version whose sample can't be read tells nothing about settings.
fn sample(shelf: &crate::shelf::Shelf, at: &RecipeAt) -> Vec<String> {
    let read = text(shelf, at, ".env.sample").ok().flatten().and_then(|text| EnvFile::parse(&text).ok());
    read.map(|sample| sample.values().into_keys().collect()).unwrap_or_default()
}
