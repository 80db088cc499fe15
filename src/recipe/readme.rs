//! What the README of a recipe says about it: title, description and the block of metadata.

/// The head of a README. Absent, unknown (`?`) and empty cells are `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The first heading; empty when there is none.
    pub title: String,
    /// The first quoted line; empty when there is none.
    pub description: String,
    /// Such as `Apps`; empty when there is none.
    pub category: String,
    /// 0 (unset) to 5 (best).
    pub status: Option<u8>,
    /// Image, rating and source as written, without link marks.
    pub image: Option<String>,
    /// `Yes` or `No`.
    pub healthcheck: Option<String>,
    /// `Yes` or `No`.
    pub backups: Option<String>,
    /// 3 (automatic) to 0 (none), or `N/A`.
    pub email: Option<String>,
    /// 3 (best) to 0 (none).
    pub tests: Option<String>,
    /// 3 (automatic) to 0 (none), or `N/A`.
    pub sso: Option<String>,
}

const OPEN: &str = "<!-- metadata -->";
const CLOSE: &str = "<!-- endmetadata -->";

/// The older scale runs from 1 (best) to 4: these are its signs, and what each is on the scale of today, where more is better.
const OLD_SCALE: [(char, char); 4] = [('\u{2776}', '3'), ('\u{2777}', '2'), ('\u{2778}', '1'), ('\u{2779}', '0')];

/// Reads a README; whatever it lacks is left empty.
pub fn metadata(readme: &str) -> Metadata {
    let mut found = Metadata {
        title: first(readme, "# ").filter(|title| !title.contains("{{")).unwrap_or_default(),
        description: first(readme, ">").filter(|text| !text.starts_with("One line description")).unwrap_or_default(),
        ..Metadata::default()
    };
    let block = readme.split_once(OPEN).map_or("", |(_, behind)| behind.split_once(CLOSE).map_or(behind, |(block, _)| block));
    for (key, cell) in block.lines().filter_map(item) {
        match key.to_ascii_lowercase().as_str() {
            "category" => found.category = cell,
            "status" => found.status = status(&cell),
            "image" => found.image = rated(&without_links(&cell)),
            "healthcheck" => found.healthcheck = rated(&cell),
            "backups" => found.backups = rated(&cell),
            "email" => found.email = rated(&cell),
            "tests" => found.tests = rated(&cell),
            "sso" => found.sso = rated(&cell),
            _ => {}
        }
    }
    found
}

/// The rest of the first line that begins with `mark`.
fn first(readme: &str, mark: &str) -> Option<String> {
    readme.lines().find_map(|line| line.strip_prefix(mark)).map(|text| text.trim().to_owned())
}

/// `* **Key**: value`.
fn item(line: &str) -> Option<(&str, String)> {
    let item = line.trim_start().strip_prefix(['*', '-'])?.trim_start().strip_prefix("**")?;
    let (key, value) = item.split_once("**")?;
    let key = key.trim().trim_end_matches(':');
    Some((key, value.trim_start().trim_start_matches(':').trim().to_owned()))
}

/// The status in a cell, on the scale of today.
pub(super) fn status(cell: &str) -> Option<u8> {
    // On the older scale 1 is "works well", which is 4 today: 5 adds single sign-on, which it did not ask for.
    if let Some((_, today)) = OLD_SCALE.iter().find(|(old, _)| cell.contains(*old)) {
        return today.to_digit(10).and_then(|digit| u8::try_from(digit + 1).ok());
    }
    let digit = cell.chars().next()?.to_digit(10)?;
    u8::try_from(digit).ok().filter(|status| *status <= 5)
}

/// The cell on the scale of today.
pub(super) fn rated(cell: &str) -> Option<String> {
    if let Some((_, today)) = OLD_SCALE.iter().find(|(old, _)| cell.contains(*old)) {
        return Some(today.to_string());
    }
    match cell.trim() {
        "" | "?" => None,
        no if no.starts_with('\u{274c}') => Some("No".to_owned()),
        yes if yes.starts_with('\u{2705}') => Some("Yes".to_owned()),
        cell => Some(cell.to_owned()),
    }
}

/// `[`nginx`](https://…), 4, upstream` becomes `nginx, 4, upstream`.
fn without_links(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some((head, behind)) = rest.split_once('[') {
        text.push_str(head);
        match behind.split_once("](").and_then(|(label, link)| Some((label, link.split_once(')')?.1))) {
            Some((label, after)) => {
                text.push_str(label);
                rest = after;
            }
            None => rest = behind,
        }
    }
    text.push_str(rest);
    text.replace('`', "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_of_today_is_read_as_written() {
        let some = |text: &str| Some(text.to_owned());
        let found = metadata(include_str!("../../tests/data/recipe/README.today.md"));
        let expected = Metadata {
            title: "Bakery".to_owned(),
            description: "Orders and bread lists".to_owned(),
            category: "Apps".to_owned(),
            status: Some(3),
            image: some("bakery/bread, 4, upstream"),
            healthcheck: some("Yes"),
            backups: some("No"),
            email: some("N/A"),
            tests: None,
            sso: some("2 (OAuth)"),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn the_older_scale_is_turned_round_and_leftovers_of_the_template_are_dropped() {
        let some = |text: &str| Some(text.to_owned());
        let found = metadata(include_str!("../../tests/data/recipe/README.old.md"));
        assert_eq!((found.title.as_str(), found.description.as_str()), ("", ""));
        assert_eq!(found.status, Some(4));
        assert_eq!((found.email, found.tests, found.sso), (some("3"), some("1"), None));
        assert_eq!((found.backups, found.healthcheck), (some("No"), some("Yes")));
        assert_eq!(metadata("no block at all"), Metadata::default());
    }
}
