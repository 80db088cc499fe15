//! The secrets of an app: which there are, which are missing, and every change of them. Never their values, but in forms on their way
//! in.
//!
//! `list.rs` is the page. A file per verb: `generation.rs`, `insertion.rs`, `rotation.rs`, `removal.rs`. `given.rs` reads a value out
//! of a form, `stock.rs` holds what the app needs against what is there, `turning.rs` finds out what a rotation would change.

mod generation;
mod given;
mod insertion;
mod list;
mod removal;
mod rotation;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod stock;
mod turning;

pub use generation::{generate, generate_one};
pub use insertion::insert;
pub use list::{AppSecretsView, SecretRow, list};
pub use removal::remove;
pub use rotation::{RotationView, review, rotate};

use actix_web::HttpResponse;

use crate::access::{Grant, WriteAction};
use crate::ops::order::Order;
use crate::store::Denied;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::see_other;
use crate::web::visit::Visit;

/// Starts the operation that takes the values; without one they are forgotten at once.
async fn hand_over<A: WriteAction>(may: &Grant<A>, site: &Site, visit: &Visit, order: Order<A>) -> Result<HttpResponse, Failure> {
    let started = start(may, site, order).await;
    if started.is_err() {
        drop(site.handover.take(&visit.form));
    }
    started
}

/// Starts an operation and goes to its page. The same form sent twice goes to the first one's page.
pub(super) async fn start<A: WriteAction>(
    may: &Grant<A>,
    site: &Site,
    order: impl crate::store::Command<Needs = A, Output = i32>,
) -> Result<HttpResponse, Failure> {
    let id = match site.store.commit(may, order).await {
        Ok(id) => id,
        Err(Denied::Rule { what: "asked-already", text }) => return see_other(&format!("/operations/{text}")),
        Err(other) => return Err(other.into()),
    };
    site.bell.notify_one();
    site.live.poke("apps");
    see_other(&format!("/operations/{id}"))
}
