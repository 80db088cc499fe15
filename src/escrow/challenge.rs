use sha2::{Digest as _, Sha256};

use super::{Recipient, SealError, seal};
use crate::random::letters_and_digits;

/// Letters and digits of a word: nobody guesses it, and it can be read to somebody over the telephone.
const LENGTH: usize = 12;

/// A word that only the holder of a key can read. Whoever says it has the key at hand, and can use it.
pub struct Challenge {
    /// Armoured, for `age -d`.
    pub text: String,
    /// Of the word, which itself is kept nowhere.
    pub digest: Vec<u8>,
}

impl Challenge {
    /// Makes one for this holder.
    pub fn make(to: &Recipient) -> Result<Self, SealError> {
        let word = letters_and_digits(LENGTH);
        let text = seal(format!("{word}\n").as_bytes(), std::slice::from_ref(to))?;
        Ok(Self { text, digest: Self::digest(&word) })
    }

    /// What is compared with a stored digest, of a word as it was typed.
    pub fn digest(word: &str) -> Vec<u8> {
        Sha256::digest(word.trim().as_bytes()).to_vec()
    }
}
