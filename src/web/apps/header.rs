//! The head of every page of one app: its address, recipe, health and tabs.

use crate::access::approval::{Demand, Kind};
use crate::recipe::abra_command::{InTerminal, Task, in_terminal};
use crate::web::shell::Link;
use crate::web::status::Status;

/// The tab that a page of an app belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Settings,
    Secrets,
    Deploys,
    Updates,
    Backups,
    Logs,
    Commands,
    Activity,
}

impl Tab {
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Settings,
        Self::Secrets,
        Self::Deploys,
        Self::Updates,
        Self::Backups,
        Self::Logs,
        Self::Commands,
        Self::Activity,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Settings => "Settings",
            Self::Secrets => "Secrets",
            Self::Deploys => "Deploys",
            Self::Updates => "Updates",
            Self::Backups => "Backups",
            Self::Logs => "Logs",
            Self::Commands => "Commands",
            Self::Activity => "Activity",
        }
    }

    /// What its page does.
    pub fn task(self) -> Task {
        match self {
            Self::Overview => Task::Tasks,
            Self::Settings => Task::Config,
            Self::Secrets => Task::Secrets,
            Self::Deploys | Self::Activity => Task::History,
            Self::Updates => Task::Newer,
            Self::Backups => Task::Backups,
            Self::Commands => Task::Functions,
            Self::Logs => Task::Logs { service: String::new(), since: String::new() },
        }
    }

    /// What follows the app's own path.
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Settings => "/settings",
            Self::Secrets => "/secrets",
            Self::Deploys => "/deployments",
            Self::Updates => "/updates",
            Self::Backups => "/backups",
            Self::Logs => "/logs",
            Self::Commands => "/commands",
            Self::Activity => "/activity",
        }
    }
}

/// The head of an app's pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppHeader {
    /// The number of its row: another app may get the name when this one was removed.
    pub id: i32,
    /// The app's name, which is its address.
    pub name: String,
    pub recipe: String,
    /// Empty while no version is chosen.
    pub version: String,
    /// The version is a commit and no release.
    pub commit: bool,
    pub state: Status,
    /// The health in one sentence, such as "All 3 tasks run".
    pub sentence: String,
    /// The app's own web address, when it is deployed and has one.
    pub site: Option<String>,
    /// The one thing to do next, if the viewer may do it.
    pub primary: Option<Link>,
    pub tab: Tab,
    /// The tabs that the viewer may open.
    pub tabs: Vec<Tab>,
    /// The newest settings are not the deployed ones.
    pub settings_pending: bool,
    /// What does the same as the page in a terminal.
    pub terminal: InTerminal,
    /// What has to be approved before it is done.
    pub first: OthersFirst,
}

/// What others have to approve before it is done to an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OthersFirst {
    pub demands: Vec<(Kind, Demand)>,
    /// What was typed as the reason to ask for it.
    pub why: String,
}

impl OthersFirst {
    /// What an operation of the kind with this word needs, in words; empty where it needs nothing.
    pub fn needs(&self, kind: &str) -> String {
        let found = self.demands.iter().find(|(one, _)| one.as_str() == kind);
        found.map(|(_, demand)| demand.told()).unwrap_or_default()
    }
}

impl AppHeader {
    /// The head of a page that does this.
    #[must_use]
    pub fn doing(self, tasks: &[Task]) -> Self {
        let terminal = in_terminal(&self.name, tasks);
        Self { terminal, ..self }
    }
}

#[cfg(any(test, feature = "testing"))]
impl OthersFirst {
    pub fn sample() -> Self {
        let demand = Demand { approvals: 2, quiet_hours: 0, expires_days: 7 };
        Self { demands: Kind::ALL.iter().map(|kind| (*kind, demand)).collect(), why: "the old <one> is slow".to_owned() }
    }
}

#[cfg(any(test, feature = "testing"))]
impl AppHeader {
    pub fn sample(tab: Tab) -> Self {
        Self {
            id: 3,
            name: "wiki.example.org".to_owned(),
            recipe: "dokuwiki".to_owned(),
            version: "1.1.0+2024-02-06a".to_owned(),
            commit: false,
            state: Status::Healthy,
            sentence: "All 3 tasks run".to_owned(),
            site: Some("https://wiki.example.org".to_owned()),
            primary: Some(Link { label: "Deploy 1.2.0".to_owned(), href: "/apps/wiki.example.org/deployment".to_owned() }),
            tab,
            tabs: Tab::ALL.to_vec(),
            settings_pending: tab == Tab::Settings,
            terminal: in_terminal("wiki.example.org", &[tab.task()]),
            first: OthersFirst::sample(),
        }
    }

    pub fn sample_not_deployed(tab: Tab) -> Self {
        Self {
            state: Status::NotDeployed,
            sentence: "Not deployed yet".to_owned(),
            site: None,
            settings_pending: false,
            primary: Some(Link { label: "Review and deploy".to_owned(), href: "/apps/wiki.example.org/deployment".to_owned() }),
            ..Self::sample(tab)
        }
    }

    pub fn sample_failing(tab: Tab) -> Self {
        Self {
            state: Status::Failing,
            sentence: "The service app stops right after it starts: 14 restarts in the last hour".to_owned(),
            primary: None,
            version: "eb96de94".to_owned(),
            commit: true,
            ..Self::sample(tab)
        }
    }
}
