//! What the runner on a node is told.

use serde_json::{Map, Value};

use super::spread::Part;
use super::{BackupWanted, Of};
use crate::backup::{Contents, Moment};
use crate::envfile::{EnvFile, secret_values};
use crate::ops::ended::OpError;
use crate::restic::{BackupEngine, Kind, Repository, Restic, Selection, SnapshotId, Tags};
use crate::runner::{Assignment, Errand, HookOrder, Parts, volume_folder};
use crate::stack::names::{StackName, scope};
use crate::stack::observed::Observed;

/// What all runners of one backup share.
pub(super) struct At<'a> {
    pub(super) of: Of<'a>,
    pub(super) stack: &'a StackName,
    pub(super) wanted: &'a BackupWanted,
    pub(super) kind: Kind,
    pub(super) contents: &'a Contents,
    pub(super) observed: &'a Observed,
    pub(super) repository: &'a Repository,
    pub(super) engine: &'a Restic,
}

impl At<'_> {
    /// For this node.
    pub(super) async fn assignment(&self, run: &str, part: &Part) -> Result<Assignment, OpError> {
        let hidden = hidden(self.of).await?;
        let app = self.of.store.app_by_id(self.of.operation.app_id).await?;
        let recipe = app.as_ref().map(|app| app.recipe.clone()).unwrap_or_default();
        let tags = Tags { app: self.stack.as_str().to_owned(), recipe: recipe.clone(), kind: self.kind, partial: false };
        let mut about = Map::new();
        about.insert("app".to_owned(), self.of.operation.app.clone().into());
        about.insert("recipe".to_owned(), recipe.into());
        about.insert("version".to_owned(), app.map(|app| app.version).unwrap_or_default().into());
        about.insert("node".to_owned(), part.hostname.clone().into());
        about.insert("images".to_owned(), self.images());
        let parts = Parts {
            errand: Errand::Backup,
            run: run.to_owned(),
            stack: self.stack.as_str().to_owned(),
            host: self.of.backups.host.clone(),
            tags,
            volumes: part.volumes.clone(),
            before: self.hooks(Moment::BeforeBackup, part),
            after: self.hooks(Moment::AfterBackup, part),
            parent: self.parent(part).await,
            hidden,
            strict: self.wanted.strict,
            about,
        };
        Ok(Assignment::new(parts, self.repository))
    }

    /// Hooks of services that run there. Those of services that run nowhere are told by the first runner as failed.
    fn hooks(&self, moment: Moment, part: &Part) -> Vec<HookOrder> {
        if !self.wanted.hooks {
            return vec![];
        }
        let hooks = self.contents.hooks_at(moment).map(|hook| (scope(self.stack, &hook.service), hook));
        let here = hooks.filter(|(service, _)| part.services.contains(service) || !self.runs(service));
        here.map(|(service, hook)| HookOrder { service, command: hook.command.clone(), limit_s: self.wanted.hook_limit_s })
            .collect()
    }

    fn runs(&self, service: &str) -> bool {
        let id = self.observed.services.iter().find(|s| s.spec.name == service).map(|s| s.id.as_str());
        self.observed.tasks.iter().any(|task| Some(task.service.as_str()) == id && task.state == "running")
    }

    fn images(&self) -> Value {
        let image = |s: &crate::stack::observed::Service| (s.spec.name.clone(), s.spec.task_template.container_spec.image.clone());
        Value::Object(self.observed.services.iter().map(image).map(|(name, image)| (name, image.into())).collect())
    }

    /// The newest good snapshot of these volumes, so that files which did not change are not read again. Without it all is read, and the
    /// snapshot is the same.
    async fn parent(&self, part: &Part) -> Option<SnapshotId> {
        let which = Selection::of(&self.of.backups.host, self.stack.as_str());
        let all = self.engine.snapshots(&which).await.ok()?;
        let holds = |name: &str, snapshot: &crate::restic::Snapshot| {
            volume_folder(name).is_some_and(|folder| snapshot.captured(&folder).is_some())
        };
        let fits =
            |s: &&crate::restic::Snapshot| s.is_good_of(self.stack.as_str()) && part.volumes.iter().all(|v| holds(&v.name, s));
        all.iter().rev().find(fits).map(|snapshot| snapshot.id.clone())
    }
}

/// Values of the settings that hooks may repeat.
pub(in crate::ops) async fn hidden(of: Of<'_>) -> Result<Vec<String>, OpError> {
    let Some(app) = of.store.app_by_id(of.operation.app_id).await? else { return Ok(vec![]) };
    let mut texts = vec![of.store.env_revision(app.id, app.env_number).await?];
    if let Some(deployed) = of.store.last_converged(app.id).await? {
        texts.push(of.store.env_revision(app.id, deployed.env_number).await?);
    }
    let parsed = texts.into_iter().flatten().filter_map(|revision| EnvFile::parse(&revision.text).ok());
    Ok(parsed.flat_map(|env| secret_values(&env)).collect())
}
