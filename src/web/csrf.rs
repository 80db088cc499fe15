//! Whether a request that changes something was sent by our own page. A hosted sibling app shares our site, so "same-site" is hostile.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Bytes of a session's secret and of the mask.
const BYTES: usize = 32;

/// What a browser said about where a request comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provenance<'a> {
    pub fetch_site: Option<&'a str>,
    pub fetch_mode: Option<&'a str>,
    pub fetch_dest: Option<&'a str>,
    pub origin: Option<&'a str>,
}

/// Whether a request that changes something may go on to the token check.
pub fn may_change(from: Provenance<'_>, own_origin: &str) -> bool {
    match (from.fetch_site, from.origin) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == own_origin,
        (None, None) => false,
    }
}

/// Whether a page or a fragment may be read. Other sites may link to a page, and may fetch nothing.
pub fn may_read(from: Provenance<'_>) -> bool {
    match from.fetch_site {
        None | Some("same-origin" | "none") => true,
        Some(_) => from.fetch_mode == Some("navigate") && matches!(from.fetch_dest, Some("document") | None),
    }
}

/// The secret that belongs to a browser which has not signed in, from its cookie.
pub fn pre_session_secret(cookie: &str) -> Vec<u8> {
    Sha256::digest([b"canteen form ".as_slice(), cookie.as_bytes()].concat()).to_vec()
}

/// The token for a form: the secret, masked differently in every page so that compression tells nothing about it.
pub fn token(secret: &[u8]) -> String {
    let mask = crate::random::bytes::<BYTES>();
    let masked = mask.iter().zip(secret).map(|(m, s)| m ^ s);
    BASE64.encode(mask.iter().copied().chain(masked).collect::<Vec<u8>>())
}

/// Whether a form's token belongs to the secret.
pub fn verify(token: &str, secret: &[u8]) -> bool {
    let Ok(bytes) = BASE64.decode(token) else { return false };
    if bytes.len() != 2 * BYTES || secret.len() != BYTES {
        return false;
    }
    let (mask, masked) = bytes.split_at(BYTES);
    let plain: Vec<u8> = mask.iter().zip(masked).map(|(m, s)| m ^ s).collect();
    plain.ct_eq(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://canteen.example.org";

    fn from<'a>(site: Option<&'a str>, origin: Option<&'a str>) -> Provenance<'a> {
        Provenance { fetch_site: site, origin, ..Provenance::default() }
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        for (site, origin, may) in [
            (Some("same-origin"), Some(OWN), true),
            (Some("same-site"), Some("https://wiki.example.org"), false),
            (Some("cross-site"), Some("https://evil.example.net"), false),
            (Some("none"), None, false),
            (None, Some(OWN), true),
            (None, Some("https://canteen.example.org.evil.net"), false),
            (None, Some("null"), false),
            (None, None, false),
        ] {
            assert_eq!(may_change(from(site, origin), OWN), may, "{site:?} {origin:?}");
        }
    }

    #[test]
    fn other_sites_may_link_to_a_page_and_fetch_nothing() {
        let asked =
            |mode, dest| Provenance { fetch_site: Some("same-site"), fetch_mode: Some(mode), fetch_dest: Some(dest), origin: None };
        assert!(may_read(asked("navigate", "document")));
        assert!(!may_read(asked("navigate", "iframe")));
        assert!(!may_read(asked("no-cors", "image")));
        assert!(may_read(Provenance::default()));
    }

    #[test]
    fn a_token_fits_its_secret_only_and_looks_different_every_time() {
        let (secret, other) = (pre_session_secret("a"), pre_session_secret("b"));
        let one = token(&secret);
        assert!(verify(&one, &secret) && !verify(&one, &other));
        assert_ne!(one, token(&secret));
        for broken in ["", "x", "====", one.get(1..).unwrap()] {
            assert!(!verify(broken, &secret));
        }
    }
}
