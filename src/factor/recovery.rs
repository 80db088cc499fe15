use zeroize::Zeroizing;

use super::{base32, grouped};

/// 80 bits: nobody guesses one, so that a fast hash of it is enough.
const BYTES: usize = 10;
const LETTERS: usize = 16;
const COUNT: usize = 10;

/// What lets a member in who lost the app, once. Has no `Debug` and no `Display`.
pub struct RecoveryCode(Zeroizing<String>);

/// A set of them, as it is made.
pub type RecoveryCodes = [RecoveryCode; COUNT];

impl RecoveryCode {
    /// Ten codes of random bytes, which `random` gives.
    pub fn set(random: impl Fn() -> [u8; BYTES]) -> RecoveryCodes {
        std::array::from_fn(|_| Self(Zeroizing::new(base32(&random()))))
    }

    /// As it is shown, once.
    pub fn shown(&self) -> String {
        grouped(&self.0, '-')
    }

    /// The spelling that is hashed; what [`typed`](super::typed) makes of any way to type it.
    pub fn spelling(&self) -> &str {
        &self.0
    }
}

/// The one spelling of a code that was typed without blanks; digits that base 32 has not stand for the letters they look like.
pub(super) fn spelling(bare: &str) -> Option<String> {
    let letter = |c: char| match c.to_ascii_uppercase() {
        '0' => Some('O'),
        '1' => Some('I'),
        '8' => Some('B'),
        c @ ('A'..='Z' | '2'..='7') => Some(c),
        _ => None,
    };
    let code: String = bare.chars().map(letter).collect::<Option<_>>()?;
    (code.len() == LETTERS).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::super::{Typed, typed};
    use super::*;

    #[test]
    fn a_code_that_is_typed_as_it_was_shown_is_recognised() {
        let set = RecoveryCode::set(|| *b"0123456789");
        assert_eq!(set.len(), 10);
        assert_eq!(set[0].shown().len(), 19);
        assert_eq!(typed(&set[0].shown().to_lowercase()), Typed::Recovery(set[0].spelling().to_owned()));
    }
}
