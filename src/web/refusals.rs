//! Refused changes go into the audit log. Repeated ones are counted and written at the first, second, fourth … time, so that nobody
//! fills the disk with them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use serde_json::{Map, Value};

use super::Site;
use super::failure::Failure;
use super::visit::Visit;
use crate::access::action::Record;
use crate::access::{Actor, Grant};
use crate::clock::Millis;
use crate::commands::record::Record as RecordCommand;
use crate::store::audit::Phase;

/// A series of the same refusal ends after so long a pause.
const PAUSE_MS: Millis = 60 * 60 * 1000;
/// Series that are remembered.
const MOST: usize = 5_000;

/// Characters of an address that are kept.
const LONGEST_PATH: usize = 200;

/// Counts the same refusals.
#[derive(Default)]
pub struct Tally(Mutex<HashMap<String, (u64, Millis)>>);

impl Tally {
    /// Counts one; the answer is the count if this one is to be written.
    pub fn count(&self, what: &str, now: Millis) -> Option<u64> {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tally.len() >= MOST {
            tally.retain(|_, (_, last)| *last + PAUSE_MS > now);
        }
        // Nobody falls silent because others are loud: what no longer fits is one series.
        let what = if tally.len() >= MOST && !tally.contains_key(what) { "others" } else { what };
        let (count, last) = tally.entry(what.to_owned()).or_insert((0, now));
        if *last + PAUSE_MS <= now {
            *count = 0;
        }
        (*count, *last) = (*count + 1, now);
        count.is_power_of_two().then_some(*count)
    }
}

/// Writes a refused change down.
pub async fn note(site: &Site, visit: &Visit, response: &ServiceResponse<BoxBody>) {
    // A stranger's address is not written as it was typed: of any length and number, it would fill the log.
    let request = response.request();
    let path: String = match visit.actor {
        Actor::Stranger { .. } => request.match_pattern().unwrap_or_else(|| "no page".to_owned()),
        Actor::Member { .. } | Actor::Scheduler | Actor::System(_) => request.path().chars().take(LONGEST_PATH).collect(),
    };
    let (action, why) = match response.response().error().and_then(|e| e.as_error::<Failure>()) {
        Some(Failure::Forbidden { action }) => (*action, "not allowed"),
        Some(Failure::ForeignForm) => ("form", "foreign form"),
        _ => return,
    };
    let pairs = [("action", action), ("path", path.as_str()), ("why", why)];
    record(site, visit, Phase::Refused, &pairs).await;
}

/// Writes down that something was refused or failed, unless it was just written.
pub async fn record(site: &Site, visit: &Visit, phase: Phase, pairs: &[(&str, &str)]) {
    // Strangers can invent what they like, so all that one network tries is one series.
    let key = match &visit.actor {
        Actor::Stranger { .. } => format!("stranger {} {phase:?}", super::throttle::network(&visit.ip)),
        member => format!("{} {pairs:?}", member.name()),
    };
    let Some(count) = site.tally.count(&key, site.store.clock().now()) else { return };
    let mut particulars: Map<String, Value> = pairs.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
    particulars.insert("times".to_owned(), count.into());
    let grant = Grant::<Record>::record(visit.actor.clone());
    if let Err(error) = site.store.commit(&grant, RecordCommand { phase, particulars }).await {
        tracing::error!(%error, "a refusal could not be written down");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_refusal_is_written_less_and_less_often() {
        let tally = Tally::default();
        let written: Vec<u64> = (0..100).filter_map(|n| tally.count("x", n)).collect();
        assert_eq!(written, [1, 2, 4, 8, 16, 32, 64]);
        assert_eq!(tally.count("y", 100), Some(1));
        assert_eq!(tally.count("x", 100 + PAUSE_MS), Some(1));
    }
}
