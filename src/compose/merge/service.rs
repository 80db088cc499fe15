use super::{append, both, by_key, deploy, keyed, replace, replace_given, replace_nonzero, variables};
use crate::compose::{
    types::{Build, CredentialSpec, Extras, HealthCheck, Logging, Service, ServiceNetwork},
    value::{Kind, Node},
};
use std::collections::BTreeMap;

/// Lays a service of a later file over the one of an earlier file, which gives the lists `emptied` without items.
pub(super) fn merge(base: &mut Service, over: Service, emptied: impl Fn(&'static str) -> bool) {
    both(&mut base.build, over.build, build);
    append(&mut base.cap_add, over.cap_add);
    append(&mut base.cap_drop, over.cap_drop);
    replace(&mut base.cgroupns_mode, over.cgroupns_mode);
    replace(&mut base.cgroup_parent, over.cgroup_parent);
    replace(&mut base.command, over.command);
    keyed(&mut base.configs, over.configs, emptied("configs"), |config| config.source.clone());
    replace(&mut base.container_name, over.container_name);
    credential_spec(&mut base.credential_spec, over.credential_spec);
    append(&mut base.depends_on, over.depends_on);
    deploy::merge(&mut base.deploy, over.deploy);
    append(&mut base.devices, over.devices);
    both(&mut base.dns, over.dns.filter(|list| !list.is_empty()), append);
    both(&mut base.dns_search, over.dns_search.filter(|list| !list.is_empty()), append);
    replace(&mut base.domainname, over.domainname);
    replace(&mut base.entrypoint, over.entrypoint);
    variables(&mut base.environment, over.environment);
    append(&mut base.env_file, over.env_file);
    append(&mut base.expose, over.expose);
    append(&mut base.external_links, over.external_links);
    append(&mut base.extra_hosts, over.extra_hosts);
    replace(&mut base.hostname, over.hostname);
    both(&mut base.healthcheck, over.healthcheck, healthcheck);
    replace(&mut base.image, over.image);
    replace_nonzero(&mut base.init, over.init);
    replace(&mut base.ipc, over.ipc);
    replace(&mut base.isolation, over.isolation);
    by_key(&mut base.labels, over.labels);
    append(&mut base.links, over.links);
    both(&mut base.logging, over.logging, logging);
    replace(&mut base.mac_address, over.mac_address);
    replace(&mut base.network_mode, over.network_mode);
    networks(&mut base.networks, over.networks);
    replace(&mut base.pid, over.pid);
    keyed(&mut base.ports, over.ports, emptied("ports"), |port| port.published);
    replace(&mut base.privileged, over.privileged);
    replace(&mut base.read_only, over.read_only);
    replace(&mut base.restart, over.restart);
    keyed(&mut base.secrets, over.secrets, emptied("secrets"), |secret| secret.source.clone());
    append(&mut base.security_opt, over.security_opt);
    replace(&mut base.shm_size, over.shm_size);
    replace(&mut base.stdin_open, over.stdin_open);
    replace_nonzero(&mut base.stop_grace_period, over.stop_grace_period);
    replace(&mut base.stop_signal, over.stop_signal);
    by_key(&mut base.sysctls, over.sysctls);
    append(&mut base.tmpfs, over.tmpfs);
    replace(&mut base.tty, over.tty);
    base.ulimits.extend(over.ulimits);
    replace(&mut base.user, over.user);
    replace(&mut base.userns_mode, over.userns_mode);
    keyed(&mut base.volumes, over.volumes, emptied("volumes"), |mount| mount.target.clone());
    replace(&mut base.working_dir, over.working_dir);
    extras(&mut base.extras, over.extras);
}

fn build(base: &mut Build, over: Build) {
    replace(&mut base.context, over.context);
    replace(&mut base.dockerfile, over.dockerfile);
    variables(&mut base.args, over.args);
    by_key(&mut base.labels, over.labels);
    append(&mut base.cache_from, over.cache_from);
    append(&mut base.extra_hosts, over.extra_hosts);
    replace(&mut base.network, over.network);
    replace(&mut base.target, over.target);
}

fn credential_spec(base: &mut CredentialSpec, over: CredentialSpec) {
    replace(&mut base.config, over.config);
    replace(&mut base.file, over.file);
    replace(&mut base.registry, over.registry);
}

/// The words of the two tests end up behind each other: nobody wants it, but it is what docker's client does.
fn healthcheck(base: &mut HealthCheck, over: HealthCheck) {
    append(&mut base.test, over.test);
    replace_nonzero(&mut base.timeout, over.timeout);
    replace_nonzero(&mut base.interval, over.interval);
    replace_given(&mut base.retries, over.retries);
    replace_nonzero(&mut base.start_period, over.start_period);
    replace_nonzero(&mut base.start_interval, over.start_interval);
    replace(&mut base.disable, over.disable);
}

/// Options belong to a driver: another driver drops them. A base without options takes none.
fn logging(base: &mut Logging, over: Logging) {
    if !base.driver.is_empty() && !over.driver.is_empty() && base.driver != over.driver {
        *base = over;
        return;
    }
    replace(&mut base.driver, over.driver);
    if let (Some(base), Some(over)) = (&mut base.options, over.options) {
        by_key(base, over);
    }
}

fn networks(base: &mut BTreeMap<String, Option<ServiceNetwork>>, over: BTreeMap<String, Option<ServiceNetwork>>) {
    for (name, attachment) in over {
        both(base.entry(name).or_default(), attachment, |base, over| {
            base.aliases = over.aliases;
            replace(&mut base.ipv4_address, over.ipv4_address);
            replace(&mut base.ipv6_address, over.ipv6_address);
        });
    }
}

/// Mappings merge, lists append, everything else is replaced. What [`super::clash`] finds is not here.
fn extras(base: &mut Extras, over: Extras) {
    for (key, value) in over {
        match base.get_mut(&key) {
            Some(below) => extra(below, value),
            None => {
                base.insert(key, value);
            }
        }
    }
}

fn extra(base: &mut Node, over: Node) {
    match (&mut base.kind, over.kind) {
        (Kind::Map(base), Kind::Map(over)) => extras(base, over),
        (Kind::List(base), Kind::List(over)) => append(base, over),
        (base, over) => *base = over,
    }
}
