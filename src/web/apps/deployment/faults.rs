//! Rules for recipes that stop a deploy, and overriding them.

use crate::lint::{Level, Report};
use crate::web::recipes::lint::{RuleRow, address};
use crate::web::shell::Problems;

use super::DeployForm;

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
    /// What of a report stops a deploy.
    pub(super) fn of(report: &Report, recipe: &str, version: &str) -> Self {
        let rows = report.failed(Level::Error).map(RuleRow::of).collect();
        Self { rows, report: address(recipe, version), ..Self::default() }
    }

    /// Keeps what was typed, and says what is missing from it. No problem means that the deploy may go on.
    pub(super) fn typed(&mut self, form: &DeployForm) -> Problems {
        let mut problems = Problems::none();
        form.reason.trim().clone_into(&mut self.reason);
        self.overridden = form.overridden == "yes";
        if self.rows.is_empty() {
            return problems;
        }
        if !self.overridden {
            problems.add("override", "The recipe breaks rules; tick the box if it is to be deployed all the same");
        }
        if self.reason.is_empty() {
            problems.add("reason", "Say why it is to be deployed although the recipe breaks rules");
        } else if self.reason.chars().count() > LONGEST_REASON {
            problems.add("reason", format!("Say it in {LONGEST_REASON} characters at most"));
        }
        problems
    }

    /// The references of the broken rules.
    pub(super) fn rules(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.id.clone()).collect()
    }
}
