//! What an operation sees of the Swarm: one fresh reading, and a second look at whatever the reading lacks.

use crate::stack::names::is_predefined_network;
use crate::stack::observed::Observed;

use super::apply::Target;
use super::ended::OpError;
use super::run::Run;

/// The stack as it is now, with everything outside of it that the target names. What a list doesn't show is asked for by its name
/// before it is called missing.
pub(super) async fn look(run: &Run, target: &Target<'_>) -> Result<Observed, OpError> {
    let desired = target.desired;
    let mut observed = run.fresh().await?.stack(&desired.stack);
    observed.services.retain(|s| target.leftovers.goes(&s.spec.name) || desired.services.iter().any(|d| d.name == s.spec.name));
    for name in desired.external_networks.iter().filter(|n| !is_predefined_network(n)) {
        if !observed.networks.iter().any(|n| n.name == *name) {
            observed.networks.extend(run.inspect.network(name).await?);
        }
    }
    for secret in desired.secrets.iter().filter(|s| !target.secrets.iter().any(|own| own.name == s.name)) {
        if !observed.secrets.iter().any(|s| s.name == secret.name) {
            observed.secrets.extend(run.inspect.secret(&secret.name).await?);
        }
    }
    let used = desired.services.iter().flat_map(|s| &s.task_template.container_spec.configs).map(|c| &c.name);
    for name in used.filter(|name| !desired.configs.iter().any(|c| c.name == **name)) {
        if !observed.configs.iter().any(|c| c.name == *name) {
            observed.configs.extend(run.inspect.config(name).await?);
        }
    }
    Ok(observed)
}
