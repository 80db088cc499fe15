//! Recovery codes, shown once.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::own;
use super::prove::recovery_hash;
use crate::access::Grant;
use crate::access::action;
use crate::commands::factor_codes::RenewCodes;
use crate::factor::{RecoveryCode, RecoveryCodes};
use crate::store::factors::Sealed;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

/// The page right after the codes were made. Answered to a POST with `no-store`; a reload does not bring them back. Has no `Debug`.
#[derive(Clone, Template)]
#[template(path = "account/codes.html")]
pub struct CodesView {
    pub shell: Shell,
    pub codes: Vec<String>,
    /// What was added just before, as a sentence; empty where nothing was.
    pub added: String,
}

/// Makes new codes in place of those before.
pub async fn renew(may: Grant<action::RenewCodes>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let session = own(&visit)?;
    if !session.factors.any() {
        return Err(Failure::Conflict("add a second factor first; recovery codes stand in for one".to_owned()));
    }
    let member_id = session.member.id;
    let codes = fresh();
    site.store.commit(&may, RenewCodes { member_id, codes: sealed(&site, member_id, &codes) }).await?;
    show(&site, &visit, &codes, "").await
}

/// New codes.
pub(super) fn fresh() -> RecoveryCodes {
    RecoveryCode::set(crate::random::bytes::<10>)
}

/// What is stored of them.
pub(super) fn sealed(site: &Site, member: i32, codes: &RecoveryCodes) -> Vec<Sealed> {
    let key_id = site.key.id();
    let hash = |code: &RecoveryCode| recovery_hash(site, member, code.spelling());
    codes.iter().map(|code| Sealed { bytes: hash(code), key_id: key_id.clone() }).collect()
}

/// Shows them, this once.
pub(super) async fn show(site: &Site, visit: &Visit, codes: &RecoveryCodes, added: &str) -> Result<HttpResponse, Failure> {
    let codes = codes.iter().map(RecoveryCode::shown).collect();
    page(&CodesView { shell: shell(site, visit, "Recovery codes", Nav::Nowhere).await, codes, added: added.to_owned() })
}

#[cfg(any(test, feature = "testing"))]
impl CodesView {
    pub fn samples() -> Vec<Self> {
        let codes = (0..10).map(|n| format!("ABCD-EFGH-IJKL-MNO{}", char::from(b'A' + n))).collect();
        let renewed = Self { shell: Shell::sample("Recovery codes", Nav::Nowhere), codes, added: String::new() };
        vec![Self { added: "The app was added.".to_owned(), ..renewed.clone() }, renewed]
    }
}
