use diesel::prelude::*;

use super::schema::{identity_provider, meta, recipe_listings, recipes};
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
    /// How well it is packaged, as JSON; empty when nobody says so.
    pub quality: String,
}

/// How the last readings of the catalogue went.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CatalogueState {
    /// When it was read last.
    pub read_at: Option<Millis>,
    /// Why the last try failed; empty if it did not.
    pub problem: String,
    /// When all recipes were fetched last, well or in vain.
    pub swept_at: Option<Millis>,
}

/// Keys of `meta`.
pub(super) const READ_AT: &str = "catalogue-read-at";
pub(super) const PROBLEM: &str = "catalogue-problem";
pub(super) const SWEPT_AT: &str = "recipes-swept-at";

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

    /// Names that say something of this place to everybody: those of its recipes, and what the co-op calls its identity provider.
    pub async fn known_names(&self) -> Result<Vec<String>> {
        self.read(|c| {
            let mut names: Vec<String> = recipes::table.select(recipes::name).load(c)?;
            names.extend(identity_provider::table.select(identity_provider::label).load::<String>(c)?);
            Ok(names)
        })
        .await
    }

    /// What the catalogue says about a recipe, as JSON.
    pub async fn listing(&self, name: &str) -> Result<Option<String>> {
        let name = name.to_owned();
        self.read(move |c| Ok(recipe_listings::table.find(name).select(recipe_listings::entry).first(c).optional()?)).await
    }

    /// How the last readings of the catalogue went.
    pub async fn catalogue_state(&self) -> Result<CatalogueState> {
        self.read(|c| {
            let mut value = |key: &str| meta::table.find(key).select(meta::value).first::<String>(c).optional();
            let (read_at, problem, swept_at) = (value(READ_AT)?, value(PROBLEM)?, value(SWEPT_AT)?);
            let time = |text: Option<String>| text.and_then(|text| text.parse().ok());
            Ok(CatalogueState { read_at: time(read_at), problem: problem.unwrap_or_default(), swept_at: time(swept_at) })
        })
        .await
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
