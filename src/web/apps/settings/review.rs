//! What saving would change, before it is saved.

use std::collections::BTreeMap;

use askama::Template;

use crate::store::apps::EnvRevision;
use crate::web::Site;
use crate::web::apps::facts::Facts;
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::page::shell;
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

use super::change::{EnvChange, change};

/// The page before settings are saved.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/settings_review.html")]
pub struct ReviewView {
    pub shell: Shell,
    pub app: AppHeader,
    /// Where the form goes.
    pub action: String,
    pub change: EnvChange,
    pub warnings: Vec<String>,
    /// Everything that was typed, by the name of its control.
    pub carried: Vec<(String, String)>,
    pub reason: String,
    /// The page would change nothing, not even a comment.
    pub nothing: bool,
}

/// The review of `new` over the revision that it is based on. `carried` is the form that came; it goes on as it is.
pub(super) async fn review(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    (base, new): (&EnvRevision, &str),
    mut carried: BTreeMap<String, String>,
    (action, warnings): (String, Vec<String>),
) -> ReviewView {
    carried.remove("form-step");
    let reason = carried.remove("form-reason").unwrap_or_default();
    ReviewView {
        shell: shell(site, visit, format!("Review the settings of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Settings, None),
        action,
        change: change(&base.text, new),
        warnings,
        carried: carried.into_iter().collect(),
        reason,
        nothing: base.text == new,
    }
}
