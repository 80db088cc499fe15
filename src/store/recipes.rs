use diesel::prelude::*;

use super::schema::recipes;
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// A recipe that the catalogue or a member named.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Recipe {
    pub name: String,
    /// Where its repository is.
    pub origin: String,
    pub category: String,
    pub description: String,
    /// `catalogue` or `member`.
    pub source: String,
    /// The newest version that is known, empty if none.
    pub newest: String,
    /// The packagers' own score, 0 to 5.
    pub status: Option<i32>,
    /// When the mirror was fetched last.
    pub refreshed_at: Option<Millis>,
    /// Why the last fetch failed; empty if it did not.
    pub problem: String,
}

impl Store {
    /// All recipes by name.
    pub async fn recipes(&self) -> Result<Vec<Recipe>> {
        self.read(|c| Ok(recipes::table.order(recipes::name).load(c)?)).await
    }

    /// One recipe.
    pub async fn recipe(&self, name: &str) -> Result<Option<Recipe>> {
        let name = name.to_owned();
        self.read(move |c| Ok(recipes::table.find(name).first(c).optional()?)).await
    }
}

/// Adds a recipe by its repository. A taken name is refused.
pub fn insert(tx: &mut Tx<'_>, name: &str, origin: &str) -> std::result::Result<(), Denied> {
    let taken: i64 = recipes::table.filter(recipes::name.eq(name)).count().get_result(tx.connection())?;
    if taken > 0 {
        return Err(Denied::rule("name-taken", format!("there is already a recipe called {name}")));
    }
    diesel::insert_into(recipes::table)
        .values((recipes::name.eq(name), recipes::origin.eq(origin), recipes::source.eq("member")))
        .execute(tx.connection())?;
    Ok(())
}
