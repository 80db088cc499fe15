//! Compose files as wholes: version, services, what Swarm takes and what it ignores.

use std::collections::BTreeSet;

use crate::compose::{Kind, Node, ignored_keys};
use crate::envfile::EnvFile;
use crate::lint::report::{Finding, Verdict};
use crate::lint::view::{BASE, ServicePart, View, of_compose};

const VERSION: &str = "3.8";

/// R001.
pub(super) fn version(view: &View<'_>) -> Verdict {
    let fault = |file: &crate::lint::view::ComposeFile| {
        let name = &file.source.name;
        match file.root.get("version") {
            None => Some(Finding::in_file(name, "it names no version")),
            Some(node) => {
                let version = node.printed().unwrap_or_default();
                (version != VERSION).then(|| Finding::at(name, node.line, format!("its version is {version}")))
            }
        }
    };
    view.files.iter().filter_map(fault).collect::<Vec<_>>().into()
}

/// R009. Names are keys, so there is never more than one.
pub(super) fn app(view: &View<'_>) -> Verdict {
    let parts = view.parts();
    let mut apps = parts.iter().filter(|part| part.name == "app");
    if parts.iter().any(|part| part.name == "app" && part.file == BASE) {
        return Verdict::Satisfied;
    }
    let elsewhere = apps.next().map(|part| part.found("the service app is in this overlay only, and not in compose.yml"));
    vec![elsewhere.unwrap_or_else(|| Finding::in_file(BASE, "it has no service named app"))].into()
}

/// C001: what is no YAML at all, and what the sample's own choice of files makes.
pub(super) fn loads(view: &View<'_>) -> Verdict {
    if view.base().is_none() && !view.broken.iter().any(|fault| fault.file.as_deref() == Some(BASE)) {
        return vec![Finding::in_file(BASE, "there is no such file")].into();
    }
    let chosen = chosen(view);
    let names: Vec<&str> = chosen.iter().map(String::as_str).collect();
    let mut found: Vec<Finding> = view.broken.iter().filter(|fault| is_of(fault, &names)).cloned().collect();
    if found.is_empty() {
        found.extend(view.load(&names).err().map(|fault| of_compose(&fault)));
    }
    found.into()
}

/// C002.
pub(super) fn overlays(view: &View<'_>) -> Verdict {
    let chosen = chosen(view);
    let names: Vec<&str> = chosen.iter().map(String::as_str).collect();
    let mut found: Vec<Finding> = view.broken.iter().filter(|fault| !is_of(fault, &names)).cloned().collect();
    let overlays: Vec<&str> =
        view.files.iter().map(|file| file.source.name.as_str()).filter(|name| !names.contains(name)).collect();
    if overlays.is_empty() && found.is_empty() && names.len() < 2 {
        return Verdict::Skipped("there is no overlay");
    }
    if view.load(&[BASE]).is_ok() {
        // A fault of compose.yml alone is told by C001.
        found.extend(overlays.iter().filter_map(|overlay| view.load(&[BASE, overlay]).err()).map(|fault| of_compose(&fault)));
    }
    found.into()
}

/// The files that a new app uses.
fn chosen(view: &View<'_>) -> Vec<String> {
    view.settings().and_then(|sample| EnvFile::compose_files(sample).ok()).unwrap_or_else(|| vec![BASE.to_owned()])
}

fn is_of(fault: &Finding, names: &[&str]) -> bool {
    fault.file.as_deref().is_some_and(|file| names.contains(&file))
}

/// C004.
pub(super) fn ignored(view: &View<'_>) -> Verdict {
    let of = |part: &ServicePart<'_>| -> Vec<Finding> {
        let keys = ignored_keys(part.node).into_iter().filter_map(|(key, why)| Some((key, why, part.node.get(key)?)));
        keys.map(|(key, why, node)| Finding::at(part.file, node.line, format!("{} has {key}: {why}", part.name))).collect()
    };
    view.parts().iter().flat_map(of).collect::<Vec<_>>().into()
}

/// C005. An overlay may use what another one declares.
pub(super) fn declared(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for section in ["secrets", "configs", "networks", "volumes"] {
        let known: BTreeSet<&str> = view.section(section).into_iter().map(|entry| entry.key).collect();
        for part in view.parts() {
            for (name, line) in used(&part, section) {
                if !known.contains(name.as_str()) && name != "default" {
                    let text = format!("{} uses {name}, which no file declares below {section}", part.name);
                    found.push(Finding::at(part.file, line, text));
                }
            }
        }
    }
    found.into()
}

/// The names that a service uses of a section, with their lines.
fn used(part: &ServicePart<'_>, section: &str) -> Vec<(String, u32)> {
    if section == "networks"
        && let Some(map) = part.node.get(section).and_then(Node::as_map)
    {
        return map.iter().map(|(name, node)| (name.clone(), if node.line > 0 { node.line } else { part.line })).collect();
    }
    let name = |item: &Node| match &item.kind {
        Kind::Text(text) if section == "volumes" => volume(text),
        Kind::Text(text) => Some(text.clone()),
        Kind::Map(_) if section == "volumes" && item.get("type").and_then(Node::as_text) != Some("volume") => None,
        Kind::Map(_) => item.get("source").and_then(Node::printed),
        _ => None,
    };
    part.items(section).into_iter().filter_map(|item| Some((name(item)?, item.line))).filter(|(n, _)| !n.contains('$')).collect()
}

/// The named volume of the short form; `None` for a path and for an anonymous volume.
pub(super) fn volume(text: &str) -> Option<String> {
    let (source, _) = text.split_once(':')?;
    (!source.is_empty() && !source.starts_with(['/', '.', '~', '$'])).then(|| source.to_owned())
}
