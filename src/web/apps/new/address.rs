//! Step 2: under which address.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{BeginApp, NewApp};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::{fragment, page, see_other, shell, wrong_form};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::Check;
use crate::web::visit::Visit;

use super::free::{checks, free_address};
use super::{Wizard, chosen, step, wizard};

/// Step 2: under which address.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/new_address.html")]
pub struct AddressView {
    pub shell: Shell,
    pub wizard: Wizard,
    pub domain: String,
    pub check: CheckView,
    /// Address of the fragment [`CheckView`]; the domain goes into its query.
    pub check_url: String,
    pub problems: Problems,
}

/// What is known about an address, as the page fetches it again while the member types.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/address_check.html")]
pub struct CheckView {
    /// The address that was looked at; empty when there is none yet.
    pub domain: String,
    pub checks: Vec<Check>,
}

/// What the address form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressForm {
    domain: String,
}

/// Step 2: the address.
pub async fn address(_may: Grant<BeginApp>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    chosen(&query)?;
    page(&address_view(&visit, &site, &query, query.get("domain"), Problems::none()).await?)
}

/// Takes the address.
pub async fn check_address(
    _may: Grant<NewApp>,
    Form(form): Form<AddressForm>,
    query: Query,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (recipe, version) = chosen(&query)?;
    let domain = form.domain.trim().to_ascii_lowercase();
    if let Err(problem) = free_address(&visit.actor, &site, &domain).await? {
        let mut problems = Problems::none();
        problems.add("domain", problem);
        return wrong_form(&address_view(&visit, &site, &query, &domain, problems).await?);
    }
    see_other(&step("settings", &[("recipe", recipe), ("version", version), ("domain", &domain)]))
}

/// The live checks of an address.
pub async fn check(may: Grant<BeginApp>, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let domain = query.get("domain").trim().to_ascii_lowercase();
    fragment(checks(may.actor(), &site, &domain).await?.render())
}

pub(super) async fn address_view(
    visit: &Visit,
    site: &Site,
    query: &Query,
    domain: &str,
    problems: Problems,
) -> Result<AddressView, Failure> {
    let (recipe, version) = chosen(query)?;
    let back = format!("/apps/new?{}", serde_urlencoded::to_string([("recipe", recipe), ("version", version)]).unwrap_or_default());
    let action = step("address", &[("recipe", recipe), ("version", version)]);
    let check = if problems.is_empty() {
        checks(&visit.actor, site, domain).await?
    } else {
        CheckView { domain: String::new(), checks: vec![] }
    };
    Ok(AddressView {
        shell: shell(site, visit, "New app: address", Nav::Apps).await,
        wizard: wizard(2, query, Some(back), action),
        domain: domain.to_owned(),
        check,
        check_url: "/apps/new/check".to_owned(),
        problems,
    })
}
