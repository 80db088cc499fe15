//! The witness. Whoever holds a `Grant<A>` was allowed to do `A`; nobody can make one but [`judge`](Grant::judge).

use std::marker::PhantomData;

use super::action::{Action, On};
use super::actor::Actor;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Signing in may help.
    #[error("sign in first")]
    SignInFirst,
    /// The actor may not know of the thing: for the actor it is not there.
    #[error("there is no such thing, or it is not yours to see")]
    Hidden,
    /// The actor may know of the thing, and may not do this to it.
    #[error("your rights do not allow this")]
    Forbidden,
}

impl<A: Action> Grant<A> {
    /// Asks the policy.
    pub fn judge(actor: Actor, target: Target) -> Result<Self, Refusal> {
        debug_assert!(matches!(target, Target::App(_)) || A::ON == On::Site, "what is done to an app names it");
        policy::judge(actor.standing(), A::NAME, &target)?;
        if actor.via().and_then(|via| via.token.as_ref()).is_some_and(|token| !token.limits.admit(A::NAME, &target)) {
            return Err(Refusal::Forbidden);
        }
        Ok(Self { actor, target, action: PhantomData })
    }

    /// The same on one app: where the path does not name the app that it is about, as an operation's page does not, it is judged again
    /// as soon as the app is known.
    pub fn on(&self, app: &str) -> Result<Self, Refusal> {
        Self::judge(self.actor.clone(), Target::App(app.to_owned()))
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
    use super::super::action::{Deploy, NewApp, Remove, ViewApp, ViewAudit, ViewOperations};
    use super::super::actor::Via;
    use super::super::rights::{Held, Rights};
    use super::super::role::Role;
    use super::*;

    fn member(role: Role) -> Actor {
        Actor::Member { id: 1, name: "ana".into(), rights: role.into(), via: Via::default() }
    }

    fn on_pad(role: Role) -> Actor {
        let app = Some("pad.example.org".to_owned());
        let held = Held { role: role.to_string(), permissions: role.permissions(), app, until: None };
        Actor::Member { id: 1, name: "bo".into(), rights: Rights::of(&[held], 0, 1).into(), via: Via::default() }
    }

    #[test]
    fn on_another_app_there_is_nothing_to_see_and_lists_are_open() {
        let app = |name: &str| Target::App(name.to_owned());
        let (pad, wiki) = (|| app("pad.example.org"), || app("wiki.example.org"));
        assert!(Grant::<Deploy>::judge(on_pad(Role::Operator), pad()).is_ok());
        assert_eq!(Grant::<Remove>::judge(on_pad(Role::Operator), pad()).err(), Some(Refusal::Forbidden));
        assert_eq!(Grant::<Deploy>::judge(on_pad(Role::Admin), wiki()).err(), Some(Refusal::Hidden));
        let list = Grant::<ViewAudit>::judge(on_pad(Role::Viewer), Target::Site).unwrap();
        assert!(list.on("pad.example.org").is_ok());
        assert_eq!(list.on("wiki.example.org").err(), Some(Refusal::Hidden));
        let operations = Grant::<ViewOperations>::judge(on_pad(Role::Viewer), Target::Site).unwrap();
        assert!(operations.on("pad.example.org").is_ok());
        assert_eq!(
            operations.on("wiki.example.org").err(),
            Some(Refusal::Hidden),
            "every member has the list, and not all that could be in it"
        );
        assert_eq!(Grant::<NewApp>::judge(on_pad(Role::Admin), Target::Site).err(), Some(Refusal::Forbidden));
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
