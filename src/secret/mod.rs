//! The secrets that an app needs, the rules for their values, and values in memory.
//!
//! A Swarm secret is written once and never read back, so everything here goes one way: from the compose files and the
//! `.env` of an app to a list of needs, from a need to a value.
//!
//! This folder reads no Swarm, and it has no randomness of its own: the caller passes in what is there, and the generator.
//!
//! Start reading at `need.rs`; `stock.rs` holds needs against what is there, `rule.rs` and `generate.rs` make values, `value.rs`
//! guards them.

pub mod error;
pub mod generate;
pub mod need;
pub mod rule;
pub mod stock;
pub mod value;
pub mod version;

pub use error::SecretError;
pub use generate::generate;
pub use need::{SecretNeed, needs, rule_of, variables};
pub use rule::{Charset, Rule};
pub use stock::{Entry, Own, Owner, Present, Standing, stock};
pub use value::{SecretValue, wipe};
pub use version::next_version;
