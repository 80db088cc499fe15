//! How the value of a secret comes about: the rule behind its version in the `.env`.

use crate::envfile::Modifiers;

/// How a value is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Random characters (`length=N`).
    Password {
        /// How many characters; bytes for [`Charset::Bytes`].
        length: usize,
        /// What they are drawn from.
        charset: Charset,
    },
    /// Six words of a list.
    Passphrase,
    /// A member inserts it (`generate=false`).
    Insert,
}

impl Rule {
    /// The rule that the comment behind the version states.
    pub fn of(modifiers: &Modifiers) -> Self {
        let charset = modifiers.charset.as_deref().and_then(Charset::parse).unwrap_or_default();
        match modifiers.length {
            _ if !modifiers.generate => Self::Insert,
            Some(length) => Self::Password { length, charset },
            None => Self::Passphrase,
        }
    }

    /// For people: what the value will be.
    pub fn describe(&self) -> String {
        match self {
            Self::Password { length, charset: Charset::Bytes } => format!("{length} random bytes"),
            Self::Password { length, charset } => format!("a password of {length} characters: {}", charset.describe()),
            Self::Passphrase => "a passphrase of six English words".to_owned(),
            Self::Insert => "a value that you insert yourself".to_owned(),
        }
    }
}

/// The alphabet of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// Letters and digits: safe in URLs, shells and SQL.
    #[default]
    Alphanumeric,
    /// Symbols only.
    Special,
    /// Symbols without the dollar sign, which many configuration files would expand.
    SafeSpecial,
    /// Letters, digits and symbols.
    AlphanumericSpecial,
    /// Letters, digits and symbols without the dollar sign.
    AlphanumericSafeSpecial,
    /// `0`–`9` and `a`–`f`.
    Hex,
    /// Letters, digits, `+` and `/`.
    Base64,
    /// Letters, digits, `-` and `_`.
    Base64Url,
    /// Any byte.
    Bytes,
}

const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SAFE_SYMBOLS: &str = "!@#%^&*_-+=";

impl Charset {
    /// The charset of this name; `None` for a name that we do not know.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "default" | "alnum" | "alphanumeric" => Self::Alphanumeric,
            "special" => Self::Special,
            "safespecial" => Self::SafeSpecial,
            "default,special" | "special,default" => Self::AlphanumericSpecial,
            "default,safespecial" | "safespecial,default" => Self::AlphanumericSafeSpecial,
            "hex" => Self::Hex,
            "base64" => Self::Base64,
            "base64url" => Self::Base64Url,
            "bytes" => Self::Bytes,
            _ => return None,
        })
    }

    /// Its symbols, each once; empty for [`Charset::Bytes`], which is not made of characters.
    pub fn alphabet(self) -> Vec<u8> {
        let parts: &[&str] = match self {
            Self::Alphanumeric => &[ALPHANUMERIC],
            Self::Special => &[SAFE_SYMBOLS, "$"],
            Self::SafeSpecial => &[SAFE_SYMBOLS],
            Self::AlphanumericSpecial => &[ALPHANUMERIC, SAFE_SYMBOLS, "$"],
            Self::AlphanumericSafeSpecial => &[ALPHANUMERIC, SAFE_SYMBOLS],
            Self::Hex => &["0123456789abcdef"],
            Self::Base64 => &[ALPHANUMERIC, "+/"],
            Self::Base64Url => &[ALPHANUMERIC, "-_"],
            Self::Bytes => &[],
        };
        parts.concat().into_bytes()
    }

    /// For people: what it is made of.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Alphanumeric => "letters and digits",
            Self::Special => "symbols",
            Self::SafeSpecial => "symbols without $",
            Self::AlphanumericSpecial => "letters, digits and symbols",
            Self::AlphanumericSafeSpecial => "letters, digits and symbols without $",
            Self::Hex => "hexadecimal digits",
            Self::Base64 => "letters, digits, + and /",
            Self::Base64Url => "letters, digits, - and _",
            Self::Bytes => "any bytes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comment_behind_a_version_states_the_rule() {
        for (comment, rule, words) in [
            (
                "length=32",
                Rule::Password { length: 32, charset: Charset::Alphanumeric },
                "a password of 32 characters: letters and digits",
            ),
            (
                "length=64 charset=hex",
                Rule::Password { length: 64, charset: Charset::Hex },
                "a password of 64 characters: hexadecimal digits",
            ),
            (
                "length=8 charset=klingon",
                Rule::Password { length: 8, charset: Charset::Alphanumeric },
                "a password of 8 characters: letters and digits",
            ),
            ("length=32 charset=bytes", Rule::Password { length: 32, charset: Charset::Bytes }, "32 random bytes"),
            ("", Rule::Passphrase, "a passphrase of six English words"),
            ("generate=false length=10", Rule::Insert, "a value that you insert yourself"),
        ] {
            let found = Rule::of(&Modifiers::parse(comment));
            assert_eq!((found, found.describe().as_str()), (rule, words), "{comment}");
        }
    }
}
