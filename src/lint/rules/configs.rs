//! Configs, and the files that are named in compose files.

use crate::compose::{Kind, Node};
use crate::lint::report::{Finding, Verdict};
use crate::lint::variable::uses;
use crate::lint::view::View;

/// R012. The variable in the config's name decides, whatever it is called beside its end.
pub(super) fn exported(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for config in view.section("configs") {
        let name = config.text("name").unwrap_or_default();
        for variable in uses(&name).into_iter().filter(|used| used.name.ends_with("_VERSION")) {
            if !view.exports.contains_key(variable.name) {
                let text = format!("the config {} needs {}, which abra.sh does not export", config.key, variable.name);
                found.push(config.found(text));
            }
        }
    }
    found.into()
}

/// C018. Paths begin at the recipe's top folder, also those in an overlay of a sub-folder.
pub(super) fn files(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for section in ["configs", "secrets"] {
        for entry in view.section(section) {
            let line = entry.node.get("file").map_or(entry.line, |file| file.line);
            let why = entry.text("file").and_then(|path| fault(view, &path));
            found.extend(why.map(|why| Finding::at(entry.file, line, why)));
        }
    }
    for part in view.parts() {
        for item in part.items("env_file") {
            let path = match &item.kind {
                Kind::Map(_) => item.get("path").and_then(Node::printed),
                _ => item.printed(),
            };
            let why = path.and_then(|path| fault(view, &path));
            found.extend(why.map(|why| Finding::at(part.file, item.line, why)));
        }
    }
    found.into()
}

fn fault(view: &View<'_>, path: &str) -> Option<String> {
    let path = view.filled(path);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if path.starts_with('/') || parts.contains(&"..") || path.contains('\\') {
        return Some(format!("{path:?} leads out of the recipe"));
    }
    (!view.facts.files.contains(&parts.join("/"))).then(|| format!("{path:?} is no plain file of the recipe"))
}
