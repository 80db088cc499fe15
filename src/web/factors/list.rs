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
use crate::store::passkeys::Passkey;
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
    pub passkeys: Vec<PasskeyRow>,
    /// Whether the dashboard's address has a host name, to which passkeys are bound.
    pub possible: bool,
    /// Whether the member's rights need a second factor.
    pub required: bool,
    /// Whether the member came in by a recovery code and has to look here first.
    pub review: bool,
}

impl FactorsView {
    /// How many factors there are.
    fn count(&self) -> usize {
        self.passkeys.len() + usize::from(self.app.is_some())
    }

    /// Whether one of them may go.
    fn spare(&self) -> bool {
        !self.required || self.count() > 1
    }
}

/// One passkey.
#[derive(Debug, Clone)]
pub struct PasskeyRow {
    pub id: i32,
    pub name: String,
    pub added: When,
    pub used: Option<When>,
}

/// The page.
pub async fn list(_may: Grant<ViewFactors>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let session = own(&visit)?;
    let member = session.member.id;
    page(&FactorsView {
        shell: shell(&site, &visit, "Second factors", Nav::Nowhere).await,
        app: site.store.totp(member).await?.map(|app| moment(&site, app.added_at)),
        recovery: site.store.recovery(member).await?,
        passkeys: site.store.passkeys(member).await?.into_iter().map(|p| row(&site, p)).collect(),
        possible: site.ceremonies.possible(),
        required: gate::required(&site, &visit.actor),
        review: session.stage == Stage::Review,
    })
}

fn row(site: &Site, passkey: Passkey) -> PasskeyRow {
    let used = passkey.used_at.map(|at| moment(site, at));
    PasskeyRow { id: passkey.id, name: passkey.name, added: moment(site, passkey.added_at), used }
}

/// Removes the authenticator app, where the member may do without.
pub async fn remove(may: Grant<RemoveFactor>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let required = gate::required(&site, &visit.actor);
    site.store.commit(&may, RemoveApp { member_id: own(&visit)?.member.id, required }).await?;
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
            passkeys: vec![],
            possible: true,
            required: false,
            review: false,
        };
        let passkey = |id: i32, used| PasskeyRow { id, name: format!("Key {id}"), added: When::sample(90), used };
        let passkeys = vec![passkey(1, None), passkey(2, Some(When::sample(3)))];
        let full =
            Self { passkeys, app: Some(When::sample(90)), recovery: Recovery { left: 9, used: 1 }, required: true, ..none.clone() };
        let (app, required) = (None, true);
        let alone = Self { app, passkeys: vec![passkey(3, None)], required, recovery: full.recovery, ..none.clone() };
        let review = Self { review: true, recovery: Recovery { left: 0, used: 10 }, ..full.clone() };
        let free = Self { required: false, ..full.clone() };
        vec![none, full, alone, review, free]
    }
}
