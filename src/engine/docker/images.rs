//! What a registry knows of an image.

use serde::Deserialize;

use super::Session;
use crate::engine::{EngineError, Lookup, RegistryAuth, Resolved, Result};
use crate::stack::spec::Platform;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    descriptor: Descriptor,
    #[serde(default)]
    platforms: Option<Vec<RawPlatform>>,
}

#[derive(Deserialize)]
struct Descriptor {
    #[serde(default)]
    digest: String,
}

#[derive(Deserialize)]
struct RawPlatform {
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
}

/// Only a lost engine is an error here: a registry that does not answer is everyday life.
pub(super) async fn resolve(session: &Session, image: &str, auth: Option<&RegistryAuth>) -> Result<Lookup> {
    if !is_reference(image) {
        return Ok(Lookup::Failed("this is no name of an image".to_owned()));
    }
    let answer = session.wire.ask_registry::<Answer>(&format!("/distribution/{image}/json"), auth).await;
    Ok(match answer {
        Err(error @ EngineError::Unreachable(_)) => return Err(error),
        Err(error) => Lookup::Failed(why(&error.to_string())),
        Ok(None) => Lookup::Failed("the registry did not answer within half a minute".to_owned()),
        Ok(Some(answer)) if answer.descriptor.digest.is_empty() => Lookup::Failed("the registry names no digest".to_owned()),
        Ok(Some(answer)) => {
            let platforms = answer.platforms.unwrap_or_default().into_iter().map(platform).collect();
            Lookup::Found(Resolved { digest: answer.descriptor.digest, platforms })
        }
    })
}

/// The many kinds of 32-bit ARM can't be told apart by this name, so the scheduler must not look at it.
fn platform(raw: RawPlatform) -> Platform {
    let architecture = if raw.architecture == "arm" { String::new() } else { raw.architecture };
    Platform { architecture, os: raw.os }
}

/// The registry's answer in plain words, with the engine's own behind it.
fn why(words: &str) -> String {
    let lower = words.to_lowercase();
    let any = |marks: &[&str]| marks.iter().any(|m| lower.contains(m));
    let said = if any(&["no such host", "dial tcp", "i/o timeout"]) {
        "the registry could not be asked"
    } else if any(&["toomanyrequests", "too many requests"]) {
        "the registry takes no more requests for now"
    } else if any(&["unauthorized", "denied", "authentication required", "no basic auth"]) {
        "the registry wants a login, or there is no such image"
    } else if any(&["manifest unknown", "name unknown", "no such", "not found", "not known"]) {
        "the registry has no such image"
    } else if any(&["500 ", "502 ", "503 ", "504 ", "internal server error"]) {
        "the registry is broken at the moment"
    } else {
        "the registry could not be asked"
    };
    format!("{said} ({words})")
}

/// Nothing that could leave its place in a request's path.
fn is_reference(image: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
    !image.is_empty() && image.chars().all(plain) && image.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{is_reference, why};

    #[test]
    fn an_image_name_stays_in_its_place() {
        assert!(is_reference("registry.example:5000/team/app:1.2@sha256:00ff"));
        for bad in ["", "../containers", "a//b", "a?b", "/a", "a b"] {
            assert!(!is_reference(bad), "{bad}");
        }
    }

    #[test]
    fn a_registry_that_says_no_is_told_apart_from_one_that_is_broken() {
        for (words, said) in [
            ("errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required", "wants a login"),
            ("manifest unknown: manifest unknown", "has no such image"),
            ("toomanyrequests: You have reached your pull rate limit", "takes no more requests"),
            ("received unexpected HTTP status: 500 Internal Server Error", "is broken"),
            ("Get \"https://r.example/v2/\": dial tcp: lookup r.example: no such host", "could not be asked"),
        ] {
            assert!(why(words).contains(said), "{words}");
        }
    }
}
