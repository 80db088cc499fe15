//! The steps that an app's settings ask for after a deploy, after going back, and before an undeploy.

use canteen::store::operations::{Operation, State};

use crate::command_shed::{FIRST, SECOND, SHED, called, deployed_shed, settings, shed};
use crate::harness::{Answer, Browser, Plan, Site, operation_of, send_fields, send_plan, until};

const PLAN: &str = "/apps/shed.example.org/deployment";
const UNDEPLOY: &str = "/apps/shed.example.org/undeployment";
/// The review of going back to the first deployment.
const BACK: &str = "/apps/shed.example.org/deployments/1";
const COMMANDS: &str = "/apps/shed.example.org/commands";
const STEPS: &str =
    "POST_DEPLOY_CMDS=\"app greet ana --token=quiet-otter|db greet bo\"\nPOST_UPGRADE_CMDS=\"app fail|db greet cy\"\n";

/// Deploys as the page proposes it.
async fn deploy(site: &Site, ana: &Browser, path: &str) -> Operation {
    press(site, ana, &ana.page(path).await, PLAN, &[]).await
}

/// Presses the button of a page that was opened, with these fields changed, and waits for the end.
async fn press(site: &Site, ana: &Browser, page: &Answer, path: &str, changed: &[(&str, &str)]) -> Operation {
    let asked = send_fields(ana, page, path, changed).await;
    let done = site.operation_done(operation_of(&asked)).await;
    site.fresh().await;
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_shown_beforehand_and_run_in_order_once_everything_runs() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = shed(&site, &ana, STEPS).await;
    let page = ana.page(PLAN).await;
    page.says("Then run the steps after the deploy: greet in app, then greet in db");
    let done = deploy(&site, &ana, PLAN).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "converged"), "{}", done.cause);
    assert_eq!(called(&site), ["greet", "greet"]);
    let page = ana.page(&format!("/operations/{}", done.id)).await;
    page.says("Step 1 after the deploy: greet in app").says("Output of Step 2 after the deploy: greet in db");
    page.says("hello ana in app").says("careful with --token=•••").says("hello bo in db").says("6 of 6 done");
    let concluded = site.entries().await.remove(0);
    let codes: Vec<_> = concluded.particulars["ran"].as_array().unwrap().iter().map(|r| r["exit_code"].as_i64()).collect();
    assert_eq!(codes, [Some(0), Some(0)]);
    let log = ana.page("/audit").await;
    log.says(&format!("deploy of {SHED}: converged; greet in app: exit code 0 after")).says("; greet in db: exit code 0 after");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_is_told_loudly_changes_nothing_and_can_be_run_again() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    settings(&ana, STEPS).await;
    let before = called(&site).len();
    let done = deploy(&site, &ana, &format!("{PLAN}?version={}", SECOND.replace('+', "%2B"))).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "step failed"), "{}", done.cause);
    assert!(
        done.cause.contains("fail in app: exit code 3") && done.cause.contains("not run after that: greet in db"),
        "{}",
        done.cause
    );
    assert_eq!(called(&site).split_off(before), ["fail"]);
    let app = site.store.app(SHED).await.unwrap().unwrap();
    assert_eq!(
        (app.version.as_str(), site.store.last_converged(app.id).await.unwrap().unwrap().version.as_str()),
        (SECOND, SECOND)
    );
    let page = ana.page(&format!("/operations/{}", done.id)).await;
    page.says("Deployed and healthy, but a step after it failed").says("Failed").says("To the steps").says("no such table");
    assert!(page.body.contains("card tone bad"), "it must not look like a success");
    ana.page("/audit").await.says(&format!("deploy of {SHED}: step failed"));

    let page = ana.page(COMMANDS).await;
    page.says("1. fail in app").says("POST_UPGRADE_CMDS").says("ana --token=•••");
    let again = [("variable", "POST_UPGRADE_CMDS"), ("number", "2"), ("name", "greet in db")];
    let asked = ana.post(&page, &format!("/apps/{SHED}/steps"), &again).await;
    let again = site.operation_done(operation_of(&asked)).await;
    assert_eq!((again.kind.as_str(), again.cause.as_str()), ("command", "exit code 0"));
    ana.page(&format!("/operations/{}", again.id)).await.says("hello cy in db");
    let stale = [("variable", "POST_UPGRADE_CMDS"), ("number", "1"), ("name", "greet in db")];
    let refused = ana.submit(COMMANDS, &format!("/apps/{SHED}/steps"), &stale).await;
    assert_eq!(refused.status, 409);
    refused.says("The settings have changed");
}

