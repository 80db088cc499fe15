//! All apps with newer versions, and what becomes of them.

pub mod api;
mod fate;
mod index;

pub use fate::{Fate, policy_words};
pub use index::{UpdateRow, UpdatesView, index};
