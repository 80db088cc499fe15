//! Apps that were deployed without Canteen: finding their stacks, looking at what they would be here, taking them over.

mod index;
mod review;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod take;

pub use index::{ImportsView, StackRow, index};
pub use review::{ImportView, show};
pub use take::{TakeForm, take};
