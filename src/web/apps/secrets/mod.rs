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
pub use list::{AppSecretsView, Kept, SecretRow, list};
pub use removal::remove;
pub use rotation::{RotationView, review, rotate};

use actix_web::HttpResponse;

use crate::access::{Grant, WriteAction};
use crate::ops::approval::{Asks, Ordered, PutUp};
use crate::ops::handover::Values;
use crate::ops::order::Order;
use crate::ops::ourselves;
use crate::store::Denied;
use crate::web::Site;
use crate::web::approvals;
use crate::web::failure::Failure;
use crate::web::page::see_other;
use crate::web::setup::sentence;
use crate::web::visit::Visit;

/// Starts the operation that takes the values, which it finds under the ticket that `order` is given; without a new operation they are
/// forgotten at once.
pub(super) async fn hand_over<A: WriteAction>(
    may: &Grant<A>,
    visit: &Visit,
    site: &Site,
    values: Values,
    order: impl FnOnce(String) -> Order<A>,
) -> Result<HttpResponse, Failure> {
    let ticket = crate::store::chain::hex(&crate::random::bytes::<16>());
    site.handover.put(&ticket, site.store.clock().now(), values);
    let asked = ask(may, &visit.why, site, order(ticket.clone())).await;
    if !asked.as_ref().is_ok_and(|asked| asked.now) {
        drop(site.handover.take(&ticket));
    }
    go_to(&asked?)
}

/// Starts an operation and goes to its page, or to that of the request for approval. The same form sent twice goes to the first one's
/// page.
pub(super) async fn start<A: WriteAction>(
    may: &Grant<A>,
    visit: &Visit,
    site: &Site,
    order: impl Asks<Needs = A>,
) -> Result<HttpResponse, Failure> {
    go_to(&ask(may, &visit.why, site, order).await?)
}

/// What a form asked for.
pub(super) struct Asked {
    pub(super) what: Ordered,
    /// The app's name.
    app: String,
    /// It is a new one; else the same form came before.
    now: bool,
}

/// Starts an operation, or has it wait for approval, which those who decide are told `why`; the same form sent twice gives the first
/// one.
pub(super) async fn ask<A: WriteAction>(
    may: &Grant<A>,
    why: &str,
    site: &Site,
    mut order: impl Asks<Needs = A>,
) -> Result<Asked, Failure> {
    let reason = approvals::one_line(why);
    if !approvals::fits(&reason) {
        return Err(Failure::BadForm(format!("the reason is too long: write {} characters at most", approvals::LONGEST)));
    }
    let found = site.store.app(may.app()).await?;
    let mut seen = None;
    if let Some(app) = &found {
        let needs = site.store.approval_demands(app.id).await?;
        if needs.iter().any(|(kind, _)| *kind == order.order().kind()) {
            seen = Some(site.release.seen(app).await.map_err(|e| Failure::Unavailable(e.to_string()))?);
        }
    }
    order.order().put_up(PutUp { reason, seen });
    if let Some(app) = &found
        && let Some(why) = ourselves::refusal(&site.feed.latest().swarm, &app.stack)
    {
        return Err(Failure::Conflict(sentence(&why)));
    }
    let app = may.app().to_owned();
    let known = |text: &str| text.parse().map_err(|_no_number| Failure::broken("something that was asked for has no number"));
    let what = match site.store.commit(may, order).await {
        Ok(what) => what,
        Err(Denied::Rule { what: "asked-already", text }) => {
            return Ok(Asked { what: Ordered::Begun(known(&text)?), app, now: false });
        }
        Err(Denied::Rule { what: "waits-already", text }) => {
            return Ok(Asked { what: Ordered::Waits(known(&text)?), app, now: false });
        }
        Err(other) => return Err(other.into()),
    };
    site.bell.notify_one();
    site.live.poke("apps");
    Ok(Asked { what, app, now: true })
}

/// Goes to the operation's page, or to that of the request for approval.
pub(super) fn go_to(asked: &Asked) -> Result<HttpResponse, Failure> {
    match asked.what {
        Ordered::Begun(id) => see_other(&format!("/operations/{id}")),
        Ordered::Waits(id) => see_other(&approvals::path(&asked.app, id)),
    }
}
