//! Ids beside names: the engine wants both where a service uses a secret or a config.

use crate::stack::observed::{NAMESPACE_LABEL, Observed};
use crate::stack::spec::ServiceSpec;

use super::apply::Made;
use super::ended::OpError;

/// The spec with the ids of what it uses, whether it was there before or was made just now.
pub(super) fn with_ids(spec: &ServiceSpec, observed: &Observed, made: &Made) -> Result<ServiceSpec, OpError> {
    let mut spec = spec.clone();
    let container = &mut spec.task_template.container_spec;
    let new = |made: &[(String, String)], name: &str| made.iter().find(|(n, _)| n == name).map(|(_, id)| id.clone());
    for used in &mut container.secrets {
        let found = observed.secrets.iter().find(|s| s.name == used.name).map(|s| s.id.clone());
        used.id = found.or_else(|| new(&made.secrets, &used.name)).ok_or_else(|| missing("secret", &used.name))?;
    }
    let config = |name: &str| {
        let found = observed.configs.iter().find(|c| c.name == name).map(|c| c.id.clone());
        found.or_else(|| new(&made.configs, name)).ok_or_else(|| missing("config", name))
    };
    for used in &mut container.configs {
        used.id = config(&used.name)?;
    }
    // A credential spec that is kept in a config stands there by its name until now.
    if let Some(named) = container.privileges.as_mut().and_then(|p| p.pointer_mut("/CredentialSpec/Config"))
        && let Some(name) = named.as_str().filter(|name| !name.is_empty())
    {
        *named = config(name)?.into();
    }
    debug_assert!(spec.labels.contains_key(NAMESPACE_LABEL), "every service of a stack says so");
    Ok(spec)
}

fn missing(kind: &str, name: &str) -> OpError {
    OpError::stop("blocked", format!("the {kind} {name} is not on the Swarm any more; make it and deploy again"))
}
