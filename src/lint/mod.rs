//! What is wrong with a recipe, told before it is deployed.
//!
//! The rules R001 to R015 are those of `abra recipe lint`; R016 exists there too, but what it checks is not written down
//! anywhere that we know, so it is left out. The rules C001 and on are our own.
//!
//! [`lint`] is the way in: it takes the files of one commit and what is known around them, and gives a report. What abra reads
//! from the network (the catalogue, the address of the repository) is handed in, and where it is not known the rule is skipped.
//!
//! Start reading at `rules/mod.rs`, the table of all rules; `facts.rs` says what a rule may know and `view.rs` how it looks at it.

mod facts;
mod report;
mod rules;
mod variable;
mod view;

pub use facts::{Blobs, Facts, Tag};
pub use report::{Finding, Level, Outcome, Report, Rule, Verdict};
pub use rules::{LEFT_OUT, all};

use view::View;

/// Holds every rule against the facts.
pub fn lint(facts: &Facts) -> Report {
    let view = View::of(facts);
    Report {
        outcomes: rules::RULES.iter().map(|(rule, check)| Outcome { rule: *rule, verdict: rules::judge(*check, &view) }).collect(),
    }
}
