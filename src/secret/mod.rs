//! The secrets that an app needs, the rules for their values, and values in memory.
//!
//! A Swarm secret is written once and never read back, so everything here goes one way: from the compose files and the
//! `.env` of an app to a list of needs, from a need to a value.
//!
//! This folder must not know what exists on the Swarm, and it has no randomness of its own: the caller passes it in.
//!
//! Start reading at `need.rs`; `rule.rs` and `generate.rs` make values, `value.rs` guards them.

pub mod error;
pub mod generate;
pub mod need;
pub mod rule;
pub mod value;

pub use error::SecretError;
pub use generate::generate;
pub use need::{SecretNeed, needs};
pub use rule::{Charset, Rule};
pub use value::SecretValue;
