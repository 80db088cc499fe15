//! Passwords: argon2id with a pepper where there is one, never more than two at a time, and as slow for an unknown name as for a known
//! one. What a new one may be is in `passwords/new.rs`.

mod new;

use std::path::Path;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, KeyId, Params, ParamsBuilder, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use tokio::sync::Semaphore;

use crate::key_file::KeyError;
use crate::pepper::{Pepper, Peppers};

pub use new::{Names, WeakPassword, check};

/// What one hash costs.
#[derive(Clone, Copy)]
struct Cost {
    memory_kib: u32,
    passes: u32,
}

const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 3 };
const LANES: u32 = 1;
/// Hashes at once: 128 MiB at most.
const AT_ONCE: usize = 2;
/// Who waits behind so many others is told to come back.
const QUEUE: usize = 16;

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
    peppers: Arc<Peppers>,
    cost: Cost,
}

impl Passwords {
    /// With the pepper in this folder of keys, if there is one.
    ///
    /// # Errors
    /// There is one, and it can't be used.
    pub fn of(keys: &Path) -> Result<Self, KeyError> {
        Ok(Self::with(Peppers::read(keys)?, COST))
    }

    /// For tests of something else: hashes that cost next to nothing.
    #[cfg(any(test, feature = "testing"))]
    pub fn cheap(keys: &Path) -> Result<Self, KeyError> {
        Ok(Self::with(Peppers::read(keys)?, Cost { memory_kib: Params::MIN_M_COST, passes: 1 }))
    }

    fn with(peppers: Peppers, cost: Cost) -> Self {
        let dummy = nobodys_hash(cost).into();
        let (turns, waiting) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Semaphore::new(QUEUE)));
        Self { turns, waiting, dummy, peppers: Arc::new(peppers), cost }
    }

    /// Hashes a new password. The answer is a PHC string.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        let (peppers, cost) = (Arc::clone(&self.peppers), self.cost);
        self.in_turn(move || hash(&password, cost, peppers.now.as_ref())).await
    }

    /// The password hashed anew, if the stored hash is cheaper than new ones are, or was made without the pepper of now.
    pub async fn renewed(&self, password: String, stored: &str) -> Result<Option<String>, Busy> {
        let wanted = params(self.cost, self.peppers.now.as_ref());
        let as_new =
            |had: &Params| had.m_cost() >= wanted.m_cost() && had.t_cost() >= wanted.t_cost() && had.keyid() == wanted.keyid();
        let fine = PasswordHash::new(stored).is_ok_and(|phc| Params::try_from(&phc).is_ok_and(|had| as_new(&had)));
        if fine { Ok(None) } else { self.hash(password).await.map(Some) }
    }

    /// Checks a password. Without a stored hash it takes as long and answers no.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, Busy> {
        let (known, phc) = match stored.filter(|phc| !phc.is_empty()) {
            Some(phc) => (true, phc),
            None => (false, self.dummy.to_string()),
        };
        let peppers = Arc::clone(&self.peppers);
        let right = self.in_turn(move || matches(&password, &phc, &peppers)).await?;
        Ok(known && right)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place = self.waiting.try_acquire().map_err(|_full| Busy)?;
        let _turn = self.turns.acquire().await.map_err(|_closed| Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|_stopped| Busy)
    }
}

/// What a hash says of how it was made; the pepper's name is part of it.
fn params(cost: Cost, pepper: Option<&Pepper>) -> Params {
    let mut builder = ParamsBuilder::new();
    builder.m_cost(cost.memory_kib).t_cost(cost.passes).p_cost(LANES);
    if let Some(id) = pepper.and_then(|pepper| KeyId::new(pepper.id()).ok()) {
        builder.keyid(id);
    }
    builder.build().unwrap_or_default()
}

fn argon(params: Params, pepper: Option<&Pepper>) -> Argon2<'_> {
    let without = |params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    match pepper {
        None => without(params),
        // Only a secret of gigabytes is too long.
        Some(pepper) => Argon2::new_with_secret(pepper.expose(), Algorithm::Argon2id, Version::V0x13, params).unwrap_or_default(),
    }
}

