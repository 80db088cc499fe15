use serde_json::{Map, Value};

use super::{app_names, particulars};
use crate::access::action;
use crate::store::{Command, Denied, Tx, apps};

/// Makes an app of what was deployed without Canteen, with the settings that it has.
pub struct ImportApp {
    pub name: String,
    pub stack: String,
    pub recipe: String,
    /// The version that runs; empty when none is known.
    pub version: String,
    /// The settings file.
    pub env: String,
    /// What was found about the version after it was published, and was ticked; a sentence each.
    pub shifted: Vec<String>,
}

impl Command for ImportApp {
    type Needs = action::ImportApp;
    /// The app's row id.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        let mut told = particulars([
            ("app", self.name.clone().into()),
            ("stack", self.stack.clone().into()),
            ("recipe", self.recipe.clone().into()),
            ("version", self.version.clone().into()),
        ]);
        if !self.shifted.is_empty() {
            told.insert("changed_after_publishing".to_owned(), self.shifted.clone().into());
        }
        told
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        tx.about_app(&self.name);
        app_names::check(&self.name)?;
        let new =
            apps::NewApp { name: &self.name, stack: &self.stack, recipe: &self.recipe, version: &self.version, env: &self.env };
        apps::insert(tx, &new)
    }
}
