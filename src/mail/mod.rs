//! Letters: what they say (`letter.rs`) and how they go out (`post.rs`). Those on their way stand in the database; `jobs/mail_send.rs`
//! sends them.

mod letter;
mod post;

pub use letter::{Letter, letter};
pub use post::{Carried, MailError, Post, is_address};
