//! From powers to who may have them.

use super::super::desired::Desired;
use super::super::observed::Observed;
use super::table::{LISTED, May, Severity, Tier};
use super::{Power, Who, powers};

/// What a stack asks for, and who may have it sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The least trusted who may; nobody but root on the server where it is [`Tier::Server`].
    pub allowed_for: Tier,
    /// Sorted by service.
    pub powers: Vec<Power>,
}

/// Why somebody may not have a stack sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("only an admin may deploy what asks for this: {power}; ask one to deploy it, or choose settings without it")]
    Tier { power: String },
    #[error("this was not confirmed: {power}; look at the plan again and type the app's name if it may have that")]
    Unconfirmed { power: String },
    #[error("nobody may deploy this by the dashboard: {power}; take it out of the recipe")]
    Nobody { power: String },
    #[error("this was to be sent, and was not in the plan: {power}; look at the plan again")]
    Unseen { power: String },
}

/// The one decision: what the stack asks for, and who may.
pub fn verdict(desired: &Desired, observed: &Observed) -> Verdict {
    let powers = powers(desired, observed);
    let tiers = [Tier::Member, Tier::Maintainer, Tier::Admin];
    let allowed_for = tiers.into_iter().find(|tier| powers.iter().all(|p| may(p, *tier) != May::No)).unwrap_or(Tier::Server);
    Verdict { allowed_for, powers }
}

/// What the table says of this very power; never [`May::Listed`].
fn may(power: &Power, tier: Tier) -> May {
    match power.kind.may(tier) {
        May::Listed if LISTED.contains(&(power.kind, power.subject.as_str())) => May::Yes,
        May::Listed => May::No,
        other => other,
    }
}

impl Verdict {
    /// The lines that somebody of this tier has to confirm by typing.
    pub fn to_confirm(&self, tier: Tier) -> Vec<String> {
        self.powers.iter().filter(|p| may(p, tier) == May::Confirmed).map(Power::line).collect()
    }

    /// The gravest of the powers.
    pub fn severity(&self) -> Option<Severity> {
        self.powers.iter().map(|p| p.kind.row().severity).max()
    }

    /// Why they may not; `None` if they may.
    pub fn refusal(&self, who: &Who<'_>) -> Option<Refused> {
        self.powers.iter().find_map(|power| match may(power, who.tier) {
            May::Yes => None,
            May::Confirmed if who.confirmed.contains(&power.line()) => None,
            May::Confirmed => Some(Refused::Unconfirmed { power: power.line() }),
            May::No | May::Listed if may(power, Tier::Admin) == May::No => Some(Refused::Nobody { power: power.line() }),
            May::No | May::Listed => Some(Refused::Tier { power: power.line() }),
        })
    }
}