/// The settings hide such a value from viewers, and a step may be handed it.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_the_settings_is_told_nowhere_because_a_step_repeats_it() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let steps = "ADMIN_PASS=seven-otters\nPOST_DEPLOY_CMDS=\"app greet ${ADMIN_PASS} bo\"\n";
    let _recipe = shed(&site, &ana, steps).await;
    let done = deploy(&site, &ana, PLAN).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    assert_eq!(site.engine.handed()[0], ["seven-otters", "bo"], "the step itself gets it");
    ana.page(&format!("/operations/{}", done.id)).await.says("hello ••• in app");
    let again = [("variable", "POST_DEPLOY_CMDS"), ("number", "1"), ("name", "greet in app")];
    let asked = operation_of(&ana.submit(COMMANDS, &format!("/apps/{SHED}/steps"), &again).await);
    assert_eq!(site.operation_done(asked).await.cause, "exit code 0");
    for path in [COMMANDS, "/audit", &format!("/operations/{}", done.id), &format!("/operations/{asked}")] {
        for browser in [&ana, &vic] {
            assert!(!browser.page(path).await.body.contains("seven-otters"), "{path}");
        }
    }
    vic.page(COMMANDS).await.says("••• bo");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_not_run_where_nobody_wants_them_or_nothing_came_up() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = shed(&site, &ana, STEPS).await;
    let image = "registry.example.org/app:1";
    site.engine.image(image, None);
    site.engine.fail_image(image, "No such image: app:1");
    let failed = deploy(&site, &ana, PLAN).await;
    assert_eq!(failed.state, State::Failed, "{}", failed.outcome);
    site.engine.mend_image(image);
    // The button without the tick.
    let asked = send_plan(&ana, &ana.page(PLAN).await, PLAN).await;
    assert_eq!(site.operation_done(operation_of(&asked)).await.outcome, "converged");
    assert!(called(&site).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_can_not_be_run_are_told() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe =
        shed(&site, &ana, "POST_DEPLOY_CMDS='app prepare'\nPOST_UPGRADE_CMDS='app'\nPOST_UNDEPLOY_CMDS='app greet'\n").await;
    let local = deploy(&site, &ana, PLAN).await;
    assert_eq!(local.outcome, "step failed");
    assert!(local.cause.contains("not run on the server"), "{}", local.cause);
    let page = ana.page(COMMANDS).await;
    page.says("POST_UPGRADE_CMDS can’t be read: step 1 has no function").says("POST_UNDEPLOY_CMDS is never run");
    let upgrade = ana.page(&format!("{PLAN}?version={}", SECOND.replace('+', "%2B"))).await;
    upgrade.says("No steps are run after this deploy: POST_UPGRADE_CMDS can’t be read");
    settings(&ana, "POST_DEPLOY_CMDS='app no_such'\n").await;
    let missing = deploy(&site, &ana, PLAN).await;
    assert!(missing.cause.contains("abra.sh of the recipe has no function no_such"), "{}", missing.cause);
    settings(&ana, "POST_DEPLOY_CMDS='cellar greet'\n").await;
    let nowhere = deploy(&site, &ana, PLAN).await;
    assert!(nowhere.cause.contains("no service called cellar"), "{}", nowhere.cause);
    assert!(called(&site).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_a_restart_interrupted_is_not_run_a_second_time() {
    let hold = ("CANTEEN_HOLD_AT", "after run greet in db.1 with sh".to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = shed(&site, &ana, STEPS).await;
    let page = ana.page(PLAN).await;
    let id = operation_of(&send_fields(&ana, &page, PLAN, &[]).await);
    until("both steps", async || (called(&site).len() == 2).then_some(())).await;
    site.restart().await;
    let done = site.operation_done(id).await;
    assert_eq!(done.outcome, "step failed");
    assert!(done.cause.contains("greet in db: Canteen was restarted while it ran"), "{}", done.cause);
    assert_eq!(called(&site), ["greet", "greet"], "the first is done, the second is not begun again");
}

/// The app was upgraded from the first version to the second.
async fn upgraded_shed(site: &Site, ana: &Browser) -> tempfile::TempDir {
    let folder = deployed_shed(site, ana).await;
    let done = deploy(site, ana, &format!("{PLAN}?version={}", SECOND.replace('+', "%2B"))).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    folder
}

async fn running(site: &Site) -> usize {
    site.fresh().await;
    site.feed.latest().swarm.services.iter().filter(|s| s.spec.name.starts_with("shed_example_org_")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_has_its_own_steps() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = upgraded_shed(&site, &ana).await;
    settings(&ana, "POST_DEPLOY_CMDS='app fail'\nPOST_ROLLBACK_CMDS=\"app greet ana --token=quiet-otter|db greet bo\"\n").await;
    let older = ana.page(&format!("{PLAN}?version={}", FIRST.replace('+', "%2B"))).await;
    older.says("Then run the steps after going back: greet in app, then greet in db");
    let page = ana.page(BACK).await;
    page.says("Then run the steps after going back: greet in app, then greet in db").says("POST_ROLLBACK_CMDS");
    let done = press(&site, &ana, &page, BACK, &[]).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "converged"), "{}", done.cause);
    assert_eq!(called(&site), ["greet", "greet"]);
    let page = ana.page(&format!("/operations/{}", done.id)).await;
    page.says("Step 1 after going back: greet in app").says("hello bo in db").says("careful with --token=•••");
    assert_eq!(site.store.app(SHED).await.unwrap().unwrap().version, FIRST);
    let entries = site.entries().await;
    let asked = entries.iter().rfind(|e| e.action == "app.rollback" && e.of.is_none()).unwrap();
    assert_eq!(asked.particulars["steps"], serde_json::json!("POST_ROLLBACK_CMDS"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_after_going_back_that_fails_leaves_what_was_gone_back_to_and_can_be_left_out() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = upgraded_shed(&site, &ana).await;
    settings(&ana, "POST_ROLLBACK_CMDS=\"app fail|db greet cy\"\n").await;
    let done = press(&site, &ana, &ana.page(BACK).await, BACK, &[]).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "step failed"), "{}", done.cause);
    assert!(done.cause.contains("fail in app: exit code 3") && done.cause.contains("not run after that: greet in db"));
    assert_eq!((called(&site), site.store.app(SHED).await.unwrap().unwrap().version.as_str()), (vec!["fail".to_owned()], FIRST));
    let page = ana.page(&format!("/operations/{}", done.id)).await;
    page.says("Everything runs as it did then, but a step after it failed").says("To the steps");
    // Back to the second version, and the box is not ticked.
    settings(&ana, "POST_ROLLBACK_CMDS='app fail'\n").await;
    let second = "/apps/shed.example.org/deployments/2";
    let done = press(&site, &ana, &ana.page(second).await, second, &[("after", "")]).await;
    assert_eq!((done.outcome.as_str(), called(&site).len()), ("converged", 1), "{}", done.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_before_an_undeploy_are_run_while_everything_stands_and_those_after_it_are_told_of() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    settings(&ana, "PRE_UNDEPLOY_CMDS='app greet ana'\nPOST_UNDEPLOY_CMDS='app greet bo'\n").await;
    let page = ana.page(UNDEPLOY).await;
    page.says("First run the step before the undeploy: greet in app");
    page.says("POST_UNDEPLOY_CMDS in the settings is not run: after an undeploy there is no container left");
    let done = press(&site, &ana, &page, UNDEPLOY, &[]).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "undeployed"), "{}", done.cause);
    assert_eq!((called(&site), running(&site).await), (vec!["greet".to_owned()], 0));
    let page = ana.page(&format!("/operations/{}", done.id)).await;
    page.says("Step 1 before the undeploy: greet in app").says("hello ana in app");
    page.says("POST_UNDEPLOY_CMDS of the settings was not run");
    let entries = site.entries().await;
    let asked = entries.iter().rfind(|e| e.action == "app.undeploy" && e.of.is_none()).unwrap();
    assert_eq!(asked.particulars["steps"], serde_json::json!("PRE_UNDEPLOY_CMDS"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_before_an_undeploy_that_fails_keeps_everything_running() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    settings(&ana, "PRE_UNDEPLOY_CMDS=\"app fail|db greet cy\"\n").await;
    let old = ana.page(UNDEPLOY).await;
    let done = press(&site, &ana, &old, UNDEPLOY, &[]).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "step failed"), "{}", done.cause);
    assert!(done.cause.contains("fail in app: exit code 3") && done.cause.contains("not run after that: greet in db"));
    assert_eq!((called(&site), running(&site).await), (vec!["fail".to_owned()], 2));
    let page = ana.page(&format!("/operations/{}", done.id)).await;
    page.says("Not undeployed: a step before it failed, and nothing was removed").says("Look at the undeploy again");
    ana.page(&format!("/apps/{SHED}")).await.says("Healthy");

    settings(&ana, "PRE_UNDEPLOY_CMDS='app greet ana'\n").await;
    let stale = send_fields(&ana, &old, UNDEPLOY, &[]).await;
    assert_eq!(stale.status, 303, "the same form is the same operation");
    let page = ana.page(UNDEPLOY).await;
    settings(&ana, "PRE_UNDEPLOY_CMDS='app fail'\n").await;
    let stale = send_fields(&ana, &page, UNDEPLOY, &[]).await;
    assert_eq!(stale.status, 409);
    stale.says("The settings have changed since you opened this page").says("fail in app");
    assert_eq!(running(&site).await, 2);
    let done = press(&site, &ana, &ana.page(UNDEPLOY).await, UNDEPLOY, &[("after", "")]).await;
    assert_eq!((done.outcome.as_str(), called(&site).len(), running(&site).await), ("undeployed", 1, 0), "{}", done.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_before_an_undeploy_that_a_restart_interrupted_is_not_run_a_second_time() {
    let hold = ("CANTEEN_HOLD_AT", "after run greet in app.1 with sh".to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    settings(&ana, "PRE_UNDEPLOY_CMDS='app greet ana'\n").await;
    let id = operation_of(&send_fields(&ana, &ana.page(UNDEPLOY).await, UNDEPLOY, &[]).await);
    until("the step", async || (called(&site).len() == 1).then_some(())).await;
    site.restart().await;
    let done = site.operation_done(id).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "step failed"));
    assert!(done.cause.contains("Canteen was restarted while it ran"), "{}", done.cause);
    assert_eq!((called(&site).len(), running(&site).await), (1, 2));
}
