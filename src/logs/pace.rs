//! No more lines a second than a page can take.

/// Counts lines by the second and skips those that are too many.
#[derive(Debug)]
pub struct Pace {
    most: u32,
    second: i64,
    admitted: u32,
    skipped: u64,
}

impl Pace {
    /// Lets `most` lines through in a second.
    pub const fn new(most: u32) -> Self {
        Self { most, second: i64::MIN, admitted: 0, skipped: 0 }
    }

    /// Whether one more line may pass at `now` (milliseconds). One that may not is counted.
    pub const fn admit(&mut self, now: i64) -> bool {
        let second = now.div_euclid(1_000);
        if second != self.second {
            (self.second, self.admitted) = (second, 0);
        }
        if self.admitted >= self.most {
            self.skipped += 1;
            return false;
        }
        self.admitted += 1;
        true
    }

    /// Whether there are skipped lines that were not told of yet.
    pub const fn is_behind(&self) -> bool {
        self.skipped > 0
    }

    /// How many lines were skipped since this was asked; none until lines may pass again, so that a burst is told once.
    pub fn told(&mut self, now: i64) -> Option<u64> {
        if !self.is_behind() || (now.div_euclid(1_000) == self.second && self.admitted >= self.most) {
            return None;
        }
        Some(std::mem::take(&mut self.skipped))
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[test]
    fn a_burst_is_cut_and_told_once() {
        let mut pace = Pace::new(3);
        let passed = (0..10).filter(|_| pace.admit(1_500)).count();
        assert_eq!((passed, pace.told(1_999)), (3, None));
        assert_eq!((pace.told(2_000), pace.told(2_000)), (Some(7), None));
        assert!(pace.admit(2_000));
    }
}
