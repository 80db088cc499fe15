use std::time::Duration;

use super::Repositories;
use super::reach::check;
use crate::access::action::NoteRepository as May;
use crate::access::{Actor, Grant, Target};
use crate::commands::repository_note::{Found, NoteRepository};
use crate::restic::{BackupEngine, BackupError};
use crate::store::repositories::{KeptRepository, RepositoryState};
use crate::store::{CommitError, Store};

/// restic itself tries for many minutes, and nobody waits so long for a page.
pub const PATIENCE: Duration = Duration::from_secs(25);

impl Repositories {
    /// Asks a repository whether it answers and opens. One that is new is made where there is none, unless its password was brought.
    pub async fn ask(&self, kept: &KeptRepository) -> Found {
        tokio::time::timeout(PATIENCE, self.look(kept)).await.unwrap_or_else(|_late| Found::Trouble {
            text: format!("it did not answer within {} seconds", PATIENCE.as_secs()),
            grave: false,
        })
    }

    /// Writes down how a repository answered.
    ///
    /// # Errors
    /// It can't be written.
    pub async fn note(&self, store: &Store, id: i32, found: Found) -> Result<(), CommitError> {
        let may = Grant::<May>::judge(Actor::System("backups"), Target::Site);
        let may = may.map_err(|why| CommitError::rule("refused", why.to_string()))?;
        store.commit(&may, NoteRepository { id, found }).await
    }

    async fn look(&self, kept: &KeptRepository) -> Found {
        let engine = match self.engine(kept) {
            Ok(engine) => engine,
            Err(lost) => return Found::Trouble { text: lost.to_string(), grave: true },
        };
        if let Ok(open) = self.open(kept)
            && let Err(text) = check(open.place()).await
        {
            return Found::Trouble { text, grave: false };
        }
        look(&engine, kept).await.unwrap_or_else(|error| trouble(&error, kept))
    }
}

async fn look(engine: &impl BackupEngine, kept: &KeptRepository) -> Result<Found, BackupError> {
    engine.version().await?;
    let config = match engine.config().await {
        Err(BackupError::NoRepository { .. }) if ours_to_make(kept) => engine.init().await?,
        other => other?,
    };
    Ok(Found::Opened { restic_id: config.id })
}

/// Nobody has seen it, and nobody says that it is there.
fn ours_to_make(kept: &KeptRepository) -> bool {
    kept.state == RepositoryState::New && !kept.adopted
}

/// What went wrong, with what to do about it.
fn trouble(error: &BackupError, kept: &KeptRepository) -> Found {
    let (text, grave) = match error {
        BackupError::NotStarted(why) => (
            format!("restic is not installed where Canteen runs, or can’t be started: {why}. CANTEEN_RESTIC names the program"),
            false,
        ),
        BackupError::WrongPassword { .. } if ours_to_make(kept) => (
            "there is a repository already, with another password. Give its password to take it over, or choose another place"
                .to_owned(),
            true,
        ),
        BackupError::NoRepository { .. } if kept.adopted => {
            let hint = "Look at the place again; or say that there is none yet, and it is made";
            (format!("there is no repository there that a password could open. {hint}"), true)
        }
        BackupError::WrongPassword { .. } | BackupError::NoRepository { .. } => (error.to_string(), true),
        other => (other.to_string(), false),
    };
    Found::Trouble { text, grave }
}
