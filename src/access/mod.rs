//! Who may do what. Pure: no clock, no files, no database.
//!
//! Start with `policy.rs`, the one table; `permission.rs` and `role.rs` are its words. `grant.rs` is the witness that the rest of the program asks for; `action.rs` names every
//! verb; `actor.rs` says who acts and by which way.

pub mod action;
pub mod actor;
pub mod grant;
pub mod member_name;
pub mod permission;
pub mod policy;
pub mod proof;
pub mod role;
pub mod token;
pub mod token_text;

pub use action::{Action, ActionName, On, WriteAction};
pub use actor::{Actor, SCHEDULER, Standing, Via};
pub use grant::{Grant, Refusal, Target};
pub use member_name::member_name;
pub use permission::{Permission, Permissions};
pub use role::Role;
pub use token::{ByToken, TokenLimits, scope_of};
