//! What a settings form answered.

use std::collections::BTreeMap;

use crate::recipe::{self, FieldKind as SampleKind};
use crate::web::shell::Problems;

/// What a form answered: values, overlays that are on, and what is wrong.
pub(in crate::web::apps) fn answers(
    known: &[recipe::Field],
    fields: &BTreeMap<String, String>,
) -> (BTreeMap<String, String>, Vec<String>, Problems) {
    let (mut values, mut overlays, mut problems) = (BTreeMap::new(), vec![], Problems::none());
    for (name, value) in fields {
        if let Some(file) = name.strip_prefix("overlay.") {
            let listed = known.iter().any(|f| matches!(&f.kind, SampleKind::Overlay { file: known } if known == file));
            if listed {
                overlays.push(file.to_owned());
            } else {
                problems.add("", format!("There is no overlay called {file}"));
            }
            continue;
        }
        let is_asked = |f: &&recipe::Field| f.key == *name && !matches!(f.kind, SampleKind::Overlay { .. });
        let Some(field) = known.iter().find(is_asked) else {
            problems.add("", format!("There is no setting called {name}"));
            continue;
        };
        let value = value.replace("\r\n", "\n");
        if let Some(wrong) = wrong(field, &value) {
            problems.add(name, wrong);
        }
        values.insert(name.clone(), value);
    }
    for field in known.iter().filter(|field| field.required && values.get(&field.key).is_some_and(String::is_empty)) {
        if field.overlay.as_ref().is_none_or(|overlay| overlays.contains(overlay)) {
            problems.add(&field.key, format!("Fill in {}: the recipe requires it", field.key));
        }
    }
    let place = |field: &str| known.iter().position(|f| f.key == field);
    problems.0.sort_by_key(|problem| place(&problem.field));
    // In the order of the recipe: the list of compose files depends on it.
    let place = |file: &String| known.iter().position(|f| matches!(&f.kind, SampleKind::Overlay { file: known } if known == file));
    overlays.sort_by_key(place);
    (values, overlays, problems)
}

fn wrong(field: &recipe::Field, value: &str) -> Option<String> {
    if value.contains('\0') {
        return Some("A setting can’t hold a NUL character".to_owned());
    }
    match &field.kind {
        SampleKind::Number if !value.is_empty() && value.trim().parse::<f64>().is_err() => Some("This is a number".to_owned()),
        SampleKind::Choice(choices) if !value.is_empty() && !choices.iter().any(|choice| choice == value) => {
            Some(format!("Choose one of {}", choices.join(", ")))
        }
        _ => None,
    }
}
