//! Who changed the settings, when and why; any two revisions side by side; going back.

use crate::harness::{BOARD, Site, send_fields};
use crate::settings_form::env_of;

#[tokio::test(flavor = "multi_thread")]
async fn every_revision_is_kept_and_any_two_are_compared() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    site.new_board(&ana, BOARD).await;
    let path = format!("/apps/{BOARD}/settings");
    for (title, reason) in [("One", "First <idea>"), ("Two", ""), ("Three", "Last idea")] {
        send_fields(&ana, &ana.page(&path).await, &path, &[("TITLE", title), ("form-reason", reason)]).await.location();
    }
    let list = vic.page(&format!("{path}/revisions")).await;
    list.says("Revision 4, saved").says("First <idea>").says("Last idea").says("by ana").says("no reason given");
    let pair = vic.page(&format!("{path}/revisions?from=4&to=2")).await;
    pair.says("From revision 2 to 4").says("TITLE One Three").says("- TITLE=\"One\"").says("+ TITLE=\"Three\"");
    vic.page(&format!("{path}/revisions?from=3&to=3")).await.says("They are the same");
    for nowhere in ["revisions?from=1&to=9", "revisions/9", "revisions/99999999999"] {
        assert_eq!(vic.get(&format!("{path}/{nowhere}")).await.status, 404, "{nowhere}");
    }
    let one = vic.page(&format!("{path}/revisions/2")).await;
    one.says("Saved").says("by ana").says("TITLE=\"One\"").says("TITLE Three One");
    assert!(!one.body.contains("Go back to revision"), "a viewer is not offered what is not for viewers");
    assert_eq!(vic.submit(&path, &format!("{path}/revisions/2"), &[("form-revision", "4")]).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_makes_a_new_revision_of_the_old_text_and_says_so_in_the_log() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let first = env_of(&site, BOARD).await;
    let path = format!("/apps/{BOARD}/settings");
    send_fields(&ana, &ana.page(&path).await, &path, &[("TITLE", "Another")]).await.location();
    let back = format!("{path}/revisions/1");
    let page = ana.page(&back).await;
    page.says("What going back changes").says("TITLE Another Notice board");
    // Somebody saves while the page is open.
    send_fields(&ana, &ana.page(&path).await, &path, &[("TITLE", "A third")]).await.location();
    let late = send_fields(&ana, &page, &back, &[("form-reason", "Too loud")]).await;
    assert_eq!(late.status, 409);
    late.says("Somebody saved these settings").says("TITLE A third Notice board");
    assert!(late.body.contains("value=\"Too loud\""), "what was typed is kept");
    assert_eq!(send_fields(&ana, &late, &back, &[]).await.location(), format!("/apps/{BOARD}/deployment"));
    assert_eq!(env_of(&site, BOARD).await, first);
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let newest = site.store.env_revisions(app.id, None, 1).await.unwrap().remove(0);
    assert_eq!((newest.number, newest.reason.as_str()), (4, "Too loud"));
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.settings.edit").unwrap();
    let told = ["back_to", "based_on", "revision"].map(|key| entry.particulars[key].as_i64().unwrap());
    assert_eq!((told, &entry.particulars["changed"]), ([1, 3, 4], &serde_json::json!(["TITLE"])));
    assert!(!ana.page(&format!("{path}/revisions/4")).await.body.contains("Go back to revision"), "it is the newest");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_saved_and_not_deployed_show_on_every_page_of_the_app() {
    const BADGE: &str = "Settings not deployed yet";
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let overview = format!("/apps/{BOARD}");
    let path = format!("{overview}/settings");
    assert!(!ana.page(&overview).await.text().contains(BADGE), "nothing is deployed that could be out of date");
    site.make_secrets(&ana, BOARD).await;
    assert_eq!(site.deploy(&ana, BOARD).await.outcome, "converged");
    assert!(!ana.page(&overview).await.text().contains(BADGE), "the version in the file is the deploy's own affair");
    send_fields(&ana, &ana.page(&path).await, &path, &[("TITLE", "Another")]).await.location();
    for page in [&overview, &path, &format!("{overview}/secrets"), &format!("{overview}/deployments")] {
        ana.page(page).await.says(BADGE);
    }
    ana.page(&path).await.says("Saved, but not deployed: TITLE");
    assert_eq!(site.deploy(&ana, BOARD).await.outcome, "converged");
    assert!(!ana.page(&overview).await.text().contains(BADGE));
    ana.page(&format!("{path}/revisions")).await.says("Deployed");
}
