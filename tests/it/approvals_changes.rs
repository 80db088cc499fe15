//! What was approved is what is done: whatever else there is of the app by then, nothing begins.

use canteen::access::Role;
use canteen::access::approval::{Kind, Needs};
use canteen::engine::{Mutate as _, NewSecret};
use canteen::stack::spec::{ConfigSpec, Labels, ServiceSpec};
use canteen::store::approvals::{Request, RequestState};

use crate::approvals::rule;
use crate::command_shed::{SHED, deployed_shed};
use crate::harness::{Answer, BOARD, Browser, Site, operation_of, send_fields};
use crate::life_pond::{POND, STACK, pond, service};

const BOARD_STACK: &str = "board_example_org";

async fn request(site: &Site, id: i32) -> Request {
    site.store.approval(id).await.unwrap().unwrap()
}

/// Opens a page, and sends its form with these changes.
async fn send(browser: &Browser, app: &str, page: &str, changed: &[(&str, &str)]) -> Answer {
    let path = format!("/apps/{app}/{page}");
    send_fields(browser, &browser.page(&path).await, &path, changed).await
}

/// The request of this number is approved.
async fn approve(site: &Site, app: &str, id: i32) -> Request {
    let bo = site.signed_in("bo").await;
    let path = format!("/apps/{app}/approvals/{id}");
    bo.submit(&path, &format!("{path}/approval"), &[]).await.location();
    request(site, id).await
}

/// It is approved, and begins nothing: this has changed.
async fn void(site: &Site, ana: &Browser, app: &str, id: i32, changed: &str) {
    site.fresh().await;
    let path = format!("/apps/{app}/approvals/{id}");
    ana.page(&path).await.says("If it began now, it would come to nothing").says("ask again");
    let sent = site.engine.changes();
    let done = approve(site, app, id).await;
    assert_eq!((done.state, done.operation_id), (RequestState::Void, None), "{changed}");
    assert!(done.why.contains(changed), "{changed}: {}", done.why);
    assert_eq!(site.engine.changes(), sent, "{changed}");
    ana.page(&path).await.says("Nothing was changed").says("Look at it as it is now, and ask again");
}

/// It is approved, begins, and goes well.
async fn begins(site: &Site, app: &str, id: i32, outcome: &str) {
    let done = approve(site, app, id).await;
    assert_eq!(done.state, RequestState::Started, "{}", done.why);
    let operation = site.operation_done(done.operation_id.unwrap()).await;
    assert_eq!(operation.outcome, outcome, "{}", operation.cause);
    site.fresh().await;
}

async fn people(site: &Site) -> Browser {
    let ana = site.admin().await;
    site.add("bo", Role::Operator).await;
    ana
}

