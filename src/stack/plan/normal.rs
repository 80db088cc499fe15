//! Specs as the engine would store them, so that two spellings of one wish are equal.

use super::kept;
use crate::stack::observed::Network;
use crate::stack::schedule::by_schedule;
use crate::stack::spec::{
    ContainerSpec, EndpointSpec, Healthcheck, Limits, Mount, Replicated, RestartPolicy, ServiceMode, ServiceSpec, TaskSpec,
    UpdateConfig,
};

const SECOND: i64 = 1_000_000_000;

/// Both specs with the engine's defaults filled in. What `desired` leaves to the engine is taken over from `observed`.
pub(super) fn pair(desired: &ServiceSpec, observed: &ServiceSpec, networks: &[Network]) -> (ServiceSpec, ServiceSpec) {
    let observed = kept::as_sent(desired, observed, networks);
    let (mut desired, mut observed) = (normal(desired, networks), normal(&observed, networks));
    // The number of tasks is the timer's, and whatever it is says nothing of the wish.
    if by_schedule(&desired) && by_schedule(&observed) {
        observed.mode = desired.mode.clone();
    }
    let (wish, now) = (&mut desired.task_template, &mut observed.task_template);
    if wish.force_update == 0 {
        now.force_update = 0;
    }
    if wish.placement.platforms.is_empty() {
        now.placement.platforms.clear();
    }
    // Without a digest the wish is the tag; which digest the tag meant at the last deploy is not a difference.
    let image = &mut now.container_spec.image;
    if !wish.container_spec.image.contains('@')
        && let Some((tag, _)) = image.split_once('@')
    {
        *image = tag.to_owned();
    }
    (desired, observed)
}

fn normal(spec: &ServiceSpec, networks: &[Network]) -> ServiceSpec {
    let mut spec = spec.clone();
    task(&mut spec.task_template, networks);
    mode(&mut spec.mode);
    // Jobs have neither; for all others the engine fills in both.
    if spec.mode.replicated_job.is_none() && spec.mode.global_job.is_none() {
        spec.update_config = Some(update(spec.update_config.take()));
        spec.rollback_config = Some(update(spec.rollback_config.take()));
    }
    endpoint(&mut spec.endpoint_spec);
    spec
}

fn task(task: &mut TaskSpec, networks: &[Network]) {
    container(&mut task.container_spec);
    let nothing = Limits::default();
    task.resources.limits.take_if(|l| *l == nothing);
    task.resources.reservations.take_if(|l| *l == nothing);
    task.restart_policy = Some(restart(task.restart_policy.take()));
    task.placement.constraints.sort();
    task.log_driver.take_if(|d| d.name.is_empty() && d.options.is_empty());
    for attachment in &mut task.networks {
        if let Some(network) = networks.iter().find(|n| n.id == attachment.target) {
            attachment.target.clone_from(&network.name);
        }
        attachment.aliases.sort();
        attachment.aliases.dedup();
    }
    task.networks.sort_by(|a, b| a.target.cmp(&b.target));
}

fn container(container: &mut ContainerSpec) {
    if container.isolation == "default" {
        container.isolation.clear();
    }
    container.dns_config.take_if(|d| d.nameservers.is_empty() && d.search.is_empty());
    container.stop_grace_period.get_or_insert(10 * SECOND);
    container.healthcheck.take_if(|h| *h == Healthcheck::default());
    container.env.sort();
    container.mounts.iter_mut().for_each(mount);
    container.mounts.sort_by(|a, b| (&a.target, &a.source).cmp(&(&b.target, &b.source)));
    for secret in &mut container.secrets {
        secret.id.clear();
    }
    container.secrets.sort_by(|a, b| (&a.name, &a.file.name).cmp(&(&b.name, &b.file.name)));
    for config in &mut container.configs {
        config.id.clear();
    }
    container.configs.sort_by_key(|c| (c.name.clone(), c.file.as_ref().map(|f| f.name.clone())));
    container.cap_add.sort();
    container.cap_drop.sort();
    container.ulimits.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(privileges) = &mut container.privileges {
        // The config stands among the configs too, by its name; here the engine has its id.
        if let Some(spec) = privileges.get_mut("CredentialSpec").and_then(serde_json::Value::as_object_mut) {
            spec.remove("Config");
        }
        drop_blanks(privileges);
    }
    container.privileges.take_if(|p| is_blank(p));
}

fn mount(mount: &mut Mount) {
    mount.bind_options.take_if(|o| o.propagation.is_empty());
    mount.tmpfs_options.take_if(|o| o.size_bytes == 0);
    if let Some(options) = &mut mount.volume_options {
        options.driver_config.take_if(|d| d.name.is_empty() && d.options.is_empty());
        if !options.no_copy && options.labels.is_empty() && options.driver_config.is_none() && options.subpath.is_empty() {
            mount.volume_options = None;
        }
    }
}

fn mode(mode: &mut ServiceMode) {
    if let Some(replicated) = &mut mode.replicated {
        replicated.replicas.get_or_insert(1);
    }
    if let Some(job) = &mut mode.replicated_job {
        let at_once = *job.max_concurrent.get_or_insert(1);
        job.total_completions.get_or_insert(at_once);
    }
    if *mode == ServiceMode::default() {
        mode.replicated = Some(Replicated { replicas: Some(1) });
    }
}

fn restart(policy: Option<RestartPolicy>) -> RestartPolicy {
    let mut policy = policy.unwrap_or_default();
    if policy.condition.is_empty() {
        "any".clone_into(&mut policy.condition);
    }
    policy.delay.get_or_insert(5 * SECOND);
    policy.max_attempts.get_or_insert(0);
    policy.window.get_or_insert(0);
    policy
}

fn update(config: Option<UpdateConfig>) -> UpdateConfig {
    let mut config = config.unwrap_or_else(|| UpdateConfig { parallelism: 1, ..UpdateConfig::default() });
    if config.failure_action.is_empty() {
        "pause".clone_into(&mut config.failure_action);
    }
    if config.monitor == 0 {
        config.monitor = 5 * SECOND;
    }
    if config.order.is_empty() {
        "stop-first".clone_into(&mut config.order);
    }
    config
}

fn endpoint(endpoint: &mut EndpointSpec) {
    if endpoint.mode.is_empty() {
        "vip".clone_into(&mut endpoint.mode);
    }
    for port in &mut endpoint.ports {
        if port.protocol.is_empty() {
            "tcp".clone_into(&mut port.protocol);
        }
        if port.publish_mode.is_empty() {
            "ingress".clone_into(&mut port.publish_mode);
        }
    }
    endpoint.ports.sort_by(|a, b| {
        let key = |p: &crate::stack::spec::Port| (p.published_port, p.target_port, p.protocol.clone(), p.publish_mode.clone());
        key(a).cmp(&key(b))
    });
}

/// Nothing but nulls, empty values and `false`, however deep.
fn is_blank(value: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Bool, Null, Number, Object, String};
    match value {
        Null => true,
        Bool(on) => !on,
        Number(_) => false,
        String(text) => text.is_empty(),
        Array(items) => items.iter().all(is_blank),
        Object(fields) => fields.values().all(is_blank),
    }
}

fn drop_blanks(value: &mut serde_json::Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.values_mut().for_each(drop_blanks);
        fields.retain(|_, field| !is_blank(field));
    }
}
