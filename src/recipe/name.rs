//! The name of a recipe.

use std::fmt;

use serde::{Deserialize, Serialize};

const LONGEST: usize = 63;

/// A name such as `nextcloud` or `backup-bot-two`: safe as a folder, in an address and in a Swarm label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecipeName(String);

/// The text is no name of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name of a recipe; use 1 to 63 lower-case letters, digits, '.', '_' and '-', with a letter or digit first")]
pub struct NameError(pub String);

impl RecipeName {
    /// Accepts lower-case letters, digits, `.`, `_` and `-`, at most 63, with a letter or digit first.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        let first = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if text.len() <= LONGEST && text.starts_with(first) && text.chars().all(inner) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError(text.chars().take(LONGEST + 1).collect()))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecipeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for RecipeName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for RecipeName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for RecipeName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<RecipeName> for String {
    fn from(name: RecipeName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_safe_everywhere_are_accepted() {
        let (longest, too_long) = ("a".repeat(63), "a".repeat(64));
        for good in ["nextcloud", "backup-bot-two", "0x", "a.b_c-d", &longest] {
            assert_eq!(RecipeName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", ".", "..", "-x", ".git", "Nextcloud", "a/b", "a b", "ä", "a\n", &too_long] {
            assert!(RecipeName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(serde_json::from_str::<RecipeName>("\"../x\"").is_err());
    }
}
