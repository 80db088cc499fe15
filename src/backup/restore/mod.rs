//! The plan of putting an app back to a snapshot: what is stopped, what of each volume is replaced, which hooks run, and what is odd.
//!
//! `plan.rs` makes it from what the labels of the running app say ([`Contents`]) and what the snapshot holds; `warning.rs` is what
//! somebody should know before.
//!
//! [`Contents`]: super::Contents

mod plan;
mod warning;

use std::cmp::Ordering;

use super::contents::Contents;
use super::hook::Hook;

pub use warning::{Warning, WarningKind};

/// What is to be put back, and how things are.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// By the labels of what runs: hooks run in those containers, whatever the recipe said when the snapshot was made.
    pub contents: &'a Contents,
    /// What the snapshot holds of the app.
    pub captured: &'a [Captured],
    /// Every service of the app.
    pub services: &'a [Running],
    /// Volumes, by their short names, that somebody wants back whole though labels name paths of them now; see [`Plan::offers`].
    pub whole: &'a [String],
    /// Somebody does without a snapshot of how things are. It counts only where nothing of the app is up.
    pub skip_safety: bool,
    /// The recipe's versions; `None` where the snapshot does not tell.
    pub versions: Option<Versions>,
}

/// What a snapshot holds of one volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The volume's short name.
    pub volume: String,
    pub extent: Extent,
}

/// How much of a volume is in a snapshot, or is put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Putting it back removes what the snapshot does not have.
    Whole,
    /// These only, relative to the volume's top. Putting them back removes nothing.
    Paths(Vec<String>),
}

/// One service as it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// The short name.
    pub name: String,
    pub tasks: Tasks,
    /// How many of its tasks are up.
    pub up: u64,
}

/// How many tasks a service is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tasks {
    Replicated(u64),
    /// One on each node. It has no number, so it is stopped by a constraint that no node meets.
    Global,
    /// Tasks that end by themselves.
    Job,
}

/// The versions of the recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    pub snapshot: String,
    pub deployed: String,
    /// How the snapshot's is to the deployed one; `None` where nobody can tell.
    pub order: Option<Ordering>,
}

/// What is done, in this order, and what to know before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// The gravest first.
    pub warnings: Vec<Warning>,
    /// Volumes, by their short names, of which only paths are put back, that nothing reads, and that the snapshot holds whole: they can
    /// be put back whole with their services stopped.
    pub offers: Vec<String>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A snapshot of how things are, as the way back.
    Safety,
    /// A hook before or after the restore.
    Run(Hook),
    /// Keeps the numbers, so that they can be put back whatever becomes of the dashboard meanwhile.
    Note(Vec<(String, Tasks)>),
    /// Ends all tasks of the service.
    Stop(String),
    /// Puts files back. The volume is told by its short name and by the one on the Swarm.
    Restore { volume: String, full: String, extent: Extent },
    /// Gives a stopped service the tasks that it had.
    Start(String, Tasks),
    /// Until everything is as healthy as it was.
    Wait,
}
