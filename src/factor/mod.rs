//! Second factors as values: codes of authenticator apps, recovery codes, the picture that an app scans. Pure: bytes and times come in.

mod picture;
mod recovery;
mod totp;

pub use picture::picture;
pub use recovery::{RecoveryCode, RecoveryCodes};
pub use totp::{STEP_S, TotpSecret};

/// What somebody typed where a code is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Six digits of an app.
    App(String),
    /// A recovery code, in the spelling that is hashed.
    Recovery(String),
    /// Neither.
    Other,
}

/// Tells what was typed; blanks and dashes do not matter.
pub fn typed(text: &str) -> Typed {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if bare.len() == totp::DIGITS && bare.bytes().all(|b| b.is_ascii_digit()) {
        return Typed::App(bare);
    }
    recovery::spelling(&bare).map_or(Typed::Other, Typed::Recovery)
}

/// Base 32 of RFC 4648 without padding: no character in it looks like another one.
fn base32(bytes: &[u8]) -> String {
    totp_rs::Secret::new(bytes.into()).to_base32()
}

/// In groups of four, so that people can copy it by hand.
fn grouped(text: &str, between: char) -> String {
    let mut shown = String::with_capacity(text.len() + text.len() / 4);
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            shown.push(between);
        }
        shown.push(character);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_told_apart_however_it_is_spaced() {
        assert_eq!(typed(" 123 456 "), Typed::App("123456".to_owned()));
        assert_eq!(typed("abcd-efgh-2345-mnop"), Typed::Recovery("ABCDEFGH2345MNOP".to_owned()));
        assert_eq!(typed("a8cd efgh 2345 mn0p"), Typed::Recovery("ABCDEFGH2345MNOP".to_owned()));
        for neither in ["", "12345", "1234567", "１２３４５６", "abcd-efgh-2345-mno", "abcd-efgh-2345-mno!"] {
            assert_eq!(typed(neither), Typed::Other, "{neither:?}");
        }
    }
}
