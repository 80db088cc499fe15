//! What a registry knows of an image.

use super::Session;
use super::refusal::of_bollard;
use crate::engine::{EngineError, Resolved, Result};
use crate::stack::spec::Platform;

/// Only a lost engine is an error here: a registry that does not answer is everyday life.
pub(super) async fn resolve(session: &Session, image: &str) -> Result<Option<Resolved>> {
    if !is_reference(image) {
        return Ok(None);
    }
    let found = match session.docker.inspect_registry_image(image, None).await.map_err(|e| of_bollard(&e)) {
        Err(e @ EngineError::Unreachable(_)) => return Err(e),
        Err(_) => return Ok(None),
        Ok(found) => found,
    };
    let Some(digest) = found.descriptor.digest else { return Ok(None) };
    let platforms = found
        .platforms
        .into_iter()
        .map(|p| Platform { architecture: p.architecture.unwrap_or_default(), os: p.os.unwrap_or_default() });
    Ok(Some(Resolved { digest, platforms: platforms.collect() }))
}

/// Nothing that could leave its place in a request's path.
fn is_reference(image: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
    !image.is_empty() && image.chars().all(plain) && image.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::is_reference;

    #[test]
    fn an_image_name_stays_in_its_place() {
        assert!(is_reference("registry.example:5000/team/app:1.2@sha256:00ff"));
        for bad in ["", "../containers", "a//b", "a?b", "/a", "a b"] {
            assert!(!is_reference(bad), "{bad}");
        }
    }
}
