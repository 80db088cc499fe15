//! Letters about what a member should know of their account, on their way with the change itself.

use crate::factor_passkeys::add;
use crate::harness::device::named;
use crate::harness::{Browser, MailServer, PASSWORD, Site, send_fields, until};
use crate::people_mail::{confirm, set_up};

const VIC: &str = "vic@example.org";

/// A site with mail, its admin, and a viewer with an address.
async fn site() -> (Site, MailServer, Browser, Browser) {
    let (site, server) = (Site::start().await, MailServer::start().await);
    let (ana, vic) = (site.admin().await, site.viewer().await);
    set_up(&ana, &server).await;
    confirm(&site, &vic, &server, VIC).await;
    (site, server, ana, vic)
}

/// Waits until all letters are sent, and counts those with this in it.
async fn sent(site: &Site, server: &MailServer, words: &str) -> usize {
    until("nothing waits", async || (site.store.waiting_letters().await.unwrap().count == 0).then_some(())).await;
    server.letters().iter().filter(|l| l.whole.contains(words)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_a_factor_is_told() {
    let (site, server, _ana, vic) = site().await;
    let (_, codes) = site.add_phone(&vic).await;
    server.letter(VIC, "an authenticator app was added").await;
    let fields = [("name", "vic"), ("password", PASSWORD), ("next", "/apps")];
    let browser = site.stranger();
    browser.submit("/session", "/session", &fields).await.location();
    let code = [("code", codes[0].as_str()), ("next", "/apps")];
    browser.submit("/session/factor", "/session/factor", &code).await.location();
    server.letter(VIC, "with a recovery code").await;
    assert_eq!(vic.submit("/account/factors", "/account/factors/codes", &[]).await.status, 200);
    server.letter(VIC, "new recovery codes were made").await;
    vic.submit("/account/factors", "/account/factors/app/removal", &[]).await.location();
    server.letter(VIC, "the authenticator app was removed").await;
    assert_eq!(sent(&site, &server, "Your second factor was changed").await, 4, "one each");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_was_added_or_removed_is_told() {
    let (site, server) = (named().await, MailServer::start().await);
    let (ana, vic) = (site.admin().await, site.viewer().await);
    set_up(&ana, &server).await;
    confirm(&site, &vic, &server, VIC).await;
    assert_eq!(add(&vic, "Phone").await.1.status, 200);
    server.letter(VIC, "the passkey Phone was added").await;
    let list = vic.page("/account/factors").await;
    let removal = list.post_forms().into_iter().find(|f| f.contains("/passkeys/")).unwrap();
    assert_eq!(vic.post(&list, &removal, &[]).await.location(), "/account/factors");
    server.letter(VIC, "the passkey Phone was removed").await;
    assert_eq!(sent(&site, &server, "Your second factor was changed").await, 2, "one each");
    assert!(server.letters().iter().all(|l| l.to.contains(VIC)), "nobody else is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_is_told_and_one_that_was_refused_is_not() {
    let (site, server, _ana, vic) = site().await;
    let ask = async |name: &str, days: &str| {
        let fields = [("name", name), ("scope.app.view", "on"), ("days", days)];
        vic.submit("/account/tokens/new", "/account/tokens/new", &fields).await.status
    };
    assert_eq!((ask("never", "100000").await, ask("nightly list", "7").await), (422, 200));
    server.letter(VIC, "the API token nightly list was made").await;
    assert_eq!(sent(&site, &server, "A new API token").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_do_more_is_told_by_grant_team_or_role_and_nobody_else() {
    let (site, server, ana, _vic) = site().await;
    let give = async |to: &str, role: &str| {
        let page = ana.page(&format!("/grants/new?to={to}&role={role}&over=everything&until=")).await;
        send_fields(&ana, &page, "/grants", &[]).await.location().to_owned()
    };
    give("member:2", "operator").await;
    let letter = server.letter(VIC, "you now have the role operator over everything").await;
    assert!(letter.whole.contains("You may do more"), "{}", letter.whole);
    // What vic has already is no news.
    give("member:2", "auditor").await;
    ana.submit("/teams", "/teams", &[("name", "Web")]).await.location();
    give("team:1", "maintainer").await;
    let before = sent(&site, &server, "You may do more").await;
    let page = ana.page("/teams/1/review?change=add&value=2").await;
    send_fields(&ana, &page, "/teams/1", &[]).await.location();
    server.letter(VIC, "you now have the role maintainer over everything").await;
    assert_eq!(sent(&site, &server, "You may do more").await, before + 1);
    assert!(server.letters().iter().all(|l| l.to.contains(VIC)));
}
