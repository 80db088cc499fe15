//! The differences between two specs, in the words of a compose file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Change;
use crate::envfile::is_secret_like;
use crate::stack::spec::ServiceSpec;

/// Shown for values that may be secrets.
pub(super) const HIDDEN: &str = "«hidden»";

/// API paths and what a compose file calls them. The longest match wins.
const WORDS: &[(&str, &str)] = &[
    ("Labels", "deploy.labels"),
    ("Mode.Replicated.Replicas", "deploy.replicas"),
    ("Mode", "deploy.mode"),
    ("UpdateConfig", "deploy.update_config"),
    ("RollbackConfig", "deploy.rollback_config"),
    ("EndpointSpec.Mode", "deploy.endpoint_mode"),
    ("EndpointSpec.Ports", "ports"),
    ("TaskTemplate.Resources", "deploy.resources"),
    ("TaskTemplate.RestartPolicy", "deploy.restart_policy"),
    ("TaskTemplate.Placement", "deploy.placement"),
    ("TaskTemplate.Networks", "networks"),
    ("TaskTemplate.LogDriver", "logging"),
    ("TaskTemplate.ForceUpdate", "force_update"),
    ("TaskTemplate.ContainerSpec.Image", "image"),
    ("TaskTemplate.ContainerSpec.Labels", "labels"),
    ("TaskTemplate.ContainerSpec.Command", "entrypoint"),
    ("TaskTemplate.ContainerSpec.Args", "command"),
    ("TaskTemplate.ContainerSpec.Env", "environment"),
    ("TaskTemplate.ContainerSpec.Dir", "working_dir"),
    ("TaskTemplate.ContainerSpec.OpenStdin", "stdin_open"),
    ("TaskTemplate.ContainerSpec.Mounts", "volumes"),
    ("TaskTemplate.ContainerSpec.Hosts", "extra_hosts"),
    ("TaskTemplate.ContainerSpec.DNSConfig", "dns"),
    ("TaskTemplate.ContainerSpec.CapabilityAdd", "cap_add"),
    ("TaskTemplate.ContainerSpec.CapabilityDrop", "cap_drop"),
    ("TaskTemplate.ContainerSpec", ""),
];

/// Lists whose entries are told apart by these fields; their order means nothing to a reader.
const KEYED: &[(&str, &[&str])] = &[
    ("Mounts", &["Target"]),
    ("Networks", &["Target"]),
    ("Secrets", &["File.Name"]),
    ("Configs", &["File.Name"]),
    ("Ports", &["PublishedPort", "TargetPort", "Protocol"]),
    ("Ulimits", &["Name"]),
];

const DURATIONS: &[&str] =
    &["StopGracePeriod", "Interval", "Timeout", "StartPeriod", "StartInterval", "Delay", "Window", "Monitor"];

/// What is different in `after`, sorted by path.
pub(super) fn between(before: &ServiceSpec, after: &ServiceSpec) -> Vec<Change> {
    let (before, after) = differing(before, after);
    let (before, after) = (facts(&before), facts(&after));
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| {
            let shown = |text: &String| if looks_secret(path, text) { HIDDEN.to_owned() } else { text.clone() };
            Change { path: path.clone(), before: before.get(path).map(shown), after: after.get(path).map(shown) }
        })
        .collect()
}

/// Whether the value at `path` had better not be shown. Versions of secrets and paths of secret files may be.
fn looks_secret(path: &str, value: &str) -> bool {
    // A URL may carry a user's password.
    if value.split("://").skip(1).any(|rest| rest.split(['/', ' ']).next().is_some_and(|host| host.contains('@'))) {
        return true;
    }
    if !(path.starts_with("environment.") || path.contains("labels.") || path.starts_with("logging.")) {
        return false;
    }
    !path.to_uppercase().ends_with("_FILE") && is_secret_like(path)
}

/// Both without the objects and values that they have in common: most of a spec is the same, and need not be put into words.
fn differing(before: &ServiceSpec, after: &ServiceSpec) -> (Value, Value) {
    let value = |spec: &ServiceSpec| serde_json::to_value(spec).unwrap_or_default();
    let (mut before, mut after) = (value(before), value(after));
    drop_common(&mut before, &mut after);
    (before, after)
}

