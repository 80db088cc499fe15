//! A new app, one question per page: recipe, address, settings, secrets; the plan is the last page.

mod address;
mod free;
mod recipe;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod secrets;
mod settings;

pub use address::{AddressForm, AddressView, CheckView, address, check, check_address};
pub use recipe::{ChooseRecipeView, RecipeChoice, VersionForm, choose_recipe, choose_version};
pub use secrets::{PlannedSecret, SecretsStepView};
pub use settings::{SettingsView, create, settings};

use crate::web::failure::Failure;
use crate::web::form::Query;

/// The pages of the wizard, in order.
pub const STEPS: [&str; 5] = ["Recipe", "Address", "Settings", "Secrets", "Review"];

/// Where in the wizard a page stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wizard {
    /// 1 to 5.
    pub at: usize,
    /// What was chosen so far, such as "dokuwiki 1.1.0".
    pub chosen: String,
    /// The page before.
    pub back: Option<String>,
    /// Where the form goes; its GET shows the same page.
    pub action: String,
}

impl Wizard {
    /// The pages with their numbers.
    pub fn steps(&self) -> impl Iterator<Item = (usize, &'static str)> {
        (1..).zip(STEPS)
    }

    pub fn count(&self) -> usize {
        STEPS.len()
    }
}

fn chosen(query: &Query) -> Result<(&str, &str), Failure> {
    match (query.get("recipe"), query.get("version")) {
        ("", _) | (_, "") => Err(Failure::BadForm("no recipe is chosen; begin again at /apps/new".to_owned())),
        both => Ok(both),
    }
}

fn step(name: &str, query: &[(&str, &str)]) -> String {
    format!("/apps/new/{name}?{}", serde_urlencoded::to_string(query).unwrap_or_default())
}

fn wizard(at: usize, query: &Query, back: Option<String>, action: String) -> Wizard {
    let chosen = format!("{} {}", query.get("recipe"), query.get("version"));
    Wizard { at, chosen: chosen.trim().to_owned(), back, action }
}