/// Secrets of the board that it needs when it is deployed, as another tool makes them.
async fn made_elsewhere(site: &Site, name: &str) {
    site.engine.create_secret(NewSecret::plain(name, &Labels::new(), b"elsewhere")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undeploy_is_of_the_version_and_the_services_that_were_shown() {
    let site = Site::start().await;
    let ana = people(&site).await;
    let _pond = pond(&site, &ana).await;
    rule(&site, &[Kind::Undeploy], Needs::Approvals(1)).await;
    send(&ana, POND, "undeployment", &[]).await.location();
    ana.page("/apps/pond.example.org/approvals/1").await.says("Services app, cron, db").says("Deployed 1.0.0+1");
    let page = ana.page("/apps/pond.example.org/deployment?version=1.1.0%2B2").await;
    let asked = send_fields(&ana, &page, "/apps/pond.example.org/deployment", &[("prune", "on")]).await;
    assert_eq!(site.operation_done(operation_of(&asked)).await.outcome, "converged");
    site.fresh().await;
    void(&site, &ana, POND, 1, "1.1.0+2 is deployed and no longer 1.0.0+1; the service app has the image").await;
    assert!(request(&site, 1).await.why.contains("the service cron is gone"));
    send(&ana, POND, "undeployment", &[]).await.location();
    begins(&site, POND, 2, "undeployed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_is_of_the_data_and_the_secrets_that_were_shown() {
    let site = Site::start().await;
    let ana = people(&site).await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    site.fresh().await;
    rule(&site, &[Kind::Remove], Needs::Approvals(1)).await;
    let ask = async || {
        let asked = send(&ana, BOARD, "removal", &[("confirm", BOARD)]).await;
        asked.location().to_owned()
    };
    let first = ask().await;
    ana.page(&first).await.says("Destroys secrets").says("board_example_org_admin_password");
    site.engine.volume(BOARD_STACK, "board_example_org_data");
    void(&site, &ana, BOARD, 1, "the volume board_example_org_data is new").await;

    ana.page(&ask().await).await.says("Destroys volumes board_example_org_data");
    let swarm = site.feed.latest().swarm;
    let secret = swarm.secrets.iter().find(|s| s.name.contains("admin_password")).unwrap().clone();
    site.engine.remove_secret(&secret.id).await.unwrap();
    site.engine.create_secret(NewSecret::plain(&secret.name, &secret.labels, b"anew")).await.unwrap();
    void(&site, &ana, BOARD, 2, &format!("the secret {} is another one", secret.name)).await;

    ask().await;
    let settings = format!("/apps/{BOARD}/settings");
    send_fields(&ana, &ana.page(&settings).await, &settings, &[("TITLE", "Another")]).await.location();
    void(&site, &ana, BOARD, 3, "somebody has saved other settings").await;

    ask().await;
    begins(&site, BOARD, 4, "removed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_is_of_what_ran_then() {
    let site = Site::start().await;
    let ana = people(&site).await;
    site.deployed_board(&ana, BOARD).await;
    rule(&site, &[Kind::Rotate], Needs::Approvals(1)).await;
    let rotation = "secrets/admin_password/rotation";
    let typed = [("how", "generate"), ("understood", "on")];
    send(&ana, BOARD, rotation, &typed).await.location();
    made_elsewhere(&site, "board_example_org_admin_password_v2").await;
    void(&site, &ana, BOARD, 1, "the secret board_example_org_admin_password_v2 is new").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_of_the_services_as_they_were() {
    let site = Site::start().await;
    let ana = people(&site).await;
    let _pond = pond(&site, &ana).await;
    rule(&site, &[Kind::Restart], Needs::Approvals(1)).await;
    send(&ana, POND, "restart", &[]).await.location();
    let page = ana.page("/apps/pond.example.org/deployment?version=1.1.0%2B2").await;
    let asked = send_fields(&ana, &page, "/apps/pond.example.org/deployment", &[("prune", "on")]).await;
    assert_eq!(site.operation_done(operation_of(&asked)).await.outcome, "converged");
    site.fresh().await;
    void(&site, &ana, POND, 1, "1.1.0+2 is deployed and no longer 1.0.0+1").await;
    assert!(service(&site, "app").await.spec.name.starts_with(STACK));
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_made_and_removed_only_as_they_were_shown() {
    let site = Site::start().await;
    let ana = people(&site).await;
    site.new_board(&ana, BOARD).await;
    rule(&site, &[Kind::Secrets, Kind::Unused], Needs::Approvals(1)).await;
    let (page, all) = (format!("/apps/{BOARD}/secrets"), format!("/apps/{BOARD}/secrets/generation"));
    ana.submit(&page, &all, &[]).await.location();
    made_elsewhere(&site, "board_example_org_admin_password_v1").await;
    void(&site, &ana, BOARD, 1, "the secret board_example_org_admin_password_v1 is new").await;
    let foreign = site.feed.latest().swarm.secrets.iter().find(|s| s.name.contains("admin_password")).unwrap().id.clone();
    site.engine.remove_secret(&foreign).await.unwrap();
    site.fresh().await;

    ana.submit(&page, &all, &[]).await.location();
    let settings = format!("/apps/{BOARD}/settings");
    send_fields(&ana, &ana.page(&settings).await, &settings, &[("TITLE", "Another")]).await.location();
    void(&site, &ana, BOARD, 2, "somebody has saved other settings").await;

    ana.submit(&page, &all, &[]).await.location();
    begins(&site, BOARD, 3, "generated").await;
}

const PLAN_CHANGED: &str = "the plan is no longer the one that was approved";

/// Changes a service as `docker service update` would.
async fn by_hand(site: &Site, app: &str, name: &str, change: impl Fn(&mut ServiceSpec)) {
    let full = format!("{}_{name}", app.replace('.', "_"));
    let there = site.feed.latest().swarm.services.iter().find(|s| s.spec.name == full).unwrap().clone();
    let mut spec = there.spec;
    change(&mut spec);
    site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    site.fresh().await;
}

/// A variable that names and images of services tell nothing of.
fn greet(spec: &mut ServiceSpec, greeting: &str) {
    spec.task_template.container_spec.env.push(format!("GREETED={greeting}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scaling_is_of_the_service_as_it_was() {
    let site = Site::start().await;
    let ana = people(&site).await;
    let _pond = pond(&site, &ana).await;
    rule(&site, &[Kind::Scale], Needs::Approvals(1)).await;
    send(&ana, POND, "scale", &[("tasks.app", "3")]).await.location();
    by_hand(&site, POND, "app", |spec| greet(spec, "by hand")).await;
    void(&site, &ana, POND, 1, PLAN_CHANGED).await;
    send(&ana, POND, "scale", &[("tasks.app", "3")]).await.location();
    begins(&site, POND, 2, "converged").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adoption_is_of_what_ran_when_it_was_shown() {
    let site = Site::start().await;
    let ana = people(&site).await;
    let _pond = pond(&site, &ana).await;
    by_hand(&site, POND, "app", |spec| greet(spec, "one")).await;
    rule(&site, &[Kind::Adopt], Needs::Approvals(1)).await;
    let (drift, adoption) = (format!("/apps/{POND}/drift"), format!("/apps/{POND}/adoption"));
    let ask = async || {
        let page = ana.page(&drift).await;
        let plan = page.between("name=\"plan\" value=\"", "\"").unwrap();
        ana.post(&page, &adoption, &[("plan", &plan)]).await.location().to_owned()
    };
    ask().await;
    by_hand(&site, POND, "app", |spec| greet(spec, "two")).await;
    void(&site, &ana, POND, 1, PLAN_CHANGED).await;
    ask().await;
    begins(&site, POND, 2, "adopted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_is_from_what_ran_when_it_was_shown() {
    let site = Site::start().await;
    let ana = people(&site).await;
    let _pond = pond(&site, &ana).await;
    let app = site.store.app(POND).await.unwrap().unwrap();
    let first = format!("deployments/{}", site.store.last_converged(app.id).await.unwrap().unwrap().id);
    let page = ana.page("/apps/pond.example.org/deployment?version=1.1.0%2B2").await;
    let asked = send_fields(&ana, &page, "/apps/pond.example.org/deployment", &[("prune", "on")]).await;
    assert_eq!(site.operation_done(operation_of(&asked)).await.outcome, "converged");
    site.fresh().await;
    rule(&site, &[Kind::Rollback], Needs::Approvals(1)).await;
    send(&ana, POND, &first, &[]).await.location();
    by_hand(&site, POND, "app", |spec| greet(spec, "by hand")).await;
    void(&site, &ana, POND, 1, PLAN_CHANGED).await;
    send(&ana, POND, &first, &[]).await.location();
    begins(&site, POND, 2, "converged").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_for_the_service_that_was_shown() {
    let site = Site::start().await;
    let ana = people(&site).await;
    let _recipe = deployed_shed(&site, &ana).await;
    rule(&site, &[Kind::Command], Needs::Approvals(1)).await;
    let ask = async || crate::command_shed::ask(&ana, "greet", &[("arguments", "ana")]).await.location().to_owned();
    ask().await;
    by_hand(&site, SHED, "app", |spec| spec.task_template.container_spec.image = "registry.example.org/other:1".to_owned()).await;
    void(&site, &ana, SHED, 1, "the service app has the image registry.example.org/other:1").await;
    ask().await;
    begins(&site, SHED, 2, "command done").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_again_for_the_removal_of_configs_is_led_to_the_configs() {
    let site = Site::start().await;
    let ana = people(&site).await;
    let recipe = crate::secret_keys::deployed(&site, &ana, &[]).await;
    let settings = "/apps/keys.example.org/settings";
    send_fields(&ana, &ana.page(settings).await, settings, &[("GREETING_VERSION", "v2")]).await.location();
    assert_eq!(site.deploy(&ana, "keys.example.org").await.outcome, "converged");
    site.fresh().await;
    rule(&site, &[Kind::Unused], Needs::Approvals(1)).await;
    let (list, removal) = ("/apps/keys.example.org/configs", "/apps/keys.example.org/configs/removal");
    ana.submit(list, removal, &[]).await.location();
    let old = "keys_example_org_motd_v1";
    let swarm = site.feed.latest().swarm;
    let there = swarm.configs.iter().find(|config| config.name == old).unwrap().clone();
    site.engine.remove_config(&there.id).await.unwrap();
    let anew =
        ConfigSpec { name: old.to_owned(), data: b"another".to_vec(), labels: there.labels.clone(), ..ConfigSpec::default() };
    site.engine.create_config(&anew).await.unwrap();
    void(&site, &ana, "keys.example.org", 1, &format!("the config {old} is another one")).await;
    let ended = ana.page("/apps/keys.example.org/approvals/1").await;
    assert!(ended.body.contains(&format!("href=\"{list}\"")), "{}", ended.body);
    drop(recipe);
}
