//! The README's block of metadata.

use crate::lint::report::{Finding, Verdict};
use crate::lint::view::View;
use crate::recipe::readme::metadata;

const README: &str = "README.md";
const OPEN: &str = "<!-- metadata -->";

/// R007.
pub(super) fn filled_in(view: &View<'_>) -> Verdict {
    let Some(text) = view.facts.texts.get(README) else {
        return vec![Finding::in_file(README, "there is no README that can be read")].into();
    };
    let Some(line) = text.lines().position(|line| line.contains(OPEN)) else {
        return vec![Finding::in_file(README, "it has no block of metadata")].into();
    };
    let line = u32::try_from(line + 1).unwrap_or_default();
    let found = metadata(text);
    let told = [
        ("Category", !found.category.is_empty()),
        ("Status", found.status.is_some()),
        ("Image", found.image.is_some()),
        ("Healthcheck", found.healthcheck.is_some()),
        ("Backups", found.backups.is_some()),
        ("Email", found.email.is_some()),
        ("Tests", found.tests.is_some()),
        ("SSO", found.sso.is_some()),
    ];
    let empty: Vec<&str> = told.iter().filter(|(_, told)| !told).map(|(key, _)| *key).collect();
    if empty.is_empty() {
        return Verdict::Satisfied;
    }
    vec![Finding::at(README, line, format!("not filled in: {}", empty.join(", ")))].into()
}
