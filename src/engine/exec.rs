//! A program that is run in a container beside the container's own.

use std::fmt;

use zeroize::Zeroizing;

/// What is to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecWish {
    /// The program and its arguments. No shell reads them, and everybody who may list processes sees them.
    pub command: Vec<String>,
    /// `NAME=value`, beside what the container has.
    pub env: Vec<String>,
    /// `user`, `user:group` or their numbers; without one the container's own.
    pub user: Option<String>,
    /// What it may read; without one its input is empty.
    pub input: Option<Input>,
}

/// What a program reads. It may be secret, so nothing shows it, and it is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct Input(Zeroizing<Vec<u8>>);

impl Input {
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Input {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// What comes back. The last piece is the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExecPiece {
    /// Bytes as they were written; a line may come in several pieces.
    Output { stderr: bool, bytes: Vec<u8> },
    /// The program has ended. 126 and 127 also stand for one that could not be begun; the engine's words came before, as output.
    Exit(i64),
}
