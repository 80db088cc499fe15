//! One line of a log.

/// Nanoseconds since 1970 (UTC).
pub type Nanos = i64;

/// Bytes of a line that a page shows.
pub const LINE_LIMIT: usize = 8 * 1024;

/// One line that a task wrote. Service, task and node are ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// By the clock of the node that the task ran on.
    pub at: Nanos,
    pub service: String,
    pub task: String,
    pub node: String,
    pub stderr: bool,
    /// As it was written, colours and all, but for bytes that are no UTF-8: each of those is U+FFFD.
    pub text: String,
    /// The line was longer than the limit; its rest is left out.
    pub cut: bool,
}

impl Line {
    /// Bytes that the line takes up in memory, about.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.service.len() + self.task.len() + self.node.len()
    }
}

/// What the engine sends of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Line(Line),
    /// The engine's own words about lines that it can't give, such as those of a node that is gone.
    Notice(String),
}
