//! Which release notes a member reads before an upgrade.

use super::version::RecipeVersion;

/// Where the note of `tag` lies in the recipe. Not every release has one.
pub fn path(tag: &str) -> String {
    format!("release/{tag}")
}

/// The tags behind `from` up to `to`, oldest first. `tags` comes oldest first.
///
/// When nothing ran before (`from` is `None`) or what ran is neither a tag nor a version, it is the note of `to` alone; on the
/// way back to an older version there is none.
pub fn between(tags: &[String], from: Option<&str>, to: &str) -> Vec<String> {
    let Some(last) = tags.iter().position(|tag| tag == to) else { return Vec::new() };
    let first = from.and_then(|from| {
        let behind_tag = tags.iter().position(|tag| tag == from).map(|at| at + 1);
        behind_tag.or_else(|| RecipeVersion::parse(from).map(|from| first_newer(tags, &from)))
    });
    tags.get(first.unwrap_or(last)..=last).unwrap_or_default().to_vec()
}

fn first_newer(tags: &[String], from: &RecipeVersion) -> usize {
    let newer = |tag: &String| RecipeVersion::parse(tag).is_some_and(|tag| tag.precedence(from).is_gt());
    tags.iter().position(newer).unwrap_or(tags.len())
}

/// As much of a note as a page shows, in characters.
pub const SHOWN: usize = 20_000;

/// A note as text for a page: unreadable bytes replaced, line ends made alike, blank lines at the ends and whatever could change
/// the direction or the look of the page around it removed, the rest beyond [`SHOWN`] cut off. It is plain text, whatever it holds.
pub fn legible(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
    let mut shown: String = text.trim().chars().filter(|c| !is_meddling(*c)).take(SHOWN + 1).collect();
    if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
        shown.truncate(end);
        shown.push_str("… (the rest is left out)");
    }
    shown
}

/// Controls, and the marks that turn the direction of text.
fn is_meddling(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upgrade_shows_the_notes_behind_the_old_version_up_to_the_new_one() {
        let tags = ["1.0.0+1", "1.1.0+1", "2.0.0+2", "2.1.0+2"].map(str::to_owned);
        for (from, to, expected) in [
            (Some("1.0.0+1"), "2.0.0+2", vec!["1.1.0+1", "2.0.0+2"]),
            (Some("1.0.5+1"), "2.0.0+2", vec!["1.1.0+1", "2.0.0+2"]),
            (Some("eb96de94"), "2.0.0+2", vec!["2.0.0+2"]),
            (None, "1.1.0+1", vec!["1.1.0+1"]),
            (Some("2.1.0+2"), "2.1.0+2", vec![]),
            (Some("2.1.0+2"), "1.0.0+1", vec![]),
            (Some("9.0.0+2"), "2.0.0+2", vec![]),
            (Some("1.0.0+1"), "no-tag", vec![]),
            (Some("v1.0.0"), "1.1.0+1", vec!["1.1.0+1"]),
            (Some("0.9.0+1"), "2.1.0+2", vec!["1.0.0+1", "1.1.0+1", "2.0.0+2", "2.1.0+2"]),
            (Some("eb96de94+U"), "2.1.0+2", vec!["2.1.0+2"]),
            (Some(""), "2.1.0+2", vec!["2.1.0+2"]),
        ] {
            assert_eq!(between(&tags, from, to), expected, "{from:?} to {to}");
        }
        assert_eq!(path("2.0.0+1.0.5-social-amd64"), "release/2.0.0+1.0.5-social-amd64");
    }

    #[test]
    fn trap_45_a_note_is_text_whatever_it_holds() {
        for (bytes, expected) in [
            (&b"no line end"[..], "no line end"),
            (b"\xef\xbb\xbfone\r\ntwo\r\n", "one\ntwo"),
            (b"\n\n \n", ""),
            (b"<script>alert(1)</script>\n", "<script>alert(1)</script>"),
            (b"a\x1b[31mred\x00\x07\tb", "a[31mred\tb"),
            (b"broken \xff byte", "broken \u{fffd} byte"),
            ("turned \u{202e}round\u{2069}".as_bytes(), "turned round"),
        ] {
            assert_eq!(legible(bytes), expected);
        }
        let huge = legible("ä".repeat(SHOWN + 1).as_bytes());
        assert!(huge.ends_with("ä… (the rest is left out)") && huge.chars().count() < SHOWN + 30);
        assert_eq!(legible("ä".repeat(SHOWN).as_bytes()).chars().count(), SHOWN, "one that just fits is whole");
    }
}
