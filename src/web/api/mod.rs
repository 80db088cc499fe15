//! The JSON API: what programs of members do here, with a token of theirs. Its routes stand in the one table, behind the same guards as
//! pages, and change things by the same verbs.
//!
//! Handlers stand beside those of the pages that show the same: `src/web/apps/api.rs`, `src/web/apps/deployment/api.rs`,
//! `src/web/operations/api.rs`, `src/web/updates/api.rs`, `src/web/recipes/api.rs`, `src/web/audit/api.rs`. Here is what they share: who comes (`bearer.rs`),
//! what is asked (`asked.rs`), lists (`list.rs`), and what went wrong (`problem.rs`). `openapi.json` describes all of it.

pub mod asked;
pub mod bearer;
pub mod list;
pub mod openapi;
pub mod problem;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use serde::Serialize;

use super::failure::Failure;
use crate::clock::Millis;

pub use asked::{Body, Params};
pub use list::{Listed, Next};
pub use problem::{Fault, Problem};

/// Where the API begins.
pub const ROOT: &str = "/api/";

/// Whether the API answers at this path.
pub fn is_ours(path: &str) -> bool {
    path.starts_with(ROOT)
}

/// What was asked for.
pub fn answer(value: &impl Serialize) -> Result<HttpResponse, Failure> {
    answer_with(StatusCode::OK, value)
}

/// An answer with another status than 200.
pub fn answer_with(status: StatusCode, value: &impl Serialize) -> Result<HttpResponse, Failure> {
    let body = serde_json::to_vec(value).map_err(|e| Failure::broken(format!("an answer could not be made: {e}")))?;
    Ok(HttpResponse::build(status).insert_header((CONTENT_TYPE, "application/json")).body(body))
}

/// A time in UTC by RFC 3339.
pub fn utc(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}
