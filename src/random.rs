//! The one door through which randomness comes in.

use rand::TryRng as _;
use rand::rngs::SysRng;

/// Bytes of the operating system's generator. A machine that has none can't run this program safely, so it stops.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = SysRng.try_fill_bytes(&mut bytes) {
        tracing::error!(%error, "the operating system gives no randomness");
        std::process::abort();
    }
    bytes
}

/// A token of 256 bits that fits into cookies, paths and forms.
pub fn token() -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// Letters and digits, each of the 62 as likely as the others.
pub fn letters_and_digits(length: usize) -> String {
    let all = || (b'0'..=b'9').chain(b'A'..=b'Z').chain(b'a'..=b'z');
    let mut text = String::with_capacity(length);
    while text.len() < length {
        // Bytes above the largest multiple of 62 would make some likelier.
        let even = bytes::<64>().into_iter().filter(|b| *b < 248).map(|b| usize::from(b % 62));
        text.extend(even.filter_map(|n| all().nth(n)).map(char::from).take(length - text.len()));
    }
    text
}
