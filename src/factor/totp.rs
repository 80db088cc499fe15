use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use super::{base32, grouped};

/// Seconds for which an app shows one code.
pub const STEP_S: u64 = 30;
pub(super) const DIGITS: usize = 6;
/// 160 bits, as RFC 4226 recommends.
const BYTES: usize = 20;

/// What an authenticator app and the dashboard share (RFC 6238 with SHA-1, 6 digits, 30 seconds: what every app understands). Has no
/// `Debug` and no `Display`, so that no log line can carry it.
pub struct TotpSecret(Zeroizing<[u8; BYTES]>);

impl TotpSecret {
    /// A secret of random bytes.
    pub fn new(bytes: [u8; BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The secret that was stored.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    /// The bytes, for whoever encrypts them.
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// As it is typed into an app that can't scan.
    pub fn text(&self) -> String {
        grouped(&base32(self.expose()), ' ')
    }

    /// The address that an app scans: `otpauth://totp/…`.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account, secret) = (percent(issuer), percent(account), base32(self.expose()));
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&digits={DIGITS}&period={STEP_S}")
    }

    /// The step whose code this is, if it is the one of now or the one before: people take time to type. Which step was used already is
    /// not known here.
    pub fn step_of(&self, code: &str, now_s: u64) -> Option<u64> {
        let totp = self.totp();
        totp.check(code, now_s).or_else(|| totp.check(code, now_s.checked_sub(STEP_S)?))
    }

    fn totp(&self) -> Totp {
        let secret = Secret::new(self.expose().into());
        Builder::new().with_secret(secret).with_skew(0).with_step_duration(STEP_S).build_noncompliant()
    }
}

fn percent(text: &str) -> String {
    let unreserved = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes().map(|byte| if unreserved(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix B of RFC 6238, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = TotpSecret::from_slice(b"12345678901234567890").unwrap();
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")] {
            assert_eq!(secret.step_of(code, at), Some(at / STEP_S), "{at}");
        }
        assert_eq!(secret.text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    #[test]
    fn the_code_of_now_and_the_one_before_are_taken_and_no_other() {
        let secret = TotpSecret::new([7; BYTES]);
        let step: u64 = 50_000_000;
        for (off, taken) in [(-3_i64, false), (-2, false), (-1, true), (0, true), (1, false), (2, false)] {
            let at = step.checked_add_signed(off).unwrap();
            let code = secret.totp().generate(at * STEP_S).to_string();
            assert_eq!(secret.step_of(&code, step * STEP_S + 29), taken.then_some(at), "{off}");
        }
        assert_eq!(secret.step_of("12345", 0), None);
    }

    #[test]
    fn the_address_names_site_and_member_whatever_they_are_called() {
        let uri = TotpSecret::new([0; BYTES]).uri("Canteen dash.example.org", "Zoë & co");
        assert!(uri.starts_with("otpauth://totp/Canteen%20dash.example.org:Zo%C3%AB%20%26%20co?secret=AAAA"), "{uri}");
    }
}
