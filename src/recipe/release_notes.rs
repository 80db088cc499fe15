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
        ] {
            assert_eq!(between(&tags, from, to), expected, "{from:?} to {to}");
        }
        assert_eq!(path("2.0.0+1.0.5-social-amd64"), "release/2.0.0+1.0.5-social-amd64");
    }
}
