//! What somebody chose for backups by themselves: when, how, and how long they are kept.

use super::retention::Keep;
use super::schedule::Schedule;

/// Retention rests while as many of the newest runs were not good.
pub const SUSPEND_AFTER: usize = 3;

/// How an app is backed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Hooks of the recipe run, and the app goes on.
    #[default]
    Dump,
    /// No hook runs, and the app goes on.
    Live,
}

impl Mode {
    pub const ALL: [Self; 2] = [Self::Dump, Self::Live];

    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dump => "dump",
            Self::Live => "live",
        }
    }

    /// The mode of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}

/// What becomes of a backup whose hook fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnHookError {
    /// The snapshot is taken all the same and counts as partial: files beat nothing.
    #[default]
    Partial,
    /// Nothing is taken.
    Abort,
}

impl OnHookError {
    pub const ALL: [Self; 2] = [Self::Partial, Self::Abort];

    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Partial => "partial",
            Self::Abort => "abort",
        }
    }

    /// The choice of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == word)
    }
}

/// One rule: of an app, or of all apps that have none of their own. Several for one app put its backups into several places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The row of the repository that it goes into.
    pub repository: i32,
    pub schedule: Schedule,
    pub keep: Keep,
    pub mode: Mode,
    pub on_hook_error: OnHookError,
    /// How long one hook may take, in seconds.
    pub hook_timeout_s: u32,
    /// It rests until somebody says otherwise.
    pub paused: bool,
}

impl Policy {
    /// A dump may take long.
    pub const USUAL_HOOK_TIMEOUT_S: u32 = 3600;
    /// What may be chosen, in seconds.
    pub const HOOK_TIMEOUTS_S: std::ops::RangeInclusive<u32> = 10..=24 * 3600;

    /// In a few words, such as `every day at 03:30, UTC; keeps 7 days; by hooks`.
    pub fn told(&self) -> String {
        let how = match (self.mode, self.on_hook_error) {
            (Mode::Live, _) => "as the app runs, without hooks",
            (Mode::Dump, OnHookError::Partial) => "as the app runs, with hooks",
            (Mode::Dump, OnHookError::Abort) => "as the app runs, with hooks, and not at all if one fails",
        };
        let paused = if self.paused { "; paused" } else { "" };
        format!("{}; keeps {}; {how}{paused}", self.schedule.told(), self.keep.told())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_told_in_words_and_its_choices_by_their_words() {
        let policy = Policy {
            repository: 1,
            schedule: Schedule::parse("30 3 * * *", "UTC").unwrap(),
            keep: Keep { yearly: 1, ..Keep::USUAL },
            mode: Mode::Live,
            on_hook_error: OnHookError::Abort,
            hook_timeout_s: 60,
            paused: true,
        };
        let told = "every day at 03:30, UTC; keeps 7 days, 5 weeks, 12 months and 1 year; as the app runs, \
                    without hooks; paused";
        assert_eq!(policy.told(), told);
        assert_eq!(Keep::default().told(), "everything");
        assert_eq!(Keep { last: 1, ..Keep::default() }.told(), "the newest");
        assert!(Mode::ALL.iter().all(|mode| Mode::parse(mode.as_str()) == Some(*mode)));
        assert!(OnHookError::ALL.iter().all(|choice| OnHookError::parse(choice.as_str()) == Some(*choice)));
    }
}
