//! The backup before an upgrade, on the page of its plan.

use super::ask::DeployForm;
use super::review::Review;
use crate::ops::safety::{SafetyWanted, destinations, holds_anything};
use crate::updates::{self, Step};
use crate::web::Site;
use crate::web::apps::facts::Facts;
use crate::web::failure::Failure;
use crate::web::shell::Problems;

/// Characters of the longest reason.
const LONGEST: usize = 500;

/// What can be chosen, and what is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SafetyChoice {
    /// Repositories, rows and names, the usual one first; empty where nothing can be backed up.
    pub to: Vec<(i32, String)>,
    pub chosen: i32,
    pub ticked: bool,
    /// It is a large step, or nobody can tell how large.
    pub large: bool,
    /// Why it goes on though the backup fails; empty if it does not.
    pub in_spite: String,
    /// Why a large step has no backup before it; empty if one can be made or the step is small.
    pub impossible: &'static str,
}

impl SafetyChoice {
    /// As the page is opened, or as a form was sent. `from` is the version that runs; without one there is nothing to back up.
    pub(super) async fn of(
        facts: &Facts,
        site: &Site,
        from: Option<&str>,
        review: &Review,
        sent: Option<&DeployForm>,
    ) -> Result<Self, Failure> {
        let Some(from) = from else { return Ok(Self::default()) };
        // The same version again, with other settings, is the smallest step.
        let step = if from == review.version { Some(Step::Patch) } else { updates::step(from, review.base()) };
        let to = destinations(&site.store, facts.app.id).await?;
        let holds = holds_anything(&facts.stack, &facts.observed);
        let safety = updates::Safety::of(step, !to.is_empty(), holds);
        let large = !matches!(step, Some(Step::Patch | Step::Minor));
        if safety == updates::Safety::Impossible {
            let impossible = match (large && holds, to.is_empty()) {
                (true, true) => "No backup is made before, for no repository takes backups yet.",
                _ => "",
            };
            return Ok(Self { large, impossible, ..Self::default() });
        }
        let form = sent.filter(|form| !form.safety.is_empty());
        let chose = form.map(|form| form.safety == "on");
        let named = form.and_then(|form| form.safety_to.parse::<i32>().ok()).filter(|id| to.iter().any(|(one, _)| one == id));
        Ok(Self {
            chosen: named.or_else(|| to.first().map(|(id, _)| *id)).unwrap_or_default(),
            ticked: safety.is_made(chose),
            large,
            in_spite: form.map(|form| form.in_spite.trim().to_owned()).unwrap_or_default(),
            impossible: "",
            to,
        })
    }

    /// What is wrong with it.
    pub(super) fn check(&self, problems: &mut Problems) {
        if self.in_spite.chars().count() > LONGEST {
            problems.add("in_spite", format!("Write {LONGEST} characters at most"));
        }
    }

    /// What is asked for.
    pub(super) fn wanted(&self) -> Option<SafetyWanted> {
        self.ticked.then(|| SafetyWanted { repository: self.chosen, in_spite: self.in_spite.clone() })
    }
}
