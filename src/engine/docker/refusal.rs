//! What an engine says when it says no, in our error type.

use bollard::errors::Error;

use super::wire::Host;
use crate::causes::chain;
use crate::engine::{EngineError, Result};

/// Sorts a refusal by its HTTP status and, where the status is too coarse, by the engine's words.
pub(super) fn of_status(status: u16, message: &str) -> EngineError {
    let text = plain(message);
    let in_use = text.contains(" in use by ") || text.contains("has active endpoints");
    let stale = text.contains("update out of sequence");
    // A service that names a missing network is refused with a 400; to us a 404 says it better.
    let no_network = text.starts_with("network ") && text.ends_with(" not found");
    let too_new = text.contains("Minimum supported API version");
    match status {
        _ if too_new => {
            EngineError::Refused(format!("the Docker engine is newer than this Canteen understands ({text}); update Canteen"))
        }
        _ if no_network => EngineError::NotFound { what: missing(text) },
        404 => EngineError::NotFound { what: missing(text) },
        409 => EngineError::Conflict(text.to_owned()),
        _ if in_use || stale => EngineError::Conflict(text.to_owned()),
        _ if text.is_empty() => EngineError::Refused(format!("the Docker engine answered with status {status} and no reason")),
        _ => EngineError::Refused(text.to_owned()),
    }
}

/// An error of the client library.
pub(super) fn of_bollard(error: &Error) -> EngineError {
    match error {
        Error::DockerResponseServerError { status_code, message } => of_status(*status_code, message),
        Error::JsonDataError { .. }
        | Error::JsonSerdeError { .. }
        | Error::StrParseError { .. }
        | Error::APIVersionParseError {} => EngineError::Unreadable(error.to_string()),
        Error::DockerStreamError { error } => EngineError::Refused(error.clone()),
        _ => EngineError::Unreachable(chain(error)),
    }
}

/// The address does not answer.
pub(super) fn unreachable_host(host: &Host, why: &str) -> EngineError {
    EngineError::Unreachable(format!("{host}: {why}"))
}

/// An id or a name as one piece of a request's path. Anything that could leave its place there names nothing.
pub(super) fn path_piece<'a>(kind: &str, name: &'a str) -> Result<&'a str> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if plain && !name.is_empty() && name.trim_matches('.') == name {
        Ok(name)
    } else {
        Err(EngineError::NotFound { what: format!("{kind} `{}`", name.escape_debug()) })
    }
}

/// Without the wrapping of the engine's inner protocol: `rpc error: code = NotFound desc = ` and the like.
fn plain(message: &str) -> &str {
    let message = message.trim();
    match message.strip_prefix("rpc error: code = ").and_then(|rest| rest.split_once(" desc = ")) {
        Some((_, text)) => text,
        None => message,
    }
}

/// What a 404 misses: `service x not found` and `No such network: x` both name it.
fn missing(text: &str) -> String {
    if let Some(what) = text.strip_suffix(" not found") {
        return what.to_owned();
    }
    match text.strip_prefix("No such ").and_then(|rest| rest.split_once(": ")) {
        Some((kind, name)) => format!("{kind} {name}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_sorted_by_status_and_words() {
        let check = |status, message, expected: &str| {
            let error = of_status(status, message);
            assert_eq!(format!("{error:?}"), expected);
        };
        check(404, "service web not found", r#"NotFound { what: "service web" }"#);
        check(404, "No such network: inner", r#"NotFound { what: "network inner" }"#);
        check(409, "rpc error: code = AlreadyExists desc = name conflicts", r#"Conflict("name conflicts")"#);
        check(500, "rpc error: code = Unknown desc = update out of sequence", r#"Conflict("update out of sequence")"#);
        check(
            400,
            "secret 'a' is in use by the following service: b",
            r#"Conflict("secret 'a' is in use by the following service: b")"#,
        );
        check(400, "network inner not found", r#"NotFound { what: "network inner" }"#);
        check(503, "This node is not a swarm manager.", r#"Refused("This node is not a swarm manager.")"#);
        check(500, "", r#"Refused("the Docker engine answered with status 500 and no reason")"#);
    }

    #[test]
    fn a_name_that_could_leave_its_place_in_a_path_names_nothing() {
        assert_eq!(path_piece("service", "web_1.2-x").unwrap(), "web_1.2-x");
        for bad in ["", "..", "a/b", "a?b", "%2e", ".hidden"] {
            assert!(matches!(path_piece("service", bad), Err(EngineError::NotFound { .. })), "{bad}");
        }
    }
}
