//! What speaks against a version: its tag moved or vanished after it was published, or the recipe breaks rules at it. It is told on
//! every way on which the version is deployed, gone back to or taken over, and takes an extra tick.

use std::path::{Path, PathBuf};

use canteen::access::action::RefreshRecipe;
use canteen::access::{Actor, Grant, Target};
use canteen::commands::recipe_refresh;
use canteen::store::tag_alarms::Found;
use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Answer, BOARD, Browser, Site, foreign_board, operation_of, recipes, send_fields, send_plan};

const APP: &str = "reed.example.org";
const PLAN: &str = "/apps/reed.example.org/deployment";
const SAMPLE: &str = "TYPE=reed\nDOMAIN=reed.example.com\nCOMPOSE_FILE=\"compose.yml\"\n";
const TOLD: &str = "This version changed after it was published";

fn compose(image: &str) -> String {
    format!("services:\n  app: {{image: \"registry.example.org/{image}\", deploy: {{labels: [\"traefik.enable=true\"]}}}}\n")
}

fn write(folder: &Path, tag: Option<&str>, image: &str) -> PathBuf {
    recipes::repository(folder, "reed", tag, &[("compose.yml", &compose(image)), (".env.sample", SAMPLE)])
}

/// An app of the only version, deployed.
async fn reed(site: &Site, ana: &Browser) -> TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let url = write(folder.path(), Some("1.0.0+1"), "app:1").display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(ana, "reed", "1.0.0+1", APP).await;
    let first = site.deploy(ana, APP).await;
    assert_eq!(first.outcome, "converged", "{}", first.cause);
    folder
}

/// The tag leads elsewhere from now on.
async fn move_tag(ana: &Browser, folder: &Path) {
    let repo = write(folder, None, "app:2");
    recipes::git(&repo, &["tag", "-f", "-a", "1.0.0+1", "-m", "again"]);
    refresh(ana).await;
}

async fn refresh(ana: &Browser) {
    ana.submit("/recipes/reed", "/recipes/reed/refresh", &[]).await.location();
}

