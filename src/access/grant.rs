//! The witness. Whoever holds a `Grant<A>` was allowed to do `A`; nobody can make one but [`judge`](Grant::judge).

use std::marker::PhantomData;

use super::action::{Action, On};
use super::actor::{Actor, Standing};
use super::policy;

/// What the action is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Site,
    App(String),
}

/// Proof that `actor` may do `A` to `target`. It has no public constructor.
pub struct Grant<A: Action> {
    actor: Actor,
    target: Target,
    action: PhantomData<A>,
}

/// Why there is no grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Signing in may help.
    #[error("sign in first")]
    SignInFirst,
    /// The actor may know of the thing, and may not do this to it.
    #[error("your role does not allow this")]
    Forbidden,
}

impl<A: Action> Grant<A> {
    /// Asks the policy.
    pub fn judge(actor: Actor, target: Target) -> Result<Self, Refusal> {
        debug_assert_eq!(matches!(target, Target::App(_)), A::ON == On::App, "the target is of the action's kind");
        let token = actor.via().and_then(|via| via.token.as_ref());
        if policy::allows(actor.standing(), A::NAME) && token.is_none_or(|token| token.limits.admit(A::NAME, &target)) {
            return Ok(Self { actor, target, action: PhantomData });
        }
        match actor.standing() {
            Standing::Stranger => Err(Refusal::SignInFirst),
            Standing::Member(_) | Standing::Scheduler | Standing::System => Err(Refusal::Forbidden),
        }
    }

    /// Who was allowed.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// To what.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// The app's name; empty when the action is not done to an app.
    pub fn app(&self) -> &str {
        match &self.target {
            Target::App(name) => name,
            Target::Site => "",
        }
    }
}

impl Grant<super::action::Conclude> {
    /// Ends what `actor` asked for on `app`. That it was asked for is proof enough, and an operation has to be able to end even when the one
    /// who asked has lost every right since.
    pub const fn conclude(actor: Actor, app: String) -> Self {
        Self { actor, target: Target::App(app), action: PhantomData }
    }
}

impl Grant<super::action::Record> {
    /// Writes down what `actor` tried in vain.
    pub const fn record(actor: Actor) -> Self {
        Self { actor, target: Target::Site, action: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::{Deploy, ViewApp};
    use super::super::actor::Via;
    use super::super::role::Role;
    use super::*;

    fn member(role: Role) -> Actor {
        Actor::Member { id: 1, name: "ana".into(), role, via: Via::default() }
    }

    #[test]
    fn a_viewer_sees_an_app_and_can_not_deploy_it() {
        let app = || Target::App("pad.example.org".into());
        assert!(Grant::<ViewApp>::judge(member(Role::Viewer), app()).is_ok());
        assert_eq!(Grant::<Deploy>::judge(member(Role::Viewer), app()).err(), Some(Refusal::Forbidden));
        assert!(Grant::<Deploy>::judge(member(Role::Admin), app()).is_ok());
    }

    #[test]
    fn a_stranger_is_asked_to_sign_in() {
        let stranger = Actor::Stranger { via: Via::default() };
        assert_eq!(Grant::<ViewApp>::judge(stranger, Target::App("x".into())).err(), Some(Refusal::SignInFirst));
    }
}
