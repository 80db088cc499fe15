//! Passwords: argon2id, never more than two at a time, and as slow for an unknown name as for a known one.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use tokio::sync::Semaphore;

/// KiB of memory for one hash.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// Hashes at once: 128 MiB at most.
const AT_ONCE: usize = 2;
/// Who waits behind so many others is told to come back.
const QUEUE: usize = 16;

/// Characters of the shortest and of the longest password.
pub const SHORTEST: usize = 12;
pub const LONGEST: usize = 128;

/// Why a new password is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("use {SHORTEST} characters or more; a few words that you use nowhere else are good")]
    Short,
    #[error("use {LONGEST} characters at most")]
    Long,
    #[error("this one is easily guessed; use a few words that you use nowhere else")]
    Common,
}

/// Too many people sign in at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many people sign in right now; try again in a few seconds")]
pub struct Busy;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// What an unknown name is checked against.
    dummy: Arc<str>,
}

impl Default for Passwords {
    fn default() -> Self {
        let dummy = nobodys_hash().into();
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Semaphore::new(QUEUE)), dummy }
    }
}

impl Passwords {
    /// Hashes a new password. The answer is a PHC string.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        self.in_turn(move || hash(&password)).await
    }

    /// Checks a password. Without a stored hash it takes as long and answers no.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, Busy> {
        let (known, phc) = match stored {
            Some(phc) => (true, phc),
            None => (false, self.dummy.to_string()),
        };
        let right = self.in_turn(move || matches(&password, &phc)).await?;
        Ok(known && right)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place = self.waiting.try_acquire().map_err(|_full| Busy)?;
        let _turn = self.turns.acquire().await.map_err(|_closed| Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|_stopped| Busy)
    }
}

/// Whether a new password may be used by a member of this name.
pub fn check(password: &str, name: &str) -> Result<(), WeakPassword> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(WeakPassword::Short);
    }
    if length > LONGEST {
        return Err(WeakPassword::Long);
    }
    let plain: String = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let distinct = plain.chars().collect::<std::collections::BTreeSet<_>>().len();
    let context = ["canteen", "coopcloud", "password", "passwort", "123456", "qwerty", "letmein", "welcome"];
    let without = context.iter().fold(plain.replace(&name.to_lowercase(), ""), |text, word| text.replace(word, ""));
    if distinct < 5 || without.chars().count() < 4 {
        return Err(WeakPassword::Common);
    }
    Ok(())
}

fn argon() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> String {
    let salt = crate::random::bytes::<16>();
    match argon().hash_password_with_salt(password.as_bytes(), &salt) {
        Ok(phc) => phc.to_string(),
        Err(error) => {
            // Only wrong parameters can do this, and they are constants above. An unusable hash lets nobody in.
            tracing::error!(%error, "a password could not be hashed");
            String::new()
        }
    }
}

/// A hash as a stored one looks, of no password that anybody knows. It is drawn, not computed: that would hold up every start of
/// Canteen for as long as a sign-in takes.
fn nobodys_hash() -> String {
    let salt = BASE64.encode(crate::random::bytes::<16>());
    let tag = BASE64.encode(crate::random::bytes::<32>());
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${tag}")
}

fn matches(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|stored| argon().verify_password(password.as_bytes(), &stored).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_no_other() {
        let passwords = Passwords::default();
        let stored = passwords.hash("correct horse battery\0".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{stored}");
        assert!(passwords.verify("correct horse battery\0".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!passwords.verify("correct horse battery".to_owned(), Some(stored)).await.unwrap());
        assert!(!passwords.verify("anything".to_owned(), None).await.unwrap());
    }

    #[test]
    fn an_unknown_name_costs_as_much_as_a_known_one() {
        let (nobodys, somebodys) = (nobodys_hash(), hash("seven quiet otters"));
        let (nobodys, somebodys) = (PasswordHash::new(&nobodys).unwrap(), PasswordHash::new(&somebodys).unwrap());
        assert_eq!((nobodys.algorithm, nobodys.version), (somebodys.algorithm, somebodys.version));
        assert_eq!(nobodys.params, somebodys.params);
        assert_eq!(nobodys.hash.map(|h| h.len()), somebodys.hash.map(|h| h.len()));
    }

    #[test]
    fn short_and_guessable_passwords_are_not_taken() {
        assert_eq!(check("short", "ana"), Err(WeakPassword::Short));
        assert_eq!(check(&"x".repeat(129), "ana"), Err(WeakPassword::Long));
        assert_eq!(check("canteen-password-ana", "ana"), Err(WeakPassword::Common));
        assert_eq!(check("aaaaaaaaaaaaaa", "ana"), Err(WeakPassword::Common));
        assert_eq!(check("seven quiet otters", "ana"), Ok(()));
    }
}
