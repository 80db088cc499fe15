//! Programs run in containers.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;

use super::Bench;
use crate::engine::{EngineError, ExecPiece, ExecWish, Result};

/// A program that says nothing for so long will say nothing.
const PATIENCE: Duration = Duration::from_mins(1);

fn wish(command: &[&str]) -> ExecWish {
    ExecWish { command: command.iter().map(|word| (*word).to_owned()).collect(), ..ExecWish::default() }
}

async fn container(b: &Bench<'_>, stack: &str) -> String {
    let id = b.create(&b.sleeper(stack, "true")).await;
    b.running(&id, 1).await.remove(0).container.expect("a running task has a container")
}

async fn next(pieces: &mut BoxStream<'static, Result<ExecPiece>>) -> Option<ExecPiece> {
    let next = tokio::time::timeout(PATIENCE, pieces.next()).await.expect("something comes in time");
    next.map(|piece| piece.expect("a piece"))
}

/// What was written to stdout and to stderr, and the exit code.
async fn outcome(b: &Bench<'_>, container: &str, wish: &ExecWish) -> (String, String, i64) {
    let mut pieces = b.mutate.exec(container, wish).await.expect("the program is begun");
    let (mut written, mut errors, mut code) = (vec![], vec![], None);
    while let Some(piece) = next(&mut pieces).await {
        match piece {
            ExecPiece::Output { stderr: false, bytes } => written.extend(bytes),
            ExecPiece::Output { stderr: true, bytes } => errors.extend(bytes),
            ExecPiece::Exit(ended) => code = Some(ended),
        }
    }
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (text(written), text(errors), code.expect("the exit code comes last"))
}

pub(super) async fn a_program_runs_in_a_container(b: Bench<'_>, stack: &str) {
    let container = container(&b, stack).await;
    let mut wish = wish(&["/bin/sh", "-c", "echo one; echo two >&2; echo \"$NAME\"; exit 3"]);
    wish.env = vec!["NAME=a name".to_owned()];
    assert_eq!(outcome(&b, &container, &wish).await, ("one\na name\n".to_owned(), "two\n".to_owned(), 3));
}

pub(super) async fn a_program_reads_what_it_is_handed(b: Bench<'_>, stack: &str) {
    let container = container(&b, stack).await;
    let mut wish = wish(&["/bin/sh", "-c", "IFS= read -r one; IFS= read -r two; echo \"$two\"; echo \"$one\"; exit 3"]);
    wish.input = Some(b"first of two\nsecond\n".to_vec().into());
    assert_eq!(outcome(&b, &container, &wish).await, ("second\nfirst of two\n".to_owned(), String::new(), 3));
}

pub(super) async fn a_program_that_is_not_there_says_so(b: Bench<'_>, stack: &str) {
    let container = container(&b, stack).await;
    let (written, errors, code) = outcome(&b, &container, &wish(&["no-such-program"])).await;
    let said = format!("{written}{errors}");
    assert!(matches!(code, 126 | 127) && said.contains("not found"), "{code}: {said}");
}

pub(super) async fn a_program_in_a_missing_container_is_not_found(b: Bench<'_>, stack: &str) {
    let done = b.mutate.exec(stack, &wish(&["/bin/sh", "-c", "exit 0"])).await.map(|_| ());
    assert!(matches!(&done, Err(EngineError::NotFound { .. })), "{done:?}");
}

/// A program that is run so leads a group of its own, and a signal to the group ends it with all that it began.
pub(super) async fn a_program_is_ended_with_its_group(b: Bench<'_>, stack: &str) {
    let container = container(&b, stack).await;
    let mut pieces = b.mutate.exec(&container, &wish(&["/bin/sh", "-c", "echo $$; sleep 1000; exit 0"])).await.expect("begun");
    let Some(ExecPiece::Output { bytes, .. }) = next(&mut pieces).await else { panic!("no number") };
    let pid = String::from_utf8(bytes).expect("text");
    let kill = wish(&["/bin/sh", "-c", "kill -TERM \"-$1\"", "sh", pid.trim()]);
    assert_eq!(outcome(&b, &container, &kill).await.2, 0);
    let last = next(&mut pieces).await;
    assert!(matches!(last, Some(ExecPiece::Exit(code)) if code != 0), "{last:?}");
}
