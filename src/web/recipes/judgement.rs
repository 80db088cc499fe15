//! What a recipe's authors say about its quality, as lines of a page.

use super::filter::FEATURES;
use crate::recipe::{CatalogueEntry, Metadata, Quality, Rating};

/// Lines such as ("Backups", "Yes"); only what is stated. `written` holds the cells as they were written, which may say more.
fn lines(quality: Quality, image: &str, written: [&str; 5]) -> Vec<(String, String)> {
    let status = quality.status_word().map(|word| format!("{} of 5, {word}", quality.status.unwrap_or_default()));
    let image = (!image.is_empty()).then(|| match quality.image.and_then(whose) {
        Some(whose) => format!("{image} ({whose})"),
        None => image.to_owned(),
    });
    let stated = FEATURES.iter().zip(written).map(|((_, label, of), cell)| (*label, value(of(&quality), cell)));
    let all = [("Status", status), ("Image", image)].into_iter().chain(stated);
    all.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// What the README says.
pub(super) fn of_readme(metadata: &Metadata) -> Vec<(String, String)> {
    let cell = |cell: &'_ Option<String>| cell.clone().unwrap_or_default();
    let written = [&metadata.backups, &metadata.email, &metadata.sso, &metadata.healthcheck, &metadata.tests].map(cell);
    let image = metadata.image.as_deref().and_then(|cell| cell.split(',').next()).unwrap_or_default().trim();
    lines(Quality::of_readme(metadata), image, written.each_ref().map(String::as_str))
}

/// What the catalogue says.
pub(super) fn of_listing(entry: &CatalogueEntry) -> Vec<(String, String)> {
    let told = &entry.features;
    let written = [&told.backups, &told.email, &told.sso, &told.healthcheck, &told.tests].map(String::as_str);
    lines(Quality::of_catalogue(told), &told.image.image, written)
}

/// A rating in words, with what its authors wrote beside a bare digit or word. What can't be understood is shown as written.
fn value(rating: Rating, written: &str) -> Option<String> {
    let written = written.trim();
    if rating == Rating::Unknown {
        return (!matches!(written, "" | "?")).then(|| written.to_owned());
    }
    let mut words = rating.words().to_owned();
    words.get_mut(..1)?.make_ascii_uppercase();
    let bare = written.chars().count() <= 2 || written.eq_ignore_ascii_case(&words) || written.eq_ignore_ascii_case("n/a");
    Some(if bare { words } else { format!("{words} ({written})") })
}

const fn whose(rating: u8) -> Option<&'static str> {
    match rating {
        4 => Some("by the program’s authors"),
        3 => Some("kept up by people close to its authors"),
        2 => Some("by somebody else"),
        1 => Some("made for this recipe"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::readme::metadata;

    #[test]
    fn only_what_is_stated_is_told_and_in_words() {
        let told = of_readme(&metadata(include_str!("../../../tests/data/recipe/README.today.md")));
        let told: Vec<_> = told.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [
            ("Status", "3 of 5, stable"),
            ("Image", "bakery/bread (by the program’s authors)"),
            ("Backups", "No"),
            ("E-mail", "Not needed"),
            ("Single sign-on", "Mostly (2 (OAuth))"),
            ("Health check", "Yes"),
        ];
        assert_eq!(told, expected);
        let old = of_readme(&metadata(include_str!("../../../tests/data/recipe/README.old.md")));
        let told = |name: &str| old.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        assert_eq!((told("E-mail"), told("Tests"), told("Single sign-on")), (Some("By itself"), Some("By hand"), None));
        assert!(of_readme(&Metadata::default()).is_empty());
    }
}
