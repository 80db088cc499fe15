//! `cap_add` and `cap_drop`.

use std::collections::BTreeSet;

const ALL: &str = "ALL";
/// Undoes what files before said; it has no meaning for the engine.
const RESET: &str = "RESET";

/// Both lists in the engine's spelling, sorted. What is added is not dropped.
pub(super) fn effective(add: &[String], drop: &[String]) -> (Vec<String>, Vec<String>) {
    let (add, mut drop) = (set(add), set(drop));
    drop.retain(|name| !add.contains(name));
    let list = |set: BTreeSet<String>| set.into_iter().filter(|name| name != RESET).collect();
    (list(add), list(drop))
}

fn set(names: &[String]) -> BTreeSet<String> {
    let set: BTreeSet<String> = names.iter().map(|name| spelled(name)).collect();
    if set.contains(ALL) { BTreeSet::from([ALL.to_owned()]) } else { set }
}

fn spelled(name: &str) -> String {
    let name = name.trim().to_uppercase();
    if name == ALL || name == RESET || name.starts_with("CAP_") { name } else { format!("CAP_{name}") }
}
