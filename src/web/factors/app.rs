//! Adding an authenticator app. Until its first code was right nothing is stored: the page itself carries the secret, encrypted.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::prove::{TOTP, Wrong, step};
use super::{codes, gate, own};
use crate::access::Grant;
use crate::access::action::{AddFactor, ViewFactors};
use crate::clock::Millis;
use crate::commands::factor_add::AddApp;
use crate::factor::{TotpSecret, Typed, picture, typed};
use crate::keys::Owner;
use crate::secret::SecretValue;
use crate::store::factors::Sealed;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// What the secret on a page is sealed for.
const ENROLMENT: &str = "enrolment";
/// A page can be used for so long.
const WAIT_MS: Millis = 30 * 60 * 1000;

/// The page with the picture to scan. Has no `Debug`: it carries the secret.
#[derive(Clone, Template)]
#[template(path = "account/app.html")]
pub struct AppView {
    pub shell: Shell,
    pub problems: Problems,
    /// The address of the picture: the picture itself, as `data:`.
    pub picture: Option<String>,
    /// The secret, to be typed where nothing can be scanned.
    pub text: String,
    /// The name of the account in the app.
    pub account: String,
    /// The secret, encrypted, for the form.
    pub sealed: String,
    /// Whether an app is there already, which this one replaces.
    pub replaces: bool,
    /// Whether nothing else can be done before.
    pub gate: bool,
    /// Whether a passkey would do as well.
    pub passkeys: bool,
}

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppForm {
    sealed: String,
    code: String,
    /// Not empty where other sessions end.
    #[serde(default)]
    others: String,
}

/// Shows a new secret. Nothing is stored.
pub async fn scan(_may: Grant<ViewFactors>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    if !own(&visit)?.is_fresh(site.store.clock().now()) {
        return see_other("/session/again?next=/account/factors/app");
    }
    page(&view(&site, &visit, &TotpSecret::new(crate::random::bytes()), Problems::none()).await?)
}

/// Takes the first code, and with it the app.
pub async fn add(
    may: Grant<AddFactor>,
    Form(form): Form<AppForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let session = own(&visit)?;
    let member = session.member.id;
    let now = site.store.clock().now();
    let mut problems = Problems::none();
    let Some(secret) = unseal(&site, member, &form.sealed, now) else {
        problems.add("", "This page was open for too long. Scan the new picture");
        return wrong_form(&view(&site, &visit, &TotpSecret::new(crate::random::bytes()), problems).await?);
    };
    let found = match (site.codes.try_now(member, now), typed(&form.code)) {
        (Err(seconds), _) => Err(Wrong::Slow(seconds)),
        (Ok(()), Typed::App(code)) => step(&secret, &code, now),
        (Ok(()), _) => Err(Wrong::Code),
    };
    let step = match found {
        Ok(step) => step,
        Err(wrong) => {
            problems.add("code", sentence(&wrong.to_string()));
            return wrong_form(&view(&site, &visit, &secret, problems).await?);
        }
    };
    let fresh = if site.store.recovery(member).await?.left == 0 { Some(codes::fresh()) } else { None };
    let app = Sealed { bytes: site.key.seal(secret.expose(), Owner { row: member, purpose: TOTP }), key_id: site.key.id() };
    let hashes = fresh.as_ref().map(|codes| codes::sealed(&site, member, codes)).unwrap_or_default();
    let end_others = !form.others.is_empty();
    let add = AddApp { member_id: member, app, step, codes: hashes, session: session.id, end_others };
    site.store.commit(&may, add).await?;
    site.codes.right(member);
    match fresh {
        Some(codes) => codes::show(&site, &visit, &codes, "The app was added.").await,
        None => see_other("/account/factors"),
    }
}

/// The secret and the time until which its page is good, for this member alone.
fn seal(site: &Site, member: i32, secret: &TotpSecret) -> String {
    let until = site.store.clock().now() + WAIT_MS;
    let bytes = SecretValue::from([&until.to_be_bytes(), secret.expose()].concat());
    BASE64_URL_SAFE_NO_PAD.encode(site.key.seal(bytes.expose(), Owner { row: member, purpose: ENROLMENT }))
}

fn unseal(site: &Site, member: i32, sealed: &str, now: Millis) -> Option<TotpSecret> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let opened = site.key.unseal(&sealed, Owner { row: member, purpose: ENROLMENT })?;
    let (until, secret) = opened.split_first_chunk::<8>()?;
    if now < Millis::from_be_bytes(*until) { TotpSecret::from_slice(secret) } else { None }
}

async fn view(site: &Site, visit: &Visit, secret: &TotpSecret, problems: Problems) -> Result<AppView, Failure> {
    let session = own(visit)?;
    let account = session.member.name.clone();
    let svg = picture(&secret.uri(&format!("Canteen {}", site.settings.public.host), &account));
    Ok(AppView {
        shell: shell(site, visit, "Authenticator app", Nav::Nowhere).await,
        problems,
        picture: svg.map(|svg| format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg))),
        text: secret.text(),
        account,
        sealed: seal(site, session.member.id, secret),
        replaces: session.factors.app,
        gate: !session.factors.any() && gate::required(site, &visit.actor),
        passkeys: site.ceremonies.possible(),
    })
}

#[cfg(any(test, feature = "testing"))]
impl AppView {
    pub fn samples() -> Vec<Self> {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";
        let first = Self {
            shell: Shell::sample("Authenticator app", Nav::Nowhere),
            problems: Problems::none(),
            picture: Some(format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg))),
            text: "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567".to_owned(),
            account: "Ana".to_owned(),
            sealed: "sample".to_owned(),
            replaces: false,
            gate: true,
            passkeys: true,
        };
        let mut wrong = Self { replaces: true, gate: false, picture: None, ..first.clone() };
        wrong.problems.add("code", "This code is not right; the app shows another one every 30 seconds");
        vec![first, wrong]
    }
}
