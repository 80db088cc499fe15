//! Everything that an engine holds of a stack, in a form in which two deploys of the same files are equal.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Reads the stack. `docker` runs Docker's client.
///
/// Left out is what no two deploys have in common: ids, times, version counters, and addresses that the Swarm chose. References by id
/// become names, and lists without an order get one.
pub(super) fn dump(docker: &dyn Fn(&[&str]) -> String, stack: &str) -> Value {
    let label = format!("label=com.docker.stack.namespace={stack}");
    let mine = |kind: &str| inspected(docker, kind, &label);
    // Listed in one request: the networks of tests beside this one come and go, and inspecting one that went is an error.
    let listed = docker(&["network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}"]);
    let networks: BTreeMap<&str, &str> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
    let named = |kind: &str, normalise: &dyn Fn(Value) -> Value| -> Value {
        Value::Object(mine(kind).into_iter().map(normalise).map(|o| (o["Name"].as_str().expect("a name").to_owned(), o)).collect())
    };
    json!({
        "services": named("service", &|service| normal_service(service, &networks)),
        "networks": named("network", &normal_network),
        "secrets": named("secret", &|mut secret| secret["Spec"].take()),
        "configs": named("config", &|mut config| config["Spec"].take()),
        "volumes": named("volume", &|volume| without(volume, &["CreatedAt", "Mountpoint"])),
    })
}

fn inspected(docker: &dyn Fn(&[&str]) -> String, kind: &str, label: &str) -> Vec<Value> {
    let ids = docker(&[kind, "ls", "-q", "--filter", label]);
    let ids: Vec<&str> = ids.lines().collect();
    if ids.is_empty() {
        return vec![];
    }
    let text = docker(&[&[kind, "inspect"], ids.as_slice()].concat());
    serde_json::from_str(&text).expect("the client writes JSON")
}

fn normal_service(mut service: Value, networks: &BTreeMap<&str, &str>) -> Value {
    let mut spec = service["Spec"].take();
    let task = &mut spec["TaskTemplate"];
    if let Some(targets) = task["Networks"].as_array_mut() {
        for one in targets.iter_mut() {
            // The Swarm has ids of its own for the networks of each node, such as `host`; they are always the same.
            if let Some(name) = one["Target"].as_str().and_then(|id| networks.get(id)) {
                one["Target"] = json!(name);
            }
        }
        targets.sort_by_key(|n| n["Target"].to_string());
    }
    for (kind, id, name) in [("Secrets", "SecretID", "SecretName"), ("Configs", "ConfigID", "ConfigName")] {
        if let Some(references) = task["ContainerSpec"][kind].as_array_mut() {
            for reference in references.iter_mut() {
                *reference = without(reference.take(), &[id]);
            }
            references.sort_by_key(|r| (r[name].to_string(), r["File"]["Name"].to_string()));
        }
    }
    if let Some(ports) = spec["EndpointSpec"]["Ports"].as_array_mut() {
        ports.sort_by_key(|p| {
            let number = |key: &str| p[key].as_u64();
            (number("PublishedPort"), number("TargetPort"), p["Protocol"].to_string(), p["PublishMode"].to_string())
        });
    }
    spec
}

fn normal_network(network: Value) -> Value {
    let mut network = without(network, &["Id", "Created", "Containers", "Peers", "Services"]);
    if let Some(options) = network["Options"].as_object_mut() {
        options.remove("com.docker.network.driver.overlay.vxlanid_list");
    }
    // The Swarm takes subnets from 10.0.0.0/8 where the file names none.
    if let Some(subnets) = network["IPAM"]["Config"].as_array_mut() {
        subnets.retain(|s| !s["Subnet"].as_str().unwrap_or_default().starts_with("10."));
    }
    network
}

fn without(value: Value, keys: &[&str]) -> Value {
    let Value::Object(mut object) = value else { return Value::Object(Map::new()) };
    for key in keys {
        object.remove(*key);
    }
    Value::Object(object)
}
