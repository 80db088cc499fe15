//! What every page shares: its title, the rail, the viewer, the messages on top.

use crate::access::{ActionName, Permissions, Standing, policy};

/// The entry of the rail that the page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nav {
    #[default]
    Nowhere,
    Apps,
    Updates,
    Catalogue,
    Operations,
    Approvals,
    Backups,
    Audit,
    People,
    Account,
    Settings,
    SignIn,
}

/// The member who looks at the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    pub name: String,
    /// The roles in words, as the rail shows them below the name.
    pub role: String,
    /// What the viewer may do over everything.
    pub may: Permissions,
    /// The entries of the rail that lead to a page which the viewer may open.
    pub doors: Vec<Nav>,
}

/// The entries of the rail, each with what its page asks for.
const RAIL: [(Nav, ActionName); 8] = [
    (Nav::Apps, ActionName::ListApps),
    (Nav::Updates, ActionName::ListUpdates),
    (Nav::Catalogue, ActionName::ViewRecipes),
    (Nav::Operations, ActionName::ViewOperations),
    (Nav::Backups, ActionName::ListRepositories),
    (Nav::Audit, ActionName::ViewAudit),
    (Nav::People, ActionName::ListPeople),
    (Nav::Settings, ActionName::ViewMail),
];

impl Viewer {
    /// The entries of the rail for somebody of this standing.
    pub fn doors(who: Standing<'_>) -> Vec<Nav> {
        RAIL.iter().filter(|(_, page)| policy::allows(who, *page)).map(|(nav, _)| *nav).collect()
    }

    /// Whether the rail has this entry.
    pub fn has(&self, door: Nav) -> bool {
        self.doors.contains(&door)
    }
}

/// How a message that is shown once wants to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashKind {
    Done,
    Note,
    Warning,
    Failed,
}

impl FlashKind {
    /// The class of the band.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Note => "info",
            Self::Warning => "warn",
            Self::Failed => "bad",
        }
    }

    /// The sign before the text, so that the colour is never alone.
    pub fn glyph(self) -> &'static str {
        match self {
            Self::Done => "✓",
            Self::Note => "i",
            Self::Warning => "▲",
            Self::Failed => "✕",
        }
    }
}

/// A message about the previous action, shown on the next page only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub kind: FlashKind,
    pub text: String,
}

/// One thing wrong with a form that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The `name` of the control; its id is `f-` and this name. Empty: the whole form.
    pub field: String,
    /// The same sentence stands in the summary and at the control.
    pub text: String,
}

/// What is wrong with a form, in the order of its controls. Empty on the first showing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.0.push(Problem { field: field.into(), text: text.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first problem of the control with this name.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|problem| problem.field == field).map(|problem| problem.text.as_str())
    }
}

/// A link with its words, for views that carry a choice of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub href: String,
}

/// The frame of a page, used by `base.html`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shell {
    /// The page's name without the product's; templates put "Error: " before it where a form came back.
    pub title: String,
    pub active: Nav,
    /// Absent before sign-in: the page is then a narrow card without a rail.
    pub viewer: Option<Viewer>,
    /// The token of this session, masked for this rendering; every form carries it as `csrf`.
    pub csrf: String,
    pub flash: Option<Flash>,
    /// Operations that run now, as the rail shows them.
    pub running: usize,
    /// Requests for approval that wait for the viewer.
    pub to_approve: usize,
    /// A sentence for the band when what is shown may be old, such as "Docker does not answer; data from 10:42".
    pub stale: Option<String>,
    /// `light`, `dark`, or empty for what the browser prefers.
    pub theme: &'static str,
    /// What nobody may overlook: that nothing can be written, that the audit log was altered.
    pub alarms: Vec<Alarm>,
}

/// A band on every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub title: String,
    pub text: String,
    /// Where more of it stands.
    pub link: Option<Link>,
}

#[cfg(any(test, feature = "testing"))]
impl Shell {
    /// A signed-in admin's frame.
    pub fn sample(title: &str, active: Nav) -> Self {
        Self {
            title: title.to_owned(),
            active,
            viewer: Some(Viewer {
                name: "Ana".to_owned(),
                role: "Admin".to_owned(),
                may: Permissions::all(),
                doors: RAIL.map(|(nav, _)| nav).to_vec(),
            }),
            csrf: "sample-csrf-token".to_owned(),
            flash: None,
            running: 0,
            to_approve: 0,
            stale: None,
            alarms: vec![],
            theme: "",
        }
    }

    /// The frame before sign-in.
    pub fn sample_signed_out(title: &str) -> Self {
        Self { viewer: None, ..Self::sample(title, Nav::Nowhere) }
    }

    /// The same frame with everything that it can show.
    pub fn sample_busy(title: &str, active: Nav) -> Self {
        Self {
            flash: Some(Flash { kind: FlashKind::Done, text: "Settings saved as revision 4".to_owned() }),
            running: 2,
            to_approve: 3,
            stale: Some("Docker has not answered since 10:42 UTC. What you see is from then.".to_owned()),
            alarms: vec![
                Alarm {
                    title: "Read-only for now".to_owned(),
                    text: "Nothing can be changed: only 12 MiB are free where its data lie.".to_owned(),
                    link: None,
                },
                Alarm {
                    title: "The audit log was altered".to_owned(),
                    text: "Entry 7 is not what was written.".to_owned(),
                    link: Some(Link { label: "Look at the log".to_owned(), href: "/audit".to_owned() }),
                },
            ],
            ..Self::sample(title, active)
        }
    }
}
