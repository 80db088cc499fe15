//! Taking what runs as the record: somebody changed it past the dashboard, and that is how it shall be. The Swarm is not touched.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::access::Grant;
use crate::access::action::Adopt;
use crate::envfile::EnvFile;
use crate::stack::desired::Desired;
use crate::stack::observed::Observed;
use crate::stack::running::running;
use crate::store::apps::EnvRevision;
use crate::store::deployments::{CONVERGED, NewDeployment};
use crate::store::operations::Operation;

use super::ended::{Ended, OpError};
use super::order::{Scaled, Wanted};
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
    /// Numbers of tasks that are not those of the record. Later deploys keep them, once it is adopted.
    pub scaled: Vec<Scaled>,
    /// What differs, for the audit log: objects with the names of what changed in them.
    pub changes: Vec<String>,
    /// What ran when the differences were shown, as [`Taken`] tells it.
    pub runs: String,
    /// The revision of the settings that it was made with; that of the record if nothing else is known.
    #[serde(default)]
    pub env_number: Option<i32>,
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
    let hash = print(&desired);
    Taken { desired, hash }
}

/// Tells a stack from anything else that could run.
pub fn print(desired: &Desired) -> String {
    check::beside(desired, Observed::default(), &[]).hash()
}

/// The number of the revision whose values differ least from those that services carry. Where nothing tells, it is that of the record,
/// which is `from`; so it is with two that fit equally well.
pub fn likely_settings(from: i32, revisions: &[EnvRevision], carried: &BTreeMap<String, String>) -> i32 {
    let differs = |revision: &EnvRevision| {
        let values = EnvFile::parse(&revision.text).ok()?.values();
        let other = |(key, value): &(&String, &String)| *key != "TYPE" && *key != "RECIPE" && carried.get(*key) != Some(*value);
        Some(values.iter().filter(other).count())
    };
    let judged = revisions.iter().filter_map(|revision| Some((differs(revision)?, revision.number)));
    judged.min_by_key(|(differs, number)| (*differs, *number != from, -*number)).map_or(from, |(_, number)| number)
}

/// The numbers of tasks that an adoption keeps for later deploys, by the services' short names; none of any other operation.
pub(super) fn numbers(operation: &Operation) -> Vec<(String, u64)> {
    match serde_json::from_str(&operation.wanted) {
        Ok(Wanted::Adopt(wanted)) => wanted.scaled.into_iter().map(|one| (one.service, one.after)).collect(),
        _ => vec![],
    }
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
        env_number: wanted.env_number.unwrap_or(record.env_number),
        stack,
        images: deployed::images(&taken.desired),
        outcome: CONVERGED.to_owned(),
    };
    Ok(Ended { deployment: Some(kept), version: Some(wanted.version).filter(|v| *v != record.version), ..Ended::well("adopted") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_that_fit_best_are_those_that_were_meant() {
        let revision = |number, text: &str| EnvRevision {
            id: number,
            app_id: 1,
            number,
            text: text.to_owned(),
            at: 0,
            by: "ana".to_owned(),
            reason: String::new(),
        };
        let revisions =
            [revision(4, "TYPE=pad\nA=3\n"), revision(3, "A=2\nB=1\n"), revision(2, "TYPE=pad:1\nA=1\n"), revision(1, "A=1\n")];
        let likely = |from, pairs: &[(&str, &str)]| {
            let carried = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            likely_settings(from, &revisions, &carried)
        };
        assert_eq!(likely(2, &[("A", "1")]), 2, "as the record");
        assert_eq!(likely(1, &[("A", "1")]), 1);
        assert_eq!(likely(1, &[("A", "3")]), 4, "somebody deployed the newest ones");
        assert_eq!(likely(1, &[("A", "2"), ("B", "1")]), 3);
        assert_eq!(likely(2, &[("A", "by hand")]), 2, "no revision fits better than the record's");
        assert_eq!(likely_settings(7, &[], &BTreeMap::new()), 7);
    }
}
