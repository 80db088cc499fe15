//! A branch or a commit instead of a release: choosing one, and in plain words what that means.

use super::step::newer;
use crate::recipe::{ChaosVersion, RecipeName};
use crate::shelf::{Shelf, ShelfError};
use crate::store::deployments::Deployment;
use crate::web::Site;
use crate::web::apps::facts::blocking;
use crate::web::failure::Failure;
use crate::web::page::moment;
use crate::web::when::When;

/// The form that chooses one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommitChoice {
    /// The recipe's branches, by name.
    pub branches: Vec<String>,
    /// The one that was chosen.
    pub branch: String,
    /// The digits that were typed.
    pub commit: String,
}

impl CommitChoice {
    /// The form with what was chosen in it. A recipe that can't be read has no branches.
    pub(in crate::web::apps) async fn of(site: &Site, recipe: &str, branch: &str, commit: &str) -> Result<Self, Failure> {
        let (shelf, recipe) = (site.shelf.clone(), recipe.to_owned());
        let branches = blocking(move || shelf.branches(&RecipeName::parse(&recipe).ok()?).ok()).await?.unwrap_or_default();
        let branches = branches.into_iter().map(|branch| branch.name).collect();
        Ok(Self { branches, branch: branch.to_owned(), commit: commit.to_owned() })
    }

    /// Something was chosen or typed.
    pub fn is_used(&self) -> bool {
        !self.branch.is_empty() || !self.commit.is_empty()
    }
}

/// What a branch or a typed commit is, once and for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web::apps) struct Picked {
    /// Eight digits of the commit; the name of the release where it is one.
    pub(in crate::web::apps) version: String,
    /// Empty if the commit was typed.
    pub(in crate::web::apps) branch: String,
}

/// The control that is wrong, and why.
pub(in crate::web::apps) type Mispicked = (&'static str, String);

/// Looks up what was chosen; `None` if nothing was. It is looked up this once: the branch may move on, the version stays.
pub(in crate::web::apps) async fn pick(
    site: &Site,
    recipe: &str,
    branch: &str,
    commit: &str,
) -> Result<Result<Option<Picked>, Mispicked>, Failure> {
    let (shelf, recipe) = (site.shelf.clone(), recipe.to_owned());
    let (branch, commit) = (branch.trim().to_owned(), commit.trim().to_ascii_lowercase());
    blocking(move || {
        let id = match (branch.as_str(), commit.as_str()) {
            ("", "") => return Ok(None),
            ("", digits) => by_digits(&shelf, &recipe, digits)?,
            (name, "") => tip(&shelf, &recipe, name)?,
            _ => return Err(("commit", "Choose a branch or type a commit, not both".to_owned())),
        };
        let read = |error: ShelfError| ("commit", error.to_string());
        let name = parse(&recipe)?;
        let version = shelf.release_of(&name, &id).map_err(read)?.unwrap_or_else(|| ChaosVersion::of_commit(&id).to_string());
        // A tag may be called like the digits of a commit, and then the version would mean what is tagged.
        if !shelf.resolve(&name, &version).is_ok_and(|meant| meant == id) {
            let text = format!(
                "The digits {version} of this commit mean another one as well, by a tag or by its own digits; choose another branch, \
                 or a release"
            );
            return Err((if branch.is_empty() { "commit" } else { "branch" }, text));
        }
        Ok(Some(Picked { version, branch }))
    })
    .await
}

fn parse(recipe: &str) -> Result<RecipeName, Mispicked> {
    RecipeName::parse(recipe).map_err(|error| ("commit", error.to_string()))
}

fn tip(shelf: &Shelf, recipe: &str, branch: &str) -> Result<String, Mispicked> {
    let branches = shelf.branches(&parse(recipe)?).map_err(|error| ("branch", error.to_string()))?;
    let found = branches.into_iter().find(|found| found.name == branch).map(|found| found.commit);
    found.ok_or_else(|| {
        let text = format!(
            "{recipe} had no branch called {branch} when it was last fetched; choose another, or fetch the recipe anew on its page"
        );
        ("branch", text)
    })
}

fn by_digits(shelf: &Shelf, recipe: &str, digits: &str) -> Result<String, Mispicked> {
    if !(4..=40).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let text = "A commit is written with 4 to 40 of the signs 0–9 and a–f, such as eb96de94";
        return Err(("commit", text.to_owned()));
    }
    let text = |error: ShelfError| match error {
        ShelfError::NoSuchRevision { .. } => format!(
            "{recipe} had no commit that begins with {digits} when it was last fetched; look at the digits again, or fetch the \
             recipe anew on its page"
        ),
        ShelfError::AmbiguousRevision { .. } => format!("Several commits begin with {digits}; type more of its digits"),
        other => other.to_string(),
    };
    shelf.commit(&parse(recipe)?, digits).map_err(|error| ("commit", text(error)))
}

