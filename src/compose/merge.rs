//! Overlays, by the rules of docker's client: what an overlay leaves empty, the base keeps.

use super::{
    types::{Config, Pairs},
    value::Node,
};
use std::collections::{BTreeMap, BTreeSet};

mod clash;
mod deploy;
mod service;
mod surprise;

pub(super) use clash::clash;
pub(super) use surprise::surprises;

/// Service and key of lists that a file gives without items. To the model they are absent; to an overlay they are not.
pub(super) type Emptied = BTreeSet<(String, &'static str)>;

/// The keys whose lists are laid over each other entry by entry.
const KEYED: [&str; 4] = ["configs", "ports", "secrets", "volumes"];

/// The lists without items in a file.
pub(super) fn emptied(root: &Node) -> Emptied {
    let services = root.get("services").and_then(Node::as_map).into_iter().flatten();
    let empty = |service: &Node, key| service.get(key).and_then(Node::as_list).is_some_and(<[Node]>::is_empty);
    let of_service =
        |(name, service)| KEYED.into_iter().filter(move |key| empty(service, key)).map(move |key| (String::clone(name), key));
    services.flat_map(of_service).collect()
}

/// Lays `over` over `base`. Networks, volumes, secrets and configs of the same name are replaced whole;
/// the version and the `x-` blocks of the base stay. `emptied` is about the base.
pub(super) fn merge(base: &mut Config, over: Config, emptied: &Emptied) {
    for (name, service) in over.services {
        match base.services.get_mut(&name) {
            Some(below) => service::merge(below, service, |key| emptied.contains(&(name.clone(), key))),
            None => {
                base.services.insert(name, service);
            }
        }
    }
    base.networks.extend(over.networks);
    base.volumes.extend(over.volumes);
    base.secrets.extend(over.secrets);
    base.configs.extend(over.configs);
}

/// Replaces what the overlay gives; its empty or zero value gives nothing.
fn replace<T: Default + PartialEq>(base: &mut T, over: T) {
    if over != T::default() {
        *base = over;
    }
}

/// Replaces what the overlay gives, be it zero.
fn replace_given<T>(base: &mut Option<T>, over: Option<T>) {
    if over.is_some() {
        *base = over;
    }
}

/// Replaces what the overlay gives; its zero only fills a gap.
fn replace_nonzero<T: Default + PartialEq>(base: &mut Option<T>, over: Option<T>) {
    if base.is_none() || over.as_ref().is_some_and(|over| *over != T::default()) {
        replace_given(base, over);
    }
}

/// Merges what both give, and takes what one gives.
fn both<T>(base: &mut Option<T>, over: Option<T>, merge: impl FnOnce(&mut T, T)) {
    match (base.as_mut(), over) {
        (Some(base), Some(over)) => merge(base, over),
        (None, over) => *base = over,
        (Some(_), None) => {}
    }
}

/// Puts the overlay's items behind the base's, duplicates included.
fn append<T>(base: &mut Vec<T>, over: Vec<T>) {
    base.extend(over);
}

/// Key by key; the overlay wins, also with an empty value.
fn by_key(base: &mut Pairs, over: Pairs) {
    base.extend(over);
}

/// Name by name; an empty value of the overlay wins only over nothing.
fn variables(base: &mut BTreeMap<String, Option<String>>, over: BTreeMap<String, Option<String>>) {
    let empty = |value: Option<&String>| value.is_none_or(String::is_empty);
    for (name, value) in over {
        let below = base.get(&name).and_then(Option::as_ref);
        if !empty(value.as_ref()) || empty(below) {
            base.insert(name, value);
        }
    }
}

/// One entry per key, the last one wins, sorted by key. A base that does not give the list takes the overlay's as it is;
/// any other is keyed even where the overlay gives nothing.
fn keyed<T, K: Ord>(base: &mut Vec<T>, over: Vec<T>, emptied: bool, key: impl Fn(&T) -> K) {
    if base.is_empty() && !emptied {
        *base = over;
        return;
    }
    let entries = std::mem::take(base).into_iter().chain(over);
    let keyed: BTreeMap<K, T> = entries.map(|entry| (key(&entry), entry)).collect();
    base.extend(keyed.into_values());
}
