//! A version of an app held against the Swarm.

use crate::ops::render::{RecipeAt, RenderError, Rendered};
use crate::recipe::{RecipeName, release_notes};
use crate::stack::observed::Observed;
use crate::stack::plan;
use crate::stack::plan::Plan;
use crate::web::Site;
use crate::web::apps::facts::{Facts, blocking, versions};
use crate::web::failure::Failure;

use super::{CommitNote, Faults, ReleaseNote, Shifted};

/// A version of an app held against the Swarm.
pub(super) struct Review {
    pub(super) version: String,
    pub(super) made: Result<Made, RenderError>,
    pub(super) versions: Vec<String>,
    /// Empty where nothing could be rendered.
    pub(super) faults: Faults,
    pub(super) shifted: Shifted,
    /// Present where it is a commit and no release.
    pub(super) note: Option<CommitNote>,
}

impl Review {
    /// The release that it is, or comes after.
    pub(super) fn base(&self) -> &str {
        self.note.as_ref().and_then(|note| note.after.as_deref()).unwrap_or(&self.version)
    }

    /// Whether it takes the right to deploy any commit.
    pub(super) fn is_chaos(&self) -> bool {
        self.note.as_ref().is_some_and(|note| note.chaos)
    }
}

pub(super) struct Made {
    pub(super) at: RecipeAt,
    pub(super) rendered: Rendered,
    pub(super) plan: Plan,
}

impl Made {
    /// Services of the stack that this version no longer has, by full name.
    pub(super) fn leftovers(&self, observed: &Observed) -> Vec<String> {
        let names = observed.services.iter().map(|s| &s.spec.name);
        names.filter(|name| self.rendered.desired.services.iter().all(|s| s.name != **name)).cloned().collect()
    }

    /// Registries are asked when the deploy runs, not for a look at the plan. A tag that has moved until then is a change as well.
    pub(super) fn moving_tags(&self) -> Option<String> {
        let tagged = |step: &&plan::Step| {
            let spec = self.rendered.desired.services.iter().find(|s| s.name == step.name);
            spec.is_some_and(|s| !s.task_template.container_spec.image.contains('@'))
        };
        let kept = self.plan.steps.iter().filter(|s| s.object == plan::Object::Service && s.action == plan::Action::Keep);
        (kept.filter(tagged).count() > 0).then(|| {
            "Images are looked up when the deploy runs; where a tag means another image by then, its service gets new tasks too"
                .to_owned()
        })
    }
}

/// Reviews a version; `branch` is the one that it was chosen by, if it was.
pub(super) async fn review(facts: &Facts, site: &Site, version: String, branch: &str) -> Result<Review, Failure> {
    let env = facts.revision(site).await?.text;
    let made = facts.render(site, &version, &env).await?.map(|(at, rendered)| {
        let plan = plan::plan(&rendered.desired, &facts.observed);
        Made { at, rendered, plan }
    });
    let (shelf, recipe) = (site.shelf.clone(), facts.app.recipe.clone());
    let versions = blocking(move || RecipeName::parse(&recipe).ok().and_then(|name| versions(&shelf, &name).ok())).await?;
    let faults = match &made {
        Ok(made) => Faults::at(site, made.at.clone()).await?.map_err(|e| Failure::Unavailable(e.to_string()))?,
        Err(_) => Faults::default(),
    };
    // A commit may have been given with more digits, or fewer, than its version has.
    let version = made.as_ref().map_or(version, |made| made.at.version.clone());
    let note = CommitNote::of(site, &facts.app.recipe, &version, branch).await?;
    let shifted = Shifted::of(site, &facts.app.recipe, &version).await?;
    Ok(Review { version, made, versions: versions.unwrap_or_default(), faults, shifted, note })
}

/// The release notes of all versions between the deployed one and this one, read at this one's commit. A commit stands for the
/// release that it comes after.
pub(super) async fn notes(site: &Site, from: Option<&str>, review: &Review) -> Result<Vec<ReleaseNote>, Failure> {
    let Ok(made) = &review.made else { return Ok(vec![]) };
    let mut tags = review.versions.clone();
    tags.reverse();
    let wanted = release_notes::between(&tags, from, review.base());
    let (shelf, at) = (site.shelf.clone(), made.at.clone());
    let notes = blocking(move || shelf.notes(&at.name, &at.commit, &wanted)).await?;
    Ok(notes.into_iter().map(|note| ReleaseNote { version: note.version, text: note.text }).collect())
}
