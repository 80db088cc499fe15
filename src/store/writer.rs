use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use diesel::SqliteConnection;
use tokio::sync::oneshot;

use super::StoreError;

type Job = Box<dyn FnOnce(&mut SqliteConnection) + Send>;

/// The one connection that may write, on a thread of its own. Changes happen in the order in which they were asked for.
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    writes: Arc<AtomicU64>,
}

impl Writer {
    pub(super) fn start(mut connection: SqliteConnection) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::spawn(move || {
            for job in queue {
                job(&mut connection);
            }
        });
        Self { jobs, writes: Arc::default() }
    }

    /// Writes so far. What was read at one number is true as long as the number stays.
    pub(super) fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// Runs `work` on the writer's thread. Dropping the future does not stop work that was already handed over.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut SqliteConnection) -> T + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel();
        let writes = Arc::clone(&self.writes);
        let job: Job = Box::new(move |connection| {
            let done = work(connection);
            // Counted before anybody hears of it, so that whoever wrote reads what was written.
            writes.fetch_add(1, Ordering::SeqCst);
            // Whoever asked may be gone by now; the work is done all the same.
            let _gone = answer.send(done);
        });
        self.jobs.send(job).map_err(|_gone| StoreError::WriterGone)?;
        waiting.await.map_err(|_gone| StoreError::WriterGone)
    }
}
