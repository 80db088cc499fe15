//! Values that a comment lists: `one of: none, tls, starttls`.

/// What a comment says before it lists every value.
const MARKERS: [&str; 9] = [
    "one of",
    "options",
    "possible values",
    "allowed values",
    "valid values",
    "supported values",
    "choices",
    "choose between",
    "either",
];
/// A longer list is prose.
const MOST: usize = 16;

/// The values that `help` lists, if it lists any and the default is one of them (or is empty).
pub(super) fn choices(help: &str, default: &str) -> Vec<String> {
    let fits = |list: &Vec<String>| {
        (2..=MOST).contains(&list.len()) && (default.is_empty() || list.iter().any(|choice| choice == default))
    };
    let of_line =
        |line: &str| announced(line).filter(fits).or_else(|| piped(line).filter(fits)).or_else(|| ending(line).filter(fits));
    help.lines().find_map(of_line).unwrap_or_default()
}

/// The list behind one of the markers.
fn announced(line: &str) -> Option<Vec<String>> {
    let lower = line.to_ascii_lowercase();
    let end = MARKERS.iter().find_map(|marker| lower.find(marker).map(|at| at + marker.len()))?;
    let behind = line.get(end..)?.trim_start();
    let behind = behind.strip_prefix("are").unwrap_or(behind).trim_start_matches(':').trim_start();
    let until = behind.find(". ").or_else(|| behind.find([')', ';'])).unwrap_or(behind.len());
    let list = behind.get(..until)?.trim_end_matches('.').replace(" or ", ",").replace(" and ", ",");
    words(list.split([',', '|', '/']))
}

/// `Colours: auto, light or dark.` at the end of a line. A list of two may be an example.
fn ending(line: &str) -> Option<Vec<String>> {
    let (_, list) = line.rsplit_once(": ")?;
    let list = list.trim_end().trim_end_matches('.').replace(" or ", ",");
    words(list.split(',')).filter(|words| words.len() > 2)
}

/// `tls|starttls|none`, alone or between brackets.
fn piped(line: &str) -> Option<Vec<String>> {
    line.replace(" | ", "|").split_whitespace().filter(|word| word.contains('|')).find_map(|word| {
        let inner = word.trim_matches(['(', ')', '[', ']', '<', '>', ',', '.', ':']);
        words(inner.split('|'))
    })
}

/// The items without their quotes, if each is one word.
fn words<'t>(items: impl Iterator<Item = &'t str>) -> Option<Vec<String>> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
    let mut found: Vec<String> = vec![];
    for item in items.map(|item| item.trim().trim_matches(['`', '\'', '"'])).filter(|item| !item.is_empty()) {
        if item.len() > 40 || !item.chars().all(is_word) {
            return None;
        }
        if !found.iter().any(|known| known == item) {
            found.push(item.to_owned());
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_that_lists_every_value_gives_a_choice() {
        for (help, default, expected) in [
            ("One of: none, tls, starttls", "tls", "none tls starttls"),
            ("How mail is sent (options are `smtp`, `sendmail` or `none`).", "", "smtp sendmail none"),
            ("possible values: debug/info/warn. Restart afterwards.", "info", "debug info warn"),
            ("Encryption\n(tls|starttls|none)", "none", "tls starttls none"),
            ("a | b | c", "b", "a b c"),
            ("Colours of the page: auto, light or dark.", "auto", "auto light dark"),
            ("Such as: red, blue", "red", ""),
            ("One of: none, tls", "ssl", ""),
            ("One of the relays of your co-op, or nothing", "", ""),
            ("See the options in the manual", "x", ""),
            ("One of 2", "2", ""),
            ("Set either way", "", ""),
        ] {
            assert_eq!(choices(help, default).join(" "), expected, "{help}");
        }
    }
}
