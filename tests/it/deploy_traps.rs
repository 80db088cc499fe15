//! Traps around compose files and deploys that no other test has the name of.

use std::collections::BTreeMap;

use canteen::compose::types::Config;
use canteen::compose::{ComposeError, Files, FilesError, Source, load};
use canteen::store::operations::State;
use tempfile::TempDir;

use crate::harness::{BOARD, Browser, Site, operation_of, recipes, send_fields};

const APP: &str = "heath.example.org";
const PLAN: &str = "/apps/heath.example.org/deployment";
const IMAGE: &str = "registry.example.org/app:1";

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        Ok(path.as_bytes().to_vec())
    }
}

fn read(text: &str) -> Result<Config, ComposeError> {
    let source = Source { name: "compose.yml".to_owned(), text: text.to_owned() };
    load(&[source], &BTreeMap::new(), &NoFiles).map(|loaded| loaded.config)
}

/// An app of one service that pauses an update that fails, deployed.
async fn heath(site: &Site, ana: &Browser) -> TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let service = "image: \"registry.example.org/app:${TAG}\", deploy: {labels: [\"traefik.enable=true\"], update_config: {failure_action: pause}}";
    let text = format!("services: {{app: {{{service}}}}}\n");
    let sample = "TYPE=heath\nDOMAIN=heath.example.com\nCOMPOSE_FILE=\"compose.yml\"\nTAG=1\n";
    let url = recipes::repository(folder.path(), "heath", Some("1.0.0+1"), &[("compose.yml", &text), (".env.sample", sample)]);
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url.display().to_string())]).await.location();
    site.new_app(ana, "heath", "1.0.0+1", APP).await;
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_14_two_apps_may_share_a_domain() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    let second = "second.example.org";
    site.new_board(&ana, second).await;
    site.make_secrets(&ana, second).await;
    let path = format!("/apps/{second}/settings/text");
    let page = ana.page(&path).await;
    let text = page.area("text").replace(&format!("DOMAIN={second}"), &format!("DOMAIN={BOARD}"));
    assert_ne!(text, page.area("text"));
    send_fields(&ana, &page, &path, &[("text", &text)]).await.location();
    site.fresh().await;
    let (path, before) = (format!("/apps/{second}/deployment"), site.engine.changes());
    let page = ana.page(&path).await;
    page.says("Shares its address with another app").says("takes visitors of board.example.org");
    let silent = send_fields(&ana, &page, &path, &[]).await;
    assert_eq!((silent.status, site.engine.changes()), (422, before), "it may, and never silently");
    let asked = send_fields(&ana, &page, &path, &[("confirm", second)]).await;
    let done = site.operation_done(operation_of(&asked)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    for (app, stack) in [(BOARD, "board_example_org"), (second, "second_example_org")] {
        assert_eq!(site.store.app(app).await.unwrap().unwrap().stack, stack, "the stack follows the app's name");
    }
}

#[test]
fn trap_15_modes_are_octal_however_they_are_written() {
    let text = |mode: &str| {
        format!("services: {{app: {{image: a, configs: [{{source: one, mode: {mode}}}]}}}}\nconfigs: {{one: {{file: ./one}}}}\n")
    };
    for (written, expected) in [("0555", 0o555), ("0444", 0o444), ("0o555", 0o555), ("365", 0o555)] {
        assert_eq!(read(&text(written)).unwrap().services["app"].configs[0].mode, Some(expected), "{written}");
    }
    // Docker's own client takes no text there either; what matters is that nobody guesses.
    let refused = read(&text("\"0555\"")).unwrap_err().to_string();
    assert!(refused.contains("mode") && refused.contains("number"), "{refused}");
}

#[test]
fn trap_16_merge_keys_are_applied() {
    let config = read(
        "x-common: &common\n  image: one:1\n  user: \"1000\"\nservices:\n  app:\n    <<: *common\n  db:\n    <<: *common\n    image: two:2\n",
    )
    .unwrap();
    let told: Vec<_> = config.services.iter().map(|(name, s)| (name.as_str(), s.image.as_str(), s.user.as_str())).collect();
    assert_eq!(told, [("app", "one:1", "1000"), ("db", "two:2", "1000")], "what stands beside the merge key wins");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_47_a_name_that_is_not_found_is_told_and_stops_nothing() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let check = ana.page("/apps/new/check?domain=nowhere.invalid").await;
    check.says("nowhere.invalid is not found yet");
    // A network of one's own and a proxy in front answer otherwise than the whole world does.
    let page = ana.page("/apps/new/address?recipe=notice-board&version=1.0.0%2B1.35.0").await;
    let on =
        ana.post(&page, "/apps/new/address?recipe=notice-board&version=1.0.0%2B1.35.0", &[("domain", "nowhere.invalid")]).await;
    assert_eq!(on.status, 303, "{}", on.text());
    site.deployed_board(&ana, "nowhere.invalid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_48_an_update_that_was_paused_is_a_fault_until_somebody_acts() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _folder = heath(&site, &ana).await;
    assert_eq!(site.deploy(&ana, APP).await.outcome, "converged");
    let settings = format!("/apps/{APP}/settings");
    send_fields(&ana, &ana.page(&settings).await, &settings, &[("TAG", "2")]).await.location();
    let broken = "registry.example.org/app:2";
    site.engine.image(broken, None);
    site.engine.fail_image(broken, "No such image: app:2");
    let failed = site.deploy(&ana, APP).await;
    assert_eq!((failed.state, failed.outcome.as_str()), (State::Failed, "paused"), "{}", failed.cause);
    let page = ana.page(&format!("/apps/{APP}")).await;
    page.says("The last change did not come up").says("Put back the last deployment that worked");
    // It stands for ever, and stops no way out.
    let back = format!("/apps/{APP}/deployments/1");
    let done = site.operation_done(operation_of(&send_fields(&ana, &ana.page(&back).await, &back, &[]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_51_a_registry_that_does_not_answer_is_told_and_the_nodes_are_left_to_try() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _folder = heath(&site, &ana).await;
    site.engine.image(IMAGE, None);
    let page = ana.page(PLAN).await;
    let done = site.operation_done(operation_of(&send_fields(&ana, &page, PLAN, &[]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    let log = ana.page(&format!("/operations/{}", done.id)).await;
    log.says(&format!("{IMAGE}: the registry has no such image")).says("so each node looks for the tag itself");
}
