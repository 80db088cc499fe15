//! What keeps a stream of events open, and what ends it when the right to it does.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Site;
use super::failure::Failure;
use super::streams::Open;
use super::visit::Visit;
use crate::access::{Action, Actor, Grant, Rights, Sight};

/// A comment keeps the connection open and tells us when the browser has gone; the right to look is judged again with each.
const EVERY: Duration = Duration::from_secs(15);

/// Whoever has too many streams is told to come back after so many seconds.
const AGAIN_S: u64 = 30;

/// The right to a stream, as it was judged last.
pub(super) struct Heartbeat {
    session: Option<i32>,
    /// Who looks, with the rights of the last time.
    actor: Actor,
    /// The same question as at the beginning, about the rights of now.
    still: Box<dyn Fn(&Actor) -> bool>,
    /// The apps that could be seen at the beginning: where they are others, the page has to ask for others.
    sight: Sight,
    changes: watch::Receiver<i64>,
    judged: Instant,
    due: Instant,
    #[expect(dead_code, reason = "held for as long as the stream is open")]
    open: Open,
}

/// What a stream does before anything else.
pub(super) enum Beat {
    /// It goes on.
    NotYet,
    /// It sends this.
    Send(Bytes),
    /// It ends: the session is over, or the right to look is gone.
    Over,
}

impl Heartbeat {
    /// The stream begins, and its right was judged with the request.
    ///
    /// # Errors
    /// The member has too many streams open.
    pub(super) fn of<A: Action>(visit: &Visit, may: &Grant<A>, site: &Site) -> Result<Self, Failure> {
        // Only members have a right to a stream.
        let member = may.actor().member().ok_or(Failure::SignInFirst)?;
        let open = site.streams.open(member).ok_or(Failure::TooMany(AGAIN_S))?;
        let target = may.target().clone();
        let still = move |actor: &Actor| Grant::<A>::judge(actor.clone(), target.clone()).is_ok();
        let mut beat = Self {
            session: visit.session.as_ref().map(|s| s.id),
            actor: may.actor().clone(),
            still: Box::new(still),
            sight: may.actor().sight(),
            changes: site.store.rights_changes(),
            judged: Instant::now(),
            due: Instant::now(),
            open,
        };
        beat.set_due(site);
        Ok(beat)
    }

    /// However busy a stream is, it asks this before each message, so the right to it is judged again in time.
    pub(super) async fn beat(&mut self, site: &Site) -> Beat {
        // What has dropped the sender is a dashboard that ends.
        let changed = self.changes.has_changed().unwrap_or(true);
        if !changed && Instant::now() < self.due {
            return Beat::NotYet;
        }
        self.changes.mark_unchanged();
        let Some(id) = self.session else { return Beat::Over };
        let Ok(Some(rights)) = site.store.session_rights(id).await else { return Beat::Over };
        self.take(rights);
        if !(self.still)(&self.actor) || self.actor.sight() != self.sight {
            return Beat::Over;
        }
        let quiet = self.judged.elapsed() < EVERY;
        if !quiet {
            self.judged = Instant::now();
        }
        self.set_due(site);
        if quiet { Beat::NotYet } else { Beat::Send(Bytes::from_static(b": still here\n\n")) }
    }

    /// Waits until it is time to ask again.
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            () = tokio::time::sleep_until(self.due) => {}
            _changed = self.changes.changed() => self.changes.mark_changed(),
        }
    }

    fn take(&mut self, now: Arc<Rights>) {
        if let Actor::Member { rights, .. } = &mut self.actor {
            *rights = now;
        }
    }

    /// The next of the grants that the right rests on may run out before the next comment.
    fn set_due(&mut self, site: &Site) {
        self.due = self.judged + EVERY;
        let Actor::Member { rights, .. } = &self.actor else { return };
        let left = rights.until().map(|until| u64::try_from(until - site.store.clock().now()).unwrap_or(0));
        if let Some(left) = left {
            self.due = self.due.min(Instant::now() + Duration::from_millis(left));
        }
    }
}
