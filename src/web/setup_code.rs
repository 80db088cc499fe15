use std::sync::{Mutex, PoisonError};

use subtle::ConstantTimeEq;

use crate::clock::{Millis, SharedClock};

/// A code is good for so long.
const LIFE_MS: Millis = 30 * 60 * 1000;
/// Wrong tries that a code survives.
const WRONG: u32 = 10;
/// No letters or digits that look alike.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// The one-time code that proves, before there is anybody, that somebody may read the server's log.
pub struct SetupCode {
    clock: SharedClock,
    code: Mutex<Option<Code>>,
}

struct Code {
    text: String,
    made_at: Millis,
    wrong: u32,
}

impl SetupCode {
    /// No code yet.
    pub const fn new(clock: SharedClock) -> Self {
        Self { clock, code: Mutex::new(None) }
    }

    /// Makes sure that there is a code that is good, and prints a new one to the log where there is none.
    pub fn renew(&self) {
        let mut code = self.code.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        if code.as_ref().is_some_and(|c| c.made_at + LIFE_MS > now && c.wrong < WRONG) {
            return;
        }
        let fresh = Code { text: fresh(), made_at: now, wrong: 0 };
        tracing::info!("set-up code: {}", fresh.text);
        *code = Some(fresh);
    }

    /// Whether this is the code. A wrong try counts.
    pub fn is(&self, typed: &str) -> bool {
        let typed: String = typed.trim().to_ascii_uppercase();
        let mut code = self.code.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let Some(code) = code.as_mut().filter(|c| c.made_at + LIFE_MS > now && c.wrong < WRONG) else { return false };
        let right: bool = typed.as_bytes().ct_eq(code.text.as_bytes()).into();
        if !right {
            code.wrong += 1;
        }
        right
    }

    /// The code has served.
    pub fn close(&self) {
        *self.code.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The code, for tests that can't read the log.
    #[cfg(feature = "testing")]
    pub fn peek(&self) -> Option<String> {
        self.code.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|c| c.text.clone())
    }
}

fn fresh() -> String {
    let letter = |byte: &u8| char::from(ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'A'));
    let letters: String = crate::random::bytes::<12>().iter().map(letter).collect();
    letters.chars().enumerate().flat_map(|(n, c)| if n % 4 == 0 && n > 0 { vec!['-', c] } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::TestClock;

    fn code(clock: &std::sync::Arc<TestClock>) -> (SetupCode, String) {
        let code = SetupCode::new(clock.clone());
        code.renew();
        let text = code.code.lock().unwrap().as_ref().unwrap().text.clone();
        (code, text)
    }

    #[test]
    fn the_code_fits_in_either_case_until_it_is_half_an_hour_old() {
        let clock = TestClock::at(0);
        let (code, text) = code(&clock);
        assert!(code.is(&text.to_lowercase()));
        clock.advance(LIFE_MS);
        assert!(!code.is(&text));
        code.renew();
        assert!(!code.is(&text));
    }

    #[test]
    fn ten_wrong_tries_end_a_code() {
        let (code, text) = code(&TestClock::at(0));
        for _ in 0..WRONG {
            assert!(!code.is("AAAA-AAAA-AAAA"));
        }
        assert!(!code.is(&text));
    }
}
