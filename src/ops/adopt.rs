//! Taking what runs as the record: somebody changed it past the dashboard, and that is how it shall be. The Swarm is not touched.

use serde::{Deserialize, Serialize};

use crate::access::Grant;
use crate::access::action::Adopt;
use crate::stack::desired::Desired;
use crate::stack::observed::Observed;
use crate::stack::running::running;
use crate::store::deployments::{CONVERGED, NewDeployment};

use super::ended::{Ended, OpError};
use super::order::Scaled;
use super::rollback::{Of, earlier, objects};
use super::run::Run;
use super::{check, deployed};

/// What is taken as the record, exactly as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptWanted {
    /// The deployment that was the record until now.
    pub deployment: i32,
    /// The version that runs, by its labels.
    pub version: String,
    /// Its commit, 40 hexadecimal digits.
    pub commit: String,
    /// Full names of services that the record does not have, and that were left on purpose.
    pub keep: Vec<String>,
    /// Numbers of tasks that are not those of the record. Later deploys keep them.
    pub scaled: Vec<Scaled>,
    /// What differs, for the audit log: objects with the names of what changed in them.
    pub changes: Vec<String>,
    /// What ran when the differences were shown, as [`Taken`] tells it.
    pub runs: String,
}

/// What runs, as it would be recorded.
pub struct Taken {
    pub desired: Desired,
    /// Tells it from anything else that could run.
    pub hash: String,
}

/// What runs of a stack, without the services in `keep` (full names). Of networks `record` tells what the engine does not.
pub fn taken(record: &Desired, mut observed: Observed, keep: &[String]) -> Taken {
    observed.services.retain(|s| !keep.contains(&s.spec.name));
    let desired = running(&record.stack, &observed, Some(record));
    let hash = check::beside(&desired, Observed::default(), &[]).hash();
    Taken { desired, hash }
}

/// Carries it out. `may` is the right to it, judged when the operation began to run.
pub async fn run(may: &Grant<Adopt>, run: &Run, of: Of<'_>, wanted: AdoptWanted) -> Result<Ended, OpError> {
    run.step("Look at what runs").await?;
    let record = earlier(of, wanted.deployment).await?;
    let sent = objects(&record)?;
    let observed = run.fresh().await?.stack(&sent.stack);
    let taken = taken(&sent, observed.clone(), &wanted.keep);
    if taken.hash != wanted.runs {
        let text = "the Swarm is not as it was when the differences were shown. Nothing was kept; look at them and ask again";
        return Err(OpError::stop("plan changed", text));
    }
    let standing = check::standing(&taken.desired, &observed);
    check::powers(may, run, &taken.desired, &observed, &standing).await?;

    run.step("Keep it as the record").await?;
    let stack = serde_json::to_string(&taken.desired).map_err(|e| OpError::stop("failed", e.to_string()))?;
    let kept = NewDeployment {
        app_id: of.operation.app_id,
        operation_id: of.operation.id,
        recipe: record.recipe,
        version: wanted.version.clone(),
        commit_id: wanted.commit,
        env_number: record.env_number,
        stack,
        images: deployed::images(&taken.desired),
        outcome: CONVERGED.to_owned(),
    };
    Ok(Ended { deployment: Some(kept), version: Some(wanted.version).filter(|v| *v != record.version), ..Ended::well("adopted") })
}
