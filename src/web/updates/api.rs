//! Newer versions, for programs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::access::Grant;
use crate::access::action::ListUpdates;
use crate::web::Site;
use crate::web::api::{Next, Params, answer};
use crate::web::failure::Failure;

use super::UpdateRow;
use super::index::look;

/// One app with newer versions.
#[derive(Serialize)]
struct Update {
    app: String,
    recipe: String,
    /// The version that runs.
    from: String,
    /// The newest one.
    to: String,
    /// How many are newer.
    count: usize,
    /// How large the step is; nothing where it can't be told.
    step: Option<&'static str>,
    /// What Canteen may do by itself, in words.
    policy: String,
    /// What becomes of it, in words.
    fate: String,
    /// Why it does not go on by itself.
    why: Vec<String>,
}

/// Apps with newer versions that the caller may see, by name.
pub async fn list(may: Grant<ListUpdates>, mut asked: Params, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (after, limit) = (asked.text("after"), asked.limit());
    asked.end()?;
    let rows = look(&site, may.actor()).await?.rows.into_iter();
    let beyond = rows.filter(|row| after.as_ref().is_none_or(|after| row.app > *after));
    let updates = beyond.take(limit + 1).map(update).collect();
    let next = Next { path: "/api/v1/updates", same: vec![] };
    answer(&next.page(updates, limit, "after", |update: &Update| update.app.clone()))
}

fn update(row: UpdateRow) -> Update {
    let UpdateRow { app, recipe, from, to, count, step, policy, fate } = row;
    let step = Some(step).filter(|step| !step.is_empty());
    Update { app, recipe, from, to, count, step, policy, fate: fate.text, why: fate.why }
}
