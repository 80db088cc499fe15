//! Programs run in containers of this node.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, StartExecResults};
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio_util::task::AbortOnDropHandle;

use super::Session;
use super::refusal::{of_bollard, path_piece};
use crate::engine::{EngineError, ExecPiece, ExecWish, Input, Result};

/// Between two looks whether a program that closed its output has ended.
const LOOK: Duration = Duration::from_millis(100);
/// What shells say of a program that can't be begun.
const NOT_BEGUN: i64 = 126;

/// Without a terminal.
pub(super) async fn run(session: &Session, container: &str, wish: &ExecWish) -> Result<BoxStream<'static, Result<ExecPiece>>> {
    let options = CreateExecOptions {
        attach_stdin: Some(wish.input.is_some()),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        cmd: Some(wish.command.clone()),
        env: Some(wish.env.clone()),
        user: wish.user.clone(),
        ..CreateExecOptions::default()
    };
    let made = session.docker.create_exec(path_piece("container", container)?, options).await.map_err(|e| of_bollard(&e))?;
    let (output, sink) = match session.docker.start_exec(&made.id, None).await {
        Ok(StartExecResults::Attached { output, input }) => (output, input),
        Ok(StartExecResults::Detached) => return Err(EngineError::Unreadable("no output of a program".to_owned())),
        // Older engines answer this as output and an exit code, newer ones with a status.
        Err(Error::DockerResponseServerError { message, .. }) if message.contains("runtime exec failed") => {
            let said = ExecPiece::Output { stderr: true, bytes: message.into_bytes() };
            return Ok(stream::iter([Ok(said), Ok(ExecPiece::Exit(NOT_BEGUN))]).boxed());
        }
        Err(error) => return Err(of_bollard(&error)),
    };
    let (session, id) = (session.clone(), made.id);
    let exit = stream::once(async move { exit_code(&session, &id).await.map(ExecPiece::Exit) });
    let sending = wish.input.clone().map(|input| AbortOnDropHandle::new(tokio::spawn(send(sink, input))));
    let pieces = pieces(output).map(move |piece| {
        // For as long as somebody reads what it writes.
        let _alive = &sending;
        piece
    });
    Ok(pieces.chain(exit).boxed())
}

/// While the output is read: a program may write before it reads. One that could not be begun, or reads less, closes its end; what it
/// says tells of that.
async fn send(mut sink: impl AsyncWrite + Unpin, input: Input) {
    let sent = sink.write_all(input.expose()).await;
    let _closed = sent.and(sink.flush().await);
}

fn pieces(
    output: impl Stream<Item = std::result::Result<LogOutput, Error>> + Send,
) -> impl Stream<Item = Result<ExecPiece>> + Send {
    output.map(|written| match written {
        Ok(LogOutput::StdErr { message }) => Ok(ExecPiece::Output { stderr: true, bytes: message.to_vec() }),
        Ok(written) => Ok(ExecPiece::Output { stderr: false, bytes: written.into_bytes().to_vec() }),
        Err(error) => Err(of_bollard(&error)),
    })
}

/// A program may close its output and go on.
async fn exit_code(session: &Session, id: &str) -> Result<i64> {
    loop {
        let state = session.docker.inspect_exec(id).await.map_err(|e| of_bollard(&e))?;
        match (state.running, state.exit_code) {
            (Some(false), Some(code)) => return Ok(code),
            (Some(false), None) => return Err(EngineError::Unreadable("a program ended without an exit code".to_owned())),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}
