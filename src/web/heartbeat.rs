//! What keeps a stream of events open, and what ends it when the right to it does.

use std::time::Duration;

use actix_web::web::Bytes;
use tokio::time::Instant;

use super::Site;
use super::visit::Visit;

/// A comment keeps the connection open and tells us when the browser has gone; the right to look is judged again with each.
const EVERY: Duration = Duration::from_secs(15);

/// The right to a stream, as it was judged last.
pub(super) struct Heartbeat {
    session: Option<i32>,
    judged: Instant,
}

/// What a stream does before anything else.
pub(super) enum Beat {
    /// It goes on.
    NotYet,
    /// It sends this.
    Send(Bytes),
    /// It ends: the session is over.
    Over,
}

impl Heartbeat {
    /// The stream begins, and its right was judged with the request.
    pub(super) fn of(visit: &Visit) -> Self {
        Self { session: visit.session.as_ref().map(|s| s.id), judged: Instant::now() }
    }

    /// However busy a stream is, it asks this before each message, so the right to it is judged again in time.
    pub(super) async fn beat(&mut self, site: &Site) -> Beat {
        if self.judged.elapsed() < EVERY {
            return Beat::NotYet;
        }
        let Some(id) = self.session else { return Beat::Over };
        if !site.store.session_lives(id).await.unwrap_or(false) {
            return Beat::Over;
        }
        self.judged = Instant::now();
        Beat::Send(Bytes::from_static(b": still here\n\n"))
    }

    /// When it is time to ask again.
    pub(super) fn due(&self) -> Instant {
        self.judged + EVERY
    }
}
