//! Asking for an operation: the audit entry and the queued row, in one transaction.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::access::action::{
    Adopt, Deploy, DeployChaos, Reapply, Remove, RemoveConfig, RemoveSecret, Restart, Rollback, RotateSecret, RunCommand, Scale,
    SetSecret, Undeploy,
};
use crate::access::{ActionName, Actor, WriteAction};
use crate::recipe::after::Occasion;
use crate::stack::desired::Desired;
use crate::store::approvals::{self, Gate};
use crate::store::audit::Phase;
use crate::store::operations::Operation;
use crate::store::{Command, Denied, Tx, deployments, operations, replicas, updates};

use super::adjust::Adjusted;
use super::adopt::AdoptWanted;
use super::after::BeforeUndeploy;
use super::approval::{Ordered, PutUp};
use super::backup::BackupWanted;
use super::command::CommandWanted;
use super::remove::RemoveWanted;
use super::restore::RestoreWanted;
use super::safety::SafetyWanted;

/// What an operation does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Wanted {
    Deploy(Box<DeployWanted>),
    Rollback(RollbackWanted),
    /// Take what runs as the record.
    Adopt(Box<AdoptWanted>),
    /// What ran became the first record of an app. Done when it is asked for.
    Import {
        /// The version that ran.
        version: String,
    },
    /// New tasks for services that run.
    Restart(Box<Adjusted>),
    /// Other numbers of tasks.
    Scale(Box<ScaleWanted>),
    Remove(RemoveWanted),
    Undeploy {
        stack: String,
        /// The steps that are to be run before.
        #[serde(default)]
        before: Option<Box<BeforeUndeploy>>,
    },
    /// Full names. Rules of those to generate are read from the app's settings when it runs; values of those to insert wait in
    /// memory under the ticket `nonce`.
    Secrets {
        generate: Vec<String>,
        insert: Vec<String>,
        nonce: String,
        /// For the history: the rule of each value that is generated, the size of each that is inserted.
        #[serde(default)]
        about: Vec<String>,
    },
    Rotate(Box<RotateWanted>),
    /// A command of the recipe in a container.
    Command(Box<CommandWanted>),
    Backup(BackupWanted),
    Restore(Box<RestoreWanted>),
    /// Full names.
    RemoveSecrets {
        names: Vec<String>,
    },
    /// Full names.
    RemoveConfigs {
        names: Vec<String>,
    },
}

/// A new version of a secret and the deploy that puts it into use, exactly as it was shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RotateWanted {
    /// The variable of the settings that holds the version.
    pub variable: String,
    pub from_version: String,
    pub to_version: String,
    /// The secret, and others whose version the same variable holds.
    pub turns: Vec<Turn>,
    /// The old version stays on the Swarm, so that earlier deployments can be gone back to.
    pub keep_old: bool,
    /// The number of the deployment that is on record of what runs; absent in what was asked for before there was one always.
    pub deployment: Option<i32>,
    /// The revision of the settings that runs. Absent in what was asked for by an earlier Canteen: then it is the newest one.
    #[serde(default)]
    pub deployed_env: Option<i32>,
    /// Full names of services that run though the record does not have them, for they were left on purpose.
    #[serde(default)]
    pub left: Vec<String>,
    /// Lines of environments that name the version.
    #[serde(default)]
    pub env: Vec<EnvTurn>,
    /// What ran when it was shown, with the new version in it. Its `env_number` is the newest revision then, deployed or not.
    pub deploy: DeployWanted,
    /// A value that was given waits in memory under this ticket.
    pub nonce: String,
}

/// One secret that turns from one version to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The name in the compose files.
    pub local: String,
    /// Full names.
    pub from: String,
    pub to: String,
    /// A member gave the new value; else it is generated.
    pub given: bool,
    /// For the history: the rule or the size of the new value.
    pub about: String,
}

