//! Reading a file or a folder out of a snapshot, as it comes.

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::ChildStdout;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::call::Said;
use super::failure::failure;
use super::{Papers, Restic, arguments};
use crate::restic::process::Process;
use crate::restic::read::Message;
use crate::restic::{AbsPath, BackupError, Dump, DumpForm, EntryKind, Repository, Result, SnapshotId};

/// Bytes of one piece at most.
const PIECE: usize = 64 * 1024;

/// A dump on its way. Dropped in the middle, it ends restic, which holds no lock.
struct Pour {
    process: Process,
    out: ChildStdout,
    said: JoinHandle<Said>,
    repository: Repository,
    _papers: Papers,
}

impl Restic {
    pub(super) async fn pour(&self, snapshot: &SnapshotId, path: &AbsPath, form: DumpForm) -> Result<Dump> {
        self.expect(snapshot, path, form).await?;
        let papers = self.papers()?;
        let (process, pipes) = self.start(arguments::dump(snapshot, path), &papers)?;
        let mut lines = BufReader::new(pipes.err).split(b'\n');
        let said = tokio::spawn(async move {
            let mut said = Said::default();
            while let Ok(Some(line)) = lines.next_segment().await {
                let line = String::from_utf8_lossy(&line);
                said.hear(Message::read(&line), &line);
            }
            said
        });
        let mut pour = Pour { process, out: pipes.out, said, repository: self.repository.clone(), _papers: papers };
        // What fails before the first byte is an error of the call. Later, nobody but the reader says how fast it goes.
        let Ok(first) = timeout(self.patience.read, pour.piece()).await else {
            let seconds = self.patience.read.as_secs();
            return Err(BackupError::TimedOut { place: self.repository.place().to_string(), seconds });
        };
        let Some(first) = first? else { return Ok(stream::empty().boxed()) };
        let rest = stream::try_unfold(pour, |mut pour| async move { Ok(pour.piece().await?.map(|piece| (piece, pour))) });
        Ok(stream::once(async { Ok(first) }).chain(rest).boxed())
    }

    /// restic packs a folder and does not pack a file, whatever is asked for.
    async fn expect(&self, snapshot: &SnapshotId, path: &AbsPath, form: DumpForm) -> Result<()> {
        let kind = match path.split() {
            None => Some(EntryKind::Folder),
            Some((folder, name)) => {
                self.read_folder(snapshot, &folder).await?.into_iter().find(|entry| entry.name == name).map(|entry| entry.kind)
            }
        };
        match (kind, form) {
            (Some(EntryKind::File), DumpForm::File) | (Some(EntryKind::Folder), DumpForm::Tar) => Ok(()),
            (None, _) => Err(BackupError::Failed(format!("{path} is not in snapshot {}", snapshot.short()))),
            (Some(_), DumpForm::File) => Err(BackupError::Failed(format!("{path} is no file"))),
            (Some(_), DumpForm::Tar) => Err(BackupError::Failed(format!("{path} is no folder"))),
        }
    }
}

impl Pour {
    /// The next bytes; `None` when all have come and restic says so too.
    async fn piece(&mut self) -> Result<Option<Vec<u8>>> {
        let mut piece = Vec::with_capacity(PIECE);
        let unreadable = |error: std::io::Error| BackupError::Failed(error.to_string());
        self.out.read_buf(&mut piece).await.map_err(unreadable)?;
        if !piece.is_empty() {
            return Ok(Some(piece));
        }
        let status = self.process.wait().await.map_err(unreadable)?;
        if status.success() {
            return Ok(None);
        }
        let words = (&mut self.said).await.map(Said::words).unwrap_or_default();
        Err(failure(status.code(), &words, &self.repository))
    }
}
