//! Refused changes go into the audit log; the same ones again and again are counted (`src/store/tally.rs`).

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use serde_json::{Map, Value};

use super::Site;
use super::factors::gate;
use super::failure::Failure;
use super::visit::Visit;
use crate::access::action::Record;
use crate::access::{Actor, Grant};
use crate::commands::record::Record as RecordCommand;
use crate::store::Denied;
use crate::store::audit::Phase;
use crate::store::tally::Tried;

/// Characters of an address that are kept.
const LONGEST_PATH: usize = 200;

/// Writes down that a token came which does not hold, or at a place where none belongs.
pub async fn note_token(site: &Site, visit: &Visit, failure: &Failure) {
    let Failure::Api(problem) = failure else { return };
    if problem.told.is_empty() {
        return;
    }
    let told = problem.told.iter().map(|(name, value)| (*name, value.as_str()));
    let pairs: Vec<_> = [("action", "token.use")].into_iter().chain(told).collect();
    record(site, visit, Phase::Failed, &pairs).await;
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
        Some(Failure::Forbidden { action, .. }) => (*action, "not allowed"),
        Some(Failure::Hidden { action }) => (*action, "not to be seen"),
        Some(Failure::ForeignForm) => ("form", "foreign form"),
        Some(Failure::Api(problem)) if problem.code == gate::FACTOR_FIRST => ("token.use", "no second factor"),
        _ => return,
    };
    let pairs = [("action", action), ("path", path.as_str()), ("why", why)];
    record(site, visit, Phase::Refused, &pairs).await;
}

/// Writes down that something was refused or failed, or counts it where it was just written. What can't be written is in the log.
pub async fn record(site: &Site, visit: &Visit, phase: Phase, pairs: &[(&str, &str)]) {
    if let Err(error) = try_record(site, visit, phase, pairs).await {
        tracing::error!(%error, "a refusal could not be written down");
    }
}

/// The same for those whose answer depends on it.
pub async fn try_record(site: &Site, visit: &Visit, phase: Phase, pairs: &[(&str, &str)]) -> Result<(), Denied> {
    // Strangers can invent what they like, so all that one network tries is one series.
    let key = match &visit.actor {
        Actor::Stranger { .. } => format!("stranger {} {phase:?}", super::throttle::network(&visit.ip)),
        member => format!("{} {pairs:?}", member.name()),
    };
    let particulars: Map<String, Value> = pairs.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
    let tried = Tried { actor: visit.actor.clone(), phase, particulars };
    let mut ended = Ok(());
    for Tried { actor, phase, particulars } in site.store.tally().count(&key, tried, site.store.clock().now()) {
        let written = site.store.commit(&Grant::<Record>::record(actor), RecordCommand { phase, particulars }).await;
        ended = ended.and(written);
    }
    ended
}
