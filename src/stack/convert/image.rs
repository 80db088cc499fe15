//! `image`, in the short form that the engine shows.

use super::ConvertError;

const HUB: &str = "docker.io";
const HUB_OLD: &str = "index.docker.io";
const OFFICIAL: &str = "library/";
/// Of a name, without registry, tag and digest.
const MOST_LETTERS: usize = 255;
/// What a digest may be made with, and its length in letters.
const DIGESTS: &[(&str, usize)] = &[("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// The image with its tag, without what goes without saying: `docker.io/library/redis` is `redis:latest`.
pub(super) fn reference(image: &str) -> Result<String, ConvertError> {
    if image.is_empty() {
        return Err(ConvertError::new("no image is named", "every service needs an image; the Swarm builds none"));
    }
    if is_hex(image, 64) {
        return Ok(image.to_owned());
    }
    let (domain, path) = split(image);
    let (named, digest) = match path.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (path.as_str(), None),
    };
    let (name, tag) = match named.split_once(':') {
        Some((name, tag)) => (name, Some(tag)),
        None => (named, None),
    };
    if name.chars().any(char::is_uppercase) {
        return Err(invalid(image, "its name must be in lower case"));
    }
    // What looks like a registry but can't be one may still be the first part of a name.
    let is_name = is_domain(&domain) || is_part(&domain);
    let length = if is_domain(&domain) { name.len() } else { domain.len() + 1 + name.len() };
    if !is_name || !name.split('/').all(is_part) || !tag.is_none_or(is_tag) || !digest.is_none_or(is_digest) {
        return Err(invalid(image, "it is not of the form registry/name:tag"));
    }
    if length > MOST_LETTERS {
        return Err(invalid(image, "its name is longer than 255 letters"));
    }
    let short = match name.strip_prefix(OFFICIAL) {
        Some(official) if domain == HUB && !official.contains('/') => official.to_owned(),
        _ if domain == HUB => name.to_owned(),
        _ => format!("{domain}/{name}"),
    };
    let tag = match (tag, digest) {
        (Some(tag), _) => format!(":{tag}"),
        (None, Some(_)) => String::new(),
        (None, None) => ":latest".to_owned(),
    };
    Ok(format!("{short}{tag}{}", digest.map_or_else(String::new, |d| format!("@{d}"))))
}

/// The registry and the rest. The first part is a registry if it could not be a name.
fn split(image: &str) -> (String, String) {
    let registry = |first: &str| first.contains(['.', ':']) || first == "localhost" || first.to_lowercase() != first;
    let (domain, path) = match image.split_once('/') {
        Some((first, rest)) if registry(first) => (if first == HUB_OLD { HUB } else { first }, rest),
        _ => (HUB, image),
    };
    let path = if domain == HUB && !path.contains('/') { format!("{OFFICIAL}{path}") } else { path.to_owned() };
    (domain.to_owned(), path)
}

fn is_part(part: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let crowded = ["..", "___", "._", "_.", "-.", ".-", "-_", "_-"].iter().any(|pair| part.contains(pair));
    ends(part.chars().next()) && ends(part.chars().last()) && part.chars().all(inner) && !crowded
}

/// A host name or a bracketed address, with or without a port.
fn is_domain(domain: &str) -> bool {
    let label = |l: &str| {
        !l.is_empty() && !l.starts_with('-') && !l.ends_with('-') && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let is_port = |port: &str| port.strip_prefix(':').is_some_and(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_digit()));
    let address = |a: &str| !a.is_empty() && a.chars().all(|c| c.is_ascii_hexdigit() || c == ':');
    let (host_ok, port) = if let Some((bracketed, port)) = domain.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        (address(bracketed), port)
    } else {
        let (host, port) = domain.split_at(domain.find(':').unwrap_or(domain.len()));
        (host.split('.').all(label), port)
    };
    host_ok && (port.is_empty() || is_port(port))
}

fn is_tag(tag: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128 && tag.starts_with(word) && tag.chars().all(|c| word(c) || c == '.' || c == '-')
}

fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(kind, hex)| DIGESTS.iter().any(|(name, length)| kind == *name && is_hex(hex, *length)))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

fn invalid(image: &str, why: &str) -> ConvertError {
    ConvertError::new(format!("the image \"{image}\" can't be used: {why}"), "write it as registry/name:tag")
}
