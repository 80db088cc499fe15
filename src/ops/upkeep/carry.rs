use crate::backup::upkeep::{PARTS, Upkeep, Verdict};
use crate::ops::repositories::{LeftOver, Repositories, remove_left_over};
use crate::restic::{BackupEngine, BackupError, CheckDepth, Checked, Watch};
use crate::store::Store;
use crate::store::repositories::KeptRepository;

/// Problems that are told; the first ones say what is wrong.
const TOLD: usize = 10;

/// Does it, and says what came out.
pub(super) async fn carry_out(
    store: &Store,
    repositories: &Repositories,
    kept: &KeptRepository,
    (work, part): (Upkeep, u32),
) -> (Verdict, String) {
    let engine = match repositories.engine(kept) {
        Ok(engine) => engine,
        Err(lost) => return (Verdict::Failed, lost.to_string()),
    };
    let strangers = match remove_left_over(store, &engine).await {
        Ok(strangers) => strangers,
        Err(LeftOver::Store(error)) => return (Verdict::Failed, error.to_string()),
        Err(LeftOver::Repository(error)) => return (Verdict::Failed, error.to_string()),
    };
    let done = match work {
        Upkeep::Structure => engine.check(CheckDepth::Structure, &Watch::nobody()).await.map(told),
        Upkeep::Data => engine.check(CheckDepth::Part { part, of: PARTS }, &Watch::nobody()).await.map(told),
        Upkeep::Prune => prune(&engine).await,
    };
    match done {
        Ok(ended) => ended,
        Err(BackupError::Locked(_) | BackupError::LiveLock(_)) if !strangers.is_empty() => {
            let text = format!(
                "{} holds a lock there, which is not known to be left over. If nobody works in the repository, `restic unlock` removes it",
                strangers.join(", ")
            );
            (Verdict::Failed, text)
        }
        Err(error) => (Verdict::Failed, error.to_string()),
    }
}

fn told(found: Checked) -> (Verdict, String) {
    if found.is_sound() {
        return (Verdict::Done, "nothing is wrong".to_owned());
    }
    let packs = found.broken_packs.iter().map(|pack| format!("pack {pack} is damaged"));
    let all: Vec<String> = found.problems.into_iter().chain(packs).collect();
    let more = all.len().saturating_sub(TOLD);
    let mut lines: Vec<String> = all.into_iter().take(TOLD).collect();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    (Verdict::Damaged, lines.join("\n"))
}

async fn prune(engine: &impl BackupEngine) -> Result<(Verdict, String), BackupError> {
    let before = engine.stats().await?;
    engine.prune(&Watch::nobody()).await?;
    let after = engine.stats().await?;
    let mb = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000);
    Ok((Verdict::Done, format!("{} before, {} after, in {} snapshots", mb(before.bytes), mb(after.bytes), after.snapshots)))
}
