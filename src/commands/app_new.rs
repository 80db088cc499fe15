use serde_json::{Map, Value};

use super::{app_names, particulars};
use crate::access::action;
use crate::store::{Command, Denied, Tx, apps};

/// Makes an app of a recipe, with its first settings.
pub struct NewApp {
    pub name: String,
    pub stack: String,
    pub recipe: String,
    pub version: String,
    /// The settings file.
    pub env: String,
}

impl Command for NewApp {
    type Needs = action::NewApp;
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("app", self.name.clone().into()),
            ("stack", self.stack.clone().into()),
            ("recipe", self.recipe.clone().into()),
            ("version", self.version.clone().into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        tx.about_app(&self.name);
        app_names::check(&self.name)?;
        let new =
            apps::NewApp { name: &self.name, stack: &self.stack, recipe: &self.recipe, version: &self.version, env: &self.env };
        apps::insert(tx, &new)
    }
}
