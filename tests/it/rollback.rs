//! Going back to an earlier deployment: everything of it, whatever a failed deploy left.

use canteen::access::Role;
use canteen::engine::{EngineError, Mutate as _};
use canteen::stack::names::StackName;
use canteen::stack::spec::{ConfigSpec, ServiceSpec};
use canteen::store::operations::{Operation, State};
use tempfile::TempDir;

use crate::harness::{Answer, BOARD, Browser, Plan, Site, operation_of, recipes, send_fields, until};

const PAIR: &str = "pair.example.org";
const STACK: &str = "pair_example_org";
const BACK: &str = "Put back the last deployment that worked";

const COMPOSE: &str = "\
services:
  app:
    image: registry.example.org/app:${TAG}
    environment: [GREETING]
    configs: [motd]
    deploy: {update_config: {failure_action: pause}}
  db:
    image: registry.example.org/db:${TAG}
    deploy: {update_config: {failure_action: pause}}
configs:
  motd: {external: true, name: motd}
";
const SAMPLE: &str = "\
TYPE=pair
DOMAIN=pair.example.com
COMPOSE_FILE=\"compose.yml\"
TAG=1
GREETING=hello
#COMPOSE_FILE=\"$COMPOSE_FILE:compose.worker.yml\"
";
const WORKER: &str = "services: {worker: {image: \"registry.example.org/worker:${TAG}\"}}\n";

/// An app of two services, deployed once; the folder holds its recipe.
async fn pair(site: &Site, ana: &Browser) -> TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let files = [("compose.yml", COMPOSE), ("compose.worker.yml", WORKER), (".env.sample", SAMPLE)];
    let url = recipes::repository(folder.path(), "pair", Some("1.0.0+1"), &files).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    let motd = ConfigSpec { name: "motd".to_owned(), data: b"hi".to_vec(), ..ConfigSpec::default() };
    site.engine.create_config(&motd).await.unwrap();
    site.fresh().await;
    site.new_app(ana, "pair", "1.0.0+1", PAIR).await;
    let first = site.deploy(ana, PAIR).await;
    assert_eq!(first.outcome, "converged", "{}", first.cause);
    folder
}

/// Saves other settings.
async fn set(ana: &Browser, changed: &[(&str, &str)]) {
    let path = format!("/apps/{PAIR}/settings");
    send_fields(ana, &ana.page(&path).await, &path, changed).await.location();
}

/// A second version with one more service, of which one never comes up.
async fn half_upgraded(site: &Site, ana: &Browser) -> Operation {
    set(ana, &[("TAG", "2"), ("GREETING", "good day"), ("overlay.compose.worker.yml", "on")]).await;
    let image = "registry.example.org/db:2";
    site.engine.image(image, None);
    site.engine.fail_image(image, "No such image: db");
    let failed = site.deploy(ana, PAIR).await;
    assert_eq!(failed.state, State::Failed, "{}", failed.outcome);
    failed
}

fn specs(site: &Site) -> Vec<ServiceSpec> {
    let observed = site.feed.latest().swarm.stack(&StackName::parse(STACK).unwrap());
    let mut specs: Vec<ServiceSpec> = observed.services.into_iter().map(|s| s.spec).collect();
    specs.sort_by(|a, b| a.name.cmp(&b.name));
    specs
}

fn images(site: &Site) -> Vec<String> {
    let tag = |s: ServiceSpec| s.task_template.container_spec.image.split('@').next().unwrap().replace("registry.example.org/", "");
    specs(site).into_iter().map(tag).collect()
}

async fn settings(site: &Site) -> (i32, String) {
    let app = site.store.app(PAIR).await.unwrap().unwrap();
    (app.env_number, site.store.env_revision(app.id, app.env_number).await.unwrap().unwrap().text)
}

