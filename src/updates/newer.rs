//! Which versions are newer than the one that runs, and how far a policy lets an app go.

use super::policy::Mode;
use crate::recipe::RecipeVersion;

/// How far one version is from another, by the first number that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Patch,
    Minor,
    Major,
}

impl Step {
    /// The word for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// Those of `tags` that are newer than `current`, newest first as they came. `None` if `current` is no version, such as a commit:
/// nobody can tell then.
pub fn newer(current: &str, tags: &[String]) -> Option<Vec<String>> {
    let current = RecipeVersion::parse(current)?;
    let is_newer = |tag: &&String| RecipeVersion::parse(tag).is_some_and(|tag| tag.precedence(&current).is_gt());
    Some(tags.iter().filter(is_newer).cloned().collect())
}

/// How far it is from one version up to another; `None` if one of them is no version.
pub fn step(from: &str, to: &str) -> Option<Step> {
    let (from, to) = (RecipeVersion::parse(from)?, RecipeVersion::parse(to)?);
    Some(if from.major() != to.major() {
        Step::Major
    } else if from.minor() != to.minor() {
        Step::Minor
    } else {
        Step::Patch
    })
}

/// The newest version that the dashboard may deploy by itself; never a candidate for a release.
pub fn target<'n>(mode: Mode, current: &str, newer: &'n [String]) -> Option<&'n str> {
    let most = match mode {
        Mode::Off | Mode::Notify => return None,
        Mode::Patch => Step::Patch,
        Mode::Minor => Step::Minor,
    };
    let fits = |tag: &&String| {
        RecipeVersion::parse(tag).is_some_and(|v| !v.is_candidate()) && step(current, tag).is_some_and(|step| step <= most)
    };
    newer.iter().find(fits).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: [&str; 8] = ["3.0.0+9", "2.2.0-rc1+8", "2.1.1+7", "2.1.0+7", "2.0.1+6", "2.0.0+6", "1.9.0+5", "latest"];

    #[test]
    fn a_policy_goes_to_the_newest_version_within_its_step() {
        let tags = TAGS.map(str::to_owned);
        for (current, mode, count, expected) in [
            ("2.0.0+6", Mode::Patch, 5, Some("2.0.1+6")),
            ("2.0.0+6", Mode::Minor, 5, Some("2.1.1+7")),
            ("2.0.0+6", Mode::Notify, 5, None),
            ("2.0.0+6", Mode::Off, 5, None),
            ("2.1.1+7", Mode::Minor, 2, None),
            ("1.9.0+5", Mode::Patch, 6, None),
            ("1.8.0+4", Mode::Minor, 7, Some("1.9.0+5")),
            ("3.0.0+1", Mode::Minor, 0, None),
            ("v2.0", Mode::Patch, 5, Some("2.0.1+6")),
        ] {
            let newer = newer(current, &tags).unwrap();
            assert_eq!(newer.len(), count, "{current}");
            assert_eq!(target(mode, current, &newer), expected, "{current} {mode:?}");
        }
        assert_eq!(newer("eb96de94", &tags), None, "nobody can tell what is newer than a commit");
    }
}
