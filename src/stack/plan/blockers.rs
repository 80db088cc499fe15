//! What stands in the way of a plan, and what is worth a look before it is carried out.

use super::{Blocker, owner, volumes_of};
use crate::stack::desired::Desired;
use crate::stack::names::{OBJECT_MAX, SERVICE_MAX, StackName, descope, is_predefined_network};
use crate::stack::observed::{Config, NAMESPACE_LABEL, Observed};
use crate::stack::spec::{ConfigSpec, Labels, ServiceMode};

/// A config must be smaller than this.
const CONFIG_BYTES: usize = 1_024_000;

/// Everything that would make a deploy fail half-way.
pub(super) fn blockers(desired: &Desired, observed: &Observed) -> Vec<Blocker> {
    let mut found = Vec::new();
    // Who can list nodes is a manager itself.
    if !observed.nodes.is_empty() && !observed.nodes.iter().any(|n| n.manager && n.state == "ready") {
        let hint = "check the Swarm with `docker node ls`; a Swarm begins with `docker swarm init`";
        found.push(blocker("no manager of the Swarm is ready".to_owned(), hint));
    }
    lengths(desired, &mut found);
    networks(desired, observed, &mut found);
    configs(desired, observed, &mut found);
    secrets(desired, observed, &mut found);
    modes(desired, observed, &mut found);
    found
}

/// Leftovers that a deploy doesn't touch.
pub(super) fn warnings(desired: &Desired, observed: &Observed) -> Vec<String> {
    let mut unused: Vec<&str> = observed.services.iter().flat_map(volumes_of).collect();
    unused.retain(|volume| descope(&desired.stack, volume).is_some() && !desired.volumes.iter().any(|v| v == volume));
    unused.sort_unstable();
    unused.dedup();
    unused.into_iter().map(|v| format!("the volume {v} is not used any more; its data stays on the nodes")).collect()
}

fn lengths(desired: &Desired, found: &mut Vec<Blocker>) {
    let services = desired.services.iter().map(|s| ("service", s.name.as_str(), SERVICE_MAX));
    let configs = desired.configs.iter().map(|c| ("config", c.name.as_str(), OBJECT_MAX));
    let secrets = desired.secrets.iter().map(|s| ("secret", s.name.as_str(), OBJECT_MAX));
    for (what, name, max) in services.chain(configs).chain(secrets) {
        let length = name.chars().count();
        if length > max {
            let what = format!("the {what} name {name} has {length} characters, but the Swarm takes {max}");
            found.push(blocker(what, "give the app a shorter name, or set STACK_NAME to a shorter one"));
        }
    }
}

fn networks(desired: &Desired, observed: &Observed, found: &mut Vec<Blocker>) {
    for name in desired.external_networks.iter().filter(|n| !is_predefined_network(n)) {
        let mut named = observed.networks.iter().filter(|n| n.name == *name).peekable();
        if named.peek().is_none() {
            let hint = format!("create it with `docker network create -d overlay {name}`, or deploy the app that owns it first");
            found.push(blocker(format!("the network {name} is missing"), &hint));
        } else if !named.any(|n| n.scope == "swarm") {
            let hint = "only networks of the whole Swarm can be used; make it anew with the driver overlay";
            found.push(blocker(format!("the network {name} exists on one node only"), hint));
        }
    }
    for network in &desired.networks {
        for there in observed.networks.iter().filter(|n| n.name == network.name) {
            foreign(&desired.stack, "network", &there.name, &there.labels, found);
        }
    }
}

fn configs(desired: &Desired, observed: &Observed, found: &mut Vec<Blocker>) {
    for config in &desired.configs {
        sized(config, found);
        let Some(there) = observed.configs.iter().find(|c| c.name == config.name) else { continue };
        let before = found.len();
        foreign(&desired.stack, "config", &there.name, &there.labels, found);
        if found.len() == before && !same_bytes(config, there) {
            let what = format!("the config {} exists with other content, and a config can't be changed", config.name);
            found.push(blocker(what, &remedy(desired, &config.name)));
        }
    }
    let used = desired.services.iter().flat_map(|s| &s.task_template.container_spec.configs).map(|c| c.name.as_str());
    let mut missing: Vec<&str> = used
        .filter(|name| !desired.configs.iter().any(|c| c.name == *name) && !observed.configs.iter().any(|c| c.name == *name))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    for name in missing {
        found.push(blocker(format!("the config {name} is missing"), "create it, or deploy the app that owns it first"));
    }
}

