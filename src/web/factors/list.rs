//! A member's own second factors.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::{gate, own};
use crate::access::Grant;
use crate::access::action::{RemoveFactor, ReviewFactors, ViewFactors};
use crate::commands::factor_remove::RemoveApp;
use crate::commands::factor_review;
use crate::store::factors::Recovery;
use crate::store::sessions::Stage;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::{moment, page, see_other, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// The page of one's own factors.
#[derive(Debug, Clone, Template)]
#[template(path = "account/factors.html")]
pub struct FactorsView {
    pub shell: Shell,
    /// When the authenticator app was added, if there is one.
    pub app: Option<When>,
    pub recovery: Recovery,
    /// Whether the member's rights need a second factor.
    pub required: bool,
    /// Whether the member came in by a recovery code and has to look here first.
    pub review: bool,
}

/// The page.
pub async fn list(_may: Grant<ViewFactors>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let session = own(&visit)?;
    let member = session.member.id;
    page(&FactorsView {
        shell: shell(&site, &visit, "Second factors", Nav::Nowhere).await,
        app: site.store.totp(member).await?.map(|app| moment(&site, app.added_at)),
        recovery: site.store.recovery(member).await?,
        required: gate::required(&site, &visit.actor),
        review: session.stage == Stage::Review,
    })
}

/// Removes the authenticator app, where the member may do without.
pub async fn remove(may: Grant<RemoveFactor>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let member_id = own(&visit)?.member.id;
    if gate::required(&site, &visit.actor) {
        let text = "your rights need a second factor, so the app can be exchanged and not removed";
        return Err(Failure::Conflict(text.to_owned()));
    }
    site.store.commit(&may, RemoveApp { member_id }).await?;
    see_other("/account/factors")
}

/// The member looked through the factors after a recovery code.
pub async fn review(may: Grant<ReviewFactors>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    site.store.commit(&may, factor_review::ReviewFactors { session: own(&visit)?.id }).await?;
    see_other("/apps")
}

#[cfg(any(test, feature = "testing"))]
impl FactorsView {
    pub fn samples() -> Vec<Self> {
        let none = Self {
            shell: Shell::sample("Second factors", Nav::Nowhere),
            app: None,
            recovery: Recovery::default(),
            required: false,
            review: false,
        };
        let full = Self { app: Some(When::sample(90)), recovery: Recovery { left: 9, used: 1 }, required: true, ..none.clone() };
        let review = Self { review: true, recovery: Recovery { left: 0, used: 10 }, ..full.clone() };
        let free = Self { required: false, ..full.clone() };
        vec![none, full, review, free]
    }
}
