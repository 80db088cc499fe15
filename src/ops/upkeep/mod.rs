//! Looking after repositories: structure, data, and what no backup needs any more. One at a time, and never beside a backup.

mod carry;
mod host;

use host::note_host;

use crate::access::action::KeepRepository;
use crate::access::{Actor, Grant, Target};
use crate::backup::upkeep::{Past, Upkeep, Verdict, due, part};
use crate::clock::Millis;
use crate::commands::upkeep_begin::BeginUpkeep;
use crate::commands::upkeep_end::{EndUpkeep, past_of};
use crate::store::repositories::{KeptRepository, RepositoryState};
use crate::store::upkeep::UpkeepRow;
use crate::store::{CommitError, Store};

use super::repositories::{Repositories, remove_left_over};

/// Looks at every repository that takes backups once, and does what is due there. Returns whether something was done.
///
/// # Errors
/// The database can't be read or written. What goes wrong with a repository is written down.
pub async fn round(store: &Store, repositories: &Repositories) -> Result<bool, CommitError> {
    let may = may()?;
    let mut worked = false;
    let mut in_use = store.repositories().await?;
    in_use.retain(|kept| kept.state == RepositoryState::Active);
    if !in_use.is_empty() {
        note_host(store).await?;
    }
    for kept in in_use {
        let rows = store.upkeep(kept.id).await?;
        close_lost(store, &may, &kept, &rows).await?;
        let Some((work, part)) = wanted(&kept, &rows, store.clock().now()) else { continue };
        // Somebody works there; it comes in the next round.
        let Some(_alone) = repositories.doors.try_alone(kept.id) else { continue };
        let id = store.commit(&may, BeginUpkeep { repository: kept.id, work, part }).await?;
        let (verdict, told) = carry::carry_out(store, repositories, &kept, (work, part)).await;
        store.commit(&may, EndUpkeep { id, repository: kept.id, work, verdict, told }).await?;
        worked = true;
    }
    Ok(worked)
}

/// Takes locks away that an earlier dashboard left: one of its own would keep every backup out.
pub async fn clear(store: &Store, repositories: &Repositories) {
    let all = match store.repositories().await {
        Ok(all) => all,
        Err(error) => return tracing::error!(%error, "repositories of backups can’t be read"),
    };
    for kept in all.into_iter().filter(|kept| kept.state == RepositoryState::Active) {
        let (Ok(engine), Some(_alone)) = (repositories.engine(&kept), repositories.doors.try_alone(kept.id)) else { continue };
        if let Err(error) = remove_left_over(store, &engine).await {
            tracing::warn!(%error, repository = kept.name, "locks of a repository could not be looked at");
        }
    }
}

fn may() -> Result<Grant<KeepRepository>, CommitError> {
    let may = Grant::<KeepRepository>::judge(Actor::System("backups"), Target::Site);
    may.map_err(|why| CommitError::rule("refused", why.to_string()))
}

/// One that was begun and has no end was cut off: nobody but this round begins any.
async fn close_lost(
    store: &Store,
    may: &Grant<KeepRepository>,
    kept: &KeptRepository,
    rows: &[UpkeepRow],
) -> Result<(), CommitError> {
    for row in rows.iter().filter(|row| row.began.is_some() && row.ended.is_none()) {
        let Some(work) = Upkeep::parse(&row.work) else { continue };
        let told = "Canteen was stopped in the middle of it; it is done again".to_owned();
        store.commit(may, EndUpkeep { id: row.id, repository: kept.id, work, verdict: Verdict::Lost, told }).await?;
    }
    Ok(())
}

/// What somebody asked for, the oldest first, or else what is due.
fn wanted(kept: &KeptRepository, rows: &[UpkeepRow], now: Millis) -> Option<(Upkeep, u32)> {
    let history: Vec<Past> = rows.iter().filter_map(past_of).collect();
    let asked = rows.iter().filter(|row| row.began.is_none() && row.ended.is_none()).min_by_key(|row| row.id);
    let since = kept.activated_at.unwrap_or(kept.made_at);
    let work = asked.and_then(|row| Upkeep::parse(&row.work)).or_else(|| due(&history, since, kept.append_only, now))?;
    Some((work, if work == Upkeep::Data { part(&history) } else { 0 }))
}
