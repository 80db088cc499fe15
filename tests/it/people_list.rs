//! Members: the list, suspending, signing out everywhere.

use std::time::Duration;

use canteen::access::Role;
use tokio::io::AsyncReadExt as _;

use crate::harness::{Browser, PASSWORD, Site};

/// The page of a member.
async fn page_of(site: &Site, name: &str) -> String {
    format!("/people/{}", site.store.member(name).await.unwrap().unwrap().id)
}

async fn try_to_sign_in(browser: &Browser, name: &str, password: &str) -> crate::harness::Answer {
    browser.submit("/session", "/session", &[("name", name), ("password", password), ("next", "/apps")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_who_there_is_and_who_may_come_in() {
    let site = Site::start().await;
    let ana = site.admin().await;
    ana.page("/people").await.says("ana Admin just now ✓ Allowed").says("vic Viewer never ✓ Allowed");
    let vic = page_of(&site, "vic").await;
    assert_eq!(ana.submit(&vic, &format!("{vic}/suspension"), &[]).await.location(), format!("{vic}?done=suspended"));
    ana.page("/people").await.says("vic None for now never ‖ Suspended");
    ana.page(&vic).await.says("ana suspended vic just now");
    assert_eq!(ana.get("/people/99999").await.status, 404);
    assert_eq!(ana.get("/people/99999999999").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_member_is_out_at_once_and_can_not_come_back() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let mut stream = vic.open("/live?topics=apps").await;
    let mut first = [0; 1];
    stream.read_exact(&mut first).await.unwrap();
    let page = page_of(&site, "vic").await;
    let before = site.head().await;
    ana.submit(&page, &format!("{page}/suspension"), &[]).await.location();
    assert_eq!(site.head().await, before + 1, "one entry for one act");
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.action.as_str(), entry.particulars["member"].as_str()), ("people.suspend", Some("vic")));
    assert_eq!(entry.particulars["sessions"], 1);

    assert_eq!(vic.get("/apps").await.status, 303, "the session is over");
    let mut rest = vec![];
    tokio::time::timeout(Duration::from_mins(1), stream.read_to_end(&mut rest)).await.expect("the stream ends").unwrap();

    // The right password reads as a wrong one of a member, and as any of nobody.
    let answer = async |name: &str, password: &str| {
        let answer = try_to_sign_in(&site.stranger(), name, password).await;
        assert_eq!(answer.status, 422);
        let mut headers: Vec<_> = answer.headers.iter().filter(|(n, _)| n != "date").cloned().collect();
        headers.sort();
        (answer.body.replace(&answer.token(), "TOKEN").replace(&format!("value=\"{name}\""), "NAME"), headers)
    };
    let suspended = answer("vic", PASSWORD).await;
    assert_eq!(suspended, answer("vic", "wrong wrong wrong").await);
    assert_eq!(suspended, answer("eve", PASSWORD).await);

    ana.submit(&page, &format!("{page}/readmission"), &[]).await.location();
    assert_eq!(try_to_sign_in(&vic, "vic", PASSWORD).await.location(), "/apps");
    let again = ana.submit(&page, &format!("{page}/readmission"), &[]).await;
    assert_eq!(again.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays_and_nobody_suspends_oneself() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let own = page_of(&site, "ana").await;
    assert!(!ana.page(&own).await.body.contains("/suspension"));
    let oneself = ana.submit(&own, &format!("{own}/suspension"), &[]).await;
    assert_eq!(oneself.status, 409);
    oneself.says("can’t suspend yourself");
    // Two admins suspend each other; one of them was first.
    site.add("bea", Role::Admin).await;
    let bea = site.signed_in("bea").await;
    let theirs = page_of(&site, "bea").await;
    let form = bea.page(&own).await;
    ana.submit(&theirs, &format!("{theirs}/suspension"), &[]).await.location();
    assert_eq!(bea.post(&form, &format!("{own}/suspension"), &[]).await.status, 303);
    assert!(site.store.account(1).await.unwrap().suspended_at.is_none(), "who is out suspends nobody");
    assert_eq!(ana.page("/people").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_all_sessions_of_one_member() {
    let site = Site::start().await;
    let (ana, one, two) = (site.admin().await, site.viewer().await, site.viewer().await);
    let page = page_of(&site, "vic").await;
    ana.page(&page).await.says("in 2 browsers");
    assert_eq!(ana.submit(&page, &format!("{page}/sign-out"), &[]).await.location(), format!("{page}?done=signed-out"));
    assert_eq!((one.get("/apps").await.status, two.get("/apps").await.status), (303, 303));
    assert_eq!(ana.get("/apps").await.status, 200);
    assert_eq!(try_to_sign_in(&one, "vic", PASSWORD).await.location(), "/apps", "they may come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_neither_sees_nor_changes_members() {
    let site = Site::start().await;
    let vic = site.viewer().await;
    assert!(!vic.page("/apps").await.body.contains("href=\"/people\""));
    assert_eq!(vic.get("/people").await.status, 403);
    assert_eq!(vic.submit("/apps", "/people/1/suspension", &[]).await.status, 403);
}