fn tick(page: &Answer) -> String {
    page.between("name=\"shifted\" value=\"", "\"").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_42_a_version_whose_tag_moved_is_deployed_after_an_extra_tick_alone() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = reed(&site, &ana).await;
    assert!(!ana.page(PLAN).await.text().contains(TOLD));
    move_tag(&ana, folder.path()).await;
    let page = ana.page(PLAN).await;
    page.says(TOLD).says("1.0.0+1 was").says("registry.example.org/app:1 → registry.example.org/app:2");
    site.viewer().await.page(PLAN).await.says(TOLD);
    let head = site.head().await;
    let refused = send_plan(&ana, &page, PLAN).await;
    assert_eq!((refused.status, site.head().await), (422, head), "nothing was asked for");
    refused.says("There is a problem").says("tick the box if you want to go on all the same");

    // What is found after the page was shown is not ticked with it.
    let number = tick(&page);
    let repo = write(folder.path(), None, "app:3");
    recipes::git(&repo, &["tag", "-f", "-a", "1.0.0+1", "-m", "and again"]);
    refresh(&ana).await;
    assert_eq!(send_fields(&ana, &ana.page(PLAN).await, PLAN, &[("shifted", &number)]).await.status, 422);

    let page = ana.page(PLAN).await;
    let done = site.operation_done(operation_of(&send_fields(&ana, &page, PLAN, &[("shifted", &tick(&page))]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    let asked = site.entries().await.into_iter().find(|e| e.action == "app.deploy").unwrap();
    assert_eq!(asked.particulars["changed_after_publishing"].as_array().unwrap().len(), 2, "{:?}", asked.particulars);

    // Deploying again what runs asks as well, until an admin has looked.
    site.fresh().await;
    let again = ana.page(PLAN).await;
    again.says("Nothing would change").says(TOLD);
    assert_eq!(send_plan(&ana, &again, PLAN).await.status, 422);
    let recipe = ana.page("/recipes/reed").await;
    let newest = recipe.between("name=\"newest\" value=\"", "\"").unwrap();
    ana.post(&recipe, "/recipes/reed/alarms", &[("newest", &newest)]).await.location();
    let calm = ana.page(PLAN).await;
    assert!(!calm.text().contains(TOLD) && !calm.body.contains("name=\"shifted\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_42_going_back_to_a_version_whose_tag_vanished_asks_as_well() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = reed(&site, &ana).await;
    let repo = write(folder.path(), Some("1.1.0+2"), "app:2");
    refresh(&ana).await;
    let upgrade = ana.page(&format!("{PLAN}?version=1.1.0%2B2")).await;
    site.operation_done(operation_of(&send_plan(&ana, &upgrade, PLAN).await)).await;
    site.fresh().await;
    recipes::git(&repo, &["tag", "-d", "1.0.0+1"]);
    refresh(&ana).await;
    assert!(!ana.page(PLAN).await.text().contains(TOLD), "it is about another version");
    let back = format!("/apps/{APP}/deployments/1");
    let page = ana.page(&back).await;
    page.says(TOLD).says("1.0.0+1 is gone from the repository");
    let before = site.engine.changes();
    let refused = send_fields(&ana, &page, &back, &[]).await;
    assert_eq!((refused.status, site.engine.changes()), (422, before));
    refused.says("tick the box if you want to go on all the same");
    let done = site.operation_done(operation_of(&send_fields(&ana, &refused, &back, &[("shifted", &tick(&refused))]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    let asked = site.entries().await.into_iter().find(|e| e.action == "app.rollback").unwrap();
    assert!(asked.particulars["changed_after_publishing"].to_string().contains("is gone"), "{:?}", asked.particulars);
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_to_what_breaks_rules_takes_a_reason() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    // Nothing says how it is reached.
    let bare = "services:\n  app: {image: \"registry.example.org/app:1\"}\n";
    let files = [("compose.yml", bare), (".env.sample", SAMPLE)];
    let url = recipes::repository(folder.path(), "reed", Some("1.0.0+1"), &files).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(&ana, "reed", "1.0.0+1", APP).await;
    assert_eq!(site.deploy(&ana, APP).await.outcome, "converged");
    write(folder.path(), Some("1.1.0+2"), "app:2");
    refresh(&ana).await;
    let upgrade = ana.page(&format!("{PLAN}?version=1.1.0%2B2")).await;
    assert!(!upgrade.text().contains("breaks rules"));
    site.operation_done(operation_of(&send_plan(&ana, &upgrade, PLAN).await)).await;
    site.fresh().await;

    let back = format!("/apps/{APP}/deployments/1");
    let page = ana.page(&back).await;
    page.says("This recipe breaks rules").says("R010");
    let before = site.engine.changes();
    for (override_, reason, said) in [("", "", "tick the box"), ("yes", " ", "Say why"), ("", "we know", "tick the box")] {
        let refused = send_fields(&ana, &page, &back, &[("override", override_), ("reason", reason)]).await;
        assert_eq!((refused.status, site.engine.changes()), (422, before.clone()));
        refused.says(said);
    }
    let sent = [("override", "yes"), ("reason", "the new one loses mail")];
    let done = site.operation_done(operation_of(&send_fields(&ana, &page, &back, &sent).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    let asked = site.entries().await.into_iter().find(|e| e.action == "app.rollback").unwrap();
    assert!(asked.particulars["lint_errors"].as_array().unwrap().contains(&json!("R010")), "{:?}", asked.particulars);
    assert_eq!(asked.particulars["override_reason"], "the new one loses mail");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_42_an_import_of_a_version_whose_tag_moved_is_stopped_and_a_rotation_goes_on() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let turned = "turn.example.org";
    site.deployed_board(&ana, turned).await;
    let settings =
        "TYPE=notice-board:1.0.0+1.35.0\nDOMAIN=board.example.org\nLETS_ENCRYPT_ENV=\nSECRET_ADMIN_PASSWORD_VERSION=v2\n";
    let path = format!("/apps/import/{}", foreign_board(&site, &ana, BOARD, settings).await);
    let may = Grant::<RefreshRecipe>::judge(Actor::Scheduler, Target::Site).unwrap();
    let found = vec![Found { tag: "1.0.0+1.35.0".to_owned(), was: "0".repeat(40), now: "1".repeat(40) }];
    let moved = recipe_refresh::RefreshRecipe { what: "notice-board".to_owned(), found, problem: String::new() };
    site.store.commit(&may, moved).await.unwrap();

    let page = ana.page(&path).await;
    page.says(TOLD);
    let refused = send_fields(&ana, &page, &path, &[]).await;
    assert_eq!(refused.status, 422);
    refused.says("tick the box if you want to go on all the same");
    assert!(site.store.app(BOARD).await.unwrap().is_none());
    send_fields(&ana, &page, &path, &[("shifted", &tick(&page))]).await.location();
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.import").unwrap();
    assert!(entry.particulars["changed_after_publishing"].to_string().contains("00000000"), "{:?}", entry.particulars);

    // A rotation sends what runs, whatever the tag is now.
    let rotation = format!("/apps/{turned}/secrets/admin_password/rotation");
    assert!(ana.page(&rotation).await.between("name=\"plan\" value=\"", "\"").is_some(), "it can be begun");
}
