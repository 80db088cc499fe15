//! What a backup would hold, and what it would miss; `src/backup/` knows, and here it gets its place in the files.

use std::collections::BTreeMap;

use super::compose::volume;
use crate::backup::{Contents, Gap, GapKind, Mounted, Origin, Service};
use crate::compose::{Kind, Node};
use crate::lint::report::{Finding, Verdict};
use crate::lint::view::{BASE, ServicePart, View, Written};

/// C022.
pub(super) fn complete(view: &View<'_>) -> Verdict {
    let services = services(view);
    if services.iter().all(|service| service.mounts.is_empty()) {
        return Verdict::Skipped("no service has a volume");
    }
    told(view, &services, |kind| matches!(kind, GapKind::Nothing | GapKind::Volume))
}

/// C023.
pub(super) fn one_speaks(view: &View<'_>) -> Verdict {
    told(view, &services(view), |kind| kind == GapKind::Several)
}

/// C024.
pub(super) fn dumped(view: &View<'_>) -> Verdict {
    told(view, &services(view), |kind| kind == GapKind::Database)
}

/// C025.
pub(super) fn loaded_again(view: &View<'_>) -> Verdict {
    told(view, &services(view), |kind| kind == GapKind::Restore)
}

/// C026.
pub(super) fn followed(view: &View<'_>) -> Verdict {
    told(view, &services(view), |kind| kind == GapKind::Label)
}

/// C027.
pub(super) fn current(view: &View<'_>) -> Verdict {
    told(view, &services(view), |kind| kind == GapKind::OldLabel)
}

fn told(view: &View<'_>, services: &[Service], wanted: fn(GapKind) -> bool) -> Verdict {
    let gaps = Contents::of(services).gaps().into_iter().filter(|gap| wanted(gap.kind));
    gaps.map(|gap| found(view, &gap)).collect::<Vec<_>>().into()
}

/// At the label that is to blame; where one is missing, at the service.
fn found(view: &View<'_>, gap: &Gap) -> Finding {
    let parts = view.parts();
    let of_service: Vec<&ServicePart<'_>> = parts.iter().filter(|part| part.name == gap.service).collect();
    let labels = of_service.iter().flat_map(|part| [labels(view, part, &["deploy", "labels"]), labels(view, part, &["labels"])]);
    let label = labels.flatten().find(|(key, _, _)| *key == gap.label);
    match (label, of_service.first()) {
        (Some((_, place, _)), _) => place.found(gap.text.as_str()),
        (None, Some(part)) => part.found(gap.text.as_str()),
        (None, None) => Finding::in_file(BASE, gap.text.as_str()),
    }
}

/// The services with what all files together say of them, variables filled in from the sample.
fn services(view: &View<'_>) -> Vec<Service> {
    let service = |(name, parts): (&str, Vec<ServicePart<'_>>)| {
        let image = parts.iter().filter_map(|part| part.text(&["image"])).next_back();
        let texts = |keys: &[&str]| -> BTreeMap<String, String> {
            let all = parts.iter().flat_map(|part| labels(view, part, keys));
            all.map(|(key, _, value)| (key, value)).collect()
        };
        Service {
            name: name.to_owned(),
            image: image.map(|image| view.filled(&image.text)).unwrap_or_default(),
            labels: texts(&["deploy", "labels"]),
            container_labels: texts(&["labels"]).into_keys().collect(),
            mounts: parts.iter().flat_map(|part| part.items("volumes")).filter_map(|item| mounted(view, item)).collect(),
        }
    };
    view.services().into_iter().map(service).collect()
}

/// Key, place and value of labels. In the form of a mapping, a key stays as it is written.
fn labels<'v>(view: &View<'_>, part: &ServicePart<'v>, keys: &[&str]) -> Vec<(String, Written<'v>, String)> {
    let mapping = part.get(keys).is_some_and(|labels| labels.as_map().is_some());
    let read = |(key, value): (Written<'v>, Option<String>)| {
        let name = if mapping { key.text.clone() } else { view.filled(&key.text) };
        (name, key, view.filled(&value.unwrap_or_default()))
    };
    part.pairs(keys).into_iter().map(read).collect()
}

/// What a service mounts. The sample may choose a folder of the node, and another one may be chosen later; the rule of the host's
/// folders is the policy's.
fn mounted(view: &View<'_>, item: &Node) -> Option<Mounted> {
    let of =
        |name: String, target: String| Mounted { origin: Origin::Volume { full: name.clone(), name }, target, read_only: false };
    match &item.kind {
        Kind::Text(text) => {
            let target = view.filled(text).split(':').nth(1).unwrap_or_default().to_owned();
            volume(text).map(|name| of(name, target))
        }
        Kind::Map(_) if item.get("type").and_then(Node::as_text) == Some("volume") => {
            let text = |field: &str| item.get(field).and_then(Node::printed).unwrap_or_default();
            Some(text("source")).filter(|source| !source.is_empty()).map(|source| of(source, view.filled(&text("target"))))
        }
        _ => None,
    }
}
