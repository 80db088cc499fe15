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
