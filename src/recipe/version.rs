//! Versions of recipes: the names of Git tags such as `2.0.1+1.0.6-social-amd64`, and which of two is newer.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Serialize};

/// A tag that is a version: `<recipe version>+<version of the packaged program>`. Only the left part decides what is newer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecipeVersion {
    text: String,
    numbers: (u64, u64, u64),
    /// The text between a `-` and the `+`: a release candidate.
    candidate: Option<String>,
}

/// A Git tag of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// When it was made, in seconds since 1970.
    pub at_s: i64,
}

impl RecipeVersion {
    /// Reads `1.2.3+4.5`, also with a `v` in front or without the last number; `None` for a tag that is no version.
    pub fn parse(tag: &str) -> Option<Self> {
        let plain = tag.strip_prefix('v').unwrap_or(tag);
        let own = plain.split_once('+').map_or(plain, |(own, _)| own);
        let (numbers, candidate) = own.split_once('-').map_or((own, None), |(own, rest)| (own, Some(rest.to_owned())));
        let numbers: Vec<u64> = numbers.split('.').map(number).collect::<Option<_>>()?;
        let numbers = match *numbers.as_slice() {
            [major, minor] => (major, minor, 0),
            [major, minor, patch] => (major, minor, patch),
            _ => return None,
        };
        Some(Self { text: tag.to_owned(), numbers, candidate })
    }

    /// The tag as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Raised when the operator has to act.
    pub fn major(&self) -> u64 {
        self.numbers.0
    }

    /// Raised for features and compatible updates.
    pub fn minor(&self) -> u64 {
        self.numbers.1
    }

    /// Raised for fixes.
    pub fn patch(&self) -> u64 {
        self.numbers.2
    }

    /// What stands behind the `+`: the version of the packaged program.
    pub fn upstream(&self) -> Option<&str> {
        self.text.split_once('+').map(|(_, upstream)| upstream)
    }

    /// Whether it is a candidate for a release, such as `2.0.0-rc1+5`.
    pub fn is_candidate(&self) -> bool {
        self.candidate.is_some()
    }

    /// Which release is newer. Equal for two tags that differ only behind the `+`.
    pub fn precedence(&self, other: &Self) -> Ordering {
        // No candidate suffix is newer than any.
        let key = |version: &Self| (version.numbers, version.candidate.is_none(), version.candidate.clone());
        key(self).cmp(&key(other))
    }
}

/// The tags with the newest version first. Tags of the same release go by date, then by name; tags that are no versions come
/// last, the latest first.
pub fn newest_first(tags: Vec<Tag>) -> Vec<Tag> {
    let mut tags: Vec<_> = tags.into_iter().map(|tag| (RecipeVersion::parse(&tag.name), tag)).collect();
    tags.sort_by(|(a, a_tag), (b, b_tag)| {
        let versions = match (a, b) {
            (Some(a), Some(b)) => a.precedence(b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        versions.then(a_tag.at_s.cmp(&b_tag.at_s)).then_with(|| a_tag.name.cmp(&b_tag.name)).reverse()
    });
    tags.into_iter().map(|(_, tag)| tag).collect()
}

fn number(text: &str) -> Option<u64> {
    // `parse` alone would take "+1".
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// By release; equal releases by the text of the tag, since no date is at hand here.
impl Ord for RecipeVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.precedence(other).then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for RecipeVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RecipeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_in_the_wild_are_versions_or_not() {
        for (tag, expected) in [
            ("1.0.0+1.14.3", Some((1, 0, 0))),
            ("2.0.1+1.0.6-social-amd64", Some((2, 0, 1))),
            ("v2.4.8", Some((2, 4, 8))),
            ("0.9+x", Some((0, 9, 0))),
            ("latest", None),
            ("", None),
            ("12345678", None),
            ("2021-01-01", None),
            ("1.2.3.4", None),
            ("1..2", None),
            ("99999999999999999999.0.0", None),
        ] {
            assert_eq!(RecipeVersion::parse(tag).map(|v| v.numbers), expected, "{tag}");
        }
    }

    #[test]
    fn releases_are_ordered_by_number_and_not_by_text() {
        let parse = |tag| RecipeVersion::parse(tag).unwrap();
        for (older, newer) in
            [("9.0.0+1", "10.0.0+1"), ("1.0.0-rc1+9", "1.0.0+1"), ("0.9.0+3.5.0", "v1.0.0"), ("1.2.9+9", "1.10.0+1")]
        {
            assert!(parse(older) < parse(newer), "{older} < {newer}");
        }
        assert_eq!(parse("1.0.0+1.9").precedence(&parse("1.0.0+1.10")), Ordering::Equal);
    }

    #[test]
    fn ties_go_by_date_and_strange_tags_come_last() {
        let tag = |name: &str, at_s| Tag { name: name.to_owned(), at_s };
        let tags =
            vec![tag("old", 1), tag("1.0.0+a", 20), tag("weird", 99), tag("2.0.0+1", 5), tag("1.0.0+b", 10), tag("1.0.0+c", 10)];
        let names: Vec<_> = newest_first(tags).into_iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["2.0.0+1", "1.0.0+a", "1.0.0+c", "1.0.0+b", "weird", "old"]);
    }
}
