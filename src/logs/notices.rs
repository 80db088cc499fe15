//! The engine's own words about lines that it can't give, no more of them than a page can take.

use std::collections::VecDeque;

/// Bytes of one notice that are kept.
const LENGTH: usize = 512;
/// Notices that are told at once.
const AT_ONCE: usize = 8;
/// Notices that are remembered, so that they are not told again.
const REMEMBERED: usize = 64;
/// The same words are told again after so long, in milliseconds.
const AGAIN: i64 = 60_000;

/// Collects notices until they are told. An engine may say the same again and again, or something new without end.
#[derive(Debug, Default)]
pub struct Notices {
    waiting: Vec<String>,
    left_out: u64,
    /// What was said, and when; oldest first.
    said: VecDeque<(String, i64)>,
}

impl Notices {
    /// A notice that comes at `now` (milliseconds of any clock that does not go back).
    pub fn push(&mut self, text: &str, now: i64) {
        let text = cut(text);
        while self.said.front().is_some_and(|(_, at)| now - at >= AGAIN) {
            self.said.pop_front();
        }
        if self.said.iter().any(|(said, _)| *said == text) {
            return;
        }
        if self.waiting.len() == AT_ONCE {
            self.left_out += 1;
            return;
        }
        if self.said.len() == REMEMBERED {
            self.said.pop_front();
        }
        self.said.push_back((text.clone(), now));
        self.waiting.push(text);
    }

    /// Whether there is nothing to tell.
    pub const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What is to be told, in the order in which it came; the last one says how many were left out.
    pub fn take(&mut self) -> Vec<String> {
        let mut taken = std::mem::take(&mut self.waiting);
        match std::mem::take(&mut self.left_out) {
            0 => {}
            1 => taken.push("… and 1 more notice".to_owned()),
            more => taken.push(format!("… and {more} more notices")),
        }
        taken
    }
}

fn cut(text: &str) -> String {
    if text.len() <= LENGTH {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(LENGTH);
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_told_once_and_again_when_a_minute_has_gone_by() {
        let mut notices = Notices::default();
        for text in ["gone", "gone", "slow"] {
            notices.push(text, 0);
        }
        assert_eq!(notices.take(), ["gone", "slow"]);
        notices.push("gone", AGAIN - 1);
        assert!(notices.is_empty());
        notices.push("gone", AGAIN);
        assert_eq!(notices.take(), ["gone"]);
    }

    #[test]
    fn whatever_the_engine_says_little_is_kept_and_the_rest_is_counted() {
        let mut notices = Notices::default();
        (0..100_000).for_each(|n| notices.push(&format!("{n} {}", "é".repeat(LENGTH)), n / 100));
        assert_eq!(notices.said.len(), AT_ONCE);
        let told = notices.take();
        assert!(told.iter().all(|text| text.len() <= LENGTH + "…".len()));
        assert_eq!((told.len(), told.last().unwrap().as_str()), (AT_ONCE + 1, "… and 99992 more notices"));
        for n in 0..1_000 {
            notices.push(&format!("another {n}"), 1_000);
            notices.take();
        }
        assert_eq!(notices.said.len(), REMEMBERED);
    }
}