fn hash(password: &str, cost: Cost, pepper: Option<&Pepper>) -> String {
    let salt = crate::random::bytes::<16>();
    match argon(params(cost, pepper), pepper).hash_password_with_salt(password.as_bytes(), &salt) {
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
fn nobodys_hash(Cost { memory_kib, passes }: Cost) -> String {
    let salt = BASE64.encode(crate::random::bytes::<16>());
    let tag = BASE64.encode(crate::random::bytes::<32>());
    format!("$argon2id$v=19$m={memory_kib},t={passes},p={LANES}${salt}${tag}")
}

fn matches(password: &str, phc: &str, peppers: &Peppers) -> bool {
    let Ok(stored) = PasswordHash::new(phc) else { return false };
    let Ok(made) = Params::try_from(&stored) else { return false };
    let pepper = match made.keyid() {
        [] => None,
        id => peppers.named(id),
    };
    let lost = pepper.is_none() && !made.keyid().is_empty();
    if lost {
        tracing::error!("a password was hashed with a pepper that is not there; put its file back, or choose new passwords");
    }
    // A lost pepper takes as long as a wrong password.
    argon(made, pepper).verify_password(password.as_bytes(), &stored).is_ok() && !lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_file;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_no_other() {
        let passwords = Passwords::with(Peppers::default(), COST);
        let stored = passwords.hash("correct horse battery\0".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{stored}");
        assert!(passwords.verify("correct horse battery\0".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!passwords.verify("correct horse battery".to_owned(), Some(stored)).await.unwrap());
        assert!(!passwords.verify("anything".to_owned(), None).await.unwrap());
    }

    #[test]
    fn an_unknown_name_costs_as_much_as_a_known_one() {
        let (nobodys, somebodys) = (nobodys_hash(COST), hash("seven quiet otters", COST, None));
        let (nobodys, somebodys) = (PasswordHash::new(&nobodys).unwrap(), PasswordHash::new(&somebodys).unwrap());
        assert_eq!((nobodys.algorithm, nobodys.version), (somebodys.algorithm, somebodys.version));
        assert_eq!(nobodys.params, somebodys.params);
        assert_eq!(nobodys.hash.map(|h| h.len()), somebodys.hash.map(|h| h.len()));
    }

    #[tokio::test]
    async fn a_copy_of_the_database_without_the_pepper_tells_nothing_and_a_pepper_can_be_exchanged() {
        let keys = tempfile::tempdir().unwrap();
        let of = || Passwords::cheap(keys.path()).unwrap();
        let word = || "seven quiet otters".to_owned();
        let plain = of().hash(word()).await.unwrap();
        key_file::make(keys.path(), "pepper.key").unwrap();
        let first = of().renewed(word(), &plain).await.unwrap().unwrap();
        assert!(of().verify(word(), Some(plain)).await.unwrap(), "hashes of before go on");
        assert!(of().verify(word(), Some(first.clone())).await.unwrap() && first.contains("keyid="), "{first}");
        assert_eq!(of().renewed(word(), &first).await.unwrap(), None);
        std::fs::rename(keys.path().join("pepper.key"), keys.path().join("pepper.old.key")).unwrap();
        key_file::make(keys.path(), "pepper.key").unwrap();
        let second = of().renewed(word(), &first).await.unwrap().unwrap();
        std::fs::remove_file(keys.path().join("pepper.old.key")).unwrap();
        assert!(of().verify(word(), Some(second.clone())).await.unwrap());
        assert!(!of().verify(word(), Some(first.clone())).await.unwrap(), "its pepper is gone");
        let named_anew = first.replace(first.split("keyid=").nth(1).unwrap().split('$').next().unwrap(), "");
        assert!(!of().verify(word(), Some(named_anew.replace(",keyid=", ""))).await.unwrap(), "its name is not what it takes");
    }
}
