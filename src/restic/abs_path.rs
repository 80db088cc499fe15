//! Paths that mean one place, wherever they are read.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// An absolute path as text: no `.` or `..`, no empty parts, no byte 0, nothing at its end. What looks relative or like `scheme:…`
/// would be something else to restic, so no other path is ever handed to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AbsPath(String);

/// Why a text is no such path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    #[error("a path begins with /")]
    Relative,
    #[error("a path has no parts . or .. and no // in it")]
    NotPlain,
    #[error("a path has no control characters")]
    Control,
    #[error("the folder that comes back and the one that becomes it have to have the same name")]
    OtherName,
}

impl AbsPath {
    /// Reads a path. A `/` at its end is left out.
    pub fn new(text: &str) -> Result<Self, BadPath> {
        if text.chars().any(char::is_control) {
            return Err(BadPath::Control);
        }
        let inner = text.strip_prefix('/').ok_or(BadPath::Relative)?;
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if text == "//" || !inner.is_empty() && inner.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(BadPath::NotPlain);
        }
        Ok(Self(format!("/{inner}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that it lies in, and its name there. `None` for the root.
    pub fn split(&self) -> Option<(Self, &str)> {
        let (folder, name) = self.0.rsplit_once('/').filter(|(_, name)| !name.is_empty())?;
        Some((Self(if folder.is_empty() { "/".to_owned() } else { folder.to_owned() }), name))
    }

    /// Whether `other` is this very path, or lies below it.
    pub fn holds(&self, other: &Self) -> bool {
        self.below(other).is_some()
    }

    /// What leads from here to `other`: empty for the same path, `None` if it lies elsewhere.
    pub fn below<'a>(&self, other: &'a Self) -> Option<&'a str> {
        let rest = other.0.strip_prefix(self.0.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
    }

    /// The path that `rest`, such as `a/b`, leads to from here.
    pub fn join(&self, rest: &str) -> Result<Self, BadPath> {
        Self::new(&format!("{}/{rest}", self.0.trim_end_matches('/')))
    }
}

impl TryFrom<String> for AbsPath {
    type Error = BadPath;

    fn try_from(text: String) -> Result<Self, BadPath> {
        Self::new(&text)
    }
}

impl From<AbsPath> for String {
    fn from(path: AbsPath) -> Self {
        path.0
    }
}

impl AsRef<Path> for AbsPath {
    fn as_ref(&self) -> &Path {
        Path::new(&self.0)
    }
}

impl fmt::Display for AbsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_mean_one_place_are_taken() {
        for good in ["/", "/srv/backups", "/a b/b2:x", "/srv/"] {
            assert!(AbsPath::new(good).is_ok(), "{good}");
        }
        for bad in ["", "b2:bucket", "srv", "//", "/a//b", "/a/../b", "/./a", "/a\n", "/a\0"] {
            assert!(AbsPath::new(bad).is_err(), "{bad:?}");
        }
        assert_eq!(AbsPath::new("/srv/x/").unwrap().as_str(), "/srv/x");
    }

    #[test]
    fn paths_know_what_lies_below_them() {
        let path = |text| AbsPath::new(text).unwrap();
        assert_eq!(path("/a/b").below(&path("/a/b/c/d")), Some("c/d"));
        assert_eq!(path("/").below(&path("/a")), Some("a"));
        assert_eq!(path("/a/b").below(&path("/a/b")), Some(""));
        assert_eq!(path("/a/b").below(&path("/a/bc")), None);
        assert_eq!(path("/a").split(), Some((path("/"), "a")));
        assert_eq!(path("/").split(), None);
        assert_eq!(path("/").join("a/b").unwrap(), path("/a/b"));
        assert!(path("/a").join("../b").is_err());
    }
}
