//! Stops an app. Its volumes, its secrets and its settings stay.

use crate::access::Grant;
use crate::access::action::Undeploy;
use crate::stack::names::StackName;

use super::ended::{Ended, OpError};
use super::run::Run;
use super::teardown::{self, Kept, Wait};

/// Carries the undeploy out. Going over it twice does nothing twice.
pub async fn run(_may: &Grant<Undeploy>, run: &Run, stack: &str) -> Result<Ended, OpError> {
    let stack =
        StackName::parse(stack).map_err(|e| OpError::stop("failed", format!("the stack name {stack} can't be used: {e}")))?;
    run.step("Remove the services").await?;
    run.touch().await?;
    let before = teardown::services(run, &stack).await?;

    run.step("Wait for the tasks to stop").await?;
    teardown::wait_until_still(run, &stack, &before).await?;

    run.step("Remove configs and networks").await?;
    let mut kept = Kept::default();
    teardown::configs(run, &stack, &mut kept).await?;
    teardown::networks(run, &stack, Wait::UntilGone, &mut kept).await?;
    kept.nothing()?;
    run.note("volumes, secrets and settings were kept").await?;
    Ok(Ended::well("undeployed"))
}
