//! `canteen backup-runner`: what a runner's container does. It is begun by the dashboard alone.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use canteen::clock::{Clock as _, SystemClock};
use canteen::engine::docker::DockerEngine;
use canteen::restic::Restic;
use canteen::runner::{Assignment, Node, Outcome, Report, work};
use canteen::stack::policy::{RUN_RESTIC, RUN_SCRATCH, RUN_SECRET, RUN_SOCKET};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Does what the secret says. What comes of it stands in the last line on standard output; the exit code says only whether there is one.
pub(super) fn run() -> anyhow::Result<()> {
    super::runtime()?.block_on(async {
        let secret = std::fs::read(RUN_SECRET).with_context(|| format!("{RUN_SECRET} can't be read"))?;
        let assignment = Assignment::read(&secret)?;
        let engine = Arc::new(DockerEngine::connect(&format!("unix://{RUN_SOCKET}"))?);
        let restic = Restic::new(Path::new(RUN_RESTIC), assignment.repository()?, Path::new(RUN_SCRATCH));
        let cancel = CancellationToken::new();
        let (asked, mut terminate) = (cancel.clone(), signal(SignalKind::terminate())?);
        tokio::spawn(async move {
            terminate.recv().await;
            asked.cancel();
        });
        let began = std::time::UNIX_EPOCH + Duration::from_millis(u64::try_from(SystemClock.now()).unwrap_or_default());
        let outcome = work(&assignment, &Node::new(engine), &restic, began, &cancel, &tell).await;
        anyhow::ensure!(matches!(outcome, Outcome::Succeeded | Outcome::Partial), "the backup was not made");
        Ok(())
    })
}

/// Each line goes out at once. If nobody reads them any more, the work goes on: the dashboard looks into the repository.
fn tell(report: &Report) {
    let mut out = std::io::stdout().lock();
    let _closed = writeln!(out, "{}", report.line()).and_then(|()| out.flush());
}
