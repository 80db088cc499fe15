//! When a repository is looked after, beside its backups.

/// Milliseconds since 1970 (UTC).
type Millis = i64;

const HOUR: Millis = 60 * 60 * 1000;
const DAY: Millis = 24 * HOUR;
/// What could not be done is tried again after this time.
const AGAIN: Millis = 6 * HOUR;

/// The data is read in so many parts, one at a time: all of it within a year.
pub const PARTS: u32 = 12;

/// What is done to a repository again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Upkeep {
    /// Look whether everything that snapshots need is listed and there.
    Structure,
    /// And whether one part of the data reads as it was written. Nothing else finds bit rot.
    Data,
    /// Remove what no snapshot needs.
    Prune,
}

impl Upkeep {
    pub const ALL: [Self; 3] = [Self::Structure, Self::Data, Self::Prune];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Data => "data",
            Self::Prune => "prune",
        }
    }

    /// What members call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Structure => "Check that nothing is missing",
            Self::Data => "Read a part of the data",
            Self::Prune => "Remove what no backup needs",
        }
    }

    /// The work of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.as_str() == word)
    }

    /// How often, in milliseconds.
    const fn every(self) -> Millis {
        match self {
            Self::Structure | Self::Prune => 7 * DAY,
            Self::Data => 30 * DAY,
        }
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong.
    Done,
    /// It was done, and found damage.
    Damaged,
    /// It could not be done.
    Failed,
    /// It was cut off.
    Lost,
}

impl Verdict {
    pub const ALL: [Self; 4] = [Self::Done, Self::Damaged, Self::Failed, Self::Lost];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Damaged => "damaged",
            Self::Failed => "failed",
            Self::Lost => "lost",
        }
    }

    /// The verdict of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }

    /// It came to its end, whatever it found.
    const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Damaged)
    }
}

/// One that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    pub work: Upkeep,
    /// Which part of the data; 0 for all else.
    pub part: u32,
    /// When it began.
    pub at: Millis,
    pub verdict: Verdict,
}

/// When this is done next, in a repository that takes backups `since` then.
pub fn next(work: Upkeep, history: &[Past], since: Millis, now: Millis) -> Millis {
    // What was noted more than a day ahead comes from a clock that was wrong, and proves nothing.
    let believed = |past: &&Past| past.work == work && past.at <= now.saturating_add(DAY);
    match history.iter().filter(believed).max_by_key(|past| past.at) {
        None => since.saturating_add(work.every()),
        Some(last) if last.verdict.is_over() => last.at.saturating_add(work.every()),
        Some(last) => last.at.saturating_add(AGAIN),
    }
}

/// What is to be done now: what waits longest. Nothing is removed where nothing can be.
pub fn due(history: &[Past], since: Millis, append_only: bool, now: Millis) -> Option<Upkeep> {
    let works = Upkeep::ALL.into_iter().filter(|work| !(append_only && *work == Upkeep::Prune));
    let timed = works.map(|work| (next(work, history, since, now), work));
    timed.filter(|(at, _)| *at <= now).min().map(|(_, work)| work)
}

/// The part of the data that comes next, from 1 to [`PARTS`].
pub fn part(history: &[Past]) -> u32 {
    let read = history.iter().filter(|past| past.work == Upkeep::Data && past.verdict.is_over());
    read.max_by_key(|past| past.at).map_or(0, |past| past.part) % PARTS + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_795_000_000_000;

    fn past(work: Upkeep, days: i64, verdict: Verdict) -> Past {
        Past { work, part: 0, at: NOW - days * DAY, verdict }
    }

    #[test]
    fn each_work_comes_in_its_time_and_what_failed_sooner() {
        use Upkeep::{Data, Prune, Structure};
        assert_eq!(due(&[], NOW - 6 * DAY, false, NOW), None, "a new one waits");
        assert_eq!(due(&[], NOW - 40 * DAY, false, NOW), Some(Structure), "what waits longest is first");
        let looked = [past(Structure, 6, Verdict::Done), past(Prune, 8, Verdict::Done), past(Data, 29, Verdict::Damaged)];
        assert_eq!(due(&looked, 0, false, NOW), Some(Prune));
        assert_eq!(due(&looked, 0, true, NOW), None, "an append-only place lets nothing go");
        for (verdict, found) in [(Verdict::Failed, Some(Structure)), (Verdict::Lost, Some(Structure)), (Verdict::Done, None)] {
            let all = [past(Structure, 1, verdict), past(Prune, 1, Verdict::Done), past(Data, 1, Verdict::Done)];
            assert_eq!(due(&all, 0, false, NOW), found, "{verdict:?}");
        }
        let ahead = [past(Structure, -400, Verdict::Done), past(Prune, 1, Verdict::Done), past(Data, 1, Verdict::Done)];
        assert_eq!(due(&ahead, 0, false, NOW), Some(Structure), "a clock that was wrong proves nothing");
    }

    #[test]
    fn every_part_of_the_data_has_its_turn() {
        let mut history = vec![];
        let mut read = vec![];
        for month in 0..24 {
            let part = part(&history);
            read.push(part);
            let verdict = if month == 5 { Verdict::Failed } else { Verdict::Done };
            history.push(Past { work: Upkeep::Data, part, at: NOW + month, verdict });
        }
        assert_eq!(read[..8], [1, 2, 3, 4, 5, 6, 6, 7], "one that failed is read again");
        assert!((1..=PARTS).all(|part| read.contains(&part)));
    }
}
