//! A deploy that nobody looks at: it may ask for nothing new. Where it fails, `ops::fallback` puts the whole stack back.

use crate::access::Grant;
use crate::access::action::Deploy;
use crate::ops::ended::{Ended, OpError};
use crate::ops::order::DeployWanted;
use crate::ops::run::Run;
use crate::ops::{check, deploy};
use crate::store::operations::Operation;

/// Carries the update out. `may` is the scheduler's right to deploy.
pub(in crate::ops) async fn carry_out(
    may: &Grant<Deploy>,
    run: &Run,
    operation: &Operation,
    mut wanted: DeployWanted,
) -> Result<Ended, OpError> {
    let observed = run.fresh().await?.stack(&wanted.desired.stack);
    // Whatever the order says was confirmed: unattended, only what runs already counts.
    wanted.confirmed = check::standing(&wanted.desired, &observed);
    deploy::run(may, run, operation, wanted).await
}