/// The review of going back to the app's newest deployment that worked.
async fn review_path(site: &Site) -> String {
    let app = site.store.app(PAIR).await.unwrap().unwrap();
    format!("/apps/{PAIR}/deployments/{}", site.store.last_converged(app.id).await.unwrap().unwrap().id)
}

async fn press(browser: &Browser, page: &Answer, path: &str) -> Answer {
    send_fields(browser, page, path, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_failed_half_way_is_put_back_as_a_whole() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = pair(&site, &ana).await;
    let (before, path) = (specs(&site), review_path(&site).await);
    let (_, settings_before) = settings(&site).await;
    let failed = half_upgraded(&site, &ana).await;
    assert_eq!(images(&site), ["app:2", "db:2", "worker:2"], "one did not come up, but all were changed");
    let (failed_revision, failed_settings) = settings(&site).await;
    assert!(failed_settings.contains("TAG=2"));

    let offer = format!("<a class=\"btn primary\" href=\"{path}\">{BACK}</a>");
    for page in [format!("/operations/{}", failed.id), format!("/apps/{PAIR}")] {
        assert!(ana.page(&page).await.body.contains(&offer), "{page} does not offer the way back first");
    }
    let review = ana.page(&path).await;
    review
        .says("Go back to 1.0.0")
        .says("Other values than now: COMPOSE_FILE , GREETING , TAG")
        .says("app:2 → registry.example.org/app:1");
    let done = site.operation_done(operation_of(&press(&ana, &review, &path).await)).await;
    assert_eq!((done.state, done.outcome.as_str(), done.kind.as_str()), (State::Done, "converged", "rollback"), "{}", done.cause);
    site.fresh().await;
    assert_eq!(specs(&site), before, "every service is again what it was");

    let (revision, text) = settings(&site).await;
    assert_eq!(text, settings_before);
    assert_eq!(revision, failed_revision + 1, "the settings come back as a new revision");
    let app = site.store.app(PAIR).await.unwrap().unwrap();
    let kept = site.store.env_revision(app.id, failed_revision).await.unwrap().unwrap();
    assert_eq!(kept.text, failed_settings, "history is not written anew");

    let entries = site.entries().await;
    let asked = entries.iter().find(|e| e.action == "app.rollback").unwrap();
    assert_eq!((asked.actor.name.as_str(), asked.outcome.as_str(), asked.target.name.as_str()), ("ana", "asked", PAIR));
    let ended = entries.iter().find(|e| e.of == Some(asked.seq)).unwrap();
    assert_eq!(ended.outcome, "converged");
    let log = ana.page("/audit").await;
    log.says("asked to put pair.example.org back to 1.0.0+1 (deployment 1)").says("putting back of pair.example.org: converged");

    ana.page(&format!("/operations/{}", done.id)).await.says("Put back 1.0.0").says("everything runs again as it did then");
    for page in [format!("/operations/{}", failed.id), format!("/apps/{PAIR}")] {
        assert!(!ana.page(&page).await.text().contains(BACK), "{page} still offers the way back");
    }
    let list = ana.page(&format!("/apps/{PAIR}/deployments")).await;
    assert_eq!(list.text().matches("Runs now").count(), 1);
    assert_eq!(list.text().matches("Go back to this").count(), 1, "to the first one, for the newest one runs: {}", list.text());
    ana.page(&path).await.says("Nothing would change");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deploy_left_that_the_engine_refused_is_put_back_too() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = pair(&site, &ana).await;
    let (before, path) = (specs(&site), review_path(&site).await);
    set(&ana, &[("TAG", "2"), ("overlay.compose.worker.yml", "on")]).await;
    site.engine.fail_next("create_service", EngineError::Refused("no room for a worker".to_owned()));
    let failed = site.deploy(&ana, PAIR).await;
    assert_eq!((failed.state, failed.outcome.as_str()), (State::Failed, "failed"));
    assert_eq!(images(&site), ["app:2", "db:2"], "{}", failed.cause);
    ana.page(&format!("/apps/{PAIR}")).await.says(BACK);
    let done = site.operation_done(operation_of(&press(&ana, &ana.page(&path).await, &path).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    site.fresh().await;
    assert_eq!(specs(&site), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_middle_is_gone_on_from() {
    // It stops for ever when the service that was new has gone and the others are not back yet.
    let hold = ("CANTEEN_HOLD_AT", "after remove service pair_example_org_worker".to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = pair(&site, &ana).await;
    let (before, path) = (specs(&site), review_path(&site).await);
    half_upgraded(&site, &ana).await;
    let asked = operation_of(&press(&ana, &ana.page(&path).await, &path).await);
    until("the new service to go", async || {
        site.fresh().await;
        (images(&site) == ["app:2", "db:2"]).then_some(())
    })
    .await;
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    site.fresh().await;
    assert_eq!(specs(&site), before);
    assert!(settings(&site).await.1.contains("TAG=1"));
    ana.page(&format!("/operations/{asked}")).await.says("Canteen was restarted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_undeploy_took_comes_back() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = pair(&site, &ana).await;
    let path = review_path(&site).await;
    let undeploy = format!("/apps/{PAIR}/undeployment");
    let gone = site.operation_done(operation_of(&ana.submit(&undeploy, &undeploy, &[]).await)).await;
    assert_eq!(gone.outcome, "undeployed");
    site.fresh().await;
    let review = ana.page(&path).await;
    let done = site.operation_done(operation_of(&press(&ana, &review, &path).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    site.fresh().await;
    assert_eq!(images(&site), ["app:1", "db:1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_an_outdated_review_is_answered_with_the_new_one() {
    let site = Site::start().await;
    site.add("bo", Role::Admin).await;
    let (ana, bo) = (site.admin().await, site.signed_in("bo").await);
    let _recipe = pair(&site, &ana).await;
    let path = review_path(&site).await;
    half_upgraded(&site, &ana).await;
    let (mine, theirs) = (ana.page(&path).await, bo.page(&path).await);
    let first = operation_of(&press(&ana, &mine, &path).await);
    assert_eq!(operation_of(&press(&ana, &mine, &path).await), first, "the same form sent twice is one operation");
    assert_eq!(site.operation_done(first).await.outcome, "converged");
    site.fresh().await;
    let stale = press(&bo, &theirs, &path).await;
    assert_eq!(stale.status, 409);
    stale.says("Something changed after you opened this page").says("Nothing would change");

    // Settings that were saved in between are not taken away unseen.
    set(&ana, &[("GREETING", "good morning")]).await;
    let old = bo.page(&path).await;
    set(&ana, &[("GREETING", "good evening")]).await;
    assert_eq!(press(&bo, &old, &path).await.status, 409);
    assert!(settings(&site).await.1.contains("good evening"));
    assert_eq!(site.store.operations(None, None, 10).await.unwrap().iter().filter(|o| o.kind == "rollback").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_somebody_saves_while_it_runs_stand() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = pair(&site, &ana).await;
    let path = review_path(&site).await;
    half_upgraded(&site, &ana).await;
    let review = ana.page(&path).await;
    // While Docker is away the operation waits.
    site.engine.go_away();
    let asked = operation_of(&press(&ana, &review, &path).await);
    set(&ana, &[("GREETING", "late")]).await;
    site.engine.come_back();
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    assert!(settings(&site).await.1.contains("GREETING=late"), "{}", settings(&site).await.1);
    ana.page(&format!("/operations/{asked}")).await.says("somebody saved other settings meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_from_the_swarm_stands_in_the_way() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = pair(&site, &ana).await;
    site.deployed_board(&ana, BOARD).await;
    let pair = review_path(&site).await;
    for app in [PAIR, BOARD] {
        let undeploy = format!("/apps/{app}/undeployment");
        site.operation_done(operation_of(&ana.submit(&undeploy, &undeploy, &[]).await)).await;
    }
    site.fresh().await;
    let review = ana.page(&pair).await;
    let swarm = site.feed.latest().swarm;
    let motd = swarm.configs.iter().find(|c| c.name == "motd").unwrap();
    let secret = swarm.secrets.iter().find(|s| s.name == "board_example_org_admin_password_v1").unwrap();
    site.engine.remove_config(&motd.id).await.unwrap();
    site.engine.remove_secret(&secret.id).await.unwrap();
    site.fresh().await;

    let blocked = ana.page(&pair).await;
    blocked.says("This cannot be gone back to").says("The config motd is missing");
    assert!(!blocked.post_forms().contains(&pair), "there is no button");
    assert_eq!(press(&ana, &review, &pair).await.status, 409);
    let board = ana.page(&format!("/apps/{BOARD}/deployments/2")).await;
    board.says("The secret board_example_org_admin_password_v1, which app read then, is not on the Swarm any more");
    assert_eq!(board.text().matches("admin_password_v1").count(), 1, "one reason for one secret");
    assert!(site.store.operations(None, None, 10).await.unwrap().iter().all(|o| o.kind != "rollback"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_goes_back_and_only_to_what_is_this_apps_own() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _recipe = pair(&site, &ana).await;
    site.new_board(&ana, BOARD).await;
    let path = review_path(&site).await;
    let failed = half_upgraded(&site, &ana).await;

    let review = vic.page(&path).await;
    review.says("and not go back");
    assert!(!review.post_forms().contains(&path) && ana.page(&path).await.post_forms().contains(&path));
    let list = vic.page(&format!("/apps/{PAIR}/deployments")).await;
    assert!(!list.text().contains("Go back to this"), "{}", list.text());
    for page in [format!("/operations/{}", failed.id), format!("/apps/{PAIR}")] {
        assert!(!vic.page(&page).await.text().contains(BACK), "{page}");
    }
    let fields = ana.page(&path).await.fields();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(vic.submit("/apps", &path, &fields).await.status, 403);
    assert_eq!(images(&site), ["app:2", "db:2", "worker:2"]);

    let id = path.rsplit('/').next().unwrap();
    for nowhere in [format!("/apps/{PAIR}/deployments/4711"), format!("/apps/{BOARD}/deployments/{id}")] {
        assert_eq!(ana.get(&nowhere).await.status, 404, "{nowhere}");
        assert_eq!(ana.submit("/apps", &nowhere, &fields).await.status, 404, "{nowhere}");
    }
    // The one that failed is listed, and is nothing to go back to.
    let app = site.store.app(PAIR).await.unwrap().unwrap();
    let newest = site.store.deployments(app.id, None, 1).await.unwrap().remove(0);
    ana.page(&format!("/apps/{PAIR}/deployments/{}", newest.id)).await.says("did not come up");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_deploys_is_empty_first_and_then_read_page_by_page() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let list = format!("/apps/{BOARD}/deployments");
    ana.page(&list).await.says("Not deployed yet");
    site.make_secrets(&ana, BOARD).await;
    let settings = format!("/apps/{BOARD}/settings");
    for title in ["One", "Two", "Three"] {
        send_fields(&ana, &ana.page(&settings).await, &settings, &[("TITLE", title)]).await.location();
        assert_eq!(site.deploy(&ana, BOARD).await.outcome, "converged");
    }
    let page = ana.page(&list).await;
    page.says("1.0.0+1.35.0").says("Came up").says("by ana");
    assert_eq!(page.text().matches("Runs now").count(), 1, "{}", page.text());
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let newest = site.store.deployments(app.id, None, 2).await.unwrap();
    let older = site.store.deployments(app.id, Some(newest[1].id), 2).await.unwrap();
    assert_eq!((newest.len(), older.len()), (2, 1));
    let older = ana.page(&format!("{list}?before={}", newest[1].id)).await;
    assert_eq!(older.text().matches("Came up").count(), 1);
    assert!(!older.text().contains("Runs now"), "{}", older.text());
}