/// A commit that is no release, as pages tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitNote {
    /// Its version.
    pub short: String,
    /// 40 digits.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    pub when: When,
    /// The branch that it was chosen by, or that ends at it; empty if there is none.
    pub branch: String,
    /// The release that it comes after, if there is one.
    pub after: Option<String>,
    /// The newest release.
    pub release: Option<String>,
    /// Whether that is newer than the one that it comes after.
    pub release_is_newer: bool,
    /// The recipe has releases, so that it takes the right to deploy any commit.
    pub chaos: bool,
}

impl CommitNote {
    /// The way back to a release.
    pub fn release_link(&self, app: &str) -> String {
        let release = self.release.as_deref().unwrap_or_default();
        format!("/apps/{app}/deployment?{}", serde_urlencoded::to_string([("version", release)]).unwrap_or_default())
    }

    /// The release that a deployment was, or came after; its version where there is none.
    pub(super) async fn base(site: &Site, deployment: &Deployment) -> Result<String, Failure> {
        let version = deployment.version.clone();
        if !deployment.commit_id.starts_with(&version) {
            return Ok(version);
        }
        let (shelf, recipe, commit) = (site.shelf.clone(), deployment.recipe.clone(), deployment.commit_id.clone());
        let nearest = blocking(move || shelf.nearest_release(&RecipeName::parse(&recipe).ok()?, &commit).ok().flatten());
        Ok(nearest.await?.unwrap_or(version))
    }

    /// What is to be told of a version; `None` for a release, and for what is not in the mirror. `branch` is the one that it was
    /// chosen by, as far as that is known.
    pub(in crate::web::apps) async fn of(site: &Site, recipe: &str, version: &str, branch: &str) -> Result<Option<Self>, Failure> {
        if ChaosVersion::parse(version).is_none() {
            return Ok(None);
        }
        let (shelf, recipe, version, branch) = (site.shelf.clone(), recipe.to_owned(), version.to_owned(), branch.to_owned());
        let read = move || {
            let name = RecipeName::parse(&recipe).ok()?;
            let id = shelf.resolve(&name, &version).ok().filter(|id| id.starts_with(version.as_str()))?;
            let info = shelf.describe(&name, &id).ok()?;
            let branches = shelf.branches(&name).unwrap_or_default();
            let named = branches.iter().find(|found| found.name == branch);
            let branch = named.or_else(|| branches.iter().find(|found| found.commit == id));
            let after = shelf.nearest_release(&name, &id).ok().flatten();
            let release = Some(shelf.releases(&name).ok()?.newest().to_owned()).filter(|newest| !newest.is_empty());
            let branch = branch.map(|found| found.name.clone()).unwrap_or_default();
            let release_is_newer = release.as_deref().is_some_and(|newest| newer(after.as_deref(), newest));
            let chaos = shelf.is_chaos(&name, &version).ok()?;
            let made = move |when| Self {
                short: version,
                subject: info.subject,
                when,
                branch,
                release_is_newer,
                chaos,
                after,
                release,
                id,
            };
            Some((made, info.at_s))
        };
        let found = blocking(read).await?;
        Ok(found.map(|(made, at_s)| made(moment(site, at_s.saturating_mul(1000)))))
    }
}
