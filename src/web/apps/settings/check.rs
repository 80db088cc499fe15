//! What is wrong with settings that were typed, before they are saved.

use crate::envfile::{self, EnvFile, EnvLine, LineState, is_secret_like};
use crate::recipe::{self, env_check};
use crate::shelf::Shelf;
use crate::web::Site;
use crate::web::apps::facts::{Facts, blocking, recipe_at};
use crate::web::failure::Failure;
use crate::web::setup::sentence;
use crate::web::shell::Problems;

/// What speaks against saving, and what a member should know.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) problems: Problems,
    pub(super) warnings: Vec<String>,
}

/// Looks at the settings `new`, which are to follow `old`, for the recipe at `version`. Problems are put at the control
/// called `field`.
pub(super) async fn check(
    facts: &Facts,
    site: &Site,
    old: &EnvFile,
    new: &EnvFile,
    (version, field): (&str, &str),
) -> Result<Checked, Failure> {
    let mut checked = Checked::default();
    for problem in env_check(old, new, facts.stack.as_str()) {
        let text = placed(problem.line, &problem.key, &problem.text);
        if problem.refused {
            checked.problems.add(field, text);
        } else {
            checked.warnings.push(text);
        }
    }
    for file in missing_files(facts, site, new, version).await? {
        let text = format!("the recipe has no {file} at {version}; take the file out of the list, or choose another version");
        checked.problems.add(field, placed(line_of(new, &file), "COMPOSE_FILE", &text));
    }
    checked.warnings.extend(warnings(old, new));
    if checked.problems.is_empty()
        && let Err(why) = facts.render(site, version, &new.text()).await?
    {
        checked.warnings.push(format!("With these settings the app can’t be deployed: {why}"));
    }
    Ok(checked)
}

/// A fault with its place: `Line 3, COMPOSE_FILE: …`.
fn placed(line: usize, key: &str, text: &str) -> String {
    if line == 0 { format!("{key}: {text}") } else { format!("Line {line}, {key}: {text}") }
}

/// Compose files that the settings name and the recipe has not got. Nothing is said when the recipe can't be read now.
async fn missing_files(facts: &Facts, site: &Site, env: &EnvFile, version: &str) -> Result<Vec<String>, Failure> {
    let (shelf, recipe, version) = (site.shelf.clone(), facts.app.recipe.clone(), version.to_owned());
    let files = env.compose_files().unwrap_or_default();
    blocking(move || not_there(&shelf, &recipe, &version, files)).await
}

fn not_there(shelf: &Shelf, recipe: &str, version: &str, files: Vec<String>) -> Vec<String> {
    let Ok(at) = recipe_at(shelf, recipe, version) else { return vec![] };
    files.into_iter().filter(|file| matches!(shelf.read(&at.name, &at.commit, file), Ok(None))).collect()
}

/// The line that puts a file into the list.
fn line_of(env: &EnvFile, file: &str) -> usize {
    let names = |raw: &str| raw.split(':').any(|part| part == file);
    let lines = env.lines();
    let found = lines.iter().rev().find_map(|line| match line {
        EnvLine::Setting { state: LineState::Active, entry, raw, .. } if entry.key == "COMPOSE_FILE" && names(raw) => {
            Some(entry.line)
        }
        _ => None,
    });
    found.unwrap_or(0)
}

/// What is legal and has consequences.
fn warnings(old: &EnvFile, new: &EnvFile) -> Vec<String> {
    let mut warnings = vec![];
    for change in envfile::diff(old, new) {
        let set = change.after.as_ref().is_some_and(|value| !value.is_empty());
        if change.key == "DOMAIN" {
            warnings.push(
                "DOMAIN changes: the app will answer under another address. Its name here, its stack, its secrets and its data \
                 keep the old one, and apps that talk to other servers (federation, sign-in, links in mails) may not find each \
                 other again"
                    .to_owned(),
            );
        } else if set && is_secret_like(&change.key) {
            warnings.push(format!(
                "{} looks like a secret. In the settings it is plain text, and every container of the app can read it; use a \
                 secret if the recipe has one for it",
                change.key
            ));
        }
    }
    warnings
}

/// A file that can't be read, as a problem of a form.
pub(super) fn unreadable(fault: &envfile::EnvError) -> String {
    format!("{}. {}", sentence(&fault.to_string()), sentence(&fault.hint))
}

/// The names of the settings that differ; the pin is not the member's. Of a text that could not be read every name is new.
pub(super) fn changed_keys(before: &str, new: &EnvFile) -> Vec<String> {
    let keys = match EnvFile::parse(before) {
        Ok(old) => envfile::diff(&old, new).into_iter().map(|change| change.key).collect(),
        Err(_unreadable) => new.values().into_keys().collect::<Vec<_>>(),
    };
    keys.into_iter().filter(|key| key != recipe::Pin::key(new)).collect()
}
