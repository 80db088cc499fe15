//! Restarting and scaling: what runs is changed, and nothing else of the app.

use canteen::engine::Mutate as _;
use canteen::store::operations::State;

use crate::harness::{Browser, Plan, Site, operation_of, send_fields, until};
use crate::life_pond::{POND, fill, observed, pond, pond_of, service};

const RESTART: &str = "/apps/pond.example.org/restart";
const SCALE: &str = "/apps/pond.example.org/scale";
const PLAN: &str = "/apps/pond.example.org/deployment";

async fn scale(site: &Site, ana: &Browser, service: &str, count: &str) {
    let field = format!("tasks.{service}");
    let done = site.operation_done(operation_of(&fill(ana, SCALE, &[(&field, count)]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    site.fresh().await;
}

async fn replicas(site: &Site, name: &str) -> Option<u64> {
    // Without a number in the recipe there is one task.
    service(site, name).await.spec.mode.replicated.and_then(|r| r.replicas).or(Some(1))
}

async fn tasks(site: &Site, name: &str) -> Vec<String> {
    let (all, service) = (observed(site).await, service(site, name).await);
    let mut ids: Vec<String> =
        all.tasks.iter().filter(|t| t.service == service.id && t.state == "running").map(|t| t.id.clone()).collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_gives_the_chosen_services_new_tasks_and_as_many_as_before() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _pond = pond(&site, &ana).await;
    scale(&site, &ana, "app", "3").await;
    let (before, db, cron) = (tasks(&site, "app").await, tasks(&site, "db").await, tasks(&site, "cron").await);
    let page = ana.page(&format!("{RESTART}?service=app")).await;
    assert_eq!(page.fields(), [("service.app".to_owned(), "on".to_owned())], "the one that was asked for is ticked");
    let sent = send_fields(&ana, &page, RESTART, &[]).await;
    assert_eq!(operation_of(&send_fields(&ana, &page, RESTART, &[]).await), operation_of(&sent), "one form, one operation");
    let done = site.operation_done(operation_of(&sent)).await;
    assert_eq!((done.state, done.outcome.as_str(), done.kind.as_str()), (State::Done, "converged", "restart"), "{}", done.cause);
    let after = tasks(&site, "app").await;
    assert_eq!(after.len(), 3);
    assert!(after.iter().all(|task| !before.contains(task)), "{before:?} {after:?}");
    assert_eq!((tasks(&site, "db").await, tasks(&site, "cron").await), (db, cron), "others were left alone");
    assert_eq!(service(&site, "app").await.spec.task_template.force_update, 1);
    ana.page(&format!("/operations/{}", done.id)).await.says("Restart app").says("Healthy: all new tasks run");
    ana.page("/audit").await.says("asked to restart app of pond.example.org").says("restart of pond.example.org: converged");
    ana.page(PLAN).await.says("Nothing would change");

    let none = ana.post(&ana.page(RESTART).await, RESTART, &[]).await;
    assert_eq!(none.status, 422);
    none.says("Choose at least one service");
    let gone = ana.post(&ana.page(RESTART).await, RESTART, &[("service.wolf", "on")]).await;
    assert_eq!(gone.status, 422);
    assert_eq!(vic.get(RESTART).await.status, 403);
    assert_eq!(vic.submit("/apps", RESTART, &[("service.app", "on")]).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_that_does_not_come_up_says_why() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let image = service(&site, "app").await.spec.task_template.container_spec.image;
    site.engine.fail_image(&image, "No such image: app:1");
    let page = ana.page(&format!("{RESTART}?service=app")).await;
    let failed = site.operation_done(operation_of(&send_fields(&ana, &page, RESTART, &[]).await)).await;
    assert_eq!(failed.state, State::Failed);
    assert!(failed.cause.contains("app:1 was not found"), "{}", failed.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_that_was_interrupted_is_finished_and_not_done_twice() {
    let hold = ("CANTEEN_HOLD_AT", "after update service pond_example_org_cron".to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let asked = operation_of(&fill(&ana, RESTART, &[]).await);
    until("the second service to be sent", async || {
        (service(&site, "cron").await.spec.task_template.force_update == 1).then_some(())
    })
    .await;
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    for name in ["app", "cron", "db"] {
        assert_eq!(service(&site, name).await.spec.task_template.force_update, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_somebody_changed_at_the_same_moment_is_not_overwritten() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let there = service(&site, "app").await;
    // Nothing has told the pages of it yet when the button is pressed, and Docker is away when the operation begins.
    let page = ana.page(RESTART).await;
    site.engine.go_away();
    let asked = operation_of(&send_fields(&ana, &page, RESTART, &[]).await);
    site.engine.come_back();
    let mut spec = there.spec.clone();
    spec.task_template.container_spec.env.push("BY=hand".to_owned());
    let changed = site.engine.update_service(&there.id, there.version, &spec, None).await;
    let ended = site.operation_done(asked).await;
    // Whoever was first, the change by hand is there if it was taken.
    let kept = service(&site, "app").await.spec.task_template.container_spec.env.contains(&"BY=hand".to_owned());
    assert_eq!(kept, changed.is_ok(), "{} {}", ended.outcome, ended.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_number_of_tasks_outlives_deploys_until_it_is_the_recipes_again() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let page = ana.page(SCALE).await;
    page.says("1 now. The recipe says 1").says("Keeps data in data");
    scale(&site, &ana, "app", "3").await;
    assert_eq!((replicas(&site, "app").await, tasks(&site, "app").await.len()), (Some(3), 3));
    ana.page("/audit").await.says("asked to scale pond.example.org: app: 1 → 3");
    ana.page(SCALE).await.says("3 now. The recipe says 1. ana chose the number");
    let plan = ana.page(PLAN).await;
    plan.says("Nothing would change").says("App has 3 tasks instead of the recipe’s 1, as ana chose");

    let version = format!("{PLAN}?version=1.1.0%2B2");
    let page = ana.page(&version).await;
    page.says("App has 3 tasks instead of the recipe’s 1");
    let hidden = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"").unwrap();
    let fields = [("version", hidden("version")), ("plan", hidden("plan")), ("prune", "on".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let upgraded = site.operation_done(operation_of(&ana.post(&page, PLAN, &fields).await)).await;
    assert_eq!(upgraded.outcome, "converged", "{}", upgraded.cause);
    assert_eq!(replicas(&site, "app").await, Some(3));

    scale(&site, &ana, "app", "1").await;
    let app = site.store.app(POND).await.unwrap().unwrap();
    assert!(site.store.chosen_replicas(app.id).await.unwrap().is_empty());
    assert!(!ana.page(PLAN).await.text().contains("instead of the recipe’s"));
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_none_come_back_as_they_were_typed() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _pond = pond(&site, &ana).await;
    let wrong = fill(&ana, SCALE, &[("tasks.app", "a few")]).await;
    assert_eq!(wrong.status, 422);
    wrong.says("Type a whole number for app");
    assert!(wrong.body.contains("value=\"a few\""));
    let same = fill(&ana, SCALE, &[]).await;
    assert_eq!(same.status, 422);
    same.says("Nothing was changed");
    assert_eq!(vic.submit("/apps", SCALE, &[("tasks.app", "9")]).await.status, 403);
    assert_eq!(replicas(&site, "app").await, Some(1));
}

/// Trap 26: a service of no tasks, driven by a clock from outside, is no fault and comes up at once.
#[tokio::test(flavor = "multi_thread")]
async fn trap_26_a_service_of_no_tasks_is_well() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let compose = "\
services:
  app: {image: \"registry.example.org/app:1\"}
  nightly: {image: \"registry.example.org/nightly:1\", deploy: {replicas: 0}}
";
    let _pond = pond_of(&site, &ana, compose).await;
    let page = ana.page(&format!("/apps/{POND}")).await;
    page.says("Healthy");
    let done = site.operation_done(operation_of(&fill(&ana, RESTART, &[]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    assert_eq!(replicas(&site, "nightly").await, Some(0), "it still waits for its clock");
    scale(&site, &ana, "app", "0").await;
    assert_eq!(replicas(&site, "app").await, Some(0));
}

/// What a timer does when it rings: one task, and a new one even if nothing else has changed. Waits for the end of the run.
async fn ring(site: &Site, name: &str) {
    let there = service(site, name).await;
    let mut spec = there.spec.clone();
    spec.mode.replicated.get_or_insert_default().replicas = Some(1);
    spec.task_template.force_update += 1;
    site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    let is_over = |state: &str| matches!(state, "complete" | "failed");
    until("the end of the run", async || {
        let ran = observed(site).await;
        ran.tasks.iter().any(|t| t.service == there.id && t.current && is_over(&t.state)).then_some(())
    })
    .await;
}

/// Trap 26: what swarm-cronjob starts is well at no tasks and after a run, and neither its runs nor their number are anybody's change.
#[tokio::test(flavor = "multi_thread")]
async fn trap_26_what_a_timer_starts_is_well_unless_its_last_run_failed() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let timed = "labels: [\"swarm.cronjob.enable=true\", \"swarm.cronjob.schedule=0 4 * * *\"], restart_policy: {condition: none}";
    let compose = format!(
        "\
services:
  app: {{image: \"registry.example.org/app:1\"}}
  nightly: {{image: \"registry.example.org/nightly:1\", command: [sh, -c, \"exit 0\"], deploy: {{replicas: 0, {timed}}}}}
  weekly: {{image: \"registry.example.org/weekly:1\", command: [sh, -c, \"exit 3\"], deploy: {{replicas: 0, {timed}}}}}
"
    );
    let _pond = pond_of(&site, &ana, &compose).await;
    let overview = format!("/apps/{POND}");
    let page = ana.page(&overview).await;
    page.says("Healthy").says("By schedule");
    assert!(!page.text().contains("Scaled to 0"), "{}", page.text());
    let numbers = ana.page(SCALE).await;
    numbers.says("are started by a timer: nightly, weekly");
    assert!(!numbers.body.contains("tasks.nightly"), "nobody but the timer chooses it");

    ring(&site, "nightly").await;
    for path in [overview.as_str(), "/apps"] {
        let page = ana.page(path).await;
        page.says("Healthy");
        assert!(!page.text().contains("Changed outside"), "{}", page.text());
    }
    ana.page(PLAN).await.says("Nothing would change");
    let again = site.deploy(&ana, POND).await;
    assert_eq!(again.outcome, "converged", "{}", again.cause);
    assert_eq!(replicas(&site, "nightly").await, Some(1), "a run is left alone");

    ring(&site, "weekly").await;
    ana.page(&overview).await.says("Failing").says("weekly does not run: it ended with exit code 3");
    ana.page("/apps").await.says("Failing");
    site.clock.advance(60_000);
    let again = site.deploy(&ana, POND).await;
    assert_eq!(again.outcome, "converged", "what failed before is none of this deploy's: {}", again.cause);
    ana.page(&overview).await.says("Failing");
}

/// Trap 27: what ends by itself and is not started again is done, not failing.
#[tokio::test(flavor = "multi_thread")]
async fn trap_27_what_ends_by_itself_is_done() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let compose = "\
services:
  app: {image: \"registry.example.org/app:1\"}
  migrate:
    image: registry.example.org/migrate:1
    command: [sh, -c, \"exit 0\"]
    deploy: {restart_policy: {condition: none}}
";
    let _pond = pond_of(&site, &ana, compose).await;
    let done = site.operation_done(operation_of(&fill(&ana, RESTART, &[]).await)).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "converged"), "{}", done.cause);
    let ran = observed(&site).await;
    let migrate = service(&site, "migrate").await;
    assert!(ran.tasks.iter().any(|t| t.service == migrate.id && t.current && t.state == "complete"), "it ran once more");
}
