use super::Jobs;
use crate::mail::{MailError, letter};
use crate::store::StoreError;
use crate::store::mail::{MailPassword, MailSettings, Notice, Queued};

/// Letters that are tried in one round.
const AT_ONCE: i64 = 20;
/// A letter that was tried so often in vain is given up: a day and a half after the first time.
const TRIES: i32 = 12;
const MINUTE_MS: i64 = 60 * 1000;

/// Sends the letters that wait. One that fails is tried again after 1, 2, 4 … minutes.
pub(super) async fn run(jobs: Jobs) {
    if let Err(error) = round(&jobs).await {
        tracing::error!(%error, "letters could not be sent");
    }
}

async fn round(jobs: &Jobs) -> Result<(), StoreError> {
    let Some(account) = jobs.store.mail_account().await? else { return Ok(()) };
    for queued in jobs.store.due_letters(AT_ONCE).await? {
        match send(jobs, &account, &queued).await {
            Ok(()) => jobs.store.letter_done(queued.id).await?,
            Err(error) => {
                tracing::warn!(%error, letter = queued.id, "a letter could not be sent");
                let tries = queued.tries + 1;
                if tries >= TRIES || matches!(error, MailError::Address(_)) {
                    jobs.store.letter_done(queued.id).await?;
                } else {
                    let due = jobs.store.clock().now() + (MINUTE_MS << queued.tries.clamp(0, 9));
                    jobs.store.letter_failed(queued.id, tries, due, &error.to_string()).await?;
                }
            }
        }
    }
    Ok(())
}

async fn send(jobs: &Jobs, account: &(MailSettings, MailPassword), queued: &Queued) -> Result<(), MailError> {
    let place = match queued.notice {
        Notice::Invitation => "/invite",
        Notice::PasswordLink => "/reset",
        Notice::ConfirmMail => "/confirm",
        _ => "",
    };
    let link = match &queued.seed {
        Some(seed) => format!("{}{place}/{}", jobs.post.origin, jobs.post.token(seed)?),
        None => String::new(),
    };
    let letter = letter(queued.notice, &queued.facts, &jobs.post.origin, &link);
    jobs.post.send(account, &queued.recipient, &letter).await.map(drop)
}
