//! Published versions of recipes that later meant something else, or were gone.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::schema::{known_tags, tag_alarms};
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// A version that changed after it was published.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct TagAlarm {
    pub id: i32,
    pub recipe: String,
    pub tag: String,
    /// The commit that it led to.
    pub was: String,
    /// The commit that it leads to now; empty when it is gone.
    pub now: String,
    pub found_at: Millis,
    /// When somebody said that it is all right.
    pub seen_at: Option<Millis>,
    /// Who said so.
    pub seen_by: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub tag: String,
    pub was: String,
    /// Empty when the tag is gone.
    pub now: String,
}

/// Tags of a recipe with the commits that they lead to.
pub type Tags = BTreeMap<String, String>;

/// What is known of a tag.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub(super) struct Known {
    recipe: String,
    pub(super) tag: String,
    /// The commit; of one that is gone the commit that it led to.
    pub(super) leads_to: String,
    pub(super) gone: bool,
}

pub(super) fn known(c: &mut SqliteConnection, recipe: &str) -> QueryResult<Vec<Known>> {
    known_tags::table.filter(known_tags::recipe.eq(recipe)).load(c)
}

impl Store {
    /// Whether it was ever written down where a recipe's tags lead.
    pub async fn knows_tags(&self, recipe: &str) -> Result<bool> {
        let recipe = recipe.to_owned();
        self.read(move |c| Ok(!known(c, &recipe)?.is_empty())).await
    }

    /// Which of a recipe's tags lead elsewhere than is known, or nowhere, whenever that came to be.
    pub async fn changed_tags(&self, recipe: &str, now: Tags) -> Result<Vec<Found>> {
        let recipe = recipe.to_owned();
        self.read(move |c| Ok(known(c, &recipe)?.into_iter().filter_map(|known| known.changed(&now)).collect())).await
    }

    /// What was found about a recipe, newest first, 100 at most.
    pub async fn tag_alarms(&self, recipe: &str) -> Result<Vec<TagAlarm>> {
        let recipe = recipe.to_owned();
        let query = |c: &mut SqliteConnection| {
            tag_alarms::table.filter(tag_alarms::recipe.eq(recipe)).order(tag_alarms::id.desc()).limit(100).load(c)
        };
        self.read(move |c| Ok(query(c)?)).await
    }

    /// What was found about one version and nobody has looked at, newest first.
    pub async fn open_alarms(&self, recipe: &str, tag: &str) -> Result<Vec<TagAlarm>> {
        let (recipe, tag) = (recipe.to_owned(), tag.to_owned());
        let query = |c: &mut SqliteConnection| {
            let open = tag_alarms::table.filter(tag_alarms::seen_at.is_null());
            open.filter(tag_alarms::recipe.eq(recipe)).filter(tag_alarms::tag.eq(tag)).order(tag_alarms::id.desc()).load(c)
        };
        self.read(move |c| Ok(query(c)?)).await
    }

    /// The recipes with something that nobody has looked at, by name.
    pub async fn alarmed_recipes(&self) -> Result<Vec<String>> {
        let query = |c: &mut SqliteConnection| {
            let open = tag_alarms::table.filter(tag_alarms::seen_at.is_null());
            open.select(tag_alarms::recipe).distinct().order(tag_alarms::recipe).load(c)
        };
        self.read(move |c| Ok(query(c)?)).await
    }
}

impl Known {
    fn changed(self, tags: &Tags) -> Option<Found> {
        match tags.get(&self.tag) {
            None if self.gone => None,
            Some(now) if *now == self.leads_to => None,
            now => Some(Found { tag: self.tag, was: self.leads_to, now: now.cloned().unwrap_or_default() }),
        }
    }

    /// Whether it is known already that the tag is what was found.
    fn is(&self, found: &Found) -> bool {
        self.tag == found.tag && if found.now.is_empty() { self.gone } else { !self.gone && self.leads_to == found.now }
    }
}

/// Keeps what was found until somebody looks at it; from now on it is what is known. What somebody else told meanwhile is not told
/// again.
pub fn alarm(tx: &mut Tx<'_>, recipe: &str, found: &[Found]) -> std::result::Result<(), Denied> {
    let at = tx.now();
    let known = known(tx.connection(), recipe)?;
    for one in found.iter().filter(|one| !known.iter().any(|known| known.is(one))) {
        let columns = (
            tag_alarms::recipe.eq(recipe),
            tag_alarms::tag.eq(&one.tag),
            tag_alarms::was.eq(&one.was),
            tag_alarms::now.eq(&one.now),
            tag_alarms::found_at.eq(at),
        );
        diesel::insert_into(tag_alarms::table).values(columns).execute(tx.connection())?;
        let gone = one.now.is_empty();
        let leads_to = if gone { &one.was } else { &one.now };
        let row = (
            known_tags::recipe.eq(recipe),
            known_tags::tag.eq(&one.tag),
            known_tags::leads_to.eq(leads_to),
            known_tags::gone.eq(gone),
        );
        diesel::replace_into(known_tags::table).values(row).execute(tx.connection())?;
    }
    Ok(())
}

/// Somebody has looked at what was found up to the alarm `newest`. Returns the tags; none are left when somebody else was faster.
pub fn see(tx: &mut Tx<'_>, recipe: &str, newest: i32) -> std::result::Result<Vec<String>, Denied> {
    let (at, by) = (tx.now(), tx.actor().name().to_owned());
    let open = tag_alarms::recipe.eq(recipe.to_owned()).and(tag_alarms::seen_at.is_null()).and(tag_alarms::id.le(newest));
    let tags = tag_alarms::table.filter(open.clone()).select(tag_alarms::tag).order(tag_alarms::id).load(tx.connection())?;
    let seen = (tag_alarms::seen_at.eq(at), tag_alarms::seen_by.eq(by));
    diesel::update(tag_alarms::table.filter(open)).set(seen).execute(tx.connection())?;
    Ok(tags)
}
