//! The version of restic.

use std::fmt;

/// Three numbers, such as 0.18.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// The first with the exit codes 10 to 12, with `restore --delete`, and with JSON for all that we read.
    pub const OLDEST: Self = Self(0, 17, 1);

    /// Reads `0.18.0`, or `0.19.0-dev`.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.split(['-', '+', ' ']).next()?;
        let mut parts = plain.split('.').map(|part| part.parse().ok());
        let version = Self(parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(Version::parse("0.18.0"), Some(Version(0, 18, 0)));
        assert_eq!(Version::parse("0.19.0-dev (compiled manually)"), Some(Version(0, 19, 0)));
        assert!(Version(0, 9, 6) < Version::OLDEST && Version(0, 17, 0) < Version::OLDEST && Version(0, 18, 0) >= Version::OLDEST);
        assert!(["", "0.18", "0.18.0.1", "x.y.z"].iter().all(|text| Version::parse(text).is_none()));
    }
}
