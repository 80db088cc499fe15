//! Newer versions of an app's recipe: which there are, what an app's policy makes of them, and when. Values in, a decision out.
//!
//! Begin with `decide.rs`.

mod decide;
mod hands;
mod newer;
mod policy;
mod safety;
mod window;

pub use decide::{Decision, Obstacle, Past, Question, decide};
pub use hands::wants_hands;
pub use newer::{Step, newer, step, target};
pub use policy::{Mode, UpdatePolicy};
pub use safety::{Ended, Safety, goes_on};
pub use window::{DAYS, Window};
