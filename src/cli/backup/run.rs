//! A backup that the dashboard makes.

use std::time::Duration;

use anyhow::{Context as _, bail};
use canteen::access::action::RunBackup;
use canteen::access::actor::COMMAND_LINE;
use canteen::access::{Actor, Grant, Target};
use canteen::ops::backup::{BackupWanted, order};
use canteen::ops::safety::destinations;
use canteen::settings::Settings;
use canteen::store::Store;
use canteen::store::apps::App;
use canteen::store::operations::State;

use crate::cli::serve::open_store;
use crate::cli::{complain, runtime, say};

/// Between two looks at what the dashboard wrote.
const LOOK: Duration = Duration::from_millis(300);
/// A dashboard that runs takes it up within this.
const TAKEN: Duration = Duration::from_secs(30);

/// Asks for it, and tells what happens until it has ended. The dashboard that runs on this data folder makes it.
pub(super) fn run(app: &str, to: Option<&str>, settings: &Settings) -> anyhow::Result<()> {
    let store = open_store(settings)?;
    runtime()?.block_on(async {
        let app = store.app(app).await?.with_context(|| format!("there is no app {app}"))?;
        let repository = repository(&store, &app, to).await?;
        let may = Grant::<RunBackup>::judge(Actor::System(COMMAND_LINE), Target::App(app.name.clone()))?;
        let nonce = format!("command line {}-{}", store.clock().now(), std::process::id());
        let asked = store.commit(&may, order(app.id, BackupWanted::by_hand(repository, &app.stack), nonce)).await?;
        let id = asked.begun().context("a rule asks for approval first; ask for the backup on the app's page")?;
        follow(&store, id).await
    })
}

async fn repository(store: &Store, app: &App, to: Option<&str>) -> anyhow::Result<i32> {
    let all = destinations(store, app.id).await?;
    let names = all.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
    let found = match to {
        Some(to) => all.iter().find(|(_, name)| name == to),
        None => all.first(),
    };
    match found {
        Some((id, _)) => Ok(*id),
        None if all.is_empty() => bail!("no repository takes backups yet; add one under Backups"),
        None => bail!("no repository of this name takes backups; there are: {names}"),
    }
}

async fn follow(store: &Store, id: i32) -> anyhow::Result<()> {
    let (mut seen, begun) = (0, tokio::time::Instant::now());
    loop {
        let operation = store.operation(id).await?.context("the operation is gone")?;
        for line in store.journal(id, seen).await? {
            seen = line.seq;
            match line.level.as_str() {
                "begin" => say(&line.step),
                "warn" => complain(&format!("  {}", line.text)),
                "note" => say(&format!("  {}", line.text)),
                _ => {}
            }
        }
        match operation.state {
            State::Done => {
                say(&operation.outcome);
                return Ok(());
            }
            State::Failed => bail!("{}: {}", operation.outcome, operation.cause),
            State::Queued if begun.elapsed() > TAKEN => {
                bail!("operation {id} is asked for, and no dashboard takes it up; it is made once one runs on this data folder")
            }
            State::Queued | State::Running => tokio::time::sleep(LOOK).await,
        }
    }
}
