//! One runner: its secret, its service, what it tells, and nothing of it afterwards.

use tokio_util::sync::CancellationToken;

use super::Made;
use super::follow::follow;
use crate::engine::{EngineError, NewSecret};
use crate::ops::ended::OpError;
use crate::ops::run::Run;
use crate::runner::{Assignment, Outcome};
use crate::stack::names::StackName;
use crate::stack::observed::{Observed, Swarm};
use crate::stack::policy::{RUN_LABEL, RunnerWish, admit_runner};
use crate::stack::spec::Labels;

/// A runner of an operation.
pub(in crate::ops) struct Task<'a> {
    pub(in crate::ops) run: &'a Run,
    pub(in crate::ops) stack: &'a StackName,
    /// The stack when its volumes were found.
    pub(in crate::ops) observed: &'a Observed,
    /// Of its service and its secret; see [`name`].
    pub(in crate::ops) name: &'a str,
    /// The node's id.
    pub(in crate::ops) node: &'a str,
    /// Full names.
    pub(in crate::ops) volumes: &'a [String],
    /// Its volumes are written to.
    pub(in crate::ops) writes: bool,
    /// The folder of the node that the repository lies in, if it is one.
    pub(in crate::ops) folder: Option<&'a str>,
    pub(in crate::ops) image: &'a str,
    pub(in crate::ops) socket: &'a str,
    pub(in crate::ops) cancel: &'a CancellationToken,
}

/// What the runner of this number is called.
pub(in crate::ops) fn name(operation: i32, number: usize) -> String {
    format!("{}{number}", names(operation))
}

/// What the names of all runners of an operation begin with.
pub(in crate::ops) fn names(operation: i32) -> String {
    format!("canteen-run-{operation}-")
}

impl Task<'_> {
    /// Runs it, or goes on with one that was begun before a restart. Whatever happens, its service and its secret go.
    pub(in crate::ops) async fn carry_out(&self, told: impl Future<Output = Result<Assignment, OpError>>) -> Result<Made, OpError> {
        let name = self.name;
        let began = self.run.now();
        let swarm = self.run.fresh().await?;
        let before = swarm.services.iter().find(|service| service.spec.name == name).map(|service| service.id.clone());
        let made = match before {
            Some(id) => {
                self.run.note("it was begun before the restart; following it").await?;
                follow(self.run, &id, self.cancel).await
            }
            None if self.run.past.touched && has_secret(&swarm, name) => {
                Err(OpError::stop("lost", "Canteen was restarted while a runner was begun, and it is gone; ask for it again"))
            }
            None => match self.begin(told.await?).await {
                Ok(id) => follow(self.run, &id, self.cancel).await,
                Err(error) => Err(error),
            },
        };
        tidy(self.run, name).await?;
        let (outcome, cause, stored, warnings) = match made {
            Ok(told) => (told.outcome, told.cause, told.stored, told.warnings),
            Err(OpError::Stop { cause, .. }) => (Outcome::Failed, cause, None, 0),
            Err(other) => return Err(other),
        };
        Ok(Made { outcome, cause, stored, warnings, began, ended: self.run.now() })
    }

    /// Returns the service's id.
    async fn begin(&self, assignment: Assignment) -> Result<String, OpError> {
        let name = self.name;
        self.run.touch().await?;
        let labels = Labels::from([(RUN_LABEL.to_owned(), name.to_owned())]);
        let secret = self.run.create_secret(NewSecret::plain(name, &labels, &assignment.expose())).await?;
        let wish = RunnerWish {
            run: name,
            image: self.image,
            node: self.node,
            socket: self.socket,
            volumes: self.volumes,
            writes: self.writes.then_some(self.stack),
            folder: self.folder,
            secret: (&secret, name),
        };
        let pass = admit_runner(&wish, self.stack, self.observed)?;
        self.run.create_runner(&pass).await
    }
}

/// Removes what a runner leaves on the Swarm. The secret goes after the service that reads it.
pub(in crate::ops) async fn tidy(run: &Run, name: &str) -> Result<(), OpError> {
    let swarm = run.fresh().await?;
    for service in swarm.services.iter().filter(|service| service.spec.name == name) {
        gone(run.remove_service(name, &service.id).await)?;
    }
    for secret in swarm.secrets.iter().filter(|secret| secret.name == name) {
        gone(run.remove_secret(name, &secret.id).await)?;
    }
    Ok(())
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
