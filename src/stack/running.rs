//! What runs, written down as if it had been desired: names for ids, and nothing that the engine counts for itself.

use std::collections::BTreeSet;

use super::belongings::owns;
use super::carried;
use super::desired::{Desired, SecretUse};
use super::names::{StackName, descope};
use super::observed::{Config, Network, Observed};
use super::policy::claimed;
use super::spec::{ConfigSpec, Driver, NetworkSpec, ServiceSpec};

/// The stack as it is. Of networks the engine tells less than was sent, so `record` is asked first for those that it has. Its
/// addresses are those of the record, and those that the settings claim which its services carry.
pub fn running(stack: &StackName, observed: &Observed, record: Option<&Desired>) -> Desired {
    let mut desired = Desired::empty(stack.clone());
    desired.services = observed.services.iter().map(|s| named(&s.spec, &observed.networks)).collect();
    desired.services.sort_by(|a, b| a.name.cmp(&b.name));
    let attached: BTreeSet<&str> =
        desired.services.iter().flat_map(|s| &s.task_template.networks).map(|n| n.target.as_str()).collect();
    for name in attached {
        let there = observed.networks.iter().find(|n| n.name == name);
        match there.filter(|n| owns(stack, &n.name, &n.labels)) {
            Some(network) => {
                let sent = record.and_then(|r| r.networks.iter().find(|n| n.name == name).cloned());
                desired.networks.push(sent.unwrap_or_else(|| network_spec(network)));
            }
            None => desired.external_networks.push(name.to_owned()),
        }
    }
    let containers = || desired.services.iter().map(|s| &s.task_template.container_spec);
    let used: BTreeSet<&str> = containers().flat_map(|c| &c.configs).map(|c| c.name.as_str()).collect();
    let mine = observed.configs.iter().filter(|c| used.contains(c.name.as_str()) && owns(stack, &c.name, &c.labels));
    let mut configs: Vec<ConfigSpec> = mine.map(config_spec).collect();
    configs.sort_by(|a, b| a.name.cmp(&b.name));
    let mounts = containers().flat_map(|c| &c.mounts).filter(|m| m.kind == "volume" && !m.source.is_empty());
    let volumes: BTreeSet<String> = mounts.map(|m| m.source.clone()).collect();
    let secrets = secrets(stack, &desired.services);
    let mut domains = claimed(&carried::settings(desired.services.iter()));
    domains.extend(record.into_iter().flat_map(|r| r.domains.clone()));
    domains.sort();
    domains.dedup();
    (desired.configs, desired.volumes, desired.secrets) = (configs, volumes.into_iter().collect(), secrets);
    desired.domains = domains;
    desired
}

/// The services of `desired` of these full names alone, with everything that they use.
pub fn only(mut desired: Desired, names: &[String]) -> Desired {
    desired.services.retain(|s| names.contains(&s.name));
    let tasks = || desired.services.iter().map(|s| &s.task_template);
    let on = |name: &String| tasks().any(|t| t.networks.iter().any(|n| n.target == *name));
    let reads = |name: &String| tasks().any(|t| t.container_spec.secrets.iter().any(|s| s.name == *name));
    let uses = |name: &String| tasks().any(|t| t.container_spec.configs.iter().any(|c| c.name == *name));
    let mounts = |name: &String| tasks().any(|t| t.container_spec.mounts.iter().any(|m| m.source == *name));
    let (mut networks, mut external) = (desired.networks.clone(), desired.external_networks.clone());
    networks.retain(|n| on(&n.name));
    external.retain(&on);
    let (mut secrets, mut configs, mut volumes) = (desired.secrets.clone(), desired.configs.clone(), desired.volumes.clone());
    secrets.retain(|s| reads(&s.name));
    configs.retain(|c| uses(&c.name));
    volumes.retain(&mounts);
    Desired { networks, external_networks: external, secrets, configs, volumes, ..desired }
}

fn named(spec: &ServiceSpec, networks: &[Network]) -> ServiceSpec {
    let mut spec = spec.clone();
    spec.task_template.force_update = 0;
    for attachment in &mut spec.task_template.networks {
        if let Some(network) = networks.iter().find(|n| n.id == attachment.target) {
            attachment.target.clone_from(&network.name);
        }
    }
    let container = &mut spec.task_template.container_spec;
    container.secrets.iter_mut().for_each(|s| s.id.clear());
    container.configs.iter_mut().for_each(|c| c.id.clear());
    spec
}

