//! One's own page: profile, colours, time zone, sessions.

use crate::harness::{Answer, Browser, Site};

async fn save(browser: &Browser, fields: [(&str, &str); 3]) -> Answer {
    browser.submit("/account", "/account", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_chooses_shows_on_all_pages_of_ones_own_and_of_nobody_else() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let exact = |page: &Answer| page.between("title=\"", "\"").unwrap();
    assert!(exact(&ana.page("/audit").await).ends_with(" UTC"));
    assert!(ana.page("/apps").await.body.contains("<html lang=\"en\">"));
    let before = site.head().await;
    let chosen = [("shown_name", "Ana of the kitchen"), ("theme", "dark"), ("time_zone", "Asia/Kolkata")];
    assert_eq!(save(&ana, chosen).await.location(), "/account?done=saved");
    assert_eq!(site.head().await, before + 1);
    let entry = site.entries().await.remove(0);
    assert_eq!((&entry.particulars["theme"], &entry.particulars["theme_before"]), (&"dark".into(), &"system".into()));
    let audit = ana.page("/audit").await;
    assert!(exact(&audit).ends_with(" IST"), "{}", exact(&audit));
    assert!(audit.body.contains("<html lang=\"en\" data-theme=\"dark\">"));
    let missing = ana.get("/nothing/here").await;
    assert!(missing.body.contains("data-theme=\"dark\""), "error pages too");
    ana.page("/people").await.says("Ana of the kitchen");
    let theirs = vic.page("/audit").await;
    assert!(exact(&theirs).ends_with(" UTC") && !theirs.body.contains("data-theme"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_is_refused_and_kept_in_the_form() {
    let site = Site::start().await;
    let vic = site.viewer().await;
    for (fields, why) in [
        ([("shown_name", "a\u{202e}b"), ("theme", "dark"), ("time_zone", "UTC")], "all of them visible"),
        ([("shown_name", "x"), ("theme", "pink"), ("time_zone", "UTC")], "Choose one of the three"),
        ([("shown_name", "x"), ("theme", "dark"), ("time_zone", "../../etc/passwd")], "There is no such time zone"),
    ] {
        let refused = save(&vic, fields).await;
        assert_eq!(refused.status, 422);
        refused.says(why);
    }
    let refused = save(&vic, [("shown_name", "x"), ("theme", "dark"), ("time_zone", "Middle/Earth")]).await;
    assert!(refused.fields().contains(&("time_zone".to_owned(), "Middle/Earth".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sees_and_ends_ones_own_sessions_and_nobody_elses() {
    let site = Site::start().await;
    let (here, there, vic) = (site.admin().await, site.admin().await, site.viewer().await);
    let page = here.page("/account").await;
    page.says("This one").says("Sign out everywhere else");
    let ends: Vec<String> = page.post_forms().into_iter().filter(|f| f.starts_with("/account/sessions/")).collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!(vic.submit("/account", &ends[0], &[]).await.status, 404, "not theirs");
    assert_eq!(there.get("/apps").await.status, 200);
    assert_eq!(here.post(&page, &ends[0], &[]).await.location(), "/account?done=ended");
    assert_eq!((here.get("/apps").await.status, there.get("/apps").await.status), (200, 303));
    assert_eq!(here.post(&page, &ends[0], &[]).await.status, 404);
    let (one, two) = (site.admin().await, site.admin().await);
    assert_eq!(here.submit("/account", "/account/others/end", &[]).await.location(), "/account?done=others");
    assert_eq!((one.get("/apps").await.status, two.get("/apps").await.status), (303, 303));
    assert_eq!((here.get("/apps").await.status, vic.get("/apps").await.status), (200, 200));
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.action.as_str(), &entry.particulars["sessions"]), ("session.revoke", &2.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_eleventh_session_ends_the_oldest() {
    let site = Site::start().await;
    let first = site.viewer().await;
    let mut others = vec![];
    for _ in 0..9 {
        others.push(site.viewer().await);
    }
    assert_eq!(first.get("/apps").await.status, 200);
    let eleventh = site.viewer().await;
    assert_eq!(site.entries().await[0].particulars["oldest_ended"], 1);
    assert_eq!((first.get("/apps").await.status, eleventh.get("/apps").await.status), (303, 200));
    assert_eq!(others[0].get("/apps").await.status, 200);
    assert_eq!(eleventh.page("/account").await.body.matches("<th scope=\"row\">tests</th>").count(), 10, "ten are listed");
}
