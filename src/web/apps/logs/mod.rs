//! What an app's tasks write: the newest lines as a page, those to come as a stream, all of them as a file.
//!
//! `show.rs` is the page and complete without scripts; `hub.rs` reads a followed log once for everybody who looks; `stream.rs` sends
//! it to one page; `download.rs` writes a file.

mod download;
mod hub;
mod names;
mod query;
mod reading;
mod rows;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod show;
mod sources;
mod stream;

pub use download::download;
pub use hub::Hubs;
pub use query::Asked;
pub use rows::{Look, Row};
pub use show::{Blank, LogsView, show};
pub use stream::stream;

pub(in crate::web) use rows::{counted, looks};
