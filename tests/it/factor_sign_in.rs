//! Signing in with an authenticator app: a code counts once, close to its time, and before it nothing can be done.

use canteen::clock::Clock as _;
use canteen::web::routes::routes;

use crate::harness::{Answer, Browser, PASSWORD, Phone, Request, Site, sealed};

/// A browser in which the password was given and the code was not.
async fn half(site: &Site, name: &str) -> Browser {
    let browser = site.stranger();
    let fields = [("name", name), ("password", PASSWORD), ("next", "/audit")];
    let answer = browser.submit("/session", "/session", &fields).await;
    assert_eq!(answer.location(), "/session/factor?next=%2Faudit");
    browser
}

async fn give(browser: &Browser, code: &str) -> Answer {
    browser.submit("/session/factor", "/session/factor", &[("code", code), ("next", "/audit")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lets_in_once_and_its_token_is_a_new_one() {
    let site = Site::start().await;
    let (phone, _) = site.add_phone(&site.admin().await).await;
    let (browser, second) = (half(&site, "ana").await, half(&site, "ana").await);
    let before = browser.cookie("session").unwrap();
    assert_eq!(give(&browser, "000000").await.status, 422);
    let code = phone.code(site.clock.now());
    assert_eq!(give(&browser, &code).await.location(), "/audit");
    assert_ne!(browser.cookie("session").unwrap(), before);
    browser.page("/audit").await.says("signed in with the password and a second factor: app");
    browser.page("/account").await.says("Password and authenticator app");
    let old = site.stranger();
    old.set_cookie("session", &before);
    assert_eq!(old.get("/session/factor").await.location(), "/session", "the token of the first step is worth nothing");
    let again = give(&second, &code).await;
    assert_eq!(again.status, 422);
    again.says("This code was used already");
    site.next_code();
    assert_eq!(give(&second, &phone.code(site.clock.now())).await.location(), "/audit");
    let told: Vec<_> = site.entries().await.iter().map(|e| (e.action.clone(), e.outcome.clone())).collect();
    assert!(told.contains(&("audit.record".to_owned(), "failed".to_owned())), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_give_the_same_code_at_once_one_comes_in() {
    let site = Site::start().await;
    let (phone, _) = site.add_phone(&site.admin().await).await;
    for _ in 0..3 {
        let (one, two) = (half(&site, "ana").await, half(&site, "ana").await);
        let code = phone.code(site.clock.now());
        let (first, second) = tokio::join!(give(&one, &code), give(&two, &code));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422]);
        site.next_code();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_before_is_taken_and_older_and_later_ones_are_not() {
    let site = Site::start().await;
    let (phone, _) = site.add_phone(&site.admin().await).await;
    site.next_code();
    site.next_code();
    let browser = half(&site, "ana").await;
    let now = site.clock.now();
    for off in [-60_000, 30_000, 60_000, -90_000] {
        assert_eq!(give(&browser, &phone.code(now + off)).await.status, 422, "{off} ms off");
    }
    assert_eq!(give(&browser, &phone.code(now - 30_000)).await.location(), "/audit");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_are_all_for_five_minutes_even_the_right_one() {
    let site = Site::start().await;
    let (phone, _) = site.add_phone(&site.admin().await).await;
    let browser = half(&site, "ana").await;
    for _ in 0..5 {
        give(&browser, "000000").await.says("This code is not right");
    }
    let other = half(&site, "ana").await;
    let refused = give(&other, &phone.code(site.clock.now())).await;
    assert_eq!(refused.status, 422);
    refused.says("Too many wrong codes");
    site.clock.advance(5 * 60 * 1000);
    assert_eq!(give(&other, &phone.code(site.clock.now())).await.location(), "/audit");
}

/// With the password alone somebody gets exactly what a stranger gets, everywhere, and for ten minutes the page that takes the code.
#[tokio::test(flavor = "multi_thread")]
async fn before_the_code_nothing_can_be_done() {
    let site = Site::start().await;
    site.add_phone(&site.admin().await).await;
    let (browser, stranger) = (half(&site, "ana").await, site.stranger());
    let token = async |browser: &Browser| browser.page("/session").await.token();
    let before = site.head().await;
    let mut walked = 0;
    for entry in routes().entries() {
        let path = entry.path.replace("{app}", "x.example.org").replace("{id}", "1").replace("{name}", "x").replace("{file}", "x");
        let mut statuses = vec![];
        for one in [&browser, &stranger] {
            let body = if entry.method == "GET" { String::new() } else { format!("csrf={}", token(one).await) };
            let (method, path) = (entry.method.to_string(), path.clone());
            statuses.push(one.send(Request { method, path, headers: vec![], body: body.into_bytes() }).await.status);
        }
        if entry.path == "/session/factor" {
            assert_eq!(statuses[0], if entry.method == "GET" { 200 } else { 422 });
        } else {
            assert_eq!(statuses[0], statuses[1], "{} {path}", entry.method);
        }
        walked += 1;
    }
    assert!(walked > 80);
    assert_eq!(site.head().await, before, "nothing was done, nor refused to a member");
    site.clock.advance(10 * 60 * 1000);
    assert_eq!(browser.get("/session/factor").await.location(), "/session");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_counts_only_once_its_code_was_right() {
    let site = Site::start().await;
    let (browser, other) = (site.admin().await, site.admin().await);
    let page = browser.page("/account/factors/app").await;
    let phone = Phone::scan(&page);
    let send = async |code: &str, sealed: &str| {
        browser.post(&page, "/account/factors/app", &[("sealed", sealed), ("code", code), ("others", "on")]).await
    };
    let wrong = send("000000", &sealed(&page)).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(Phone::scan(&wrong).secret, phone.secret, "the secret that was scanned stays");
    site.admin().await;
    let viewer = site.viewer().await;
    let foreign = sealed(&viewer.page("/account/factors/app").await);
    assert_eq!(send(&phone.code(site.clock.now()), &foreign).await.status, 422, "the page of somebody else");
    assert_eq!(send(&phone.code(site.clock.now()), &sealed(&page)).await.status, 200);
    assert_eq!(other.get("/apps").await.location(), "/session?next=%2Fapps", "the other session ended");
    half(&site, "ana").await;
    browser.page("/account/factors").await.says("10 left");
    let removed = browser.submit("/account/factors", "/account/factors/app/removal", &[]).await;
    assert_eq!(removed.location(), "/account/factors");
    site.admin().await;
    let told: Vec<String> = site.entries().await.into_iter().map(|e| e.action).collect();
    assert!(["factor.add", "factor.remove"].iter().all(|a| told.iter().filter(|t| t == a).count() == 1), "{told:?}");
}
