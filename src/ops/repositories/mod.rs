//! Repositories of backups: what opens them, sealed and unsealed, and whether they answer.
//!
//! A page asks one with [`Repositories::ask`], and [`Repositories::note`] writes down what it said. Whoever works on one opens it with
//! [`Repositories::engine`], and goes in by one of its [`Doors`].

mod ask;
mod code;
mod doors;
mod left_over;
mod reach;

pub use ask::PATIENCE;
pub use code::CheckCode;
pub use doors::{Alone, Among, Doors};
pub use left_over::{LeftOver, remove_left_over};

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::keys::{DataKey, Owner};
use crate::restic::{Credentials, Place, Repository, RepositoryPassword, Restic};
use crate::store::repositories::{KeptRepository, Sealed};

const PASSWORD: &str = "repository password";
const CREDENTIALS: &str = "repository credentials";
const KIT: &str = "recovery kit";

/// Opens the repositories that the database knows.
#[derive(Clone)]
pub struct Repositories {
    key: DataKey,
    /// The program, as `CANTEEN_RESTIC` names it.
    binary: PathBuf,
    /// Where restic may write what it needs for a moment.
    scratch: PathBuf,
    /// Who works in them.
    pub doors: Doors,
    /// Rings when somebody wants one looked after now.
    pub asked: Arc<Notify>,
}

/// What opens a repository can't be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "what opens this repository can’t be decrypted any more: the data key in keys/ is another one than it was sealed with. Put the \
     key back from a backup, or retire this repository and add it again with the password on its recovery kit"
)]
pub struct Lost;

impl Repositories {
    pub fn new(key: DataKey, binary: PathBuf, scratch: PathBuf) -> Self {
        Self { key, binary, scratch, doors: Doors::default(), asked: Arc::default() }
    }

    /// What opens a repository, as it is stored in this row.
    pub fn seal(&self, row: i32, password: &RepositoryPassword, credentials: &Credentials) -> Sealed {
        Sealed {
            password: self.key.seal(password.expose().as_bytes(), Owner { row, purpose: PASSWORD }),
            credentials: self.key.seal(&credentials.expose(), Owner { row, purpose: CREDENTIALS }),
        }
    }

    /// The repository with all that opens it.
    ///
    /// # Errors
    /// It was sealed with another key, or in another row.
    pub fn open(&self, kept: &KeptRepository) -> Result<Repository, Lost> {
        let place: Place = serde_json::from_str(&kept.place).map_err(|_changed| Lost)?;
        let password = self.key.unseal(&kept.sealed.password, Owner { row: kept.id, purpose: PASSWORD }).ok_or(Lost)?;
        let password = std::str::from_utf8(&password).ok().and_then(|text| RepositoryPassword::new(text).ok()).ok_or(Lost)?;
        let credentials = self.key.unseal(&kept.sealed.credentials, Owner { row: kept.id, purpose: CREDENTIALS }).ok_or(Lost)?;
        let credentials = Credentials::from_exposed(&credentials).map_err(|_changed| Lost)?;
        Repository::new(place, password, credentials).map_err(|_changed| Lost)
    }

    /// restic on this repository.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn engine(&self, kept: &KeptRepository) -> Result<Restic, Lost> {
        Ok(Restic::new(&self.binary, self.open(kept)?, &self.scratch))
    }

    /// What is stored of a check code of this row's kit.
    pub fn code_hash(&self, row: i32, code: &CheckCode) -> Vec<u8> {
        self.key.digest(code.spelling().as_bytes(), Owner { row, purpose: KIT })
    }
}
