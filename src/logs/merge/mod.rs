//! Lines of many tasks in the order of their times. Lines of equal times keep the order in which they came.

mod heads;
mod newest;
mod window;

pub use heads::Heads;
pub use newest::Newest;
pub use window::{Limits, Placed, Window};
