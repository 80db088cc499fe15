//! Accounts at the identity provider by which somebody signs in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use super::own;
use crate::access::Grant;
use crate::access::action::{LinkIdentity, UnlinkIdentity, ViewFactors};
use crate::commands::{identity_link, identity_unlink};
use crate::store::Denied;
use crate::store::identities::Account;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Id, Query};
use crate::web::page::{moment, page, page_with, see_other, shell, with_flash, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Flash, FlashKind, Nav, Problems, Shell};
use crate::web::sso::Purpose;
use crate::web::visit::Visit;
use crate::web::when::When;

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "account/identities.html")]
pub struct IdentitiesView {
    pub shell: Shell,
    pub problems: Problems,
    /// What the provider is called here, if there is one.
    pub provider: Option<String>,
    pub rows: Vec<IdentityRow>,
    pub has_password: bool,
    /// An account that the provider answered for, and the ticket of its answer.
    pub waiting: Option<(Account, String)>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    pub id: i32,
    pub name: String,
    pub issuer: String,
    pub linked: When,
    pub used: Option<When>,
    /// Whether it is of the provider that is set now.
    pub current: bool,
}

/// What the form of a new link sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkForm {
    proof: String,
}

/// The page.
pub async fn list(_may: Grant<ViewFactors>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let done = match query.get("done") {
        "linked" => Some("The account is linked. You can sign in with it."),
        "unlinked" => Some("The link is removed."),
        _ => None,
    };
    let mut view = view(&site, &visit).await?;
    let (_, _, session) = own(&visit)?;
    let proven = site.under_way.proven(query.get("proof"), session, site.store.clock().now());
    view.waiting = proven.filter(|p| p.purpose == Purpose::Link).map(|p| (p.account, query.get("proof").to_owned()));
    view.shell = with_flash(view.shell, done.map(|text| Flash { kind: FlashKind::Done, text: text.to_owned() }));
    page(&view)
}

/// Links the account that the provider answered for in this session.
pub async fn link(
    may: Grant<LinkIdentity>,
    Form(form): Form<LinkForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (member_id, _, session) = own(&visit)?;
    let proven = site.under_way.spend(&form.proof, session, site.store.clock().now()).filter(|p| p.purpose == Purpose::Link);
    let Some(proven) = proven else {
        let text = "The provider’s answer was used already, or is older than ten minutes. Begin anew";
        return with_problem(&site, &visit, text.to_owned()).await;
    };
    match site.store.commit(&may, identity_link::LinkIdentity { member_id, account: proven.account }).await {
        Ok(()) => see_other("/account/identities?done=linked"),
        Err(Denied::Rule { text, .. }) => with_problem(&site, &visit, sentence(&text)).await,
        Err(other) => Err(other.into()),
    }
}

/// Removes a link.
pub async fn unlink(may: Grant<UnlinkIdentity>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (member_id, ..) = own(&visit)?;
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    if !site.store.identities_of(member_id).await?.iter().any(|identity| identity.id == id) {
        return Err(Failure::NotFound);
    }
    match site.store.commit(&may, identity_unlink::UnlinkIdentity { member_id, id }).await {
        Ok(()) => see_other("/account/identities?done=unlinked"),
        Err(Denied::Rule { text, .. }) => {
            let mut view = view(&site, &visit).await?;
            view.problems.add("", sentence(&text));
            page_with(StatusCode::CONFLICT, &view)
        }
        Err(other) => Err(other.into()),
    }
}

/// The page with something that went wrong at the provider.
pub(in crate::web) async fn with_problem(site: &Site, visit: &Visit, text: String) -> Result<HttpResponse, Failure> {
    let mut view = view(site, visit).await?;
    view.problems.add("", text);
    wrong_form(&view)
}

async fn view(site: &Site, visit: &Visit) -> Result<IdentitiesView, Failure> {
    let (member_id, ..) = own(visit)?;
    let provider = site.store.identity_provider().await?;
    let issuer = provider.as_ref().map(|p| p.issuer.clone()).unwrap_or_default();
    let rows = site.store.identities_of(member_id).await?.into_iter().map(|identity| IdentityRow {
        id: identity.id,
        current: identity.issuer == issuer,
        name: identity.name,
        issuer: identity.issuer,
        linked: moment(site, identity.linked_at),
        used: identity.used_at.map(|at| moment(site, at)),
    });
    Ok(IdentitiesView {
        shell: shell(site, visit, "Single sign-on", Nav::Account).await,
        problems: Problems::none(),
        provider: provider.map(|p| p.label),
        rows: rows.collect(),
        has_password: visit.session.as_ref().is_some_and(|s| s.member.has_password()),
        waiting: None,
    })
}

#[cfg(any(test, feature = "testing"))]
impl IdentitiesView {
    pub fn samples() -> Vec<Self> {
        let text = str::to_owned;
        let none = Self {
            shell: Shell::sample("Single sign-on", Nav::Account),
            problems: Problems::none(),
            provider: None,
            rows: vec![],
            has_password: true,
            waiting: None,
        };
        let empty = Self { provider: Some(text("the <wiki> co-op")), ..none.clone() };
        let row = |id: i32, current: bool| IdentityRow {
            id,
            name: text("ana <wiki>"),
            issuer: text("https://id.example.org/realms/co-op"),
            linked: When::sample(9000),
            used: current.then(|| When::sample(5)),
            current,
        };
        let full = Self { rows: vec![row(1, true), row(2, false)], has_password: false, ..empty.clone() };
        let account = Account { issuer: text("https://id.example.org"), subject: text("f3"), name: text("ana <wiki>") };
        let waiting = Self { waiting: Some((account, text("sample-ticket"))), ..empty.clone() };
        let mut wrong = full.clone();
        wrong.problems.add("", "This account is linked with another member");
        vec![none, empty, full, waiting, wrong]
    }
}
