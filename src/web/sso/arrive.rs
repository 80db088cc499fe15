//! What a browser brings back from the provider. It comes by a link from there, so the proof that it may change something is not a form's
//! token but the state: 256 bits that were given to this browser alone, and count once.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::failed::{self, Why};
use super::under_way::{Begun, Purpose};
use super::unsealed;
use crate::access::Grant;
use crate::access::action::SignIn;
use crate::commands::session_begin::KEPT_OUT;
use crate::commands::session_sso::{BeginBySso, NO_MEMBER};
use crate::sso::{Person, Returned};
use crate::store::Denied;
use crate::store::identities::Account;
use crate::store::members::Member;
use crate::store::sessions::{Session, Stage, Vouched};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::see_other;
use crate::web::session::{before, came_in, device, half_in, local, new_session};
use crate::web::visit::Visit;

/// Takes the answer.
pub async fn arrive(
    may: Grant<SignIn>,
    query: Query,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    if ["state", "code", "error"].iter().all(|name| query.get(name).is_empty()) {
        // Somebody opened the address by hand.
        return see_other("/session");
    }
    let now = site.store.clock().now();
    let begun = match site.under_way.take(&visit, query.get("state"), now) {
        Ok(begun) => begun,
        Err(why) => return failed::answer(&site, &visit, "", &local(""), &why.into()).await,
    };
    let issuer = begun.asked.issuer.clone();
    let next = begun.next.clone();
    let done = match judge(&site, &query, &begun, now).await? {
        Ok(person) => match (&begun.purpose, &visit.session) {
            (Purpose::SignIn, None) => sign_in(may, &person, &request, &visit, &site, &next).await?,
            (Purpose::Link, Some(session)) => Ok(see_other(&linking(&site, session, &person, now))?),
            (Purpose::Again { keep }, Some(session)) => confirmed(&site, session, &person, keep, &next, now).await?,
            // The browser's secret is another one after signing in or out, so this can't be.
            (Purpose::SignIn, Some(_)) | (Purpose::Link | Purpose::Again { .. }, None) => Err(Why::Foreign),
        },
        Err(why) => Err(why),
    };
    match done {
        Ok(response) => Ok(response),
        Err(why) => failed::answer(&site, &visit, &issuer, &next, &why).await,
    }
}

async fn judge(site: &Site, query: &Query, begun: &Begun, now: i64) -> Result<Result<Person, Why>, Failure> {
    let Some(kept) = site.store.identity_provider().await? else { return Ok(Err(Why::NoProvider)) };
    let Some(provider) = unsealed(site, &kept) else { return Ok(Err(Why::Key)) };
    let text = |name: &str| query.get(name).to_owned();
    let returned = Returned { code: text("code"), issuer: text("iss"), error: text("error") };
    Ok(site.sso.answer(&provider, &begun.asked, &returned, now).await.map_err(Why::from))
}

/// Begins a session. Who has a second factor here gives it too, unless the provider asked for one already.
async fn sign_in(
    may: Grant<SignIn>,
    person: &Person,
    request: &HttpRequest,
    visit: &Visit,
    site: &Site,
    next: &str,
) -> Result<Result<HttpResponse, Why>, Failure> {
    let member = site.store.identity(&person.issuer, &person.subject).await?;
    let id = member.as_ref().map(|m| m.id);
    let whole = match id {
        Some(id) => person.strong || !site.store.factors(id).await?.any(),
        None => true,
    };
    let device = device(site, request, id, site.store.clock().now());
    let vouched = Vouched { issuer: person.issuer.clone(), strong: person.strong, at: person.signed_in_at };
    let (token, session) = new_session(visit, if whole { Stage::Full } else { Stage::Code }, Some(vouched));
    let (groups, account) = (person.groups.clone(), account(person));
    let begin = BeginBySso { account, groups, session, instead_of: before(visit), known_device: device.is_some(), member: id };
    let member_id = match site.store.commit(&may, begin).await {
        Ok((_, member_id)) => member_id,
        Err(Denied::Rule { what: KEPT_OUT, .. }) => return Ok(Err(Why::Suspended(name(member.as_ref())))),
        Err(Denied::Rule { what: NO_MEMBER, .. }) => return Ok(Err(Why::NoMember(shown(person)))),
        Err(other) => return Err(other.into()),
    };
    let went_on = if whole { came_in(site, token, member_id, device, next) } else { half_in(site, token, next) };
    went_on.map(Ok)
}

/// The page that asks whether the account is to be linked: nobody links one by following somebody else's link.
fn linking(site: &Site, session: &Session, person: &Person, now: i64) -> String {
    let ticket = site.under_way.prove(session.id, account(person), Purpose::Link, now);
    format!("/account/identities?proof={ticket}")
}

/// Back to the question whether it is them, with the answer.
async fn confirmed(
    site: &Site,
    session: &Session,
    person: &Person,
    keep: &str,
    next: &str,
    now: i64,
) -> Result<Result<HttpResponse, Why>, Failure> {
    let owner = site.store.identity(&person.issuer, &person.subject).await?;
    if owner.is_none_or(|owner| owner.id != session.member.id) {
        return Ok(Err(Why::Foreign));
    }
    let purpose = Purpose::Again { keep: keep.to_owned() };
    let ticket = site.under_way.prove(session.id, account(person), purpose, now);
    let query = [("keep", keep), ("next", next), ("proof", &ticket)];
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    Ok(Ok(see_other(&format!("/session/again?{query}"))?))
}

fn account(person: &Person) -> Account {
    Account { issuer: person.issuer.clone(), subject: person.subject.clone(), name: shown(person) }
}

fn shown(person: &Person) -> String {
    if person.name.is_empty() { person.subject.clone() } else { person.name.clone() }
}

fn name(member: Option<&Member>) -> String {
    member.map(|m| m.name.clone()).unwrap_or_default()
}
