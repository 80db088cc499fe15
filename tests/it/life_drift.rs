//! What somebody changed past the dashboard is found, and is put back or kept.

use canteen::engine::Mutate as _;
use canteen::stack::spec::ServiceSpec;
use canteen::store::operations::State;

use crate::harness::{Answer, Browser, Site, operation_of, send_plan};
use crate::life_pond::{POND, STACK, fill, observed, pond, service, services};

const DRIFT: &str = "/apps/pond.example.org/drift";
const REAPPLY: &str = "/apps/pond.example.org/reapplication";
const ADOPT: &str = "/apps/pond.example.org/adoption";
const APP: &str = "/apps/pond.example.org";
const BANNER: &str = "Changed outside of Canteen";

/// As `docker service update` would.
async fn by_hand(site: &Site, name: &str, change: impl FnOnce(&mut ServiceSpec)) {
    let there = service(site, name).await;
    let mut spec = there.spec.clone();
    change(&mut spec);
    site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    site.fresh().await;
}

async fn press(browser: &Browser, page: &Answer, path: &str) -> Answer {
    let plan = page.between("name=\"plan\" value=\"", "\"").unwrap();
    let pruned = path == REAPPLY && page.fields().iter().any(|(name, _)| name == "prune");
    let fields = [("plan", plan.as_str()), ("prune", "on")];
    browser.post(page, path, &fields[..if pruned { 2 } else { 1 }]).await
}

fn greet(spec: &mut ServiceSpec) {
    spec.task_template.container_spec.env.retain(|pair| !pair.starts_with("GREETING="));
    spec.task_template.container_spec.env.push("GREETING=by hand".to_owned());
}

fn greets_by_hand(spec: &ServiceSpec) -> bool {
    spec.task_template.container_spec.env.contains(&"GREETING=by hand".to_owned())
}

