//! The first argument of every handler. Without one a handler does not fit into the table, and a handler behind POST needs one that is
//! for a change.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::Site;
use super::approvals;
use super::factors::gate;
use super::failure::Failure;
use super::form;
use super::visit::Visit;
use crate::access::{Action, ActionName, Grant, On, Target, WriteAction};

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the page is for everybody.
    Nothing,
    /// The right to do this.
    Right(ActionName, On),
}

/// A witness that a handler may begin.
#[diagnostic::on_unimplemented(
    message = "the first argument of a handler must be a guard, and `{Self}` is none",
    note = "take `Public` or `Grant<SomeAction>` first; see CONTRIBUTING.md, \"Add a page\""
)]
pub trait Guard {
    const NEED: Need;
}

/// A witness that a handler may change something.
#[diagnostic::on_unimplemented(
    message = "a handler behind POST must take a grant for a write action first, and `{Self}` is none",
    note = "see CONTRIBUTING.md, \"Add an action\""
)]
pub trait WriteGuard: Guard {}

/// Everybody may look.
pub struct Public;

impl Guard for Public {
    const NEED: Need = Need::Nothing;
}

impl<A: Action> Guard for Grant<A> {
    const NEED: Need = Need::Right(A::NAME, A::ON);
}

impl<A: WriteAction> WriteGuard for Grant<A> {}

impl FromRequest for Public {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(_request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

impl<A: Action> FromRequest for Grant<A> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(judge(request))
    }
}

fn judge<A: Action>(request: &HttpRequest) -> Result<Grant<A>, Failure> {
    let visit = Visit::of(request)?;
    let target = match A::ON {
        On::Site => Target::Site,
        On::App => Target::App(request.match_info().get("app").ok_or(Failure::NotFound)?.to_owned()),
    };
    let app = match &target {
        Target::Site => String::new(),
        Target::App(app) => app.clone(),
    };
    let grant = Grant::judge(visit.actor.clone(), target).map_err(|why| Failure::refused(A::NAME, why, &app))?;
    let site = request.app_data::<Data<Site>>().ok_or_else(|| Failure::broken("a request without a site"))?;
    gate::check(site, &visit, A::NAME)?;
    form::once_each(&visit.fields)?;
    approvals::check_why(&visit)?;
    Ok(grant)
}

/// The same grant on the app that the request turns out to be about.
pub(super) fn on<A: Action>(may: &Grant<A>, app: &str) -> Result<Grant<A>, Failure> {
    may.on(app).map_err(|why| Failure::refused(A::NAME, why, app))
}

/// Argument lists whose first argument is a guard.
#[diagnostic::on_unimplemented(
    message = "the first argument of a handler must be a guard",
    note = "take `Public` or `Grant<SomeAction>` first; see CONTRIBUTING.md, \"Add a page\""
)]
pub trait Guarded {
    const NEED: Need;
}

/// Argument lists whose first argument is a guard for a change.
#[diagnostic::on_unimplemented(
    message = "a handler behind POST must take a grant for a write action first",
    note = "see CONTRIBUTING.md, \"Add an action\""
)]
pub trait WriteGuarded: Guarded {}

macro_rules! guarded {
    ($($argument:ident)*) => {
        impl<G: Guard, $($argument),*> Guarded for (G, $($argument,)*) { const NEED: Need = G::NEED; }
        impl<G: WriteGuard, $($argument),*> WriteGuarded for (G, $($argument,)*) {}
    };
}
guarded!();
guarded!(A);
guarded!(A B);
guarded!(A B C);
guarded!(A B C D);
