use std::fmt;

use sha2::{Digest as _, Sha256};

/// The public half of a recovery key, such as `age1…`.
#[derive(Clone)]
pub struct Recipient(pub(super) age::x25519::Recipient);

/// Why a text is no recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRecipient {
    #[error(
        "this is the secret half of a key, which nobody but its holder may have; give the line that begins with age1, and make a new key"
    )]
    Secret,
    #[error("an SSH key can't be used here; make a key with age-keygen, or have Canteen make one")]
    Ssh,
    #[error(
        "a key of a plug-in or of another kind can't be used here; give one of age-keygen, which begins with age1 and has 62 characters"
    )]
    OtherKind,
    #[error("this is not the public half of a key of age, which begins with age1 and has 62 characters")]
    NoKey,
    #[error("a character of this key is wrong or missing; copy it whole")]
    Mistyped,
}

impl Recipient {
    /// Reads a recipient as `age-keygen` prints it, with blanks around it.
    pub fn parse(text: &str) -> Result<Self, BadRecipient> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        if lower.contains("age-secret-key-") || lower.contains("age-plugin-") {
            return Err(BadRecipient::Secret);
        }
        if lower.starts_with("ssh-") {
            return Err(BadRecipient::Ssh);
        }
        let Some(rest) = lower.strip_prefix("age1") else { return Err(BadRecipient::NoKey) };
        if rest.contains('1') || rest.len() > 58 {
            return Err(BadRecipient::OtherKind);
        }
        text.parse().map(Self).map_err(|_why| BadRecipient::Mistyped)
    }

    /// The first eight bytes of the SHA-256 of the text, in hex: short enough for a list, and not taken for a key.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.to_string().as_bytes());
        digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Recipient({})", self.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escrow::NewIdentity;

    #[test]
    fn a_recipient_is_read_and_what_is_none_is_told_apart() {
        let made = NewIdentity::make();
        let text = made.recipient().to_string();
        let read = Recipient::parse(&format!("  {text}\n")).unwrap();
        assert_eq!((read.to_string(), read.fingerprint()), (text.clone(), made.recipient().fingerprint()));
        assert_eq!(read.fingerprint().len(), 16);
        let last = if text.ends_with('q') { 'p' } else { 'q' };
        let mistyped: String = text.chars().take(text.len() - 1).chain([last]).collect();
        let cases = [
            (made.expose(), BadRecipient::Secret),
            ("ssh-ed25519 AAAA ana@home", BadRecipient::Ssh),
            ("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", BadRecipient::OtherKind),
            ("", BadRecipient::NoKey),
            ("ana", BadRecipient::NoKey),
            ("age1", BadRecipient::Mistyped),
            (&mistyped, BadRecipient::Mistyped),
        ];
        for (text, why) in cases {
            assert_eq!(Recipient::parse(text).unwrap_err(), why, "{why:?}");
        }
    }
}
