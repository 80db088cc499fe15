//! Who may do what. Pure: no clock, no files, no database.
//!
//! Start with `policy.rs`, the one table; `permission.rs` and `role.rs` are its words. `rights.rs` works out what a member may do of the
//! grants that the member has. `grant.rs` is the witness that the rest of the program asks for; `action.rs` names every verb; `actor.rs`
//! says who acts and by which way. `book.rs` is all of it as one value, for pages that show what a change would change.
//!
//! From a grant to an answer: triggers count each change of grants, teams, roles, tags and apps (`rights_state`), whoever makes it;
//! `src/store/rights.rs` works out what a member may do when the count has changed or a grant has run out. `src/web/wall.rs` puts that
//! into the [`Actor`], and [`policy::judge`] decides with it: what somebody can't see is not there for them. What a page finds by a
//! number first, as an operation is, is judged again on its app (`found` in `src/web/operations/mod.rs`); lists and counts come from
//! `src/store/seen.rs`. `commit` in `src/store/tx.rs` judges once more inside the transaction. Streams and the queue of operations ask
//! again as soon as a commit changes rights.

pub mod action;
pub mod actor;
pub mod approval;
pub mod book;
pub mod grant;
pub mod member_name;
pub mod permission;
pub mod policy;
pub mod proof;
pub mod rights;
pub mod role;
pub mod sight;
pub mod token;
pub mod token_text;

pub use action::{Action, ActionName, On, WriteAction};
pub use actor::{Actor, SCHEDULER, Standing, Via};
pub use book::{Book, Granted, Scope, To, What};
pub use grant::{Grant, Refusal, Target};
pub use member_name::member_name;
pub use permission::{Permission, Permissions};
pub use rights::{Bounds, Held, Rights};
pub use role::Role;
pub use sight::Sight;
pub use token::{ByToken, TokenLimits, scope_of};
