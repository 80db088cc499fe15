//! A running site and browsers that visit it.
//!
//! `site.rs` starts the server, `browser.rs` speaks HTTP to it, `apps.rs` makes apps and waits for operations, `recipes.rs` makes the
//! git repositories, `broad.rs` one with very much to set, `clock.rs` moves time, `golden.rs` compares with checked-in tables,
//! `stub.rs` is an engine that records what it is asked, `requests.rs` compares two requests, `mail.rs` is a mail server, `idp.rs` an
//! identity provider, `digest.rs` tells whether the database holds the same as before, `visits.rs` and `steps.rs` know a request for
//! each route, `restic.rs` brings the real restic, `crash.rs` stands between the statements of whoever writes, `victim.rs` is a dashboard that is killed there.

mod api;
mod apps;
mod broad;
mod browser;
mod clock;
pub(crate) mod crash;
pub(crate) mod device;
mod digest;
mod foreign;
mod golden;
mod idp;
mod mail;
mod phone;
mod raw;
pub(crate) mod recipes;
mod repositories;
mod requests;
mod restic;
pub(crate) mod schema;
mod shelved;
mod site;
mod steps;
pub(crate) mod stub;
pub(crate) mod victim;
mod visits;

pub(crate) use api::Caller;
pub(crate) use apps::{BOARD, operation_of, send_fields, send_plan};
pub(crate) use broad::{OVERLAYS, broad_recipe};
pub(crate) use browser::{Answer, Browser, Request};
pub(crate) use digest::{Tables, changed, unsaid};
pub(crate) use foreign::{Silent, foreign_board, foreign_stack};
pub(crate) use golden::matches;
pub(crate) use idp::{CLIENT_SECRET, Idp, Signed};
pub(crate) use mail::MailServer;
pub(crate) use phone::{Phone, recovery_codes, sealed};
pub(crate) use raw::{connection, copy_of, head_of, make_admin, make_viewer};
pub(crate) use requests::same_request;
pub(crate) use restic::{by_hand, restic, store_volume};
pub(crate) use shelved::{Shelved, activated};
pub(crate) use site::{PASSWORD, Plan, Site};
pub(crate) use steps::{IN_STEPS, Step};
pub(crate) use visits::{BUTTONS, SCHEDULE, Visits};

use std::time::Duration;

/// Waits until `look` finds something. A slow machine is no reason to fail, so the deadline is long.
pub(crate) async fn until<T, F>(what: &str, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