/// A line of a service's environment that changes with the version of a secret, for services carry the app's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvTurn {
    /// The full name.
    pub service: String,
    /// `VARIABLE=version`; absent where there was no such line.
    pub before: Option<String>,
    pub after: String,
}

/// A deploy, exactly as it was shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeployWanted {
    pub recipe: String,
    pub version: String,
    /// 40 hexadecimal digits.
    pub commit: String,
    pub env_number: i32,
    /// The hash of the plan that was shown.
    pub plan_hash: String,
    pub desired: Desired,
    pub timeout_s: u64,
    /// Full names of services that the stack has, this version has not, and that stay all the same.
    #[serde(default)]
    pub keep: Vec<String>,
    /// What the stack asks of the host and whoever asked confirmed by typing, a line each.
    #[serde(default)]
    pub confirmed: Vec<String>,
    /// Present where it is a commit and no release: the branch that it was chosen by, empty if there is none to name.
    #[serde(default)]
    pub chaos: Option<String>,
    /// The variable of the settings that names the steps to run afterwards, if they are to be run.
    #[serde(default)]
    pub after: Option<String>,
    /// If it fails, all services become again what the last deployment that worked made of them.
    #[serde(default)]
    pub put_back: bool,
    /// A backup that is made before anything is changed.
    #[serde(default)]
    pub safety: Option<SafetyWanted>,
}

/// Going back to an earlier deployment, exactly as it was shown. Its objects stay where they are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackWanted {
    /// The number of the earlier deployment.
    pub deployment: i32,
    pub version: String,
    /// The newest revision of the settings when it was asked for. If it is not the newest any more at the end, the settings stay.
    pub env_number: i32,
    /// The hash of the plan that was shown.
    pub plan_hash: String,
    pub timeout_s: u64,
    /// It is what runs already, but for what somebody changed past the dashboard: the settings stay.
    #[serde(default)]
    pub reapply: bool,
    /// Full names of services that stay, though the deployment does not have them.
    #[serde(default)]
    pub keep: Vec<String>,
    /// What the objects ask of the host and whoever asked confirmed by typing, a line each.
    #[serde(default)]
    pub confirmed: Vec<String>,
    /// The variable of the settings that names the steps to run afterwards, if they are to be run.
    #[serde(default)]
    pub after: Option<String>,
}

/// Other numbers of tasks, exactly as they were asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaleWanted {
    pub adjusted: Adjusted,
    pub services: Vec<Scaled>,
}

/// One service and how many tasks it is to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaled {
    /// The short name.
    pub service: String,
    pub before: u64,
    pub after: u64,
    /// It is the recipe's own number, so there is nothing to keep for later deploys.
    pub as_recipe: bool,
}

/// Full names of services that an operation left running on purpose, though what it sent does not have them: they are no difference
/// to the record that it made.
pub fn left(operation: &Operation) -> Vec<String> {
    match serde_json::from_str(&operation.wanted) {
        Ok(Wanted::Deploy(wanted)) => wanted.keep,
        Ok(Wanted::Rollback(wanted)) => wanted.keep,
        Ok(Wanted::Adopt(wanted)) => wanted.keep,
        Ok(Wanted::Rotate(wanted)) => wanted.left,
        _ => vec![],
    }
}