fn sized(config: &ConfigSpec, found: &mut Vec<Blocker>) {
    let length = config.data.len();
    if length == 0 {
        found.push(blocker(
            format!("the config {} is empty", config.name),
            "the Swarm takes no empty configs; give its file some content",
        ));
    } else if length >= CONFIG_BYTES {
        let what = format!("the config {} has {length} bytes, but the Swarm takes less than {CONFIG_BYTES}", config.name);
        found.push(blocker(what, "put the content into a volume or an image"));
    }
}

fn same_bytes(wish: &ConfigSpec, there: &Config) -> bool {
    let templating = |name: Option<&str>| name.filter(|n| !n.is_empty()).map(str::to_owned);
    wish.data == there.data
        && templating(wish.templating.as_ref().map(|d| d.name.as_str())) == templating(there.templating.as_deref())
}

fn secrets(desired: &Desired, observed: &Observed, found: &mut Vec<Blocker>) {
    // Using what another stack owns is fine; making it ours is not.
    for name in &desired.own_secrets {
        for there in observed.secrets.iter().filter(|s| s.name == *name) {
            foreign(&desired.stack, "secret", &there.name, &there.labels, found);
        }
    }
    let there = |name: &String| observed.secrets.iter().any(|s| s.name == *name) || desired.own_secrets.contains(name);
    for secret in desired.secrets.iter().filter(|s| !there(&s.name)) {
        let what = format!("the secret {} is missing; {} uses it", secret.name, secret.services.join(", "));
        found.push(blocker(what, &format!("generate or insert the secret {}", secret.local)));
    }
}

fn modes(desired: &Desired, observed: &Observed, found: &mut Vec<Blocker>) {
    for service in &desired.services {
        let Some(there) = observed.services.iter().find(|o| o.spec.name == service.name) else { continue };
        let (now, then) = (kind(&there.spec.mode), kind(&service.mode));
        if now != then {
            let what = format!("the service {} is {now} and would become {then}, which the Swarm can't change", service.name);
            found.push(blocker(what, "undeploy the app first; volumes and secrets stay"));
        }
    }
}

fn kind(mode: &ServiceMode) -> &'static str {
    match mode {
        ServiceMode { global: Some(_), .. } => "global",
        ServiceMode { replicated_job: Some(_), .. } => "a replicated job",
        ServiceMode { global_job: Some(_), .. } => "a global job",
        _ => "replicated",
    }
}

fn foreign(stack: &StackName, what: &str, name: &str, labels: &Labels, found: &mut Vec<Blocker>) {
    if let Some(other) = owner(labels).filter(|o| *o != stack.as_str()) {
        let what = format!("the {what} {name} belongs to the stack {other}");
        found.push(blocker(what, &format!("use another name, or remove its label {NAMESPACE_LABEL} if {other} is gone")));
    }
}

/// What to do where `name`, a config or a secret of the stack, is there with other content.
pub fn remedy(desired: &Desired, name: &str) -> String {
    match (desired.remedies.get(name), version_variable(&desired.stack, name)) {
        (Some(known), _) => known.clone(),
        (None, Some(variable)) => format!("raise {variable}"),
        (None, None) => "give it another name".to_owned(),
    }
}

/// The variable by which recipes version a config or secret: `<stack>_<name>_<version>` comes from `<NAME>_VERSION`.
fn version_variable(stack: &StackName, config: &str) -> Option<String> {
    let (name, version) = descope(stack, config)?.rsplit_once('_')?;
    let digits = version.trim_start_matches(['v', 'V']);
    let versioned = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    (versioned && !name.is_empty()).then(|| format!("{}_VERSION", name.to_uppercase().replace(['-', '.'], "_")))
}

fn blocker(what: String, hint: &str) -> Blocker {
    Blocker { what, hint: hint.to_owned() }
}