/// Trap 54: another tool is used beside the dashboard.
#[tokio::test(flavor = "multi_thread")]
async fn trap_54_what_another_tool_changed_is_shown_and_put_back() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _pond = pond(&site, &ana).await;
    assert!(!ana.page(APP).await.text().contains(BANNER));
    ana.page(DRIFT).await.says("No difference");
    let before = service(&site, "app").await.spec;
    by_hand(&site, "app", |spec| {
        greet(spec);
        spec.labels.insert(format!("coop-cloud.{STACK}.version"), "1.2.0+2".to_owned());
    })
    .await;
    let extra = ServiceSpec { name: format!("{STACK}_extra"), labels: before.labels.clone(), ..before.clone() };
    site.engine.create_service(&extra, None).await.unwrap();
    site.fresh().await;

    ana.page(APP).await.says(BANNER);
    let page = ana.page(DRIFT).await;
    page.says("changed Service app").says("removed Service extra").says("Its labels tell the version 1.2.0+2");
    page.says("GREETING").says("by hand");
    let seen = vic.page(DRIFT).await;
    seen.says("and not decide");
    assert!(seen.post_forms().iter().all(|path| path != REAPPLY && path != ADOPT));
    let plan = page.between("name=\"plan\" value=\"", "\"").unwrap();
    for path in [REAPPLY, ADOPT] {
        assert_eq!(vic.submit("/apps", path, &[("plan", &plan)]).await.status, 403, "{path}");
    }

    // Settings that were saved and not deployed are not touched by it.
    fill(&ana, &format!("/apps/{POND}/settings"), &[("GREETING", "saved later")]).await.location();
    let app = site.store.app(POND).await.unwrap().unwrap();
    let done = site.operation_done(operation_of(&press(&ana, &page, REAPPLY).await)).await;
    assert_eq!((done.state, done.outcome.as_str(), done.kind.as_str()), (State::Done, "converged", "reapply"), "{}", done.cause);
    let now = service(&site, "app").await.spec;
    assert!(!greets_by_hand(&now) && now.labels == before.labels);
    assert_eq!(services(&site).await, ["app", "cron", "db"]);
    assert_eq!(site.store.app(POND).await.unwrap().unwrap().env_number, app.env_number);
    assert!(!ana.page(APP).await.text().contains(BANNER));
    ana.page("/audit").await.says("asked to put back what was deployed of pond.example.org (1.0.0+1)");
    ana.page(&format!("/operations/{}", done.id)).await.says("Apply 1.0.0 again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_is_kept_as_the_record() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    by_hand(&site, "app", |spec| {
        greet(spec);
        spec.mode.replicated.as_mut().unwrap().replicas = Some(2);
    })
    .await;
    let (page, changes) = (ana.page(DRIFT).await, site.engine.changes());
    let done = site.operation_done(operation_of(&press(&ana, &page, ADOPT).await)).await;
    assert_eq!((done.state, done.outcome.as_str(), done.kind.as_str()), (State::Done, "adopted", "adopt"), "{}", done.cause);
    assert_eq!(site.engine.changes(), changes, "nothing was changed on the Swarm");
    ana.page(DRIFT).await.says("No difference");
    assert!(!ana.page(APP).await.text().contains(BANNER));
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.adopt").unwrap();
    let told = entry.particulars["changes"].to_string();
    assert!(told.contains("environment.GREETING") && told.contains("deploy.replicas") && !told.contains("by hand"), "{told}");
    ana.page(&format!("/apps/{POND}/deployments")).await.says("Runs now");

    // It can be gone back to after a deploy from recipe and settings, which keeps the number of tasks.
    let plan = "/apps/pond.example.org/deployment";
    let review = ana.page(plan).await;
    review.says("2 tasks instead of the recipe’s 1");
    let deployed = site.operation_done(operation_of(&send_plan(&ana, &review, plan).await)).await;
    assert_eq!(deployed.outcome, "converged", "{}", deployed.cause);
    assert!(!greets_by_hand(&service(&site, "app").await.spec));
    let app = site.store.app(POND).await.unwrap().unwrap();
    let adopted = site.store.deployments(app.id, None, 9).await.unwrap().into_iter().find(|d| d.operation_id == done.id).unwrap();
    let back = format!("/apps/{POND}/deployments/{}", adopted.id);
    let went = site.operation_done(operation_of(&fill(&ana, &back, &[]).await)).await;
    assert_eq!(went.outcome, "converged", "{}", went.cause);
    let now = service(&site, "app").await.spec;
    assert!(greets_by_hand(&now));
    assert_eq!(now.mode.replicated.unwrap().replicas, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_an_outdated_page_does_nothing() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    by_hand(&site, "app", greet).await;
    let page = ana.page(DRIFT).await;
    by_hand(&site, "db", greet).await;
    for path in [REAPPLY, ADOPT] {
        let stale = press(&ana, &page, path).await;
        assert_eq!(stale.status, 409, "{path}");
        stale.says("Something changed after you opened this page").says("Service db");
    }
    assert!(greets_by_hand(&service(&site, "app").await.spec));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_was_removed_past_the_dashboard_is_missed_and_one_that_was_undeployed_is_not() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    for service in observed(&site).await.services {
        site.engine.remove_service(&service.id).await.unwrap();
    }
    site.fresh().await;
    let page = ana.page(DRIFT).await;
    page.says("Nothing of it runs any more");
    assert!(!page.post_forms().contains(&ADOPT.to_owned()), "nothing can't be kept");
    let done = site.operation_done(operation_of(&press(&ana, &page, REAPPLY).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    assert_eq!(services(&site).await, ["app", "cron", "db"]);
    let undeploy = "/apps/pond.example.org/undeployment";
    site.operation_done(operation_of(&ana.submit(undeploy, undeploy, &[]).await)).await;
    site.fresh().await;
    ana.page(DRIFT).await.says("No difference");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_did_ourselves_is_no_difference() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    for (path, fields) in [("/apps/pond.example.org/scale", vec![("tasks.app", "2")]), ("/apps/pond.example.org/restart", vec![])] {
        let done = site.operation_done(operation_of(&fill(&ana, path, &fields).await)).await;
        assert_eq!(done.outcome, "converged", "{}", done.cause);
        site.fresh().await;
        ana.page(DRIFT).await.says("No difference");
    }
    // What a newer version no longer has, and was left on purpose, is no surprise either.
    let plan = "/apps/pond.example.org/deployment";
    let page = ana.page(&format!("{plan}?version=1.1.0%2B2")).await;
    let hidden = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"").unwrap();
    let fields = [("version", hidden("version")), ("plan", hidden("plan"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = site.operation_done(operation_of(&ana.post(&page, plan, &fields).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    site.fresh().await;
    assert_eq!(services(&site).await, ["app", "cron", "db"]);
    ana.page(DRIFT).await.says("No difference");
}
