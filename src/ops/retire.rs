//! The end of a rotation: the old version has done its work and goes.

use crate::stack::belongings::{Claim, claim, stacks};
use crate::stack::observed::Swarm;

use super::ended::OpError;
use super::order::{RotateWanted, Turn};
use super::run::Run;
use super::secrets::Of;
use super::teardown::forgiving;
use super::unused::secret_readers;

/// Removes the old version. The new one is in use by now, so what can't be removed takes nothing from that: what is returned tells what
/// stays and why, for whoever asked, and the page of the secrets lists it as unused.
pub(super) async fn retire(run: &Run, of: Of<'_>, wanted: &RotateWanted) -> Vec<String> {
    let mut stays = vec![];
    // The journal is of the same database as the verdict, which is tried until it is written.
    let _begun = run.step("Remove the old version").await;
    for turn in &wanted.turns {
        match one(run, of, wanted, turn).await {
            Ok(None) => {}
            Ok(Some(why)) => stays.push(why),
            Err(error) => stays.push(format!("{} could not be removed ({error}); remove it on the page of the secrets", turn.from)),
        }
    }
    for line in &stays {
        let _told = run.warn(line).await;
    }
    stays
}

/// Why it stays, where nobody asked for that.
async fn one(run: &Run, of: Of<'_>, wanted: &RotateWanted, turn: &Turn) -> Result<Option<String>, OpError> {
    let swarm = run.fresh().await?;
    let Some(secret) = swarm.secrets.iter().find(|s| s.name == turn.from) else { return Ok(None) };
    if wanted.keep_old {
        run.note(&format!("{} stays, as was asked for", turn.from)).await?;
        return Ok(None);
    }
    let readers = secret_readers(&swarm, &turn.from);
    let stack = &wanted.deploy.desired.stack;
    // Apps that are not deployed have stacks too, and nothing on the Swarm may tell of them but the name.
    let apps = of.store.apps().await?.into_iter().map(|app| app.stack);
    let others: Vec<String> = stacks(&swarm).into_iter().chain(apps).collect();
    let mine = claim(stack, &of.operation.app, &others, &turn.from, &secret.labels) != Claim::None;
    if !readers.is_empty() || !mine {
        let who = if readers.is_empty() { "another app".to_owned() } else { readers.join(", ") };
        return Ok(Some(format!("{} stays: {who} may need it", turn.from)));
    }
    forgiving(run.remove_secret(&turn.from, &secret.id).await)?;
    Ok(None)
}

/// Nothing but [`retire`] removes an old version. Where one is gone, the new one was seen in use before.
pub(super) fn begun(swarm: &Swarm, wanted: &RotateWanted) -> bool {
    wanted.turns.iter().any(|turn| swarm.secrets.iter().all(|s| s.name != turn.from))
}
