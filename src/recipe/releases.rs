//! Which tags of a recipe are releases, and which of them is offered.

use super::chaos::ChaosVersion;
use super::version::{RecipeVersion, Tag, newest_first};

/// The tags of a recipe, sorted out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Releases {
    /// Releases, newest first. Those whose names are no versions come last, and are never offered as an upgrade.
    pub versions: Vec<Tag>,
    /// Lightweight tags: nobody signed them off as a release, so they are shown and not offered.
    pub light: Vec<Tag>,
}

impl Releases {
    /// Sorts tags out; the truth value tells whether a tag is annotated.
    pub fn of(tags: impl IntoIterator<Item = (Tag, bool)>) -> Self {
        let (annotated, light): (Vec<_>, Vec<_>) = tags.into_iter().partition(|(_, annotated)| *annotated);
        let sorted = |tags: Vec<(Tag, bool)>| newest_first(tags.into_iter().map(|(tag, _)| tag).collect());
        Self { versions: sorted(annotated), light: sorted(light) }
    }

    /// The releases whose names nobody can call newer or older, such as `latest`.
    pub fn strange(&self) -> Vec<String> {
        let names = self.versions.iter().map(|tag| &tag.name);
        names.filter(|name| RecipeVersion::parse(name).is_none()).cloned().collect()
    }

    /// The newest release; empty when there is none.
    pub fn newest(&self) -> &str {
        self.versions.first().map_or("", |tag| tag.name.as_str())
    }

    /// What can be deployed, newest first: the releases, or the newest commit of the recipe when it has none.
    pub fn choices(&self, head: &str) -> Vec<String> {
        if self.versions.is_empty() {
            return vec![ChaosVersion::of_commit(head).to_string()];
        }
        self.versions.iter().map(|tag| tag.name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Case {
        why: String,
        /// Name, seconds since 1970, whether it is annotated.
        tags: Vec<(String, i64, bool)>,
        choices: Vec<String>,
        light: Vec<String>,
        #[serde(default)]
        strange: Vec<String>,
    }

    const HEAD: &str = "eb96de94aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn trap_42_what_is_offered_follows_the_rules_for_odd_tags() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/data/recipe/releases.json")).unwrap();
        assert!(cases.len() >= 10);
        for case in cases {
            let tags = case.tags.into_iter().map(|(name, at_s, annotated)| (Tag { name, at_s }, annotated));
            let releases = Releases::of(tags);
            assert_eq!(releases.choices(HEAD), case.choices, "{}", case.why);
            let light: Vec<_> = releases.light.iter().map(|tag| tag.name.clone()).collect();
            assert_eq!(light, case.light, "{}", case.why);
            assert_eq!(releases.strange(), case.strange, "{}", case.why);
            assert!(releases.newest().is_empty() || releases.newest() == case.choices[0], "{}", case.why);
        }
    }
}
