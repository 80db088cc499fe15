//! Finding out whether what runs is what was recorded.

use crate::ops::check::beside;
use crate::ops::order::{Scaled, left};
use crate::ops::rollback::objects;
use crate::ops::scale::{keep_chosen, other_numbers};
use crate::stack::carried;
use crate::stack::desired::Desired;
use crate::stack::names::descope;
use crate::stack::plan::{Action, Plan};
use crate::store::deployments::Deployment;
use crate::store::operations::State;
use crate::web::Site;
use crate::web::apps::facts::Facts;
use crate::web::failure::Failure;

/// What runs is not what the newest deployment that worked had sent.
pub(in crate::web::apps) struct Drift {
    pub(super) deployment: Deployment,
    /// Its objects, with the numbers of tasks that somebody chose since.
    pub(super) record: Desired,
    /// Services that stay though the record does not have them, for they were left on purpose.
    pub(super) keep: Vec<String>,
    /// Services that somebody added beside the record, by full name.
    pub(super) added: Vec<String>,
    /// From what runs to the record.
    pub(super) plan: Plan,
    /// The record was never sent from here: it was read from what ran.
    pub(super) taken: bool,
}

/// The difference, if there is one and no operation is about to make or mend it.
pub(in crate::web::apps) async fn drift(facts: &Facts, site: &Site) -> Result<Option<Drift>, Failure> {
    if facts.observed.at == 0 || site.store.operations(Some(facts.app.id), None, 1).await?.iter().any(|o| o.state.is_live()) {
        return Ok(None);
    }
    // What went wrong has its own way back, and what was undeployed has no record to be held against.
    match site.store.last_change(facts.app.id).await? {
        Some((kind, State::Done)) if kind != "undeploy" => {}
        _ => return Ok(None),
    }
    let Some(deployment) = site.store.last_converged(facts.app.id).await? else { return Ok(None) };
    let Ok(mut record) = objects(&deployment) else { return Ok(None) };
    keep_chosen(&mut record, &site.store.chosen_replicas(facts.app.id).await?);
    let operation = site.store.operation(deployment.operation_id).await?;
    let taken = operation.as_ref().is_some_and(|o| matches!(o.kind.as_str(), "adopt" | "import"));
    let keep = operation.map(|o| left(&o)).unwrap_or_default();
    let plan = beside(&record, facts.observed.clone(), &keep);
    let running = facts.observed.services.iter().map(|s| &s.spec.name);
    let ours = |name: &&String| keep.contains(name) || record.services.iter().any(|s| s.name == **name);
    let added = running.filter(|name| !ours(name)).cloned().collect();
    Ok((!plan.is_empty()).then_some(Drift { deployment, record, keep, added, plan, taken }))
}

impl Drift {
    /// Services that stay when the record is put back: those that were left on purpose, and what was added, unless it is to go.
    pub(super) fn staying(&self, prune: bool) -> Vec<String> {
        let added = self.added.iter().filter(|_| !prune);
        self.keep.iter().chain(added).cloned().collect()
    }

    /// The version that the labels of what runs tell, if it is not the record's. Of a commit it is the commit: the label of the version
    /// tells what the compose file was released as last.
    pub(super) fn foreign(&self, facts: &Facts) -> Option<String> {
        carried::version(&facts.stack, &facts.observed).filter(|told| *told != self.deployment.version).map(str::to_owned)
    }

    /// What differs, by name and without values.
    pub(in crate::web::apps) fn told(&self) -> Vec<String> {
        let steps = self.plan.steps.iter().filter(|s| s.action != Action::Keep);
        steps
            .map(|s| {
                let name = descope(&self.record.stack, &s.name).unwrap_or(&s.name);
                let paths: Vec<&str> = s.changes.iter().map(|c| c.path.as_str()).collect();
                if paths.is_empty() { name.to_owned() } else { format!("{name}: {}", paths.join(", ")) }
            })
            .collect()
    }

    /// Numbers of tasks that are not the record's.
    pub(super) fn scaled(&self, facts: &Facts) -> Vec<Scaled> {
        other_numbers(&self.record, &facts.observed)
    }
}