impl Wanted {
    /// The stable word of the history.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Deploy(_) => "deploy",
            Self::Rollback(w) if w.reapply => "reapply",
            Self::Rollback(_) => "rollback",
            Self::Adopt(_) => "adopt",
            Self::Import { .. } => "import",
            Self::Restart(_) => "restart",
            Self::Scale(_) => "scale",
            Self::Remove(_) => "remove",
            Self::Undeploy { .. } => "undeploy",
            Self::Secrets { .. } => "secrets",
            Self::Rotate(_) => "rotate",
            Self::Command(_) => "command",
            Self::Backup(_) => "backup",
            Self::Restore(_) => "restore",
            Self::RemoveSecrets { .. } => "secrets_removal",
            Self::RemoveConfigs { .. } => "configs_removal",
        }
    }

    /// What whoever asks for it must be allowed to do.
    pub const fn action(&self) -> ActionName {
        match self {
            Self::Deploy(w) if w.chaos.is_some() => ActionName::DeployChaos,
            Self::Deploy(_) => ActionName::Deploy,
            Self::Rollback(w) if w.reapply => ActionName::Reapply,
            Self::Rollback(_) => ActionName::Rollback,
            Self::Adopt(_) => ActionName::Adopt,
            Self::Import { .. } => ActionName::ImportApp,
            Self::Restart(_) => ActionName::Restart,
            Self::Scale(_) => ActionName::Scale,
            Self::Remove(_) => ActionName::Remove,
            Self::Undeploy { .. } => ActionName::Undeploy,
            Self::Secrets { .. } => ActionName::SetSecret,
            Self::Rotate(_) => ActionName::RotateSecret,
            Self::Command(_) => ActionName::RunCommand,
            Self::Backup(_) => ActionName::RunBackup,
            Self::Restore(_) => ActionName::Restore,
            Self::RemoveSecrets { .. } => ActionName::RemoveSecret,
            Self::RemoveConfigs { .. } => ActionName::RemoveConfig,
        }
    }

    fn particulars(&self) -> Map<String, Value> {
        let mut pairs: Vec<(&str, Value)> = match self {
            Self::Deploy(w) => vec![
                ("recipe", w.recipe.clone().into()),
                ("version", w.version.clone().into()),
                ("commit", w.commit.clone().into()),
                ("settings", w.env_number.into()),
                ("plan", w.plan_hash.clone().into()),
                ("kept", w.keep.clone().into()),
            ],
            Self::Rollback(w) => vec![
                ("deployment", w.deployment.into()),
                ("version", w.version.clone().into()),
                ("plan", w.plan_hash.clone().into()),
            ],
            Self::Adopt(w) => vec![
                ("deployment", w.deployment.into()),
                ("version", w.version.clone().into()),
                ("changes", w.changes.clone().into()),
            ],
            Self::Import { version } => vec![("version", version.clone().into())],
            Self::Restart(w) => vec![("services", w.names().into())],
            Self::Scale(w) => {
                let told = w.services.iter().map(|s| format!("{}: {} → {}", s.service, s.before, s.after));
                vec![("services", told.collect::<Vec<_>>().into())]
            }
            Self::Remove(w) => vec![
                ("stack", w.stack.clone().into()),
                ("volumes", w.volumes.clone().into()),
                ("secrets", w.secrets.clone().into()),
                ("configs", w.configs.clone().into()),
                ("settings", w.settings.into()),
            ],
            Self::Undeploy { stack, .. } => vec![("stack", stack.clone().into())],
            Self::Secrets { generate, insert, about, .. } => {
                vec![("generate", generate.clone().into()), ("insert", insert.clone().into()), ("about", about.clone().into())]
            }
            Self::Rotate(w) => {
                let lines = w.turns.iter().map(|t| format!("{} → {} ({})", t.from, t.to, t.about));
                vec![
                    ("rotate", lines.collect::<Vec<_>>().into()),
                    ("variable", w.variable.clone().into()),
                    ("from", w.from_version.clone().into()),
                    ("to", w.to_version.clone().into()),
                    ("keep", w.keep_old.into()),
                    ("settings", w.deploy.env_number.into()),
                    ("plan", w.deploy.plan_hash.clone().into()),
                ]
            }
            Self::Command(w) => vec![
                ("command", w.function.clone().into()),
                ("arguments", w.shown.clone().into()),
                ("service", w.service.clone().into()),
                ("user", w.user.clone().into()),
                ("version", w.version.clone().into()),
                ("commit", w.commit.clone().into()),
            ],
            Self::Restore(w) => w.particulars(),
            Self::Backup(w) => vec![("repository", w.repository.into()), ("backup", w.why.clone().into())],
            Self::RemoveSecrets { names } | Self::RemoveConfigs { names } => vec![("remove", names.clone().into())],
        };
        if let Self::Deploy(wanted) = self
            && let Some(branch) = &wanted.chaos
        {
            pairs.push(("chaos", true.into()));
            pairs.push(("branch", branch.clone().into()));
        }
        let confirmed: &[String] = match self {
            Self::Deploy(w) => &w.confirmed,
            Self::Rollback(w) => &w.confirmed,
            _ => &[],
        };
        if !confirmed.is_empty() {
            pairs.push(("confirmed", confirmed.into()));
        }
        let steps = match self {
            Self::Deploy(w) => w.after.as_deref(),
            Self::Rollback(w) => w.after.as_deref(),
            Self::Undeploy { before, .. } => before.as_ref().map(|_| Occasion::Undeploy.variable()),
            _ => None,
        };
        pairs.extend(steps.map(|variable| ("steps", variable.into())));
        if let Self::Deploy(w) = self {
            pairs.extend(w.put_back.then(|| ("put_back", true.into())));
            pairs.extend(w.safety.iter().flat_map(SafetyWanted::particulars));
        }
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// The command that asks. `A` is the action that the operation needs.
pub struct Order<A> {
    pub(super) app_id: i32,
    pub(super) wanted: Wanted,
    pub(super) nonce: String,
    /// The request that it was approved as.
    pub(super) approved: Option<i32>,
    /// What those read who have to approve it.
    pub(super) put_up: PutUp,
    pub(super) action: PhantomData<A>,
}

impl<A> Order<A> {
    pub(super) const fn of(app_id: i32, wanted: Wanted, nonce: String) -> Self {
        Self { app_id, wanted, nonce, approved: None, put_up: PutUp::none(), action: PhantomData }
    }
}

/// Asks for a deploy.
pub const fn deploy(app_id: i32, wanted: Box<DeployWanted>, nonce: String) -> Order<Deploy> {
    Order::of(app_id, Wanted::Deploy(wanted), nonce)
}

/// Asks for a deploy of a commit that is no release.
pub const fn deploy_chaos(app_id: i32, wanted: Box<DeployWanted>, nonce: String) -> Order<DeployChaos> {
    Order::of(app_id, Wanted::Deploy(wanted), nonce)
}

/// Asks to go back to an earlier deployment.
pub const fn rollback(app_id: i32, wanted: RollbackWanted, nonce: String) -> Order<Rollback> {
    Order::of(app_id, Wanted::Rollback(wanted), nonce)
}

/// Asks to put back what runs according to the record.
pub const fn reapply(app_id: i32, wanted: RollbackWanted, nonce: String) -> Order<Reapply> {
    Order::of(app_id, Wanted::Rollback(wanted), nonce)
}

/// Asks to take what runs as the record.
pub fn adopt(app_id: i32, wanted: AdoptWanted, nonce: String) -> Order<Adopt> {
    Order::of(app_id, Wanted::Adopt(Box::new(wanted)), nonce)
}

/// Asks for new tasks of services that run.
pub const fn restart(app_id: i32, wanted: Box<Adjusted>, nonce: String) -> Order<Restart> {
    Order::of(app_id, Wanted::Restart(wanted), nonce)
}

/// Asks for other numbers of tasks. They are kept for later deploys from the moment on that they are asked for.
pub const fn scale(app_id: i32, wanted: Box<ScaleWanted>, nonce: String) -> Order<Scale> {
    Order::of(app_id, Wanted::Scale(wanted), nonce)
}

/// Asks to remove an app.
pub const fn remove(app_id: i32, wanted: RemoveWanted, nonce: String) -> Order<Remove> {
    Order::of(app_id, Wanted::Remove(wanted), nonce)
}

/// Asks for an undeploy.
pub const fn undeploy(app_id: i32, stack: String, nonce: String) -> Order<Undeploy> {
    undeploy_after(app_id, stack, None, nonce)
}

/// Asks for an undeploy with steps before it.
pub const fn undeploy_after(app_id: i32, stack: String, before: Option<Box<BeforeUndeploy>>, nonce: String) -> Order<Undeploy> {
    Order::of(app_id, Wanted::Undeploy { stack, before }, nonce)
}

/// Asks for secrets to be generated and inserted. Values to insert are put into the handover under the ticket beforehand.
pub const fn secrets(
    app_id: i32,
    generate: Vec<String>,
    insert: Vec<String>,
    about: Vec<String>,
    ticket: String,
    nonce: String,
) -> Order<SetSecret> {
    Order::of(app_id, Wanted::Secrets { generate, insert, about, nonce: ticket }, nonce)
}

/// Asks for a rotation. A given value is put into the handover under its ticket beforehand.
pub const fn rotate(app_id: i32, wanted: Box<RotateWanted>, nonce: String) -> Order<RotateSecret> {
    Order::of(app_id, Wanted::Rotate(wanted), nonce)
}

/// Asks to run a command of the recipe. Its arguments wait in the handover under the ticket that `wanted` holds.
pub const fn command(app_id: i32, wanted: Box<CommandWanted>, nonce: String) -> Order<RunCommand> {
    Order::of(app_id, Wanted::Command(wanted), nonce)
}

/// Asks to remove secrets that nothing reads, by their full names.
pub const fn remove_secrets(app_id: i32, names: Vec<String>, nonce: String) -> Order<RemoveSecret> {
    Order::of(app_id, Wanted::RemoveSecrets { names }, nonce)
}

/// Asks to remove configs that nothing uses, by their full names.
pub const fn remove_configs(app_id: i32, names: Vec<String>, nonce: String) -> Order<RemoveConfig> {
    Order::of(app_id, Wanted::RemoveConfigs { names }, nonce)
}

impl<A: WriteAction> Command for Order<A> {
    type Needs = A;
    type Output = Ordered;

    fn particulars(&self) -> Map<String, Value> {
        self.wanted.particulars()
    }

    fn phase(&self) -> Phase {
        Phase::Intent
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<Ordered, Denied> {
        let wanted = serde_json::to_string(&self.wanted).map_err(|e| Denied::rule("unreadable", e.to_string()))?;
        let seen = self.put_up.seen.as_ref().map(serde_json::to_string).transpose();
        let seen = seen.map_err(|e| Denied::rule("unreadable", e.to_string()))?.unwrap_or_default();
        let again = |stored: &str| self.wanted.is_again(stored);
        let cleared = match self.approved {
            Some(request) => approvals::release(tx, request, self.app_id, again)?,
            None => match approvals::gate(tx, &self.asked(&wanted, &seen), again)? {
                Gate::Clear(cleared) => cleared,
                Gate::Waits(request) => return Ok(Ordered::Waits(request)),
            },
        };
        let id = operations::insert(tx, self.app_id, self.wanted.kind(), &wanted, &self.nonce, again, cleared)?;
        tx.detail("operation", id);
        if let (Some(_), true, Wanted::Deploy(w)) = (self.approved, tx.actor() == &Actor::Scheduler, &self.wanted) {
            updates::tried(tx, self.app_id, &w.version, id)?;
        }
        if let Wanted::Remove(_) | Wanted::Undeploy { .. } = &self.wanted {
            approvals::end_all(tx, self.app_id, "the app is being taken down; ask again once it is deployed")?;
        }
        let scaled = match &self.wanted {
            Wanted::Scale(wanted) => wanted.services.as_slice(),
            _ => &[],
        };
        for one in scaled {
            replicas::choose(tx, self.app_id, &one.service, Some(one.after).filter(|_| !one.as_recipe))?;
        }
        if matches!(self.wanted, Wanted::Deploy(_) | Wanted::Rollback(_))
            && let Some(before) = deployments::newest_version(tx, self.app_id)?
        {
            tx.detail("before", before);
        }
        Ok(Ordered::Begun(id))
    }
}
