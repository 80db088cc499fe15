//! `networks`, of the stack and of a service.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConvertError, full_name, stack_labels};
use crate::compose::types::{Config, Network, Service};
use crate::stack::names::{StackName, is_predefined_network};
use crate::stack::spec::{Ipam, NetworkAttachment, NetworkSpec, Subnet};

const DEFAULT: &str = "default";

/// The networks that services use: those that the stack creates, and the names of those that must be there.
pub(super) fn networks(stack: &StackName, config: &Config) -> (Vec<NetworkSpec>, Vec<String>) {
    let used: BTreeSet<&str> = config.services.values().flat_map(keys).collect();
    let implicit = Network::default();
    let (mut own, mut external) = (BTreeMap::new(), BTreeSet::new());
    for key in used {
        let network = config.networks.get(key).unwrap_or(&implicit);
        let name = full_name(stack, key, &network.name);
        if network.external {
            external.insert(name);
        } else {
            own.insert(name.clone(), spec(stack, name, network));
        }
    }
    (own.into_values().collect(), external.into_iter().collect())
}

/// How a service is attached to its networks: by their names, sorted.
pub(super) fn attachments(
    stack: &StackName,
    service_key: &str,
    service: &Service,
    config: &Config,
) -> Result<Vec<NetworkAttachment>, ConvertError> {
    let mut attachments = Vec::new();
    for key in keys(service) {
        let network = config.networks.get(key);
        if network.is_none() && key != DEFAULT {
            return Err(ConvertError::new(format!("undefined network \"{key}\""), "declare it under networks"));
        }
        let target = full_name(stack, key, network.map_or("", |n| n.name.as_str()));
        let options = service.networks.get(key).cloned().flatten().unwrap_or_default();
        let mut aliases = options.aliases;
        // What every node has is no network of the Swarm's, and knows no names.
        if !is_predefined_network(&target) {
            aliases.push(service_key.to_owned());
        }
        attachments.push(NetworkAttachment { target, aliases, driver_opts: options.driver_opts });
    }
    attachments.sort_by(|a, b| a.target.cmp(&b.target));
    Ok(attachments)
}

fn keys(service: &Service) -> Vec<&str> {
    if service.networks.is_empty() { vec![DEFAULT] } else { service.networks.keys().map(String::as_str).collect() }
}

fn spec(stack: &StackName, name: String, network: &Network) -> NetworkSpec {
    let ipam = (!network.ipam.driver.is_empty() || !network.ipam.config.is_empty()).then(|| Ipam {
        driver: network.ipam.driver.clone(),
        config: network.ipam.config.iter().map(|pool| Subnet { subnet: pool.subnet.clone() }).collect(),
    });
    NetworkSpec {
        name,
        driver: if network.driver.is_empty() { "overlay".to_owned() } else { network.driver.clone() },
        internal: network.internal,
        attachable: network.attachable,
        options: network.driver_opts.clone(),
        labels: stack_labels(stack, &network.labels),
        ipam,
    }
}