fn drop_common(before: &mut Value, after: &mut Value) {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return };
    before.retain(|name, value| {
        let Some(other) = after.get_mut(name) else { return true };
        if value == other {
            after.remove(name);
            return false;
        }
        let [wish, other_wish] = [&*value, &*other].map(is_empty);
        drop_common(value, other);
        // What is empty only because the rest was common is no wish.
        if is_empty(other) && !other_wish {
            after.remove(name);
        }
        wish || !is_empty(value)
    });
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

fn facts(spec: &Value) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    flatten(&mut vec![], spec, &mut facts);
    facts
}

fn flatten(path: &mut Vec<String>, value: &Value, facts: &mut BTreeMap<String, String>) {
    let last = path.last().cloned().unwrap_or_default();
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                path.push(name.clone());
                flatten(path, value, facts);
                path.pop();
            }
            // An empty object is a wish too: `global: {}`. The whole is empty where nothing differs.
            if fields.is_empty() && !path.is_empty() {
                facts.insert(words(path), "yes".to_owned());
            }
        }
        Value::Array(items) if last == "Env" => flatten(path, &Value::Object(items.iter().filter_map(variable).collect()), facts),
        Value::Array(items) => match KEYED.iter().find(|(list, _)| *list == last) {
            Some((_, fields)) => flatten(path, &Value::Object(keyed(items, fields)), facts),
            None => drop(facts.insert(words(path), items.iter().map(text).collect::<Vec<_>>().join(" "))),
        },
        Value::Number(number) if DURATIONS.contains(&last.as_str()) => {
            facts.insert(words(path), number.as_i64().map_or_else(|| number.to_string(), duration));
        }
        other => drop(facts.insert(words(path), text(other))),
    }
}

fn variable(pair: &Value) -> Option<(String, Value)> {
    let pair = pair.as_str()?;
    Some(match pair.split_once('=') {
        Some((name, value)) => (name.to_owned(), Value::String(value.to_owned())),
        None => (pair.to_owned(), Value::String("(unset)".to_owned())),
    })
}

fn keyed(items: &[Value], fields: &[&str]) -> Map<String, Value> {
    let mut map = Map::new();
    for item in items {
        let field = |name: &&str| item.pointer(&format!("/{}", name.replace('.', "/"))).map(text);
        let mut key = fields.iter().filter_map(field).collect::<Vec<_>>().join(":");
        while map.contains_key(&key) {
            key.push('+');
        }
        map.insert(key, item.clone());
    }
    map
}

fn words(path: &[String]) -> String {
    let api = path.join(".");
    let under = |prefix: &str| api.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('.')).map(str::to_owned);
    let found =
        WORDS.iter().filter_map(|(prefix, word)| Some((prefix.len(), word, under(prefix)?))).max_by_key(|(length, ..)| *length);
    let Some((_, word, rest)) = found else { return api };
    let rest = rest.trim_start_matches('.');
    // Names that people wrote keep their case; field names of the API are written as compose files write theirs.
    let rest = if matches!(*word, "labels" | "deploy.labels" | "environment") { rest.to_owned() } else { snake(rest) };
    [*word, &rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

fn snake(path: &str) -> String {
    let parts = path.split('.').map(|part| {
        if !part.starts_with(|c: char| c.is_ascii_uppercase()) || part.contains(|c: char| !c.is_ascii_alphanumeric()) {
            return part.to_owned();
        }
        let mut word = String::new();
        let mut before = 'A';
        for c in part.chars() {
            if c.is_ascii_uppercase() && !before.is_ascii_uppercase() {
                word.push('_');
            }
            word.push(c.to_ascii_lowercase());
            before = c;
        }
        word
    });
    parts.collect::<Vec<_>>().join(".")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn duration(nanoseconds: i64) -> String {
    match nanoseconds {
        0 => "0s".to_owned(),
        n if n % 1_000_000_000 == 0 => format!("{}s", n / 1_000_000_000),
        n if n % 1_000_000 == 0 => format!("{}ms", n / 1_000_000),
        n => format!("{n}ns"),
    }
}
