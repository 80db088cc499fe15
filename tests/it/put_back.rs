//! A deploy that fails half-way is put back as a whole by itself, where whoever asked for it left that ticked.

use canteen::engine::EngineError;
use canteen::stack::observed::Node;
use canteen::stack::spec::ServiceSpec;
use canteen::store::journal::Line;
use canteen::store::operations::{Operation, State};

use crate::harness::{Answer, Browser, Plan, Site, operation_of, recipes, send_fields, until};
use crate::life_pond::{POND, Pond, SAMPLE, observed, pond_of, services};

const PLAN: &str = "/apps/pond.example.org/deployment";
const NEXT: &str = "/apps/pond.example.org/deployment?version=1.1.0%2B1";
const BOX: &str = "If it fails, put the whole app back as it was";
const BACK: &str = "Put back the last deployment that worked";
const STEP: &str = "Put everything back";
/// The engine puts `db` back by itself; nobody but Canteen does that for the others.
const COMPOSE: &str = "\
services:
  app: {image: \"registry.example.org/app:1\", deploy: {labels: [\"traefik.enable=true\"]}}
  db: {image: \"registry.example.org/db:1\", volumes: [\"data:/data\"], deploy: {update_config: {failure_action: rollback}}}
  cron: {image: \"registry.example.org/cron:1\"}
volumes: {data: {}}
";

const WORKER: &str = "  worker: {image: \"registry.example.org/worker:2\"}\n";

/// The next version has no cron, but `more`, and its database can't be had.
async fn two_versions(site: &Site, ana: &Browser, more: &str) -> Pond {
    let pond = pond_of(site, ana, COMPOSE).await;
    let next = COMPOSE.replace(":1\"", ":2\"").replace("  cron: {image: \"registry.example.org/cron:2\"}\n", more);
    pond.release_of("1.1.0+1", &next);
    ana.submit("/recipes/pond", "/recipes/pond/refresh", &[]).await.location();
    broken(site, "registry.example.org/db:2");
    pond
}

fn broken(site: &Site, image: &str) {
    site.engine.image(image, None);
    site.engine.fail_image(image, "No such image");
}

async fn specs(site: &Site) -> Vec<ServiceSpec> {
    let mut specs: Vec<ServiceSpec> = observed(site).await.services.into_iter().map(|s| s.spec).collect();
    specs.sort_by(|a, b| a.name.cmp(&b.name));
    specs
}

/// Presses the button as the page stands, with every box that is ticked.
async fn press(ana: &Browser, page: &Answer) -> i32 {
    operation_of(&send_fields(ana, page, PLAN, &[]).await)
}

async fn upgrade(site: &Site, ana: &Browser) -> Operation {
    let asked = press(ana, &ana.page(NEXT).await).await;
    let done = site.operation_done(asked).await;
    site.fresh().await;
    done
}

async fn journal(site: &Site, operation: i32) -> Vec<Line> {
    site.store.journal(operation, 0).await.unwrap()
}

async fn begun(site: &Site, operation: i32, step: &str) -> usize {
    journal(site, operation).await.iter().filter(|l| l.step == step && l.level == "begin").count()
}

/// The upgrade has its row, which says what became of it.
async fn stands_under_deploys(site: &Site, ana: &Browser, operation: i32) {
    let app = site.store.app(POND).await.unwrap().unwrap();
    let newest = site.store.deployments(app.id, None, 1).await.unwrap().remove(0);
    assert_eq!((newest.operation_id, newest.version.as_str(), newest.outcome.as_str()), (operation, "1.1.0+1", "failed, put back"));
    let page = ana.page(&format!("/apps/{POND}/deployments")).await;
    let row = page.between(&format!("/operations/{operation}\""), "</tr>").unwrap();
    assert!(row.contains("Failed, put back") && !row.contains("Runs now") && !row.contains("Go back to this"), "{row}");
    assert!(page.text().contains("Runs now"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_fails_is_put_back_as_a_whole() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = two_versions(&site, &ana, "").await;
    let before = specs(&site).await;
    let page = ana.page(NEXT).await;
    page.says(BOX).says("Data is not put back");
    assert!(page.fields().contains(&("back".to_owned(), "on".to_owned())), "ticked from the start");
    let failed = upgrade(&site, &ana).await;
    assert_eq!((failed.state, failed.outcome.as_str()), (State::Failed, "failed, put back"), "{}", failed.cause);
    assert!(failed.cause.contains("db: ") && failed.cause.contains("put back to 1.0.0+1"), "{}", failed.cause);
    assert!(
        failed.cause.contains("1.0.0+1: app, cron, db. What was changed in the data by then stays changed"),
        "{}",
        failed.cause
    );
    assert_eq!(specs(&site).await, before, "what went comes back, and what came up goes back too");
    assert_eq!(site.store.app(POND).await.unwrap().unwrap().version, "1.0.0+1");

    let told = ana.page(&format!("/operations/{}", failed.id)).await;
    told.says("Failed, and put back").says(STEP).says("Review again");
    for page in [format!("/operations/{}", failed.id), format!("/apps/{POND}")] {
        assert!(!ana.page(&page).await.text().contains(BACK), "{page}: there is nothing to go back to any more");
    }
    stands_under_deploys(&site, &ana, failed.id).await;
    let entries = site.entries().await;
    let asked = entries.iter().find(|e| e.action == "app.deploy").unwrap();
    assert_eq!(asked.particulars["put_back"], serde_json::json!(true));
    assert_eq!(entries.iter().find(|e| e.of == Some(asked.seq)).unwrap().outcome, "failed, put back");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_breaks_off_is_put_back_too() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = two_versions(&site, &ana, "").await;
    let before = specs(&site).await;
    site.engine.fail_next("update_service", EngineError::Refused("no room for app".to_owned()));
    let failed = upgrade(&site, &ana).await;
    assert_eq!(failed.outcome, "failed, put back", "{}", failed.cause);
    assert!(failed.cause.contains("no room for app"), "{}", failed.cause);
    assert_eq!(specs(&site).await, before);
    stands_under_deploys(&site, &ana, failed.id).await;
}

/// Traps 26 and 27: what ends by itself, and what a timer starts, comes up and goes back like the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_takes_the_upgrade_back_and_what_rests_goes_back_too() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let compose = "\
services:
  app: {image: \"registry.example.org/app:1\", deploy: {labels: [\"traefik.enable=true\"]}}
  migrate: {image: \"registry.example.org/migrate:1\", command: [sh, -c, \"exit 0\"], deploy: {restart_policy: {condition: none}}}
  nightly:
    image: registry.example.org/nightly:1
    deploy: {replicas: 0, labels: [\"swarm.cronjob.enable=true\", \"swarm.cronjob.schedule=@daily\"]}
";
    let pond = pond_of(&site, &ana, compose).await;
    pond.release_of("1.1.0+1", &compose.replace(":1", ":2").replace("exit 0", "exit 5"));
    ana.submit("/recipes/pond", "/recipes/pond/refresh", &[]).await.location();
    let before = specs(&site).await;
    let failed = upgrade(&site, &ana).await;
    assert_eq!(failed.outcome, "failed, put back", "{}", failed.cause);
    assert!(failed.cause.contains("migrate: ") && failed.cause.contains("exit code 5"), "{}", failed.cause);
    assert_eq!(specs(&site).await, before);
    let page = ana.page(&format!("/apps/{POND}")).await;
    page.says("Healthy").says("By schedule");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_tick_it_is_left_as_it_is() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = two_versions(&site, &ana, "").await;
    let asked = operation_of(&send_fields(&ana, &ana.page(NEXT).await, PLAN, &[("back", "")]).await);
    let failed = site.operation_done(asked).await;
    site.fresh().await;
    assert_eq!((failed.state, failed.outcome.as_str()), (State::Failed, "rolled back"), "{}", failed.cause);
    assert_eq!(services(&site).await, ["app", "db"]);
    assert_eq!(begun(&site, failed.id, STEP).await, 0);
    ana.page(&format!("/operations/{}", failed.id)).await.says(BACK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_put_back_either_says_so_and_leaves_the_way_by_hand() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = two_versions(&site, &ana, "").await;
    let before = specs(&site).await;
    // The upgrade makes no service; what went has to be made again.
    site.engine.fail_next("create_service", EngineError::Refused("no room for cron".to_owned()));
    let failed = upgrade(&site, &ana).await;
    assert_eq!((failed.state, failed.outcome.as_str()), (State::Failed, "rolled back"), "{}", failed.cause);
    for words in ["db: ", "could not be put back to 1.0.0+1", "no room for cron"] {
        assert!(failed.cause.contains(words), "{words}: {}", failed.cause);
    }
    ana.page(&format!("/operations/{}", failed.id)).await.says(BACK);
    let back = format!("/apps/{POND}/deployments/1");
    let done = site.operation_done(operation_of(&send_fields(&ana, &ana.page(&back).await, &back, &[]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    assert_eq!(specs(&site).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_while_it_is_put_back_does_not_deploy_a_second_time() {
    for point in [STEP, "after remove service pond_example_org_worker"] {
        let hold = ("CANTEEN_HOLD_AT", point.to_owned());
        let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
        let ana = site.admin().await;
        let _pond = two_versions(&site, &ana, WORKER).await;
        let before = specs(&site).await;
        let asked = press(&ana, &ana.page(NEXT).await).await;
        until(point, async || (begun(&site, asked, STEP).await == 1).then_some(())).await;
        if point != STEP {
            until("the new service to go", async || (services(&site).await == ["app", "db"]).then_some(())).await;
        }
        site.restart().await;
        let done = site.operation_done(asked).await;
        assert_eq!(done.outcome, "failed, put back", "{point}: {}", done.cause);
        assert!(done.cause.contains("db: "), "{point}: {}", done.cause);
        assert_eq!(specs(&site).await, before, "{point}");
        stands_under_deploys(&site, &ana, asked).await;
        assert_eq!(begun(&site, asked, "Change the Swarm").await, 1, "{point}: what failed is not sent again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_deploy_has_nothing_to_go_back_to() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let files = [("compose.yml", COMPOSE), (".env.sample", SAMPLE)];
    let url = recipes::repository(folder.path(), "pond", Some("1.0.0+1"), &files).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(&ana, "pond", "1.0.0+1", POND).await;
    broken(&site, "registry.example.org/db:1");
    for _again in 0..2 {
        let page = ana.page(PLAN).await;
        assert!(!page.text().contains(BOX), "{}", page.text());
        // Even a form that asks for it.
        let failed = site.operation_done(operation_of(&send_fields(&ana, &page, PLAN, &[("back", "on")]).await)).await;
        site.fresh().await;
        assert_eq!((failed.state, failed.outcome.as_str()), (State::Failed, "failed"), "{}", failed.cause);
        assert_eq!(services(&site).await, ["app", "cron", "db"]);
        assert_eq!(begun(&site, failed.id, STEP).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_knows_how_it_went_nothing_is_put_back() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let pond = pond_of(&site, &ana, COMPOSE).await;
    pond.release_of("1.1.0+1", &COMPOSE.replace(":1\"", ":2\""));
    ana.submit("/recipes/pond", "/recipes/pond/refresh", &[]).await.location();
    let node = until("a node", async || site.feed.latest().swarm.nodes.first().cloned()).await;
    site.engine.node(Node { availability: "drain".to_owned(), ..node.clone() });
    let asked = press(&ana, &ana.page(NEXT).await).await;
    let said = async |text: &str| {
        until(text, async || journal(&site, asked).await.iter().any(|l| l.text.contains(text)).then_some(())).await;
    };
    said("0/1").await;
    site.engine.go_away();
    said("so does this watch").await;
    site.clock.advance(2000 * i64::try_from(site.settings.deploy_timeout_s).unwrap());
    let done = site.operation_done(asked).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "timed out"), "{}", done.cause);
    site.engine.come_back();
    site.engine.node(node);
    site.fresh().await;
    assert_eq!(begun(&site, asked, STEP).await, 0, "it may be coming up");
}
