//! `services`.

use super::{
    ConvertError, capability, config, credential, healthcheck, image, network, port, resources, restart, secret, stack_labels,
    update, volume,
};
use crate::compose::types::{Config, Deploy, Service};
use crate::stack::names::{StackName, scope};
use crate::stack::spec::{
    ContainerSpec, DnsConfig, Driver, Empty, EndpointSpec, Placement, Replicated, ReplicatedJob, ServiceMode, ServiceSpec,
    TaskSpec, Ulimit,
};

/// Keeps the image as the file names it, beside the one that a digest was added to.
const IMAGE_LABEL: &str = "com.docker.stack.image";

pub(super) fn service(stack: &StackName, key: &str, service: &Service, config: &Config) -> Result<ServiceSpec, ConvertError> {
    let deploy = &service.deploy;
    let mut labels = stack_labels(stack, &deploy.labels);
    labels.insert(IMAGE_LABEL.to_owned(), service.image.clone());
    Ok(ServiceSpec {
        name: scope(stack, key),
        labels,
        task_template: TaskSpec {
            container_spec: container(stack, service, config)?,
            resources: resources::resources(&deploy.resources)?,
            restart_policy: restart::policy(&service.restart, deploy.restart_policy.as_ref())?,
            placement: placement(deploy),
            networks: network::attachments(stack, key, service, config)?,
            log_driver: service
                .logging
                .as_ref()
                .map(|logging| Driver { name: logging.driver.clone(), options: logging.options.clone().unwrap_or_default() }),
            force_update: 0,
        },
        mode: mode(deploy)?,
        update_config: deploy.update_config.as_ref().map(update::config),
        rollback_config: deploy.rollback_config.as_ref().map(update::config),
        endpoint_spec: EndpointSpec { mode: deploy.endpoint_mode.to_lowercase(), ports: port::ports(&service.ports) },
    })
}

fn container(stack: &StackName, service: &Service, config: &Config) -> Result<ContainerSpec, ConvertError> {
    let (cap_add, cap_drop) = capability::effective(&service.cap_add, &service.cap_drop);
    let mut configs = config::refs(stack, &service.configs, config)?;
    configs.extend(credential::reference(stack, &service.credential_spec, config)?);
    configs.sort_by(|a, b| a.name.cmp(&b.name));
    let privileges = credential::privileges(stack, &service.credential_spec, &configs)?;
    Ok(ContainerSpec {
        image: image::reference(&service.image)?,
        labels: stack_labels(stack, &service.labels),
        command: service.entrypoint.clone(),
        args: service.command.clone(),
        hostname: service.hostname.clone(),
        env: environment(service),
        dir: service.working_dir.clone(),
        user: service.user.clone(),
        stop_signal: service.stop_signal.clone(),
        tty: service.tty,
        open_stdin: service.stdin_open,
        read_only: service.read_only,
        init: service.init,
        mounts: service.volumes.iter().map(|m| volume::mount(stack, m, config)).collect::<Result<_, _>>()?,
        stop_grace_period: service.stop_grace_period,
        healthcheck: service.healthcheck.as_ref().map(healthcheck::healthcheck).transpose()?,
        hosts: service.extra_hosts.iter().filter_map(|entry| host(entry)).collect(),
        dns_config: dns(service),
        secrets: secret::refs(stack, &service.secrets, config)?,
        configs,
        isolation: service.isolation.clone(),
        sysctls: service.sysctls.clone(),
        cap_add,
        cap_drop,
        ulimits: ulimits(service),
        privileges: Some(privileges),
    })
}

fn environment(service: &Service) -> Vec<String> {
    let pair = |(name, value): (&String, &Option<String>)| match value {
        Some(value) => format!("{name}={value}"),
        None => name.clone(),
    };
    let mut pairs: Vec<String> = service.environment.iter().map(pair).collect();
    pairs.sort();
    pairs
}

/// `host:address` as the API wants it: `address host`.
fn host(entry: &str) -> Option<String> {
    let (host, address) = entry.split_once(':')?;
    Some(format!("{address} {host}"))
}

fn dns(service: &Service) -> Option<DnsConfig> {
    (service.dns.is_some() || service.dns_search.is_some()).then(|| DnsConfig {
        nameservers: service.dns.clone().unwrap_or_default(),
        search: service.dns_search.clone().unwrap_or_default(),
    })
}

fn ulimits(service: &Service) -> Vec<Ulimit> {
    let limit = |(name, limit): (&String, &crate::compose::types::Ulimit)| {
        let (soft, hard) = if limit.single == 0 { (limit.soft, limit.hard) } else { (limit.single, limit.single) };
        Ulimit { name: name.clone(), hard, soft }
    };
    service.ulimits.iter().map(limit).collect()
}

fn placement(deploy: &Deploy) -> Placement {
    let spread = |by: &str| serde_json::json!({ "Spread": { "SpreadDescriptor": by } });
    Placement {
        constraints: deploy.placement.constraints.clone(),
        preferences: deploy.placement.preferences.iter().map(|p| spread(&p.spread)).collect(),
        max_replicas: deploy.placement.max_replicas,
        platforms: vec![],
    }
}

fn mode(deploy: &Deploy) -> Result<ServiceMode, ConvertError> {
    let mut mode = ServiceMode::default();
    match deploy.mode.as_str() {
        "" | "replicated" => mode.replicated = Some(Replicated { replicas: deploy.replicas }),
        "replicated-job" => {
            mode.replicated_job = Some(ReplicatedJob { max_concurrent: deploy.replicas, total_completions: deploy.replicas });
        }
        "global" | "global-job" if deploy.replicas.is_some() => {
            let hint = "leave out replicas, or choose the mode replicated";
            return Err(ConvertError::new("replicas can only be used with replicated or replicated-job mode", hint));
        }
        "global" => mode.global = Some(Empty {}),
        "global-job" => mode.global_job = Some(Empty {}),
        other => {
            let hint = "the modes are replicated, global, replicated-job and global-job";
            return Err(ConvertError::new(format!("unknown mode: {other}"), hint));
        }
    }
    Ok(mode)
}
