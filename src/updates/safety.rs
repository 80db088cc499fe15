//! The backup before an upgrade: whether it is made, and whether the upgrade goes on without it.

use super::newer::Step;

/// Whether a backup before the upgrade is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// It can't be made, for the app has no repository that is in use or nothing that a backup would hold.
    Impossible,
    /// Somebody may choose it. `usual` is what happens where nobody chooses.
    Offered { usual: bool },
}

/// How the backup before the upgrade ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Good,
    /// A snapshot is there, and something of it is missing.
    Partial,
    /// No snapshot is there.
    Failed,
}

impl Safety {
    /// Decides from how far the upgrade goes; `None` where nobody can tell, as of a commit.
    pub const fn of(step: Option<Step>, repository: bool, anything: bool) -> Self {
        if !repository || !anything {
            return Self::Impossible;
        }
        Self::Offered { usual: !matches!(step, Some(Step::Patch | Step::Minor)) }
    }

    /// Whether it is made, by what somebody `chose`.
    pub fn is_made(self, chose: Option<bool>) -> bool {
        match self {
            Self::Impossible => false,
            Self::Offered { usual } => chose.unwrap_or(usual),
        }
    }
}

/// Whether the upgrade goes on after its backup. Without a good one it does not, but for whoever gave a reason why it should.
pub fn goes_on(ended: Ended, reason: &str) -> bool {
    ended == Ended::Good || !reason.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_major_step_is_backed_up_first_unless_somebody_chooses_otherwise() {
        for (step, usual) in [(Some(Step::Patch), false), (Some(Step::Minor), false), (Some(Step::Major), true), (None, true)] {
            let safety = Safety::of(step, true, true);
            assert_eq!(safety, Safety::Offered { usual });
            assert_eq!([None, Some(true), Some(false)].map(|chose| safety.is_made(chose)), [usual, true, false]);
        }
        for (repository, anything) in [(false, true), (true, false)] {
            assert!(!Safety::of(Some(Step::Major), repository, anything).is_made(Some(true)));
        }
    }

    #[test]
    fn without_a_good_backup_it_goes_on_for_a_reason_only() {
        for ended in [Ended::Good, Ended::Partial, Ended::Failed] {
            assert_eq!(
                [goes_on(ended, ""), goes_on(ended, " "), goes_on(ended, "the disk is full")],
                [ended == Ended::Good, ended == Ended::Good, true]
            );
        }
    }
}
