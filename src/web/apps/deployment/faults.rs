//! Rules for recipes that stop a deploy, and overriding them.

use crate::lint::{Level, Report};
use crate::ops::lint::{Known, lint_at};
use crate::ops::render::RecipeAt;
use crate::shelf::ShelfError;
use crate::web::Site;
use crate::web::apps::facts::blocking;
use crate::web::failure::Failure;
use crate::web::recipes::lint::{RuleRow, address};
use crate::web::shell::Problems;

/// Characters of a reason; it is a sentence in the audit log, not a document.
const LONGEST_REASON: usize = 500;

/// The broken rules that stop the deploy of a version, and what the form says about overriding them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// Empty if nothing stops it.
    pub rows: Vec<RuleRow>,
    /// The address of the whole report.
    pub report: String,
    /// What was typed as the reason.
    pub reason: String,
    /// Whether the box was ticked.
    pub overridden: bool,
}

impl Faults {
    /// The rules that the recipe breaks so badly that they stop it. They need nothing that is known beside the repository.
    pub(in crate::web::apps) async fn at(site: &Site, at: RecipeAt) -> Result<Result<Self, ShelfError>, Failure> {
        let shelf = site.shelf.clone();
        blocking(move || {
            let report = lint_at(&shelf, &at, Known::default())?;
            Ok(Self::of(&report, at.name.as_str(), &at.version))
        })
        .await
    }

    /// What of a report stops a deploy.
    fn of(report: &Report, recipe: &str, version: &str) -> Self {
        let rows = report.failed(Level::Error).map(RuleRow::of).collect();
        Self { rows, report: address(recipe, version), ..Self::default() }
    }

    /// Keeps what was typed, and adds what is missing from it. No problem means that it may go on.
    pub(in crate::web::apps) fn typed(&mut self, overridden: &str, reason: &str, problems: &mut Problems) {
        reason.trim().clone_into(&mut self.reason);
        self.overridden = overridden == "yes";
        if self.rows.is_empty() {
            return;
        }
        if !self.overridden {
            problems.add("override", "The recipe breaks rules; tick the box if it is to be deployed all the same");
        }
        if self.reason.is_empty() {
            problems.add("reason", "Say why it is to be deployed although the recipe breaks rules");
        } else if self.reason.chars().count() > LONGEST_REASON {
            problems.add("reason", format!("Say it in {LONGEST_REASON} characters at most"));
        }
    }

    /// The references of the broken rules.
    pub(in crate::web::apps) fn rules(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.id.clone()).collect()
    }
}
