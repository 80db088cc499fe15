//! A version looked at on the shelf, away from the async threads.

use crate::envfile::EnvFile;
use crate::lint::Level;
use crate::ops::ended::OpError;
use crate::ops::lint::{Known, lint_at};
use crate::ops::render::{RecipeAt, Rendered, render, text};
use crate::recipe::{RecipeName, release_notes};
use crate::shelf::Shelf;
use crate::stack::names::StackName;
use crate::updates::wants_hands;

/// A version with an app's settings.
pub(in crate::ops) struct Made {
    pub(in crate::ops) at: RecipeAt,
    pub(in crate::ops) rendered: Rendered,
    /// Services that run and that this version does not have, by full name, and that somebody left running on purpose: they stay.
    pub(in crate::ops) keep: Vec<String>,
}

/// What to look at.
pub(super) struct Wish {
    pub(super) recipe: String,
    pub(super) stack: StackName,
    /// The newest settings.
    pub(super) env: String,
    /// Version and commit that run.
    pub(super) from: (String, String),
    pub(super) to: String,
}

/// Looks at a version, and tells what stands against deploying it unattended.
pub(super) fn look(shelf: &Shelf, wish: &Wish) -> (Option<Made>, Vec<String>) {
    match made(shelf, wish) {
        Err(why) => (None, vec![why]),
        Ok(made) => {
            let mut against: Vec<String> = broken_rules(shelf, &made.at).into_iter().collect();
            against.extend(new_settings(shelf, wish, &made.at));
            against.extend(asking_notes(shelf, wish, &made.at));
            (Some(made), against)
        }
    }
}

fn made(shelf: &Shelf, wish: &Wish) -> Result<Made, String> {
    let name = RecipeName::parse(&wish.recipe).map_err(|e| e.to_string())?;
    let commit = shelf.resolve(&name, &wish.to).map_err(|e| e.to_string())?;
    let at = RecipeAt { name, version: wish.to.clone(), commit };
    let env = EnvFile::parse(&wish.env).map_err(|e| format!("settings, {e}"))?;
    let rendered = render(shelf, &at, &wish.stack, &env).map_err(|e| e.to_string())?;
    Ok(Made { at, rendered, keep: vec![] })
}

fn broken_rules(shelf: &Shelf, at: &RecipeAt) -> Option<String> {
    match lint_at(shelf, at, Known::default()) {
        Err(error) => Some(format!("the rules for recipes can’t be tried on it: {error}")),
        Ok(report) => {
            let ids: Vec<String> = report.failed(Level::Error).map(|outcome| outcome.rule.id.to_owned()).collect();
            (!ids.is_empty()).then(|| format!("it breaks rules for recipes: {}", ids.join(", ")))
        }
    }
}

/// Variables that only the new sample has, and that these settings do not answer. What they stand for can't be guessed.
fn new_settings(shelf: &Shelf, wish: &Wish, at: &RecipeAt) -> Option<String> {
    let sample = |at: &RecipeAt| -> Option<EnvFile> { EnvFile::parse(&text(shelf, at, ".env.sample").ok()??).ok() };
    let (version, commit) = wish.from.clone();
    let before = sample(&RecipeAt { name: at.name.clone(), version, commit });
    let (after, env) = (sample(at)?, EnvFile::parse(&wish.env).ok()?);
    let known = |key: &String| before.as_ref().is_some_and(|b| b.get(key).is_some()) || env.get(key).is_some();
    let new: Vec<String> = after.values().into_keys().filter(|key| !known(key)).collect();
    (!new.is_empty()).then(|| format!("it has settings that nobody has answered yet: {}", new.join(", ")))
}

/// Release notes on the way that ask for somebody's hands.
fn asking_notes(shelf: &Shelf, wish: &Wish, at: &RecipeAt) -> Vec<String> {
    let tags = shelf.releases(&at.name).map(|r| r.versions).unwrap_or_default();
    let tags: Vec<String> = tags.into_iter().rev().map(|tag| tag.name).collect();
    let between = release_notes::between(&tags, Some(&wish.from.0), &wish.to);
    let notes = shelf.notes(&at.name, &at.commit, &between);
    // What can't be shown can't be judged either; the shelf says so in the note's place.
    let unshown = |text: &str| text.contains("can’t be shown").then(|| text.to_owned());
    let asking = |text: &str| wants_hands(text).map(str::to_owned).or_else(|| unshown(text));
    let asking = |text: &str| asking(text).map(|line| line.chars().take(160).collect::<String>());
    notes.iter().filter_map(|n| Some(format!("its authors write about {}: “{}”", n.version, asking(&n.text)?))).collect()
}

/// Runs file work away from the async threads.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, OpError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| OpError::stop("failed", e.to_string()))
}
