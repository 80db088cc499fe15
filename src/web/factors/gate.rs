use crate::access::{ActionName, Actor, proof};
use crate::settings::SecondFactor;
use crate::store::sessions::Stage;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::visit::Visit;

/// What a member who has the right has to do first all the same: look through the factors, add one, or give the password again.
pub(in crate::web) fn check(site: &Site, visit: &Visit, what: ActionName) -> Result<(), Failure> {
    let Some(session) = &visit.session else { return Ok(()) };
    if !proof::open_before_factors(what) {
        if session.stage == Stage::Review {
            return Err(Failure::ReviewFirst);
        }
        if !session.factor && required(site, &visit.actor) {
            return Err(Failure::FactorFirst);
        }
    }
    match proof::sensitive(what) {
        Some(doing) if !session.is_fresh(site.store.clock().now()) => Err(Failure::AgainFirst { doing }),
        _ => Ok(()),
    }
}

/// Whether the site's setting asks for a second factor of this actor.
pub(super) fn required(site: &Site, actor: &Actor) -> bool {
    match site.settings.second_factor {
        SecondFactor::Writers => proof::may_change(actor.standing()),
        SecondFactor::Admins => proof::administers(actor.standing()),
        SecondFactor::Nobody => false,
    }
}
