use std::sync::mpsc;

use diesel::SqliteConnection;
use tokio::sync::oneshot;

use super::StoreError;

type Job = Box<dyn FnOnce(&mut SqliteConnection) + Send>;

/// The one connection that may write, on a thread of its own. Changes happen in the order in which they were asked for.
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    pub(super) fn start(mut connection: SqliteConnection) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::spawn(move || {
            for job in queue {
                job(&mut connection);
            }
        });
        Self { jobs }
    }

    /// Runs `work` on the writer's thread. Dropping the future does not stop work that was already handed over.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut SqliteConnection) -> T + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // Whoever asked may be gone by now; the work is done all the same.
            let _gone = answer.send(work(connection));
        });
        self.jobs.send(job).map_err(|_gone| StoreError::WriterGone)?;
        waiting.await.map_err(|_gone| StoreError::WriterGone)
    }
}
