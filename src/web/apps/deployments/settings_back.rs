//! The settings that come back with a deployment.

use crate::commands::operation_finish::with_version;
use crate::store::deployments::Deployment;
use crate::web::Site;
use crate::web::apps::deployment::changed_names;
use crate::web::apps::facts::Facts;
use crate::web::failure::Failure;
use crate::web::page::moment;
use crate::web::when::When;

/// A revision of the settings held against the newest one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsBack {
    /// The revision that comes back.
    pub revision: String,
    pub saved: When,
    pub by: String,
    /// Variables whose values become other ones, by name, but for the one that names the version.
    pub changed: Vec<String>,
    /// Something of the file becomes other than it is, be it a comment.
    pub differs: bool,
}

impl SettingsBack {
    /// What comes back with this deployment; `None` if its settings are not kept any more.
    pub(super) async fn with(facts: &Facts, site: &Site, deployment: &Deployment) -> Result<Option<Self>, Failure> {
        let newest = facts.revision(site).await?;
        let Some(then) = site.store.env_revision(facts.app.id, deployment.env_number).await? else { return Ok(None) };
        let text = with_version(&then.text, &facts.app.recipe, &deployment.version).unwrap_or(then.text);
        let changed = changed_names(&newest.text, &text);
        let differs = text != newest.text;
        Ok(Some(Self { revision: then.number.to_string(), saved: moment(site, then.at), by: then.by, changed, differs }))
    }
}
