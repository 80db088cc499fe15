//! One runner: its secret, its service, what it tells, and nothing of it afterwards.

use tokio_util::sync::CancellationToken;

use super::Made;
use super::follow::follow;
use super::orders::At;
use super::spread::Part;
use crate::engine::{EngineError, NewSecret};
use crate::ops::ended::OpError;
use crate::ops::run::Run;
use crate::restic::Place;
use crate::runner::Outcome;
use crate::stack::observed::Swarm;
use crate::stack::policy::{RUN_LABEL, RunnerWish, admit_runner};
use crate::stack::spec::Labels;

/// A runner of a backup.
pub(super) struct Task<'a> {
    pub(super) run: &'a Run,
    pub(super) at: &'a At<'a>,
    pub(super) part: &'a Part,
    /// Counts the runners of one operation.
    pub(super) place: usize,
    pub(super) image: &'a str,
    pub(super) cancel: &'a CancellationToken,
}

impl Task<'_> {
    /// Runs it, or goes on with one that was begun before a restart. Whatever happens, its service and its secret go.
    pub(super) async fn carry_out(&self) -> Result<Made, OpError> {
        let name = format!("canteen-run-{}-{}", self.at.of.operation.id, self.place + 1);
        self.run.step(&format!("Back up on {}", self.part.hostname)).await?;
        let began = self.run.now();
        let swarm = self.run.fresh().await?;
        let before = swarm.services.iter().find(|service| service.spec.name == name).map(|service| service.id.clone());
        let made = match before {
            Some(id) => {
                self.run.note("it was begun before the restart; following it").await?;
                follow(self.run, &id, self.cancel).await
            }
            None if self.run.past.touched && has_secret(&swarm, &name) => Err(OpError::stop(
                "lost",
                "Canteen was restarted while the backup was begun, and its runner is gone; back the app up again",
            )),
            None => match self.begin(&name).await {
                Ok(id) => follow(self.run, &id, self.cancel).await,
                Err(error) => Err(error),
            },
        };
        self.tidy(&name).await?;
        let (outcome, cause, stored, warnings) = match made {
            Ok(told) => (told.outcome, told.cause, told.stored, told.warnings),
            Err(OpError::Stop { cause, .. }) => (Outcome::Failed, cause, None, 0),
            Err(other) => return Err(other),
        };
        Ok(Made { outcome, cause, stored, warnings, began, ended: self.run.now() })
    }

    /// Returns the service's id.
    async fn begin(&self, name: &str) -> Result<String, OpError> {
        let assignment = self.at.assignment(name, self.part).await?;
        let volumes: Vec<String> = self.part.volumes.iter().map(|volume| volume.name.clone()).collect();
        let folder = match self.at.repository.place() {
            Place::Local { path } => Some(path.as_str()),
            Place::Rest { .. } | Place::S3 { .. } | Place::Sftp { .. } => None,
        };
        self.run.touch().await?;
        let labels = Labels::from([(RUN_LABEL.to_owned(), name.to_owned())]);
        let secret = self.run.create_secret(NewSecret::plain(name, &labels, &assignment.expose())).await?;
        let wish = RunnerWish {
            run: name,
            image: self.image,
            node: &self.part.node,
            socket: &self.at.of.backups.socket,
            volumes: &volumes,
            folder,
            secret: (&secret, name),
        };
        let pass = admit_runner(&wish, self.at.stack, self.at.observed)?;
        self.run.create_runner(&pass).await
    }

    /// Removes what a runner leaves on the Swarm. The secret goes after the service that reads it.
    async fn tidy(&self, name: &str) -> Result<(), OpError> {
        let swarm = self.run.fresh().await?;
        for service in swarm.services.iter().filter(|service| service.spec.name == name) {
            gone(self.run.remove_service(name, &service.id).await)?;
        }
        for secret in swarm.secrets.iter().filter(|secret| secret.name == name) {
            gone(self.run.remove_secret(name, &secret.id).await)?;
        }
        Ok(())
    }
}

fn has_secret(swarm: &Swarm, name: &str) -> bool {
    swarm.secrets.iter().any(|secret| secret.name == name)
}

fn gone(answer: Result<(), OpError>) -> Result<(), OpError> {
    match answer {
        Err(OpError::Engine(EngineError::NotFound { .. })) => Ok(()),
        other => other,
    }
}
