//! Who may put back what was recorded, and who may keep what runs: the policy's word on both, before anybody presses a button.

use crate::ops::adopt::taken;
use crate::ops::check::standing;
use crate::stack::policy::{Tier, Verdict, Who, verdict};
use crate::web::apps::facts::Facts;
use crate::web::setup::sentence;

use super::Drift;

/// What somebody of a tier may do about a difference.
pub(super) struct Judged {
    /// Powers of the record that what runs has not. Whoever puts it back gives them anew, and confirms them by typing.
    pub(super) confirm: Vec<String>,
    /// Why they may not put it back.
    pub(super) against_reapply: Option<String>,
    /// Why they may not keep what runs.
    pub(super) against_adopt: Option<String>,
}

impl Judged {
    /// What the policy says. What runs has its powers already, so nobody confirms those again.
    pub(super) fn of(drift: &Drift, facts: &Facts, tier: Tier) -> Self {
        let back = verdict(&drift.record, &facts.observed);
        let has = standing(&drift.record, &facts.observed);
        let confirm: Vec<String> = back.to_confirm(tier).into_iter().filter(|line| !has.contains(line)).collect();
        let kept = taken(&drift.record, facts.observed.clone(), &drift.keep).desired;
        Self {
            against_reapply: against(&back, tier, &[has, confirm.clone()].concat()),
            against_adopt: against(&verdict(&kept, &facts.observed), tier, &standing(&kept, &facts.observed)),
            confirm,
        }
    }
}

fn against(verdict: &Verdict, tier: Tier, confirmed: &[String]) -> Option<String> {
    verdict.refusal(&Who { tier, confirmed }).map(|why| sentence(&why.to_string()))
}
