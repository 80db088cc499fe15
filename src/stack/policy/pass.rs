//! The witness that goes along with every object on its way to the engine.

use std::collections::BTreeSet;

use super::super::desired::Desired;
use super::super::observed::Observed;
use super::super::spec::{ConfigSpec, NetworkSpec, ServiceSpec};
use super::around::Around;
use super::table::{Severity, Tier};
use super::verdict::{Refused, verdict};
use super::{Look, Power};

/// Who has a stack sent.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    pub tier: Tier,
    /// Lines of powers that they typed a confirmation for, as [`super::Verdict::to_confirm`] gave them.
    pub confirmed: &'a [String],
}

/// Proof that the policy has let a stack through, bound to what the stack asked for then. Each object is looked at once more when it is
/// sent: one that asks for more than was admitted is not.
#[derive(Debug)]
pub struct Pass {
    desired: Desired,
    around: Around,
    admitted: BTreeSet<String>,
}

/// Lets a stack through, or says why not. Nothing else makes a [`Pass`].
///
/// # Errors
/// Somebody of this standing may not have sent what the stack asks for.
pub fn admit(desired: &Desired, observed: &Observed, who: &Who<'_>) -> Result<Pass, Refused> {
    let verdict = verdict(desired, observed);
    if let Some(refused) = verdict.refusal(who) {
        return Err(refused);
    }
    Ok(Pass {
        desired: desired.clone(),
        around: Around::of(&desired.stack, observed),
        admitted: verdict.powers.iter().map(Power::line).collect(),
    })
}

impl Pass {
    /// Whether this very service may be sent.
    ///
    /// # Errors
    /// It asks for what was not admitted.
    pub fn service(&self, spec: &ServiceSpec) -> Result<(), Refused> {
        self.all(self.look().service(spec))
    }

    /// Whether this very network may be sent.
    ///
    /// # Errors
    /// It asks for what was not admitted.
    pub fn network(&self, spec: &NetworkSpec) -> Result<(), Refused> {
        self.all(self.look().network(spec))
    }

    /// Whether this very config may be sent.
    ///
    /// # Errors
    /// It asks for what was not admitted.
    pub fn config(&self, spec: &ConfigSpec) -> Result<(), Refused> {
        self.all(self.look().config(spec))
    }

    const fn look(&self) -> Look<'_> {
        Look { desired: &self.desired, around: &self.around }
    }

    fn all(&self, powers: Vec<Power>) -> Result<(), Refused> {
        let grave = |p: &Power| p.kind.row().severity > Severity::Note;
        let unseen = powers.into_iter().find(|p| grave(p) && !self.admitted.contains(&p.line()));
        unseen.map_or(Ok(()), |power| Err(Refused::Unseen { power: power.line() }))
    }
}
