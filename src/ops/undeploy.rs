//! Stops an app. Its volumes, its secrets and its settings stay.

use crate::access::Grant;
use crate::access::action::Undeploy;
use crate::recipe::after::AFTER_UNDEPLOY;
use crate::stack::names::StackName;
use crate::store::Store;

use super::after::{self, BeforeUndeploy, asks_after_undeploy};
use super::command;
use super::ended::{Ended, OpError};
use super::run::Run;
use super::teardown::{self, Kept, Wait};

/// What the steps before it need.
pub struct Of<'a> {
    pub parts: command::Of<'a>,
    pub store: &'a Store,
}

/// Carries the undeploy out, after the steps that were asked for. Going over it twice does nothing twice.
pub async fn run(
    _may: &Grant<Undeploy>,
    run: &Run,
    of: Of<'_>,
    stack: &str,
    before: Option<BeforeUndeploy>,
) -> Result<Ended, OpError> {
    let stack =
        StackName::parse(stack).map_err(|e| OpError::stop("failed", format!("the stack name {stack} can't be used: {e}")))?;
    let app_id = of.parts.operation.app_id;
    if let Some(steps) = before
        && let Err(stopped) = after::before(run, of.parts, of.store, &stack, steps).await?
    {
        return Ok(stopped);
    }
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
    if newest_settings(of.store, app_id).await?.is_some_and(|env| asks_after_undeploy(&env)) {
        run.warn(&format!("{AFTER_UNDEPLOY} of the settings was not run: there is no container left to run it in")).await?;
    }
    Ok(Ended::well("undeployed"))
}

async fn newest_settings(store: &Store, app_id: i32) -> Result<Option<String>, OpError> {
    let Some(app) = store.app_by_id(app_id).await? else { return Ok(None) };
    Ok(store.env_revision(app_id, app.env_number).await?.map(|revision| revision.text))
}
