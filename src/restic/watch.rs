//! Looking at a long run, and ending it.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub files_done: u64,
    /// 0 while they are being counted.
    pub files_total: u64,
    pub bytes_done: u64,
    /// 0 while they are being counted.
    pub bytes_total: u64,
    /// Files that could not be read or written so far.
    pub faults: u64,
    /// What is being worked on.
    pub current: Vec<String>,
}

/// Carries the newest progress out of a run, and the wish to end into it. Clones are the same watch.
#[derive(Clone, Debug)]
pub struct Watch {
    progress: watch::Sender<Progress>,
    cancel: CancellationToken,
}

impl Watch {
    /// The run is told to end when `cancel` is cancelled. What it has stored by then without a snapshot is pruned some day.
    pub fn new(cancel: CancellationToken) -> Self {
        Self { progress: watch::Sender::default(), cancel }
    }

    /// Nobody looks, and nobody cancels.
    pub fn nobody() -> Self {
        Self::new(CancellationToken::new())
    }

    /// Wakes whenever the run has come further. Slow readers skip what is old.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Ends the run.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// For an engine: says how far it has come.
    pub fn report(&self, progress: Progress) {
        self.progress.send_replace(progress);
    }

    /// For an engine: waits until somebody wants it to end.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }
}
