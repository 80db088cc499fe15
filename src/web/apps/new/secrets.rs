//! Step 4: the secrets that the app needs. Its handler is the one of the app's secrets, for the app is made by then.

use askama::Template;

use crate::web::apps::header::OthersFirst;
use crate::web::shell::{Problems, Shell};

use super::Wizard;

/// Step 4: the secrets that the app needs.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/new_secrets.html")]
pub struct SecretsStepView {
    pub shell: Shell,
    pub wizard: Wizard,
    pub app_id: i32,
    /// Made by Canteen when the app is made.
    pub generated: Vec<PlannedSecret>,
    /// Given by the member: a key of another service, for example.
    pub pasted: Vec<PlannedSecret>,
    /// What has to be approved first.
    pub first: OthersFirst,
    pub problems: Problems,
}

/// A secret that the app will have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSecret {
    /// Also the name of its control.
    pub name: String,
    pub version: String,
    /// How it is made, in words, such as "32 letters and digits".
    pub rule: String,
    pub help: String,
}
