//! Invitations: one link, one member, and no more rights than whoever invites has.

use canteen::access::Role;
use canteen::store::links::Purpose;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::harness::{Answer, Browser, PASSWORD, Request, Site};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Invites and gives the path of the link.
async fn invite(site: &Site, by: &Browser, person: &str, role: &str) -> String {
    let shown = by.submit("/people/invitation", "/people/invitation", &[("person", person), ("role", role)]).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let link = shown.between("<output id=\"link\" class=\"mono\" translate=\"no\">", "<").unwrap();
    link.strip_prefix(&site.settings.public.origin).unwrap().to_owned()
}

/// Opens the link, and gives the browser with the form in it.
async fn arrive(site: &Site, link: &str) -> (Browser, Answer) {
    let browser = site.stranger();
    assert_eq!(browser.get(link).await.location(), "/invite", "the token leaves the address bar");
    let form = browser.get("/invite").await;
    (browser, form)
}

async fn accept(browser: &Browser, form: &Answer, name: &str) -> Answer {
    browser.post(form, "/invite", &[("name", name), ("password", PASSWORD)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_person_becomes_a_member_with_the_role_of_the_invitation() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let link = invite(&site, &ana, "Cem", "viewer").await;
    let (cem, form) = arrive(&site, &link).await;
    form.says("the role viewer");
    assert!(form.fields().contains(&("name".to_owned(), "Cem".to_owned())));
    let before = site.head().await;
    assert_eq!(accept(&cem, &form, "cem").await.location(), "/session?ready=2");
    assert_eq!(site.head().await, before + 1);
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.action.as_str(), entry.actor.name.as_str()), ("invitation.accept", "cem"));
    assert_eq!((&entry.particulars["role"], &entry.particulars["invited_by"]), (&"viewer".into(), &1.into()));
    let fields = [("name", "cem"), ("password", PASSWORD), ("next", "/apps")];
    assert_eq!(cem.submit("/session", "/session", &fields).await.location(), "/apps");
    let cem = site.store.member("cem").await.unwrap().unwrap();
    assert_eq!(site.store.rights(cem.id).await.unwrap().title(), "viewer");
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_link_uses_nothing_and_tells_no_other_site() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let link = invite(&site, &ana, "Cem", "viewer").await;
    let before = site.head().await;
    for _ in 0..3 {
        let scanner = site.stranger();
        let opened = scanner.get(&link).await;
        assert_eq!((opened.location(), opened.header("referrer-policy")), ("/invite", Some("no-referrer")));
        assert!(opened.header("set-cookie").unwrap().starts_with("link="));
        assert_eq!(opened.header("cache-control"), Some("no-store"));
        let form = scanner.page("/invite").await;
        assert_eq!(form.header("referrer-policy"), Some("no-referrer"));
        let token = link.rsplit('/').next().unwrap();
        assert!(!form.body.contains(token), "the page does not carry the token");
        let head = Request { method: "HEAD".to_owned(), path: link.clone(), ..Request::default() };
        assert!(scanner.send(head).await.status < 500);
    }
    assert_eq!(site.head().await, before, "nothing was written");
    let (cem, form) = arrive(&site, &link).await;
    assert_eq!(accept(&cem, &form, "cem").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_once_and_of_two_at_once_exactly_one_wins() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let link = invite(&site, &ana, "Cem", "viewer").await;
    let browsers = [arrive(&site, &link).await, arrive(&site, &link).await];
    let [(one, first), (two, second)] = &browsers;
    let (first, second) = tokio::join!(accept(one, first, "cem"), accept(two, second, "eve"));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
    let names: Vec<String> = site.store.members().await.unwrap().into_iter().map(|m| m.name).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    // The token is known, and opens nothing any more.
    let (_, again) = arrive(&site, &link).await;
    assert_eq!(again.status, 404);
    again.says("This link does not work");
    assert!(site.store.open_links(Purpose::Invitation).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_ends_after_three_days() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let link = invite(&site, &ana, "Cem", "viewer").await;
    let (cem, form) = arrive(&site, &link).await;
    site.clock.advance(72 * HOUR_MS - 60_000);
    assert_eq!(arrive(&site, &link).await.1.status, 200, "a minute before");
    site.clock.advance(60_000);
    assert_eq!(accept(&cem, &form, "cem").await.status, 404);
    assert_eq!(arrive(&site, &link).await.1.status, 404);
    assert!(site.store.member("cem").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_a_foreign_and_an_unknown_link_read_the_same() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let link = invite(&site, &ana, "Cem", "viewer").await;
    let (cem, form) = arrive(&site, &link).await;
    accept(&cem, &form, "cem").await.location();
    let used = arrive(&site, &link).await.1;
    let unknown = arrive(&site, &format!("/invite/{}", "x".repeat(43))).await.1;
    let none = site.stranger().get("/invite").await;
    assert_eq!((used.status, unknown.status, none.status), (404, 404, 404));
    assert_eq!(used.text(), unknown.text());
    assert_eq!(used.text(), none.text());
    for odd in ["/invite/short", "/invite/%0d%0aset-cookie:x=y", &format!("/invite/{}", "%3d".repeat(43))] {
        let answer = site.stranger().get(odd).await;
        assert_eq!(answer.status, 404, "{odd}");
        assert!(!answer.all("set-cookie").any(|c| c.starts_with("link=")), "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_open_invitations_holds_no_token() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let link = invite(&site, &ana, "Cem", "viewer").await;
    let token = link.rsplit('/').next().unwrap().to_owned();
    let list = ana.page("/people").await;
    list.says("Cem Viewer ana");
    assert!(!list.body.contains(&token) && !list.body.contains("/invite/"));
    for entry in site.entries().await {
        assert!(!format!("{entry:?}").contains(&token), "the log carries the token");
    }
    for file in std::fs::read_dir(site.data()).unwrap().map(|f| f.unwrap().path()).filter(|p| p.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(token.len()).any(|w| w == token.as_bytes()), "a token stands in {}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_back_and_an_earlier_invitation_of_the_same_person_do_not_work() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let first = invite(&site, &ana, "Cem", "viewer").await;
    let second = invite(&site, &ana, "cem", "viewer").await;
    assert_eq!(arrive(&site, &first).await.1.status, 404, "a newer one takes its place");
    let (cem, form) = arrive(&site, &second).await;
    let page = ana.page("/people").await;
    let revoke = page.post_forms().into_iter().find(|f| f.ends_with("/revocation")).unwrap();
    assert_eq!(ana.post(&page, &revoke, &[]).await.location(), "/people?done=revoked");
    assert_eq!(site.entries().await[0].particulars["person"], "cem");
    assert_eq!(accept(&cem, &form, "cem").await.status, 404);
    assert_eq!(ana.post(&page, &revoke, &[]).await.status, 409, "it is gone already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_does_not_use_the_invitation_up() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let link = invite(&site, &ana, "Cem", "viewer").await;
    let (cem, form) = arrive(&site, &link).await;
    for (name, password, why) in [
        ("VIC", PASSWORD, "Somebody has this name already"),
        ("a\u{202e}b", PASSWORD, "A name has 1 to 60 characters"),
        ("cem", "short", "12 characters or more"),
        ("cem", "Q1w2e3r4t5y6", "Many people use this password"),
        ("cem", "cem-canteen-2026", "what anybody would try first here (canteen, cem)"),
    ] {
        let refused = cem.post(&form, "/invite", &[("name", name), ("password", password)]).await;
        assert_eq!(refused.status, 422);
        refused.says(why);
        assert!(!refused.body.contains(&format!("value=\"{PASSWORD}\"")));
    }
    assert_eq!(accept(&cem, &form, "cem").await.status, 303);
}

/// Judged when the invitation is made, and again when it is taken: the inviter may have lost rights meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_invites_into_more_than_they_may_do() {
    let site = Site::start().await;
    site.add("bea", Role::Admin).await;
    let (ana, bea) = (site.admin().await, site.signed_in("bea").await);
    let (suspended, demoted) = (invite(&site, &bea, "Cem", "viewer").await, invite(&site, &ana, "Dora", "admin").await);
    let page = format!("/people/{}", site.store.member("bea").await.unwrap().unwrap().id);
    ana.submit(&page, &format!("{page}/suspension"), &[]).await.location();
    let (cem, form) = arrive(&site, &suspended).await;
    let refused = accept(&cem, &form, "cem").await;
    assert_eq!(refused.status, 422);
    refused.says("may not invite any more");

    let mut connection = SqliteConnection::establish(site.database().to_str().unwrap()).unwrap();
    connection.batch_execute("PRAGMA busy_timeout=5000; UPDATE grants SET bundle = 'viewer' WHERE member_id = 1").unwrap();
    let (dora, form) = arrive(&site, &demoted).await;
    assert_eq!(accept(&dora, &form, "dora").await.status, 422);
    assert!(site.store.member("dora").await.unwrap().is_none());
    // A form that asks for more than the page offers.
    let unknown = ana.submit("/apps", "/people/invitation", &[("person", "Eve"), ("role", "owner")]).await;
    assert_eq!(unknown.status, 403, "a viewer invites nobody");
    connection.batch_execute("UPDATE grants SET bundle = 'admin' WHERE member_id = 1").unwrap();
    let unknown = ana.submit("/people/invitation", "/people/invitation", &[("person", "Eve"), ("role", "owner")]).await;
    assert_eq!(unknown.status, 422);
    unknown.says("Choose one of the roles");
}
