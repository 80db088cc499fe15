/// Letters and digits that nobody mistakes for each other on paper.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// As many are enough that nobody hits one by chance: 40 bits.
const LENGTH: usize = 8;

/// A code that stands on a recovery kit and nowhere else. Whoever types it has the kit.
#[derive(Clone, PartialEq, Eq)]
pub struct CheckCode(String);

impl CheckCode {
    /// A new one.
    pub fn random() -> Self {
        let letters = crate::random::bytes::<LENGTH>().into_iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
        Self(letters.map(|letter| char::from(*letter)).collect())
    }

    /// What somebody typed, with or without blanks and dashes, in small letters or large ones.
    pub fn typed(text: &str) -> Self {
        Self(text.chars().filter(char::is_ascii_alphanumeric).take(LENGTH * 2).map(|c| c.to_ascii_uppercase()).collect())
    }

    /// As it is printed: `K7QM-3FXR`.
    pub fn shown(&self) -> String {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        format!("{first}-{second}")
    }

    /// Its one spelling, for its hash.
    pub(super) fn spelling(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = CheckCode::random();
        assert_eq!(code.spelling().len(), LENGTH);
        let small = code.shown().to_lowercase();
        for typed in [code.shown(), small.replace('-', " "), small.replace('-', ""), format!(" {small}\n")] {
            assert!(CheckCode::typed(&typed) == code, "{typed}");
        }
        assert!(CheckCode::random() != code && CheckCode::typed("") != code);
    }
}
