//! What a plan would change, as pages show it: the review of a deploy and the one of going back share it.

mod fill;
#[cfg(any(test, feature = "testing"))]
mod samples;

use crate::web::powers::Powers;
use crate::web::shell::Link;

/// A plan in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Reasons why this can't be carried out; with one, there is no button.
    pub blockers: Vec<Blocker>,
    pub warnings: Vec<String>,
    /// What this recipe may do to the machine; empty if nothing unusual.
    pub host_powers: Powers,
    pub objects: Vec<ObjectChange>,
    pub images: Vec<ImageChange>,
    pub secrets: Vec<NameChange>,
    pub configs: Vec<NameChange>,
    /// The operation starts only if the plan still has this hash.
    pub hash: String,
    /// It tells what differs, and nobody has asked for any of it.
    pub differs: bool,
}

impl Changes {
    /// Whether carrying it out would do anything at all.
    pub fn changes_nothing(&self) -> bool {
        self.objects.iter().all(|object| object.change == Change::None)
    }

    /// How many objects stay as they are.
    pub fn unchanged(&self) -> usize {
        self.objects.iter().filter(|object| object.change == Change::None).count()
    }
}

/// A reason against a plan and where it can be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    pub text: String,
    pub mend: Option<Link>,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Created,
    Changed,
    Removed,
    None,
}

impl Change {
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "new",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::None => "unchanged",
        }
    }

    pub fn glyph(self) -> &'static str {
        match self {
            Self::Created => "+",
            Self::Changed => "~",
            Self::Removed => "−",
            Self::None => "=",
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Created => "ok",
            Self::Changed => "info",
            Self::Removed => "bad",
            Self::None => "idle",
        }
    }
}

/// A service, network, volume or config and what happens to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChange {
    /// Such as "Service" or "Network".
    pub kind: String,
    pub name: String,
    pub change: Change,
    pub lines: Vec<DiffLine>,
}

/// Whether a line comes, goes or only helps to read the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Added,
    Removed,
    Context,
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    pub sign: Sign,
    pub text: String,
}

/// The image of a service, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageChange {
    pub service: String,
    pub before: Option<String>,
    pub after: String,
}

/// A secret or config by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameChange {
    pub name: String,
    pub change: Change,
}
