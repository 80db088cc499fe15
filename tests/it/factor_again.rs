//! The password once more before something sensitive: what was typed is kept, and the session has another token afterwards.

use canteen::clock::Clock as _;

use crate::harness::{Answer, BOARD, Browser, PASSWORD, Site};

const LATER_MS: i64 = 10 * 60 * 1000;
const CANARY: &str = "a-value-that-nobody-sees-again";

/// An app that waits for a secret, and a browser in which its value was pasted too long after signing in.
async fn pasted(site: &Site) -> (Browser, Answer) {
    let admin = site.admin().await.by_hand();
    site.new_board(&admin, BOARD).await;
    site.clock.advance(LATER_MS);
    let page = admin.page(&format!("/apps/{BOARD}/secrets")).await;
    let asked = admin.post(&page, &format!("/apps/{BOARD}/secrets/admin_password"), &[("value", CANARY)]).await;
    (admin, asked)
}

async fn confirm(browser: &Browser, question: &str, password: &str, code: &str) -> Answer {
    let page = browser.page(question).await;
    let keep = page.between("name=\"keep\" value=\"", "\"").unwrap();
    let mut fields = vec![("password", password), ("keep", keep.as_str()), ("next", "/apps")];
    if page.body.contains("name=\"code\"") {
        fields.push(("code", code));
    }
    browser.post(&page, "/session/again", &fields).await
}

fn ticket(question: &str) -> &str {
    question.strip_prefix("/session/again?keep=").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_goes_on_after_the_password_and_the_old_token_is_dead() {
    let site = Site::start().await;
    let (admin, asked) = pasted(&site).await;
    let question = asked.location().to_owned();
    let before = (site.head().await, site.engine.changes());
    let page = admin.page(&question).await;
    page.says("You are about to set secrets of an app");
    assert!(!page.body.contains(CANARY));
    assert_eq!(confirm(&admin, &question, "something else", "").await.status, 422);
    assert_eq!(site.engine.changes(), before.1);
    let old = admin.cookie("session").unwrap();
    let on = confirm(&admin, &question, PASSWORD, "").await;
    assert_eq!(on.location(), question);
    assert_ne!(admin.cookie("session").unwrap(), old);
    let thief = site.stranger();
    thief.set_cookie("session", &old);
    assert_eq!(thief.get("/apps").await.location(), "/session?next=%2Fapps");
    let ready = admin.page(&question).await;
    assert!(!ready.body.contains(CANARY), "the value does not travel to the browser again");
    let path = format!("/apps/{BOARD}/secrets/admin_password");
    let form = [("kept-form", ticket(&question))];
    let other = site.admin().await.by_hand();
    let foreign = other.post(&other.page("/apps").await, &path, &form).await;
    assert_eq!(foreign.status, 409, "the ticket of another session");
    let elsewhere = admin.post(&ready, &format!("/apps/{BOARD}/secrets/other"), &form).await;
    assert_eq!(elsewhere.status, 409, "another address than it was typed for");
    let done = admin.post(&ready, &path, &form).await;
    let operation = site.operation_done(crate::harness::operation_of(&done)).await;
    assert_eq!(operation.outcome, "inserted", "{}", operation.cause);
    assert_eq!(admin.post(&ready, &path, &form).await.status, 409, "a form goes on once");
    assert!(site.entries().await.iter().any(|e| e.action == "session.confirm"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_wants_the_code_too_where_there_is_a_factor() {
    let site = Site::start().await;
    let admin = site.admin().await.by_hand();
    let (phone, _) = site.add_phone(&admin).await;
    site.clock.advance(LATER_MS);
    let question = admin.get("/account/factors/app").await.location().to_owned();
    assert_eq!(question, "/session/again?next=/account/factors/app");
    assert_eq!(confirm(&admin, &question, PASSWORD, "000000").await.status, 422);
    let code = phone.code(site.clock.now());
    assert_eq!(confirm(&admin, &question, PASSWORD, &code).await.location(), "/apps");
    admin.page("/account/factors/app").await;
    site.clock.advance(LATER_MS - 60_000);
    admin.page("/account/factors/app").await;
    site.clock.advance(60_000);
    assert_eq!(admin.get("/account/factors/app").await.status, 303);
    assert_eq!(confirm(&admin, &question, PASSWORD, &code).await.status, 422, "a code counts once here too");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sensitive_and_what_comes_soon_is_not_asked_about() {
    let site = Site::start().await;
    let admin = site.admin().await.by_hand();
    site.new_board(&admin, BOARD).await;
    let page = admin.page(&format!("/apps/{BOARD}/secrets")).await;
    let soon = admin.post(&page, &format!("/apps/{BOARD}/secrets/admin_password"), &[("value", CANARY)]).await;
    site.operation_done(crate::harness::operation_of(&soon)).await;
    site.clock.advance(LATER_MS);
    let settings = format!("/apps/{BOARD}/settings");
    crate::harness::send_fields(&admin, &admin.page(&settings).await, &settings, &[("TITLE", "Later")]).await.location();
    assert!(!site.entries().await.iter().any(|e| e.action == "session.confirm"));
    assert_eq!(admin.get("/session/again?next=//evil.net").await.status, 200);
    let page = admin.page("/session/again?next=//evil.net").await;
    assert!(!page.body.contains("evil"));
}
