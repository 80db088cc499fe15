use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, recipes};

/// Adds a recipe by its git repository, which was fetched already.
pub struct AddRecipe {
    pub name: String,
    pub origin: String,
}

impl Command for AddRecipe {
    type Needs = action::AddRecipe;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("recipe", self.name.clone().into()), ("origin", self.origin.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        recipes::insert(tx, &self.name, &self.origin)
    }
}
