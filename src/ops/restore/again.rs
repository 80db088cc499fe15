//! After a restart of the dashboard in the middle of a restore.

use super::{RestoreWanted, noted, stand};
use crate::ops::backup::Of;
use crate::ops::backup::follow::follow;
use crate::ops::backup::task::{names, tidy};
use crate::ops::ended::{Ended, OpError, conclude};
use crate::ops::journal::Level;
use crate::ops::run::Run;
use crate::stack::names::StackName;

/// Waits for a runner that is still at work, removes what runners left, and starts what was stopped. It does not go on: nobody knows any
/// more which step was the last.
pub async fn again(run: &Run, of: Of<'_>, wanted: &RestoreWanted) -> Result<Ended, OpError> {
    let stack = StackName::parse(&wanted.stack).map_err(|e| OpError::stop("failed", e.to_string()))?;
    run.step("Clean up after the restart").await?;
    let stoppable = of.handover.stops.begin(of.operation.id);
    let swarm = run.fresh().await?;
    let mine = names(of.operation.id);
    let runners = swarm.services.iter().filter(|service| service.spec.name.starts_with(&mine));
    for runner in runners {
        run.note("a runner was begun before the restart; waiting for its end").await?;
        match follow(run, &runner.id, &stoppable.asked).await {
            Ok(told) => run.note(&format!("it ended: {} {}", told.outcome.as_str(), told.cause)).await?,
            Err(error) => run.warn(&error.to_string()).await?,
        }
    }
    let left = swarm.services.iter().map(|service| &service.spec.name).chain(swarm.secrets.iter().map(|secret| &secret.name));
    for name in left.filter(|name| name.starts_with(&mine)) {
        tidy(run, name).await?;
    }
    let lines = of.store.journal_of(of.operation.id, Level::Stopped.as_str()).await?;
    let noted = lines.last().map(|line| noted::read(&line.text)).unwrap_or_default();
    if noted.is_empty() {
        return Ok(Ended::badly("failed", "Canteen was restarted before a file of the app was changed; ask for the restore again"));
    }
    run.step("Start what was stopped").await?;
    stand::start(&conclude(of.operation), run, &stack, &noted, wanted.timeout_s).await?;
    let text = "Canteen was restarted in the middle of it. The services that were stopped run again, and files may be half put back: \
                restore again, or go back to how it was before, with the newest snapshot \"Before a restore\" on the tab Backups";
    Ok(Ended::badly("failed", text))
}
