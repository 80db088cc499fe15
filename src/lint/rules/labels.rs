//! The version label.

use crate::lint::report::{Finding, Verdict};
use crate::lint::view::{BASE, View};
use crate::recipe::RecipeVersion;

/// C008. The label is abra's way to tell what is deployed; it is looked for on the service app alone.
pub(super) fn version(view: &View<'_>) -> Verdict {
    let key = view.filled("coop-cloud.${STACK_NAME}.version");
    let parts = view.parts();
    let mut labelled = Vec::new();
    for part in &parts {
        // In the form of a mapping, a key stays as it is written.
        let mapping = part.get(&["deploy", "labels"]).is_some_and(|labels| labels.as_map().is_some());
        let named = |label: &str| if mapping { label == key } else { view.filled(label) == key };
        let labels = part.pairs(&["deploy", "labels"]);
        labelled.extend(labels.into_iter().filter(|(label, _)| named(&label.text)).map(|found| (part, found)));
    }
    let mut found: Vec<Finding> = labelled
        .iter()
        .filter(|(part, _)| part.name != "app")
        .map(|(part, (label, _))| label.found(format!("the version label is on {}, where abra does not look", part.name)))
        .collect();
    let of_app: Vec<_> = labelled.iter().filter(|(part, _)| part.name == "app").collect();
    if labelled.is_empty() {
        let app = parts.iter().find(|part| part.name == "app");
        let text = "there is no version label";
        found.push(app.map_or_else(|| Finding::in_file(BASE, text), |part| part.found(text)));
    }
    for (_, (label, value)) in of_app {
        let value = value.clone().unwrap_or_default();
        found.extend(fault(view, &value).map(|text| label.found(text)));
    }
    found.into()
}

fn fault(view: &View<'_>, value: &str) -> Option<String> {
    let tag = view.facts.version.as_deref().filter(|version| view.facts.has_tag(version));
    if value.is_empty() {
        return Some("the version label is empty".to_owned());
    }
    if value.contains('$') {
        return Some(format!("the version label is {value}, which says something else on every server"));
    }
    if RecipeVersion::parse(value).is_none_or(|version| version.upstream().is_none()) {
        return Some(format!("the version label is {value}, which is no version such as 1.0.0+2.3"));
    }
    tag.filter(|tag| *tag != value).map(|tag| format!("the version label is {value}, and the tag is {tag}"))
}
