//! The rules for generating a secret, which stand in the comment behind its version: `SECRET_X_VERSION=v1 # length=32`.

/// What the trailing comment of a line says about the secret of that variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modifiers {
    /// `length=N`: a password of N characters instead of a passphrase.
    pub length: Option<usize>,
    /// `charset=…`: the alphabet of that password, as written.
    pub charset: Option<String>,
    /// False after `generate=false`: a member has to insert the value.
    pub generate: bool,
}

impl Default for Modifiers {
    fn default() -> Self {
        Self { length: None, charset: None, generate: true }
    }
}

impl Modifiers {
    /// Reads the text behind the `#`. Words that are no modifier are prose and skipped.
    pub fn parse(comment: &str) -> Self {
        let mut found = Self::default();
        for (name, value) in comment.split_whitespace().filter_map(|word| word.trim_start_matches('#').split_once('=')) {
            match name {
                "length" => found.length = value.parse().ok().or(found.length),
                "charset" if !value.is_empty() => found.charset = Some(value.to_owned()),
                "generate" => found.generate = value != "false",
                _ => {}
            }
        }
        found
    }

    /// True when the comment said nothing about generation.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_comments_carry_generation_rules() {
        let of = |length, charset: Option<&str>, generate| Modifiers { length, charset: charset.map(str::to_owned), generate };
        for (comment, expected) in [
            (" length=128", of(Some(128), None, true)),
            ("   length=64   charset=hex ", of(Some(64), Some("hex"), true)),
            ("generate=false", of(None, None, false)),
            (" charset=default,safespecial length=20", of(Some(20), Some("default,safespecial"), true)),
            (" length=many", of(None, None, true)),
            (" the length of a rope", of(None, None, true)),
        ] {
            assert_eq!(Modifiers::parse(comment), expected, "{comment}");
        }
    }
}
