//! The web floor: actix and askama. Handlers unpack a request, ask the store or the shelf, start operations, and pack a page; they hold
//! no `Mutate` and know no bollard and no diesel.
//!
//! Start with `routes.rs`, the table of everything there is; then `wall.rs`, which every request passes; then any page.

pub mod account;
pub mod api;
pub mod approvals;
pub mod apps;
pub mod assets;
pub mod audit;
pub mod backups;
mod body;
mod came;
pub mod cookies;
pub mod csrf;
mod device;
pub mod error;
pub mod factors;
pub mod failure;
pub mod filters;
pub mod forgot;
pub mod form;
pub mod guard;
pub mod headers;
pub mod health;
mod heartbeat;
pub mod links;
pub mod live;
pub mod markdown;
mod multipart;
mod new_password;
pub mod operations;
pub mod page;
pub mod people;
pub mod powers;
pub mod preferences;
pub mod recipes;
pub mod recovery;
pub mod refusals;
pub mod report;
pub mod rights;
pub mod routes;
#[cfg(any(test, feature = "testing"))]
pub mod samples;
pub mod schedules;
pub mod session;
pub mod settings;
pub mod setup;
pub mod setup_code;
pub mod shell;
pub mod sso;
pub mod status;
pub mod streams;
pub mod table;
pub mod throttle;
pub mod tokens;
pub mod updates;
pub mod visit;
pub mod wall;
pub mod when;

use std::net::TcpListener;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::engine::Inspect;
use crate::engine::feed::Feed;
use crate::keys::DataKey;
use crate::mail::Post;
use crate::ops::release::Release;
use crate::ops::repositories::Repositories;
use crate::ops::{Handover, Live, Reveals};
use crate::passwords::Passwords;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::site_key::SiteKey;
use crate::sso::Sso;
use crate::store::{AuditCheck, Store};

pub use setup_code::SetupCode;
pub use table::{Entry, Table};

/// Connections at once.
const MOST_CONNECTIONS: usize = 2_000;
/// A stop waits so long for requests.
const STOP_S: u64 = 5;

/// What handlers reach: the parts, and what pages keep in memory.
pub struct Site {
    parts: Parts,
    pub summaries: apps::facts::Summaries,
    pub listing: apps::listing::Listing,
    pub logs: apps::logs::Hubs,
    pub throttle: throttle::Throttle,
    pub streams: streams::Streams,
    /// Files of backups that are on their way.
    pub downloads: streams::Streams,
    pub tokens_used: tokens::Used,
    pub epoch: Epoch,
    pub kept: factors::kept::Kept,
    pub codes: factors::prove::CodeTries,
    pub ceremonies: factors::ceremony::Ceremonies,
    pub sso: Sso,
    pub under_way: sso::UnderWay,
}

impl Deref for Site {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// Tells ids of this run's pokes from those of an earlier run.
pub struct Epoch(String);

impl Default for Epoch {
    fn default() -> Self {
        Self(crate::store::chain::hex(&crate::random::bytes::<4>()))
    }
}

impl Epoch {
    fn id(&self, seq: u64) -> String {
        format!("{}-{seq}", self.0)
    }

    /// The number behind an id of this run.
    fn since(&self, id: &str) -> Option<u64> {
        id.strip_prefix(self.0.as_str())?.strip_prefix('-')?.parse().ok()
    }
}

/// What a site is made of. Everything else it makes itself.
pub struct Parts {
    pub settings: Settings,
    pub store: Store,
    pub shelf: Shelf,
    pub inspect: Arc<dyn Inspect>,
    pub feed: Arc<Feed>,
    pub live: Arc<Live>,
    pub handover: Arc<Handover>,
    pub reveals: Arc<Reveals>,
    /// Rings the runner.
    pub bell: Arc<Notify>,
    pub release: Release,
    pub repositories: Repositories,
    pub setup_code: Arc<SetupCode>,
    pub site_key: SiteKey,
    pub post: Post,
    pub checked: AuditCheck,
    pub key: DataKey,
    pub passwords: Passwords,
    pub stop: CancellationToken,
}

impl Site {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self {
            sso: Sso::new(&parts.settings.internal_hosts),
            under_way: sso::UnderWay::default(),
            ceremonies: factors::ceremony::Ceremonies::at(&parts.settings.public),
            summaries: apps::facts::Summaries::default(),
            listing: apps::listing::Listing::default(),
            logs: apps::logs::Hubs::default(),
            throttle: throttle::Throttle::default(),
            streams: streams::Streams::of_pages(),
            downloads: streams::Streams::of_downloads(),
            tokens_used: tokens::Used::default(),
            epoch: Epoch::default(),
            kept: factors::kept::Kept::default(),
            codes: factors::prove::CodeTries::default(),
            parts,
        }
    }
}

/// The server, ready to be awaited. Used by `main` and by the tests.
pub fn build(site: Site, listener: TcpListener) -> std::io::Result<Server> {
    let site = web::Data::new(site);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(site.clone())
            .wrap(from_fn(wall::wall))
            .wrap(Compress::default())
            .configure(|config| routes::routes().configure(config))
    });
    Ok(server
        .workers(2)
        .max_connections(MOST_CONNECTIONS)
        .keep_alive(std::time::Duration::from_secs(75))
        .shutdown_timeout(STOP_S)
        .disable_signals()
        .listen(listener)?
        .run())
}
