//! A program that is run in a container beside the container's own.

/// What is to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecWish {
    /// The program and its arguments. No shell reads them.
    pub command: Vec<String>,
    /// `NAME=value`, beside what the container has.
    pub env: Vec<String>,
    /// `user`, `user:group` or their numbers; without one the container's own.
    pub user: Option<String>,
}

/// What comes back. The last piece is the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExecPiece {
    /// Bytes as they were written; a line may come in several pieces.
    Output { stderr: bool, bytes: Vec<u8> },
    /// The program has ended. 126 and 127 also stand for one that could not be begun; the engine's words came before, as output.
    Exit(i64),
}
