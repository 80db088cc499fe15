//! The version of a deployment that is no release: a commit.

use std::fmt;

/// As many digits of a commit as its version shows.
const DIGITS: usize = 8;

/// Eight digits of a commit, such as `eb96de94`. Behind them stands `+U` when somebody deployed files that were changed after the
/// commit; we never do, but `abra` does, and its deployments are read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChaosVersion {
    digits: String,
    changed: bool,
}

impl ChaosVersion {
    /// The version of a commit, whose id comes in full or shortened.
    pub fn of_commit(id: &str) -> Self {
        Self { digits: id.chars().take(DIGITS).collect::<String>().to_ascii_lowercase(), changed: false }
    }

    /// Reads eight digits with or without `+U`; `None` for anything else, as for the name of a release.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_suffix("+U").unwrap_or(text);
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        let fits = digits.len() == DIGITS && digits.bytes().all(hex);
        fits.then(|| Self { digits: digits.to_owned(), changed: digits.len() != text.len() })
    }

    /// The digits of the commit, by which a mirror finds it.
    pub fn commit(&self) -> &str {
        &self.digits
    }

    /// True when the files were changed after the commit, so that nobody can fetch them.
    pub const fn changed(&self) -> bool {
        self.changed
    }
}

impl fmt::Display for ChaosVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.digits, if self.changed { "+U" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chaos_versions_are_eight_digits_and_a_mark_for_changes() {
        for (text, expected) in [
            ("eb96de94", Some(("eb96de94", false))),
            ("eb96de94+U", Some(("eb96de94", true))),
            ("12345678", Some(("12345678", false))),
            ("EB96DE94", None),
            ("eb96de9", None),
            ("eb96de941", None),
            ("eb96de94+u", None),
            ("1.0.0+1.14", None),
            ("latest", None),
            ("", None),
        ] {
            let read = ChaosVersion::parse(text);
            assert_eq!(read.as_ref().map(|v| (v.commit(), v.changed())), expected, "{text}");
            assert!(read.is_none_or(|v| v.to_string() == text), "{text}");
        }
        let id = "EB96DE94f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";
        assert_eq!(ChaosVersion::of_commit(id).to_string(), "eb96de94");
    }
}
