//! What tasks write, from the engine's bytes to lines that are safe to show.
//!
//! `decode.rs` takes the engine's frames apart into lines, `merge/` brings lines of many tasks into the order of their times,
//! `text.rs` shows a line's colours and makes everything visible that would otherwise act, `filter.rs` chooses.

pub mod cursor;
pub mod decode;
pub mod filter;
pub mod frames;
pub mod line;
pub mod merge;
pub mod notices;
pub mod pace;
pub mod text;

pub use cursor::Cursor;
pub use decode::Decoder;
pub use filter::Filter;
pub use line::{LINE_LIMIT, Line, Nanos, Piece};
pub use notices::Notices;
pub use pace::Pace;
