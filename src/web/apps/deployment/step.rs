//! Which way a change of versions goes, and what a member should know of it before.

use super::review::Review;
use crate::recipe::RecipeVersion;
use crate::recipe::abra_command::Task;

/// The deploy as a task of `abra`. `from` is what is deployed: its version, and the release that it is or comes after.
pub(super) fn task(from: Option<(&str, &str)>, review: &Review, recipe: &str) -> Task {
    let version = review.version.clone();
    if review.is_chaos() {
        return Task::Chaos { recipe: recipe.to_owned(), commit: version };
    }
    match from {
        None => Task::Deploy { version },
        // From a commit there is neither up nor down.
        Some((deployed, base)) if deployed == version || deployed != base => Task::Redeploy { version },
        Some((_, base)) if older(base, &version) => Task::Rollback { version },
        Some(_) => Task::Upgrade { version },
    }
}

fn older(from: &str, to: &str) -> bool {
    let (from, to) = (RecipeVersion::parse(from), RecipeVersion::parse(to));
    from.zip(to).is_some_and(|(from, to)| to.precedence(&from).is_lt())
}

/// What is special about going from one version to another; `None` for an ordinary step or none at all.
pub(super) fn warning(from: &str, to: &str) -> Option<String> {
    if from == to {
        return None;
    }
    let (Some(old), Some(new)) = (RecipeVersion::parse(from), RecipeVersion::parse(to)) else {
        return Some(format!("It can’t be told which of {from} and {to} is newer. {}", data_stays(to)));
    };
    if new.precedence(&old).is_lt() {
        return Some(format!("This is an older version than the one that is deployed. {}", data_stays(to)));
    }
    (new.major() > old.major()).then(|| {
        format!(
            "This is a major step, from {} to {}: its authors raise this number where somebody has to act. Read what they say, and \
             make a backup first",
            old.major(),
            new.major()
        )
    })
}

/// Whether a release is newer than the one that a commit comes after. What no number tells is not.
pub(super) fn newer(after: Option<&str>, release: &str) -> bool {
    let Some(after) = after else { return true };
    match (RecipeVersion::parse(after), RecipeVersion::parse(release)) {
        (Some(after), Some(release)) => release.precedence(&after).is_gt(),
        _ => false,
    }
}

/// What every way to an older version has to tell.
pub(in crate::web::apps) fn data_stays(version: &str) -> String {
    format!("Data is not put back. What a newer version has written may be unreadable for {version}; make a backup first")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_major_step_and_a_way_back_are_told_and_nothing_else_is() {
        for (from, to, words) in [
            ("1.0.0+1", "2.0.0+1", "a major step, from 1 to 2"),
            ("1.9.0+1", "3.0.0+1", "a major step, from 1 to 3"),
            ("2.0.0+1", "1.9.9+1", "an older version"),
            ("2.0.1+1", "2.0.0+1", "unreadable for 2.0.0+1"),
            ("eb96de94", "2.0.0+1", "can’t be told"),
        ] {
            let said = warning(from, to).unwrap_or_default();
            assert!(said.contains(words), "{from} to {to}: {said}");
        }
        for (from, to) in [("1.0.0+1", "1.0.0+1"), ("1.0.0+1", "1.1.0+2"), ("eb96de94", "eb96de94")] {
            assert_eq!(warning(from, to), None, "{from} to {to}");
        }
    }
}
