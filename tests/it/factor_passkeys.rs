//! Passkeys, with one in memory that answers as a device does.

use serde_json::json;

use crate::harness::device::{Device, ORIGIN, named, ticket};
use crate::harness::{Answer, Browser, Idp, PASSWORD, Plan, Site, recovery_codes};

const NEW: &str = "/account/factors/passkeys/new";

/// Adds a passkey to the account of this browser; with the first factor come recovery codes.
pub(crate) async fn add(browser: &Browser, name: &str) -> (Device, Answer) {
    let page = browser.page(NEW).await;
    let (device, answer) = Device::made(&page, ORIGIN);
    let fields = [("name", name), ("ticket", &ticket(&page)), ("credential", &answer)];
    (device, browser.post(&page, NEW, &fields).await)
}

async fn send(browser: &Browser, page: &Answer, answer: &str) -> Answer {
    let fields = [("ticket", &*ticket(page)), ("credential", answer), ("next", "/audit")];
    browser.post(page, "/session/passkey", &fields).await
}

/// Signs in by the page of this address.
async fn comes_in(browser: &Browser, device: &mut Device, by: &str) -> Answer {
    let page = browser.page(by).await;
    let answer = device.answer(&page, ORIGIN);
    send(browser, &page, &answer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_lets_in_without_password_and_code_and_its_answer_counts_once() {
    let site = named().await;
    let admin = site.admin().await;
    site.add_phone(&admin).await;
    let (mut device, added) = add(&admin, "Phone").await;
    assert_eq!(added.location(), "/account/factors");
    admin.page("/account/factors").await.says("Phone").says("never used");
    let browser = site.stranger();
    let page = browser.page("/session?next=/audit").await;
    let answer = device.answer(&page, ORIGIN);
    assert_eq!(send(&browser, &page, &answer).await.location(), "/audit");
    browser.page("/audit").await.says("signed in with the passkey Phone");
    let account = browser.page("/account").await;
    account.says("127.0.0.1 Passkey").says("127.0.0.1 Password");
    assert!(!browser.page("/account/factors").await.text().contains("never used"));
    let other = site.stranger();
    let fresh = other.page("/session/passkey").await;
    assert_eq!(send(&other, &fresh, &answer).await.status, 422, "an answer to another question");
    let fields = [("ticket", &*ticket(&page)), ("credential", &*answer), ("next", "/audit")];
    assert_eq!(other.post(&fresh, "/session/passkey", &fields).await.status, 422, "the same answer a second time");
    let list = admin.page("/account/factors").await;
    let removal = list.post_forms().into_iter().find(|f| f.contains("/passkeys/")).unwrap();
    let viewer = site.viewer().await;
    assert_eq!(viewer.post(&viewer.page("/apps").await, &removal, &[]).await.status, 409, "somebody else's");
    assert_eq!(admin.post(&list, &removal, &[]).await.location(), "/account/factors");
    assert_eq!(comes_in(&other, &mut device, "/session/passkey").await.status, 422, "it was removed");
    let entries = site.entries().await;
    for action in ["factor.add", "factor.remove"] {
        let named = |e: &&canteen::store::audit::Entry| e.particulars["factor"] == "passkey" && e.particulars["name"] == "Phone";
        assert_eq!(entries.iter().filter(|e| e.action == action).filter(named).count(), 1, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_from_another_site_or_browser_too_late_or_for_somebody_else_is_refused() {
    let site = named().await;
    let (admin, viewer) = (site.admin().await, site.viewer().await);
    let page = admin.page(NEW).await;
    let (_, foreign) = Device::made(&page, "http://localhost:8081");
    let refused = admin.post(&page, NEW, &[("name", "x"), ("ticket", &ticket(&page)), ("credential", &foreign)]).await;
    assert_eq!(refused.status, 422, "made at another address");
    let page = admin.page(NEW).await;
    let (_, answer) = Device::made(&page, ORIGIN);
    let stolen = [("name", "x"), ("ticket", &*ticket(&page)), ("credential", &*answer)];
    assert_eq!(viewer.post(&viewer.page(NEW).await, NEW, &stolen).await.status, 422, "made for somebody else");
    let (mut device, added) = add(&admin, "Phone").await;
    assert_eq!(added.status, 200);
    let browser = site.stranger();
    let page = browser.page("/session/passkey").await;
    let answer = device.answer(&page, "http://localhost:8081");
    assert_eq!(send(&browser, &page, &answer).await.status, 422, "used at another address");
    let page = browser.page("/session/passkey").await;
    let answer = device.answer(&page, ORIGIN);
    let thief = site.stranger();
    let fields = [("ticket", &*ticket(&page)), ("credential", &*answer), ("next", "/audit")];
    let caught = thief.post(&thief.page("/session").await, "/session/passkey", &fields).await;
    assert_eq!(caught.status, 422, "what one browser was asked, another answered");
    assert_eq!(send(&browser, &page, &answer).await.status, 422, "it is spent by that");
    let page = browser.page("/session/passkey").await;
    let answer = device.answer(&page, ORIGIN);
    site.clock.advance(5 * 60 * 1000);
    assert_eq!(send(&browser, &page, &answer).await.status, 422, "too late");
    let handle = std::mem::replace(&mut device.handle, json!("AAAAAAAAAAAAAAAAAAAAAA"));
    assert_eq!(comes_in(&browser, &mut device, "/session/passkey").await.status, 422, "as somebody else");
    device.handle = handle;
    let page = browser.page("/session/passkey").await;
    let answer = device.answer(&page, ORIGIN);
    let (one, two) = tokio::join!(send(&browser, &page, &answer), send(&browser, &page, &answer));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422], "both at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_alone_is_the_second_factor_that_is_asked_for_and_the_last_one_stays() {
    let settings = vec![("CANTEEN_PUBLIC_URL", ORIGIN.to_owned()), ("CANTEEN_REQUIRE_SECOND_FACTOR", "writers".to_owned())];
    let site = Site::with(Plan { settings, ..Plan::default() }).await;
    let admin = site.admin().await;
    assert_eq!(admin.get("/apps").await.location(), "/account/factors/app");
    admin.page("/account/factors/app").await.says("that of a passkey");
    let (mut device, added) = add(&admin, "Phone").await;
    let codes = recovery_codes(&added);
    admin.page("/apps").await;
    let list = admin.page("/account/factors").await;
    list.says("This is your only factor").says("10 left");
    assert!(!list.post_forms().iter().any(|f| f.contains("removal")));
    let kept = admin.post(&list, "/account/factors/passkeys/1/removal", &[]).await;
    assert_eq!(kept.status, 409, "{}", kept.text());
    // The password alone opens nothing: it leads to the passkey, or to a recovery code.
    let fields = [("name", "ana"), ("password", PASSWORD), ("next", "/apps")];
    let half = async || {
        let browser = site.stranger();
        assert_eq!(browser.submit("/session", "/session", &fields).await.location(), "/session/factor?next=%2Fapps");
        browser
    };
    let browser = half().await;
    assert_eq!(browser.get("/apps").await.location(), "/session?next=%2Fapps");
    assert_eq!(comes_in(&browser, &mut device, "/session/factor").await.location(), "/audit");
    browser.page("/apps").await;
    let browser = half().await;
    let code = [("code", codes[0].as_str()), ("next", "/apps")];
    assert_eq!(browser.submit("/session/factor", "/session/factor", &code).await.location(), "/account/factors");
    // With a second one the first may go.
    let (_, second) = add(&admin, "Key").await;
    assert_eq!(second.location(), "/account/factors");
    let list = admin.page("/account/factors").await;
    assert_eq!(admin.post(&list, "/account/factors/passkeys/1/removal", &[]).await.location(), "/account/factors");
    admin.page("/apps").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_passkey_of_a_suspended_member_lets_nobody_in() {
    let site = named().await;
    let (admin, viewer) = (site.admin().await, site.viewer().await);
    let (mut device, _) = add(&viewer, "Phone").await;
    assert_eq!(comes_in(&site.stranger(), &mut device, "/session").await.location(), "/audit");
    admin.submit("/people/2", "/people/2/suspension", &[]).await.location();
    let out = comes_in(&site.stranger(), &mut device, "/session").await;
    assert_eq!(out.status, 422);
    out.says("This passkey does not let you in here");
    admin.submit("/people/2", "/people/2/readmission", &[]).await.location();
    assert_eq!(comes_in(&site.stranger(), &mut device, "/session").await.location(), "/audit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_of_ones_own_stands_for_password_and_code_before_something_sensitive() {
    let site = named().await;
    let (admin, viewer) = (site.admin().await.by_hand(), site.viewer().await);
    let ((mut own, _), (mut other, _)) = (add(&admin, "Phone").await, add(&viewer, "Other").await);
    site.clock.advance(10 * 60 * 1000);
    let list = admin.page("/account/factors").await;
    let asked = admin.post(&list, "/account/factors/codes", &[]).await;
    let question = asked.location().to_owned();
    assert!(question.starts_with("/session/again?keep="), "{question}");
    let again = async |device: &mut Device| {
        let page = admin.page(&question).await;
        let keep = page.between("name=\"keep\" value=\"", "\"").unwrap();
        let answer = device.answer(&page, ORIGIN);
        let fields = [("ticket", &*ticket(&page)), ("credential", &*answer), ("keep", &*keep), ("next", "/apps")];
        admin.post(&page, "/session/again", &fields).await
    };
    assert_eq!(again(&mut other).await.status, 422, "somebody else's");
    let page = admin.page(&question).await;
    let alone = [("password", PASSWORD), ("code", ""), ("keep", ""), ("next", "/apps")];
    assert_eq!(admin.post(&page, "/session/again", &alone).await.status, 422, "the password alone");
    assert_eq!(again(&mut own).await.location(), question);
    let ready = admin.page(&question).await;
    let ticket = question.strip_prefix("/session/again?keep=").unwrap();
    assert_eq!(admin.post(&ready, "/account/factors/codes", &[("kept-form", ticket)]).await.status, 200);
    admin.page("/audit").await.says("showed a passkey again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_asked_for_after_a_weak_sign_in_elsewhere_and_counts_for_tokens() {
    let settings = vec![
        ("CANTEEN_PUBLIC_URL", ORIGIN.to_owned()),
        ("CANTEEN_INTERNAL_HOSTS", "127.0.0.1".to_owned()),
        ("CANTEEN_REQUIRE_SECOND_FACTOR", "writers".to_owned()),
    ];
    let site = Site::with(Plan { settings, ..Plan::default() }).await;
    let ana = site.signed_in("ana").await;
    let (mut device, _codes) = add(&ana, "Phone").await;
    let idp = Idp::start(&site).await;
    idp.set(&ana, &[]).await;
    let asked = idp.visit(&ana, "/account/identities/new").await.location().to_owned();
    let page = ana.page(&asked).await;
    let proof = page.between("name=\"proof\" value=\"", "\"").unwrap();
    ana.post(&page, "/account/identities", &[("proof", &proof)]).await.location();
    let half = site.stranger();
    assert_eq!(idp.visit(&half, "/session/sso").await.location(), "/session/factor?next=%2Fapps");
    assert_eq!(half.get("/apps").await.location(), "/session?next=%2Fapps", "nothing before the passkey");
    assert_eq!(comes_in(&half, &mut device, "/session/factor?next=%2Fapps").await.location(), "/audit");
    // The owner has what is asked for, so the token may change something: what it sends is looked at.
    let token = site.program(&ana, &["audit.export"]).await;
    assert_eq!(token.post("/api/v1/audit/export", &json!({"format": "xml"})).await.status, 422);
}
