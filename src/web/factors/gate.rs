use actix_web::http::StatusCode;

use crate::access::{ActionName, Actor, proof};
use crate::settings::SecondFactor;
use crate::store::sessions::Stage;
use crate::web::Site;
use crate::web::api::Problem;
use crate::web::failure::Failure;
use crate::web::visit::Visit;

/// What a member who has the right has to do first all the same: look through the factors, add one, or give the password again.
pub(in crate::web) fn check(site: &Site, visit: &Visit, what: ActionName) -> Result<(), Failure> {
    let Some(session) = &visit.session else {
        return if visit.unproven && what.writes() { Err(factor_first().into()) } else { Ok(()) };
    };
    if !proof::open_before_factors(what) {
        if session.stage == Stage::Review {
            return Err(Failure::ReviewFirst);
        }
        if !session.factors.any() && !session.strong && required(site, &visit.actor) {
            return Err(Failure::FactorFirst);
        }
    }
    match proof::sensitive(what) {
        Some(doing) if !session.is_fresh(site.store.clock().now()) => Err(Failure::AgainFirst { doing }),
        _ => Ok(()),
    }
}

/// The word for a token whose owner has no second factor.
pub(in crate::web) const FACTOR_FIRST: &str = "factor-first";

fn factor_first() -> Problem {
    let text = "The owner of this token may change things, and has to add a second factor first: Account, Second factors";
    Problem::new(StatusCode::FORBIDDEN, FACTOR_FIRST, text)
}

/// Whether a token came whose owner would have to add a second factor before doing anything in a browser.
pub(in crate::web) async fn unproven(site: &Site, actor: &Actor) -> bool {
    let Some(owner) = actor.member().filter(|_| required(site, actor)) else { return false };
    match site.store.factors(owner).await {
        Ok(factors) => !factors.any(),
        Err(error) => {
            tracing::error!(%error, "a second factor can't be read");
            true
        }
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
