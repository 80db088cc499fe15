//! Variables in compose files.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::{Kind, Node, variables_too_early};
use crate::lint::report::{Finding, Verdict};
use crate::lint::variable::uses;
use crate::lint::view::{ComposeFile, SAMPLE, View, of_compose};

/// What a deploy sets by itself.
const GIVEN: [&str; 3] = ["STACK_NAME", "TYPE", "RECIPE"];

/// C003.
pub(super) fn too_early(view: &View<'_>) -> Verdict {
    let faults = view.files.iter().flat_map(|file| variables_too_early(&file.source));
    faults.map(|fault| of_compose(&fault)).collect::<Vec<_>>().into()
}

/// C006. Each variable is told once, where it is used first.
pub(super) fn in_sample(view: &View<'_>) -> Verdict {
    if view.settings().is_none() {
        return Verdict::Skipped(".env.sample can't be read");
    }
    let known = view.offered();
    let mut told: BTreeMap<String, Finding> = BTreeMap::new();
    let mut tell = |name: &str, found: Finding| {
        let known = known.contains(name) || view.exports.contains_key(name) || GIVEN.contains(&name);
        if !known && !told.contains_key(name) {
            told.insert(name.to_owned(), found);
        }
    };
    for text in view.texts() {
        for used in uses(&text.text) {
            let what = if used.operator.contains('-') { "has a default, but nobody learns that it can be set" } else { "is empty" };
            tell(used.name, text.found(format!("{} is not in {SAMPLE}: it {what}", used.name)));
        }
    }
    for part in view.parts() {
        for (key, _) in part.pairs(&["environment"]).into_iter().filter(|(_, value)| value.is_none()) {
            if uses(&key.text).is_empty() {
                tell(&key.text, key.found(format!("{} is not in {SAMPLE}: the container does not get it", key.text)));
            }
        }
    }
    told.into_values().collect::<Vec<_>>().into()
}

/// C011.
pub(super) fn nested(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for text in view.texts() {
        for used in uses(&text.text) {
            if used.operator.contains('+') {
                found.push(text.found(format!("${{{}{}…}} is not understood by docker's client", used.name, used.operator)));
            } else if used.operator.contains('-') && used.rest.contains('$') {
                found.push(text.found(format!("the default of {} holds a variable, which stays as it is written", used.name)));
            }
        }
    }
    found.into()
}

/// C016.
pub(super) fn in_keys(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for ComposeFile { source, root } in &view.files {
        let mut keys = BTreeSet::new();
        collect(root, &mut keys);
        let text = |key: &str| format!("the key {key} stays as it is written: variables are filled into values only");
        found.extend(keys.iter().map(|(line, key)| Finding::at(&source.name, *line, text(key))));
    }
    found.into()
}

fn collect(node: &Node, found: &mut BTreeSet<(u32, String)>) {
    match &node.kind {
        Kind::Map(map) => {
            for (key, value) in map {
                if !uses(key).is_empty() {
                    found.insert((value.line, key.clone()));
                }
                collect(value, found);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
