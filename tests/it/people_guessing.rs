//! Guessing at somebody's password from everywhere does not keep them out.

use crate::harness::{Answer, Browser, PASSWORD, Plan, Request, Site};

async fn try_it(browser: &Browser, password: &str, from: &str) -> Answer {
    let page = browser.page("/session").await;
    let token = page.token();
    let fields = [("csrf", token.as_str()), ("name", "ana"), ("password", password), ("next", "/apps")];
    browser
        .send(Request {
            method: "POST".to_owned(),
            path: "/session".to_owned(),
            headers: vec![("x-forwarded-for".to_owned(), from.to_owned())],
            body: serde_urlencoded::to_string(fields).unwrap().into_bytes(),
        })
        .await
}

/// The tests come from the machine itself, which stands for the proxy.
fn behind_a_proxy() -> Plan {
    Plan { settings: vec![("CANTEEN_TRUSTED_PROXIES", "127.0.0.0/8".to_owned())], ..Plan::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_wrong_tries_from_a_hundred_addresses_do_not_keep_the_owner_out() {
    let site = Site::with(behind_a_proxy()).await;
    let own = site.admin().await;
    assert!(own.cookie("dev").is_some(), "the browser is known from now on");
    own.submit("/apps", "/session/end", &[]).await.location();
    assert!(own.cookie("dev").is_some(), "signing out does not forget it");
    let page = site.stranger();
    let mut slow = 0;
    for n in 0..1000 {
        let answer = try_it(&page, "wrong wrong wrong", &format!("198.51.100.{}", n % 100)).await;
        slow += usize::from(answer.status == 429);
        site.clock.advance(1000);
    }
    assert!(slow > 900, "{slow} of a thousand had to wait");
    let elsewhere = try_it(&site.stranger(), PASSWORD, "192.0.2.7").await;
    assert_eq!(elsewhere.status, 429, "an unknown browser has to wait, with the right password too");
    assert_eq!(try_it(&own, PASSWORD, "198.51.100.1").await.location(), "/apps");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_browser_is_no_way_to_guess_faster_nor_at_others() {
    let site = Site::with(behind_a_proxy()).await;
    let own = site.admin().await;
    own.submit("/apps", "/session/end", &[]).await.location();
    for _ in 0..5 {
        assert_eq!(try_it(&own, "wrong wrong wrong", "192.0.2.7").await.status, 422);
    }
    assert_eq!(try_it(&own, PASSWORD, "192.0.2.7").await.status, 429);
    let fresh = site.stranger();
    let known = own.cookie("dev").unwrap();
    let other = known.replacen("1.", "2.", 1);
    for forged in [other, format!("{known}x"), String::new(), "1.1.1.1".to_owned()] {
        fresh.set_cookie("dev", &forged);
        // What a cookie says falsely changes nothing: the try counts by its name.
        assert_eq!(try_it(&fresh, "wrong wrong wrong", "192.0.2.8").await.status, 422, "{forged}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_proxy_that_is_trusted_says_where_somebody_comes_from() {
    let told = async |plan: Plan, forwarded: &str| {
        let site = Site::with(plan).await;
        assert_eq!(try_it(&site.stranger(), PASSWORD, forwarded).await.location(), "/apps");
        site.entries().await[0].actor.via.ip.clone()
    };
    assert_eq!(told(behind_a_proxy(), "203.0.113.9, 192.0.2.7").await, "192.0.2.7");
    assert_eq!(told(Plan::default(), "203.0.113.9, 192.0.2.7").await, "127.0.0.1");
    // What whoever asks wrote in front of something that can't be read is not believed.
    assert_eq!(told(behind_a_proxy(), "203.0.113.9, 192.0.2.7:4711").await, "127.0.0.1");
    // As version 6 all addresses of version 4 would be one network, with tries in common.
    assert_eq!(told(behind_a_proxy(), "::ffff:192.0.2.7").await, "192.0.2.7");
}
