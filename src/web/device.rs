//! The cookie of a device: it says that this member signed in with this browser before. Such a browser has tries of its own, so that
//! nobody who guesses at somebody's password elsewhere keeps them out. It lets nobody in.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use subtle::ConstantTimeEq as _;

use crate::clock::Millis;
use crate::site_key::SiteKey;

/// A device is known for so long after it was last signed in with.
pub(super) const LIFE_S: i64 = 90 * 24 * 60 * 60;

/// The cookie's value for a device of this member.
pub(super) fn cookie(key: &SiteKey, member: i32, device: &str, now: Millis) -> Option<String> {
    let at = now / 1000;
    seal(key, member, device, at).map(|mac| format!("{member}.{device}.{at}.{mac}"))
}

/// The name of a device that was never seen.
pub(super) fn fresh() -> String {
    BASE64.encode(crate::random::bytes::<16>())
}

/// The device's name, if the cookie is one of ours, of this member, and not too old.
pub(super) fn known(key: &SiteKey, cookie: &str, member: i32, now: Millis) -> Option<String> {
    let [whose, device, at, mac] = <[&str; 4]>::try_from(cookie.split('.').collect::<Vec<_>>()).ok()?;
    let at: i64 = at.parse().ok()?;
    let theirs = whose.parse::<i32>().ok()? == member;
    let right: bool = seal(key, member, device, at)?.as_bytes().ct_eq(mac.as_bytes()).into();
    (theirs && right && (at..at + LIFE_S).contains(&(now / 1000))).then(|| device.to_owned())
}

fn seal(key: &SiteKey, member: i32, device: &str, at: i64) -> Option<String> {
    match key.hash("device", &[&member.to_be_bytes(), device.as_bytes(), &at.to_be_bytes()]) {
        Ok(mac) => Some(BASE64.encode(mac)),
        Err(error) => {
            tracing::error!(%error, "devices can't be known again");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_for_its_member_alone_and_for_ninety_days() {
        let data = tempfile::tempdir().unwrap();
        let key = SiteKey::of(data.path());
        let value = cookie(&key, 7, "abc", 5_000).unwrap();
        assert_eq!(known(&key, &value, 7, 5_000).as_deref(), Some("abc"));
        assert_eq!(known(&key, &value, 7, 4_000 + LIFE_S * 1000).as_deref(), Some("abc"));
        assert_eq!(known(&key, &value, 7, 5_000 + LIFE_S * 1000), None);
        assert_eq!(known(&key, &value, 8, 5_000), None);
        for other in [value.replacen('7', "8", 1), value.replace("abc", "abd"), value.replace(".5.", ".6."), value.replace('.', "")]
        {
            assert_eq!(known(&key, &other, 7, 6_000), None, "{other}");
            assert_eq!(known(&key, &other, 8, 6_000), None, "{other}");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(known(&SiteKey::of(elsewhere.path()), &value, 7, 5_000), None);
    }
}
