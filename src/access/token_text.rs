//! What an API token looks like: `cnt_`, a public part that names it, a secret part, and a sum that tells a mistyped one. Each part is
//! of letters and digits, so that a double click takes the whole, and a scanner finds one that leaked.

/// How every token begins.
pub const PREFIX: &str = "cnt_";
/// Characters of the public part.
pub const PUBLIC: usize = 8;
/// Characters of the secret part: 256 bits.
pub const SECRET: usize = 43;
/// Characters of the sum.
const SUM: usize = 6;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The whole token of its public and its secret part.
pub fn compose(public: &str, secret: &str) -> String {
    let body = format!("{PREFIX}{public}_{secret}");
    format!("{body}_{}", sum(&body))
}

/// The public part of a token that is whole; `None` of one that was mistyped or cut.
pub fn public_part(text: &str) -> Option<&str> {
    let (body, told) = text.rsplit_once('_')?;
    let (public, secret) = body.strip_prefix(PREFIX)?.split_once('_')?;
    let fits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (fits(public, PUBLIC) && fits(secret, SECRET) && told == sum(body)).then_some(public)
}

/// The text without the secret parts of tokens in it.
pub fn masked(text: &str) -> String {
    let mut parts = text.split(PREFIX);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(part.len());
        let (token, rest) = part.split_at(end);
        whole.push_str(PREFIX);
        match token.split_once('_') {
            Some((public, secret)) if public.len() == PUBLIC && !secret.is_empty() => whole.extend([public, "_…"]),
            _ => whole.push_str(token),
        }
        whole.push_str(rest);
    }
    whole
}

/// CRC-32 in six digits of base 62: who mistypes is told without a look into the database.
fn sum(body: &str) -> String {
    let mut rest = crc32(body.as_bytes());
    let mut digits = [b'0'; SUM];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS.get((rest % 62) as usize).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits.map(char::from).into_iter().collect()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _bit: u8| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> String {
        compose("Ab3dEf7h", &"x".repeat(SECRET))
    }

    #[test]
    fn a_token_tells_its_public_part_and_a_mistyped_one_none() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        let token = token();
        assert_eq!((token.len(), public_part(&token)), (63, Some("Ab3dEf7h")));
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'y' { b'z' } else { b'y' };
            assert_eq!(public_part(&String::from_utf8(bytes).unwrap()), None, "position {at}");
            assert_eq!(public_part(token.get(..at).unwrap()), None, "the first {at}");
        }
    }

    #[test]
    fn the_secret_part_is_masked_wherever_it_stands() {
        let token = token();
        assert_eq!(masked(&format!("/apps?a={token}&b={token}")), "/apps?a=cnt_Ab3dEf7h_…&b=cnt_Ab3dEf7h_…");
        for plain in ["", "/apps?q=pad", "cnt_", "cnt_x", "/x?cnt_=1", "/recipes/cnt_a_b"] {
            assert_eq!(masked(plain), plain);
        }
    }
}
