//! The fields of a settings form that are about the form itself. Their names hold a hyphen, which no variable can.

use std::collections::BTreeMap;

use crate::web::failure::Failure;
use crate::web::shell::Problems;

/// Characters of a reason.
const LONGEST_REASON: usize = 500;

/// What a form said beside its answers.
pub(super) struct Sent {
    /// The revision that the form was made from.
    pub(super) based_on: i32,
    /// The version whose sample the form was made from; empty: the app's own.
    pub(super) version: String,
    pub(super) step: Step,
    /// Why the settings are changed; may be empty.
    pub(super) reason: String,
    /// The form showed the overlays, so what it does not name is to be off.
    pub(super) with_overlays: bool,
}

/// What the button that was pressed asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Show what would change.
    Review,
    /// Back to the form with what was typed.
    Edit,
    Save,
}

impl Sent {
    /// Takes the form's own fields out and leaves the answers.
    pub(super) fn take(fields: &mut BTreeMap<String, String>) -> Result<Self, Failure> {
        let based_on = fields.remove("form-revision").and_then(|number| number.parse().ok());
        let incomplete = || Failure::BadForm("the form was not complete; open the page again".to_owned());
        let step = match fields.remove("form-step").as_deref() {
            Some("review") => Step::Review,
            Some("edit") => Step::Edit,
            _ => Step::Save,
        };
        Ok(Self {
            based_on: based_on.ok_or_else(incomplete)?,
            version: fields.remove("form-version").unwrap_or_default(),
            step,
            reason: fields.remove("form-reason").unwrap_or_default().trim().to_owned(),
            with_overlays: fields.remove("form-overlays").is_some(),
        })
    }

    /// What is wrong with the reason, at the control called `field`.
    pub(super) fn problems(&self, field: &str) -> Problems {
        let mut problems = Problems::none();
        if self.reason.chars().count() > LONGEST_REASON {
            problems.add(field, format!("A reason has {LONGEST_REASON} characters at most"));
        }
        if self.reason.chars().any(char::is_control) {
            problems.add(field, "A reason is one line of text");
        }
        problems
    }
}
