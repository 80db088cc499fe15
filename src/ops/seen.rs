//! What there was of an app when an operation on it was asked for. Those who approve it have seen that, so it must be so still when the
//! operation begins.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::engine::Inspect;
use crate::stack::belongings::{Claim, claim, stacks};
use crate::stack::names::{StackName, descope};
use crate::stack::observed::Swarm;
use crate::stack::spec::Labels;
use crate::store::Store;
use crate::store::apps::App;

use super::ended::OpError;
use super::order::Wanted;

/// An app as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The version that is deployed.
    pub version: Option<String>,
    /// The newest revision of the settings.
    pub settings: i32,
    /// Images of services, by their short names.
    pub services: BTreeMap<String, String>,
    /// Volumes on this node, by full names.
    pub volumes: BTreeSet<String>,
    /// Ids of secrets, by full names: one that was made anew has another.
    pub secrets: BTreeMap<String, String>,
    /// The same of configs.
    pub configs: BTreeMap<String, String>,
}

impl Seen {
    /// An app as it is, by this reading.
    ///
    /// # Errors
    /// The database can't be read, or Docker does not answer.
    pub async fn of(store: &Store, inspect: &dyn Inspect, swarm: &Swarm, app: &App) -> Result<Self, OpError> {
        let stack = StackName::parse(&app.stack).map_err(|e| OpError::stop("failed", e.to_string()))?;
        let apps = store.apps().await?.into_iter().map(|app| app.stack);
        let others: Vec<String> = stacks(swarm).into_iter().chain(apps).collect();
        let mine = |name: &str, labels: &Labels| claim(&stack, &app.name, &others, name, labels) != Claim::None;
        let services = swarm.services.iter().filter(|s| s.stack() == Some(stack.as_str()));
        let short = |full: &str| descope(&stack, full).unwrap_or(full).to_owned();
        let services: BTreeMap<String, String> =
            services.map(|s| (short(&s.spec.name), s.spec.task_template.container_spec.image.clone())).collect();
        let deployed = store.last_converged(app.id).await?.filter(|_| !services.is_empty());
        let secrets = swarm.secrets.iter().filter(|s| mine(&s.name, &s.labels));
        let configs = swarm.configs.iter().filter(|c| mine(&c.name, &c.labels));
        Ok(Self {
            version: deployed.map(|deployment| deployment.version),
            settings: app.env_number,
            services,
            volumes: inspect.volumes(stack.as_str()).await?.into_iter().collect(),
            secrets: secrets.map(|s| (s.name.clone(), s.id.clone())).collect(),
            configs: configs.map(|c| (c.name.clone(), c.id.clone())).collect(),
        })
    }

    /// What differs in `now` of all that this operation destroys, changes or goes by, in words.
    pub fn changes(&self, now: &Self, wanted: &Wanted) -> Vec<String> {
        let parts = Parts::of(wanted);
        let mut found = vec![];
        if parts.settings && self.settings != now.settings {
            found.push("somebody has saved other settings".to_owned());
        }
        if parts.version && self.version != now.version {
            found.push(match (&self.version, &now.version) {
                (Some(before), Some(now)) => format!("{now} is deployed and no longer {before}"),
                (None, Some(now)) => format!("{now} is deployed, and nothing was"),
                (before, None) => format!("{} is not deployed any more", before.as_deref().unwrap_or("it")),
            });
        }
        differences("service", &self.services, &now.services, &parts.services, &mut found);
        let alike = |names: &BTreeSet<String>| names.iter().map(|name| (name.clone(), String::new())).collect();
        differences("volume", &alike(&self.volumes), &alike(&now.volumes), &parts.volumes, &mut found);
        differences("secret", &self.secrets, &now.secrets, &parts.secrets, &mut found);
        differences("config", &self.configs, &now.configs, &parts.configs, &mut found);
        found
    }

