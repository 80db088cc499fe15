//! The way of visitors: the proxy's labels, and ports that go past it.

use crate::compose::Node;
use crate::lint::report::{Finding, Verdict};
use crate::lint::view::{BASE, ServicePart, View};

const LABEL: &str = "traefik.enable";

/// R010. The label is looked for on every service: not only the one named app is visited.
pub(super) fn enabled(view: &View<'_>) -> Verdict {
    if !view.offered().contains("DOMAIN") {
        return Verdict::Skipped("the sample has no DOMAIN, so nobody visits it");
    }
    let parts = view.parts();
    let says = |part: &ServicePart<'_>, keys: &[&str]| {
        let yes = |value: Option<String>| value.is_some_and(|value| view.filled(&value).trim().eq_ignore_ascii_case("true"));
        part.pairs(keys).into_iter().any(|(key, value)| key.text == LABEL && yes(value))
    };
    if parts.iter().any(|part| says(part, &["deploy", "labels"])) {
        return Verdict::Satisfied;
    }
    let misplaced = parts.iter().find(|part| says(part, &["labels"]));
    let found = misplaced.map(|part| {
        let text = format!("the labels of {} are those of its containers; the proxy reads deploy.labels", part.name);
        Finding::at(part.file, part.get(&["labels"]).map_or(part.line, |labels| labels.line), text)
    });
    vec![found.unwrap_or_else(|| Finding::in_file(BASE, "no service has traefik.enable=true in deploy.labels"))].into()
}

/// Entrypoints that every proxy has.
const USUAL: [&str; 2] = ["web", "web-secure"];

/// C020: what only works when somebody sets the proxy up for it: an entrypoint of its own, or a file that the proxy's process reads.
pub(super) fn setup(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for part in view.parts() {
        for (label, value) in part.pairs(&["deploy", "labels"]) {
            let (key, value) = (view.filled(&label.text).to_ascii_lowercase(), view.filled(&value.unwrap_or_default()));
            if !key.starts_with("traefik.") {
                continue;
            }
            if key.ends_with(".entrypoints") {
                let others = value.split(',').map(str::trim).filter(|name| !name.is_empty() && !USUAL.contains(name));
                found.extend(others.map(|name| {
                    label.found(format!(
                        "{} is reached by the entrypoint {name}, which a proxy has only once it is set up",
                        part.name
                    ))
                }));
            } else if key.contains(".middlewares.") && key.ends_with("file") {
                found.push(label.found(format!("the proxy reads {value} from its own files, not from those of {}", part.name)));
            }
        }
    }
    found.into()
}

/// C012.
pub(super) fn ports(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for part in view.parts() {
        for port in part.items("ports") {
            let shown = port.printed().map(|text| view.filled(&text)).or_else(|| long(port)).unwrap_or_default();
            let text =
                format!("{} publishes {shown}: it is reached without the proxy, and no other app can have the port", part.name);
            found.push(Finding::at(part.file, port.line, text));
        }
    }
    found.into()
}

/// The long form as the short one would say it.
fn long(port: &Node) -> Option<String> {
    let target = port.get("target").and_then(Node::printed)?;
    Some(port.get("published").and_then(Node::printed).map_or(target.clone(), |published| format!("{published}:{target}")))
}
