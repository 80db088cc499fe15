//! Who needs a second factor, and what is open to them before they have one.

use canteen::access::Role;

use crate::harness::{PASSWORD, Plan, Site};

async fn site(rule: &str) -> Site {
    let settings = vec![("CANTEEN_REQUIRE_SECOND_FACTOR", rule.to_owned())];
    Site::with(Plan { settings, ..Plan::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_can_change_something_first_adds_a_factor() {
    let site = site("writers").await;
    let (admin, viewer) = (site.admin().await, site.viewer().await);
    viewer.page("/apps").await;
    let before = site.head().await;
    for path in ["/apps", "/audit", "/operations", "/recipes", "/apps/new"] {
        assert_eq!(admin.get(path).await.location(), "/account/factors/app", "{path}");
    }
    let page = admin.page("/account/factors/app").await;
    page.says("your account needs a second factor");
    let refused = admin.post(&page, "/recipes/new", &[("url", "https://git.example.org/x.git")]).await;
    assert_eq!((refused.location(), site.head().await), ("/account/factors/app", before), "nothing was done");
    let (_, codes) = site.add_phone(&admin).await;
    assert_eq!(codes.len(), 10);
    admin.page("/apps").await;
    admin.page("/account/factors").await.says("can be exchanged and not removed");
    let kept = admin.submit("/account/factors", "/account/factors/app/removal", &[]).await;
    assert_eq!(kept.status, 409, "{}", kept.text());
    let out = site.signed_in("vic").await;
    assert_eq!(out.submit("/apps", "/session/end", &[]).await.location(), "/session");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_right_closes_the_dashboard_until_there_is_a_factor() {
    let site = site("writers").await;
    let viewer = site.viewer().await;
    viewer.page("/apps").await;
    crate::harness::make_admin(&site.database(), "vic");
    assert_eq!(viewer.get("/apps").await.location(), "/account/factors/app");
    let page = viewer.page("/account/factors").await;
    assert_eq!(viewer.post(&page, "/session/end", &[]).await.location(), "/session");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_setting_may_ask_admins_only_or_nobody() {
    let site = site("admins").await;
    site.add("eve", Role::Viewer).await;
    site.signed_in("eve").await.page("/apps").await;
    assert_eq!(site.admin().await.get("/apps").await.location(), "/account/factors/app");
    drop(site);
    let site = Site::start().await;
    let admin = site.admin().await;
    admin.page("/apps").await;
    // Whoever has a factor is asked for it, required or not.
    site.add_phone(&admin).await;
    let fields = [("name", "ana"), ("password", PASSWORD), ("next", "/apps")];
    assert_eq!(site.stranger().submit("/session", "/session", &fields).await.location(), "/session/factor?next=%2Fapps");
}
