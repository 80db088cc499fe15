//! Health checks.

use crate::compose::{Kind, Node};
use crate::lint::report::{Finding, Verdict};
use crate::lint::view::View;

/// R002. The check may stand in any file; one that is switched off is none.
pub(super) fn present(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for (name, parts) in view.services() {
        let checks: Vec<_> = parts.iter().filter_map(|part| Some((part, part.get(&["healthcheck"])?))).collect();
        match (checks.last(), parts.first()) {
            (None, Some(part)) => found.push(part.found(format!("{name} has no health check"))),
            (Some((part, check)), _) if is_off(check) => {
                found.push(Finding::at(part.file, check.line, format!("{name} switches its health check off")));
            }
            _ => {}
        }
    }
    found.into()
}

fn is_off(check: &Node) -> bool {
    let disabled = check.get("disable").is_some_and(|node| node.kind == Kind::Bool(true));
    disabled || words(check).first().is_some_and(|(_, word)| word == "NONE")
}

/// C019.
pub(super) fn localhost(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for part in view.parts() {
        let asked = part.get(&["healthcheck"]).map(words).unwrap_or_default();
        let asked = asked.into_iter().find(|(_, word)| word.contains("localhost"));
        let text = || format!("the health check of {} asks localhost", part.name);
        found.extend(asked.map(|(line, _)| Finding::at(part.file, line, text())));
    }
    found.into()
}

/// The test of a check, as one text or as its words, with their lines.
fn words(check: &Node) -> Vec<(u32, String)> {
    let Some(test) = check.get("test") else { return Vec::new() };
    let word = |node: &Node| Some((node.line, node.printed()?));
    test.as_list().map_or_else(|| word(test).into_iter().collect(), |items| items.iter().filter_map(word).collect())
}
