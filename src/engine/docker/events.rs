//! Changes, as the engine reports them.

use std::collections::HashMap;

use bollard::errors::Error;
use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptions;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;

use super::Session;
use super::refusal::of_bollard;
use crate::engine::{Event, Result};

/// The request goes out when the stream is first polled, so it asks for everything since the engine's time now.
pub(super) async fn stream(session: &Session) -> Result<BoxStream<'static, Result<Event>>> {
    let info = session.docker.info().await.map_err(|e| of_bollard(&e))?;
    let kinds = ["service", "node", "secret", "config", "network", "container"];
    let options = EventsOptions {
        since: info.system_time.as_deref().and_then(since),
        until: None,
        filters: Some(HashMap::from([("type".to_owned(), kinds.map(str::to_owned).to_vec())])),
    };
    let events = session.docker.events(Some(options)).filter_map(|message| std::future::ready(event(message)));
    Ok(events.boxed())
}

/// `None` for a message of a shape that is newer than we are.
fn event(message: std::result::Result<EventMessage, Error>) -> Option<Result<Event>> {
    let message = match message {
        Ok(message) => message,
        Err(Error::JsonDataError { .. } | Error::JsonSerdeError { .. }) => return None,
        Err(e) => return Some(Err(of_bollard(&e))),
    };
    Some(Ok(Event {
        kind: message.typ?.to_string(),
        action: message.action.unwrap_or_default(),
        id: message.actor.and_then(|a| a.id).unwrap_or_default(),
    }))
}

/// Seconds with their fraction, which is how the engine wants a time.
fn since(system_time: &str) -> Option<String> {
    let at: jiff::Timestamp = system_time.parse().ok()?;
    Some(format!("{}.{:09}", at.as_second(), at.subsec_nanosecond()))
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn a_time_of_the_engine_is_given_back_with_its_fraction() {
        assert_eq!(since("2026-11-22T11:00:00.000000042+01:00").as_deref(), Some("1795341600.000000042"));
        assert_eq!(since("yesterday"), None);
    }
}
