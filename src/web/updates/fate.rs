//! A decision about updates in words.

use crate::clock::Millis;
use crate::updates::{Decision, Mode, UpdatePolicy};
use crate::web::Site;
use crate::web::page::moment;
use crate::web::setup::sentence;
use crate::web::status::CheckState;

/// What becomes of the newer versions of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    pub state: CheckState,
    pub text: String,
    /// Why it does not go on by itself, a sentence each.
    pub why: Vec<String>,
}

impl Fate {
    /// The words for a decision.
    pub(in crate::web) fn of(decision: &Decision, site: &Site) -> Self {
        let exact = |at: Millis| moment(site, at).exact;
        let plain = |state, text: &str| Self { state, text: text.to_owned(), why: vec![] };
        let because = |state, text: String, why: &[String]| Self { state, text, why: why.iter().map(|w| sentence(w)).collect() };
        match decision {
            Decision::Nothing => plain(CheckState::Passed, "There is no newer version"),
            Decision::Off => plain(CheckState::Passed, "Canteen leaves this app alone: updates by itself are off"),
            Decision::Notify => plain(CheckState::Warning, "Canteen only tells; somebody has to deploy"),
            Decision::TooFar => {
                plain(CheckState::Warning, "What is newer is a larger step than the policy takes; somebody has to deploy")
            }
            Decision::Tried { to } => plain(
                CheckState::Warning,
                &format!("Canteen has deployed {to} by itself before and does not do it again; somebody has to decide"),
            ),
            Decision::Held { to, why } => {
                because(CheckState::Failed, format!("Canteen does not deploy {to} by itself, and somebody has to look"), why)
            }
            Decision::Waits { to, why } => because(
                CheckState::Waiting,
                format!("Canteen deploys {to} as soon as this has passed, while the window is open"),
                why,
            ),
            Decision::Later { to, at } => {
                plain(CheckState::Waiting, &format!("Canteen deploys {to} by itself when the window opens: {}", exact(*at)))
            }
            Decision::Run { to, .. } => {
                plain(CheckState::Waiting, &format!("The window is open: Canteen deploys {to} within a minute"))
            }
        }
    }
}

/// A policy in a few words.
pub fn policy_words(policy: &UpdatePolicy) -> String {
    let backup = if policy.backup_before { ", only after a backup" } else { "" };
    match policy.mode {
        Mode::Off => "off".to_owned(),
        Mode::Notify => "only tell".to_owned(),
        Mode::Patch => format!("patches by itself, {}{backup}", policy.window.told()),
        Mode::Minor => format!("minor versions by itself, {}{backup}", policy.window.told()),
    }
}