fn secrets(stack: &StackName, services: &[ServiceSpec]) -> Vec<SecretUse> {
    let mut uses: Vec<SecretUse> = vec![];
    for service in services {
        let reader = descope(stack, &service.name).unwrap_or(&service.name).to_owned();
        for secret in &service.task_template.container_spec.secrets {
            match uses.iter_mut().find(|u| u.name == secret.name) {
                Some(known) if known.services.contains(&reader) => {}
                Some(known) => known.services.push(reader.clone()),
                None => uses.push(SecretUse {
                    local: descope(stack, &secret.name).unwrap_or(&secret.name).to_owned(),
                    name: secret.name.clone(),
                    services: vec![reader.clone()],
                }),
            }
        }
    }
    uses.sort_by(|a, b| a.name.cmp(&b.name));
    uses
}

fn network_spec(network: &Network) -> NetworkSpec {
    NetworkSpec {
        name: network.name.clone(),
        driver: network.driver.clone(),
        labels: network.labels.clone(),
        ..NetworkSpec::default()
    }
}

fn config_spec(config: &Config) -> ConfigSpec {
    ConfigSpec {
        name: config.name.clone(),
        labels: config.labels.clone(),
        data: config.data.clone(),
        templating: config.templating.clone().map(|name| Driver { name, ..Driver::default() }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::observed::{NAMESPACE_LABEL, Named, Service};
    use super::super::plan::plan;
    use super::super::policy::{Kind, powers};
    use super::super::spec::{Labels, NetworkAttachment, RefFile, SecretRef};
    use super::*;

    fn observed() -> Observed {
        let labels = Labels::from([(NAMESPACE_LABEL.to_owned(), "pad".to_owned())]);
        let network = |id: &str, name: &str, labels: &Labels| Network {
            id: id.into(),
            name: name.into(),
            scope: "swarm".into(),
            driver: "overlay".into(),
            labels: labels.clone(),
        };
        let service = |name: &str, networks: &[&str]| {
            let mut spec = ServiceSpec { name: format!("pad_{name}"), labels: labels.clone(), ..ServiceSpec::default() };
            spec.task_template.force_update = 4;
            spec.task_template.networks =
                networks.iter().map(|id| NetworkAttachment { target: (*id).to_owned(), ..NetworkAttachment::default() }).collect();
            let file = RefFile { name: "pw".into(), ..RefFile::default() };
            spec.task_template.container_spec.secrets = vec![SecretRef { file, id: "s1".into(), name: "pad_pw_v1".into() }];
            Service { id: name.into(), spec, ..Service::default() }
        };
        Observed {
            at: 1,
            services: vec![service("web", &["n1", "n2"]), service("db", &["n1"])],
            networks: vec![network("n1", "pad_default", &labels), network("n2", "proxy", &Labels::new())],
            secrets: vec![Named { id: "s1".into(), name: "pad_pw_v1".into(), ..Named::default() }],
            ..Observed::default()
        }
    }

    #[test]
    fn what_runs_is_what_its_own_record_asks_for() {
        let (stack, observed) = (StackName::parse("pad").unwrap(), observed());
        let desired = running(&stack, &observed, None);
        assert_eq!(desired.networks.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["pad_default"]);
        assert_eq!(desired.external_networks, ["proxy"]);
        assert_eq!(desired.secrets[0].services, ["db", "web"]);
        let plan = plan(&desired, &observed);
        assert!(plan.is_empty() && plan.blockers.is_empty(), "{plan:?}");
    }

    #[test]
    fn an_app_s_own_address_is_no_power_over_others() {
        let (stack, mut observed) = (StackName::parse("pad").unwrap(), observed());
        for service in &mut observed.services {
            service.spec.task_template.container_spec.env = vec!["DOMAIN=pad.example.org".to_owned()];
        }
        let route = |host: &str| ("traefik.http.routers.pad.rule".to_owned(), format!("Host(`{host}`)"));
        observed.services[0].spec.labels.extend([route("pad.example.org")]);
        let routers = |desired: &Desired| powers(desired, &observed).iter().filter(|p| p.kind == Kind::Router).count();
        let mut desired = running(&stack, &observed, None);
        assert_eq!((desired.domains.as_slice(), routers(&desired)), (["pad.example.org".to_owned()].as_slice(), 0));
        desired.services.iter_mut().for_each(|s| s.labels.extend([route("other.example.org")]));
        assert_ne!(routers(&desired), 0, "another's address is one all the same");
    }

    #[test]
    fn one_service_alone_brings_what_it_uses() {
        let (stack, observed) = (StackName::parse("pad").unwrap(), observed());
        let db = only(running(&stack, &observed, None), &["pad_db".to_owned()]);
        assert_eq!((db.services.len(), db.networks.len(), db.external_networks.len()), (1, 1, 0));
        assert_eq!(db.secrets.len(), 1);
    }
}