    /// What there was, in words: what it is called, and the names.
    pub fn told(&self) -> Vec<(&'static str, String)> {
        let names = |names: Vec<&str>| names.join(", ");
        let all = [
            ("Deployed", self.version.clone().unwrap_or_else(|| "nothing".to_owned())),
            ("Services", names(self.services.keys().map(String::as_str).collect())),
            ("Volumes", names(self.volumes.iter().map(String::as_str).collect())),
            ("Secrets", names(self.secrets.keys().map(String::as_str).collect())),
            ("Configs", names(self.configs.keys().map(String::as_str).collect())),
        ];
        all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// Which objects of a kind are looked at.
enum Which<'a> {
    None,
    All,
    /// Those with these names.
    Only(Vec<&'a str>),
}

impl Which<'_> {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(names) => names.contains(&name),
        }
    }
}

/// What of an app an operation destroys, changes or goes by.
struct Parts<'a> {
    version: bool,
    settings: bool,
    services: Which<'a>,
    volumes: Which<'a>,
    secrets: Which<'a>,
    configs: Which<'a>,
}

impl<'a> Parts<'a> {
    const fn of_nothing() -> Self {
        Self {
            version: false,
            settings: false,
            services: Which::None,
            volumes: Which::None,
            secrets: Which::None,
            configs: Which::None,
        }
    }

    fn of(wanted: &'a Wanted) -> Self {
        let nothing = Self::of_nothing();
        let only = |names: &'a [String]| Which::Only(names.iter().map(String::as_str).collect());
        match wanted {
            // Bound to a plan, which tells more than names do: here it is said what made it another one.
            Wanted::Deploy(_) | Wanted::Rollback(_) => {
                Self { version: true, settings: true, services: Which::All, secrets: Which::All, configs: Which::All, ..nothing }
            }
            Wanted::Adopt(_) | Wanted::Restart(_) | Wanted::Scale(_) => Self { version: true, services: Which::All, ..nothing },
            Wanted::Rotate(w) => {
                let names = w.turns.iter().flat_map(|turn| [turn.from.as_str(), turn.to.as_str()]).collect();
                Self { version: true, services: Which::All, secrets: Which::Only(names), ..nothing }
            }
            Wanted::Undeploy { before, .. } => {
                Self { version: true, settings: before.is_some(), services: Which::All, configs: Which::All, ..nothing }
            }
            Wanted::Remove(w) => Self {
                settings: w.settings,
                services: Which::All,
                volumes: Which::All,
                secrets: Which::All,
                configs: Which::All,
                ..nothing
            },
            // The rules of what is generated stand in the recipe's version and in the settings.
            Wanted::Secrets { generate, insert, .. } => {
                let names = generate.iter().chain(insert).map(String::as_str).collect();
                Self { settings: !generate.is_empty(), secrets: Which::Only(names), ..nothing }
            }
            Wanted::Command(w) => Self { version: true, services: Which::Only(vec![w.service.as_str()]), ..nothing },
            Wanted::Restore(_) => Self { version: true, services: Which::All, volumes: Which::All, ..nothing },
            Wanted::Backup(_) => Self { services: Which::All, volumes: Which::All, ..nothing },
            Wanted::RemoveSecrets { names } => Self { secrets: only(names), ..nothing },
            Wanted::RemoveConfigs { names } => Self { configs: only(names), ..nothing },
            Wanted::Import { .. } => nothing,
        }
    }
}

fn differences(
    kind: &str,
    before: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
    which: &Which<'_>,
    found: &mut Vec<String>,
) {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for name in names.into_iter().filter(|name| which.has(name)) {
        match (before.get(name), now.get(name)) {
            (None, Some(_)) => found.push(format!("the {kind} {name} is new")),
            (Some(_), None) => found.push(format!("the {kind} {name} is gone")),
            (Some(before), Some(now)) if before != now && kind == "service" => {
                found.push(format!("the service {name} has the image {now} and no longer {before}"));
            }
            (Some(before), Some(now)) if before != now => found.push(format!("the {kind} {name} is another one")),
            _ => {}
        }
    }
}
