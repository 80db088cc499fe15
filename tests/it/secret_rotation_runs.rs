//! A rotation changes what runs, and nothing else of it: neither the version, nor what somebody left, chose, saved or changed by hand.
//! What stops it half-way, even the loss of the right to rotate, leaves nothing half done.

use canteen::access::action::NewApp;
use canteen::access::{Actor, Grant, Target, Via};
use canteen::commands::app_new;
use canteen::engine::EngineError;
use canteen::engine::Mutate as _;
use canteen::stack::labels::key;
use canteen::stack::names::StackName;
use canteen::stack::observed::Service;
use canteen::stack::spec::ServiceSpec;
use canteen::store::deployments::Deployment;
use canteen::store::operations::{Operation, State};
use futures_util::future::join_all;
use tempfile::TempDir;

use crate::harness::{Browser, Plan, Site, make_viewer, operation_of, recipes, send_fields, until};
use crate::secret_keys::{
    COMPOSE, KEYS, SAMPLE, STACK, VERSION, ask, deployed, foreign, on_swarm, read, recipe, rotated, set_all, settings,
};
use crate::secret_rotation::{MADE, NEW, OLD, SMTP, all_read, held};

const PLAN: &str = "/apps/keys.example.org/deployment";
const DRIFT: &str = "/apps/keys.example.org/drift";
const ROTATION: &str = "/apps/keys.example.org/secrets/token/rotation";
const SECOND: &str = "1.1.0+1";

/// An app of the first of two versions, deployed. The second has another image, and no worker any more.
async fn two_versions(site: &Site, ana: &Browser) -> TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let worker = "services:\n  worker:\n    image: registry.example.org/worker:1\n    secrets: [token]\n";
    let first = COMPOSE.replacen("services:\n", worker, 1);
    let second = COMPOSE.replace("registry.example.org/app:1", "registry.example.org/app:2");
    let files = |compose| [("compose.yml", compose), (".env.sample", SAMPLE), ("motd.txt", "hello\n")];
    recipes::repository(folder.path(), "keys", Some(VERSION), &files(&first));
    let url = recipes::repository(folder.path(), "keys", Some(SECOND), &files(&second)).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(ana, "keys", VERSION, KEYS).await;
    set_all(site, ana).await;
    let done = site.deploy(ana, KEYS).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    folder
}

/// Deploys the second version, and leaves running what it does not have.
async fn upgrade(site: &Site, ana: &Browser) -> Operation {
    let page = ana.page(&format!("{PLAN}?version=1.1.0%2B1")).await;
    let hidden = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"").unwrap();
    let (version, plan) = (hidden("version"), hidden("plan"));
    let fields = [("version", version.as_str()), ("plan", &plan), ("override", "yes"), ("reason", "it is made for a test")];
    let done = site.operation_done(operation_of(&ana.post(&page, PLAN, &fields).await)).await;
    site.fresh().await;
    done
}

async fn service(site: &Site, name: &str) -> Service {
    site.fresh().await;
    let observed = site.feed.latest().swarm.stack(&StackName::parse(STACK).unwrap());
    observed.services.into_iter().find(|s| s.spec.name == format!("{STACK}_{name}")).unwrap()
}

/// As `docker service update` would.
pub(crate) async fn by_hand(site: &Site, name: &str, change: impl FnOnce(&mut ServiceSpec)) {
    let there = service(site, name).await;
    let mut spec = there.spec.clone();
    change(&mut spec);
    site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    site.fresh().await;
}

async fn replicas(site: &Site, name: &str) -> Option<u64> {
    service(site, name).await.spec.mode.replicated.and_then(|r| r.replicas)
}

/// Three tasks of `app`, for good.
async fn three(site: &Site, ana: &Browser) {
    let path = format!("/apps/{KEYS}/scale");
    let asked = send_fields(ana, &ana.page(&path).await, &path, &[("tasks.app", "3")]).await;
    let done = site.operation_done(operation_of(&asked)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    site.fresh().await;
}

/// Saves settings with another value, and deploys nothing.
async fn save(ana: &Browser, variable: &str, value: &str) {
    let path = format!("/apps/{KEYS}/settings/text");
    let page = ana.page(&path).await;
    let text = page.area("text").replace(&format!("{variable}=v1"), &format!("{variable}={value}")).replace('\n', "\r\n");
    send_fields(ana, &page, &path, &[("text", &text)]).await.location();
}

async fn record(site: &Site) -> Deployment {
    let app = site.store.app(KEYS).await.unwrap().unwrap();
    site.store.last_converged(app.id).await.unwrap().unwrap()
}

/// A revision of the settings.
async fn revision(site: &Site, number: i32) -> String {
    let app = site.store.app(KEYS).await.unwrap().unwrap();
    site.store.env_revision(app.id, number).await.unwrap().unwrap().text
}

fn stopped_at(point: &str) -> Plan {
    Plan { settings: vec![("CANTEEN_HOLD_AT", point.to_owned())], ..Plan::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_left_running_stays_and_reads_the_new_version_too() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = two_versions(&site, &ana).await;
    let upgraded = upgrade(&site, &ana).await;
    assert_eq!(upgraded.outcome, "converged", "{}", upgraded.cause);
    ana.page(DRIFT).await.says("No difference");
    let done = rotated(&site, &ana, "token", MADE).await;
    assert_eq!(done.outcome, "rotated", "{}", done.cause);
    let mut wished = all_read(NEW);
    wished.push((format!("{STACK}_worker"), vec![NEW.to_owned()]));
    assert_eq!(read(&site), wished);
    assert_eq!(on_swarm(&site).await, [SMTP, NEW], "nothing reads the old version any more");
    assert_eq!(record(&site).await.version, SECOND);
    ana.page(DRIFT).await.says("No difference");
    // A second rotation leaves it as well.
    let again = rotated(&site, &ana, "token", MADE).await;
    assert_eq!(again.outcome, "rotated", "{}", again.cause);
    assert_eq!(read(&site).len(), 3);
    ana.page(DRIFT).await.says("No difference");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_tasks_that_somebody_chose_comes_back_with_the_old_version() {
    let mut site = Site::with(stopped_at(&format!("after update service {STACK}_app"))).await;
    let ana = site.admin().await;
    // The hold is for the rotation: what is scaled is the other service.
    let _recipe = deployed(&site, &ana, &[]).await;
    let path = format!("/apps/{KEYS}/scale");
    let asked = send_fields(&ana, &ana.page(&path).await, &path, &[("tasks.db", "3")]).await;
    assert_eq!(site.operation_done(operation_of(&asked)).await.outcome, "converged");
    site.fresh().await;

    let asked = operation_of(&ask(&ana, "token", MADE).await);
    held(&site, asked, &format!("after update service {STACK}_app")).await;
    until("one service to read the new version", async || {
        site.fresh().await;
        read(&site).iter().any(|(_, names)| names.contains(&NEW.to_owned())).then_some(())
    })
    .await;
    site.engine.fail_next("update_service", EngineError::Refused("no room for the other".to_owned()));
    site.restart().await;
    let failed = site.operation_done(asked).await;
    assert!(failed.cause.contains("v1 of token is in use, as before"), "{}", failed.cause);
    assert_eq!(read_now(&site).await, all_read(OLD));
    assert_eq!(replicas(&site, "db").await, Some(3));
    ana.page(PLAN).await.says("Nothing would change");
}

async fn read_now(site: &Site) -> Vec<(String, Vec<String>)> {
    site.fresh().await;
    read(site)
}

/// Trap 54: another tool is used beside the dashboard.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_by_hand_is_told_and_stays_and_is_still_a_difference_afterwards() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = two_versions(&site, &ana).await;
    three(&site, &ana).await;
    by_hand(&site, "app", |spec| {
        spec.task_template.container_spec.env.push("BY=hand".to_owned());
        spec.labels.insert(key(&StackName::parse(STACK).unwrap(), "version"), SECOND.to_owned());
        spec.task_template.container_spec.image = "registry.example.org/app:2".to_owned();
    })
    .await;
    let page = ana.page(ROTATION).await;
    page.says("What was changed outside of Canteen stays as it is").says("environment.BY");
    let before = service(&site, "app").await.spec;
    let done = rotated(&site, &ana, "token", MADE).await;
    assert_eq!(done.outcome, "rotated", "{}", done.cause);
    let after = service(&site, "app").await.spec;
    assert!(after.task_template.container_spec.env.contains(&"BY=hand".to_owned()));
    assert_eq!(after.task_template.container_spec.image, before.task_template.container_spec.image, "no other version");
    assert_eq!(after.labels, before.labels);
    assert_eq!(replicas(&site, "app").await, Some(3));
    assert_eq!(read(&site).iter().filter(|(_, names)| names.contains(&NEW.to_owned())).count(), 3);
    let record = record(&site).await;
    assert!(record.version == VERSION && !record.stack.contains("BY=hand"), "a rotation takes nothing onto the record");
    ana.page(DRIFT).await.says("environment.BY").says("Its labels tell the version 1.1.0+1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_failed_is_dealt_with_before_a_rotation() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = two_versions(&site, &ana).await;
    let fields = ana.page(ROTATION).await;
    site.engine.fail_next("update_service", EngineError::Refused("no room".to_owned()));
    assert_eq!(upgrade(&site, &ana).await.state, State::Failed);
    // Nothing of the first version was changed, so a rotation is of it.
    ana.page(ROTATION).await.says("A new version v2 takes the place of v1");

    let image = "registry.example.org/app:2";
    site.engine.image(image, None);
    site.engine.fail_image(image, "No such image: app:2");
    assert_eq!(upgrade(&site, &ana).await.state, State::Failed);
    let page = ana.page(ROTATION).await;
    page.says("The last change of this app failed").says("what runs is not 1.0.0+1");
    assert!(page.post_forms().iter().all(|f| !f.contains("rotation")));
    let sent: Vec<(String, String)> = fields.fields();
    let sent: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).chain([("understood", "on")]).collect();
    assert_eq!(ana.post(&fields, ROTATION, &sent).await.status, 409);
    assert_eq!(on_swarm(&site).await, [SMTP, OLD]);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_were_saved_meanwhile_stay_saved_and_undeployed() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let page = ana.page(ROTATION).await;
    // Saved after the page was opened: it is no part of what the page shows, so its button still does what it says.
    save(&ana, "GREETING_VERSION", "v7").await;
    let (number, newest) = settings(&site).await;
    let asked = send_fields(&ana, &page, ROTATION, MADE).await;
    let done = site.operation_done(operation_of(&asked)).await;
    assert_eq!(done.outcome, "rotated", "{}", done.cause);
    site.fresh().await;

    let (after, text) = settings(&site).await;
    assert_eq!(text, newest.replace("SECRET_KEY_VERSION=v1 #", "SECRET_KEY_VERSION=v2 #"), "one line of what was saved");
    let record = record(&site).await;
    assert_eq!((record.env_number, after), (number + 1, number + 2));
    let runs = revision(&site, record.env_number).await;
    assert!(runs.contains("GREETING_VERSION=v1") && runs.contains("SECRET_KEY_VERSION=v2 # length=20"), "{runs}");
    assert!(service(&site, "app").await.spec.task_template.container_spec.env.contains(&"GREETING_VERSION=v1".to_owned()));
    ana.page(&format!("/apps/{KEYS}")).await.says("Settings not deployed yet");
    ana.page(DRIFT).await.says("No difference");
    // The next rotation says so before, and is no different.
    ana.page(ROTATION).await.says("Settings that were saved and not deployed stay so: GREETING_VERSION");
    assert_eq!(rotated(&site, &ana, "token", MADE).await.outcome, "rotated");
    assert_eq!(settings(&site).await.1, newest.replace("SECRET_KEY_VERSION=v1 #", "SECRET_KEY_VERSION=v3 #"));
    let deploy = site.deploy(&ana, KEYS).await;
    assert_eq!(deploy.outcome, "converged", "{}", deploy.cause);
    assert!(service(&site, "app").await.spec.task_template.container_spec.env.contains(&"GREETING_VERSION=v7".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_saved_and_not_deployed_is_not_overwritten() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let page = ana.page(ROTATION).await;
    save(&ana, "SECRET_KEY_VERSION", "v9").await;
    let (_, before) = settings(&site).await;
    ana.page(ROTATION).await.says("SECRET_KEY_VERSION=v9, which is saved and not deployed");
    assert_eq!(send_fields(&ana, &page, ROTATION, MADE).await.status, 409);
    assert_eq!((settings(&site).await.1, on_swarm(&site).await), (before, vec![SMTP.to_owned(), OLD.to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_writes_no_settings_twice_and_a_failure_takes_back_only_the_version() {
    let point = format!("before update service {STACK}_app");
    let mut site = Site::with(stopped_at(&point)).await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    save(&ana, "GREETING_VERSION", "v7").await;
    let (number, newest) = settings(&site).await;
    let asked = operation_of(&ask(&ana, "token", MADE).await);
    held(&site, asked, &point).await;
    assert_eq!(settings(&site).await.0, number + 2);
    // Somebody saves once more while it is away.
    save(&ana, "SECRET_OFF_VERSION", "v5").await;
    site.engine.fail_next("update_service", EngineError::Refused("no room for services".to_owned()));
    site.restart().await;
    let failed = site.operation_done(asked).await;
    assert!(failed.cause.contains("no room for services") && failed.cause.contains("v1 of token is in use"), "{}", failed.cause);
    let (after, text) = settings(&site).await;
    assert_eq!(after, number + 4, "what runs, what was saved, what was saved meanwhile, the way back");
    assert_eq!(text, newest.replace("SECRET_OFF_VERSION=v1", "SECRET_OFF_VERSION=v5"));
    assert_eq!(on_swarm(&site).await, [SMTP, OLD]);
    ana.page("/audit").await.says(&format!("put SECRET_KEY_VERSION=v1 back into the settings of {KEYS}"));
    ana.page(ROTATION).await.says("Settings that were saved and not deployed stay so: GREETING_VERSION, SECRET_OFF_VERSION");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_version_that_can_not_be_removed_is_told_and_takes_nothing_from_the_rotation() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    site.engine.fail_next("remove_secret", EngineError::Refused("the disk is read-only".to_owned()));
    let done = rotated(&site, &ana, "token", MADE).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "rotated"), "{}", done.cause);
    assert!(done.cause.contains(&format!("{OLD} could not be removed")) && done.cause.contains("read-only"), "{}", done.cause);
    assert_eq!(read(&site), all_read(NEW));
    ana.page(&format!("/operations/{}", done.id)).await.says("Rotated: the new version is in use").says("could not be removed");
    let secrets = format!("/apps/{KEYS}/secrets");
    ana.page(&secrets).await.says("Nothing reads these").says(OLD);
    let removed = ana.submit(&secrets, &format!("{secrets}/removal"), &[(OLD, "on")]).await;
    assert_eq!(site.operation_done(operation_of(&removed)).await.outcome, "removed");
    assert_eq!(on_swarm(&site).await, [SMTP, NEW]);
}

/// `abra` labels no secrets, and the name of this one is as well that of a secret of an app that nothing runs of. No page makes such
/// an app beside the other, but it may have come by an import.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_version_that_an_undeployed_app_may_need_stays() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = recipe(&ana, &[]).await;
    site.new_app(&ana, "keys", VERSION, KEYS).await;
    foreign(&site, OLD, None).await;
    foreign(&site, SMTP, None).await;
    site.fresh().await;
    let deploy = site.deploy(&ana, KEYS).await;
    assert_eq!(deploy.outcome, "converged", "{}", deploy.cause);
    let member = site.store.member("ana").await.unwrap().unwrap();
    let rights = site.store.rights(member.id).await.unwrap();
    let actor = Actor::Member { id: member.id, name: member.name, rights, via: Via::default() };
    let other = app_new::NewApp {
        name: "keys.example.org.token".to_owned(),
        stack: format!("{STACK}_token"),
        recipe: "keys".to_owned(),
        version: VERSION.to_owned(),
        env: "TYPE=keys\n".to_owned(),
    };
    site.store.commit(&Grant::<NewApp>::judge(actor, Target::Site).unwrap(), other).await.unwrap();

    let done = rotated(&site, &ana, "token", MADE).await;
    assert_eq!(done.outcome, "rotated", "{}", done.cause);
    assert!(done.cause.contains(&format!("{OLD} stays: another app may need it")), "{}", done.cause);
    assert_eq!(on_swarm(&site).await, [SMTP, OLD, NEW]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_rotate_any_more_half_way_leaves_nothing_half_done() {
    let points = [
        format!("after create secret {NEW}"),
        format!("before update service {STACK}_app"),
        format!("after update service {STACK}_app"),
    ];
    // Each stop waits for what is held; all of them at once wait no longer than one.
    join_all(points.iter().map(|point| refused_at(point))).await;
}

async fn refused_at(point: &str) {
    let mut site = Site::with(stopped_at(point)).await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let (_, before) = settings(&site).await;
    let asked = operation_of(&ask(&ana, "token", MADE).await);
    held(&site, asked, point).await;
    make_viewer(&site.database(), "ana");
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "refused"), "{point}: {}", done.cause);
    assert!(done.cause.contains("may not do this any more") && !done.cause.contains("was not begun"), "{}", done.cause);
    assert!(done.cause.contains("v1 of token is in use, as before"), "{point}: {}", done.cause);
    assert_eq!(on_swarm(&site).await, [SMTP, OLD], "{point}");
    assert_eq!(read(&site), all_read(OLD), "{point}");
    assert_eq!(settings(&site).await.1, before, "{point}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_use_already_stays_whatever_became_of_the_right_to_it() {
    let point = format!("after remove secret {OLD}");
    let mut site = Site::with(stopped_at(&point)).await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let asked = operation_of(&ask(&ana, "token", MADE).await);
    held(&site, asked, &point).await;
    make_viewer(&site.database(), "ana");
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "rotated"), "{}", done.cause);
    assert_eq!((read_now(&site).await, on_swarm(&site).await), (all_read(NEW), vec![SMTP.to_owned(), NEW.to_owned()]));
    let (number, text) = settings(&site).await;
    assert!(text.contains("SECRET_KEY_VERSION=v2") && record(&site).await.env_number == number);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_stopped_half_way_does_not_say_that_it_was_not_begun() {
    let point = format!("after update service {STACK}_app");
    let mut site = Site::with(stopped_at(&point)).await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let restart = format!("/apps/{KEYS}/restart");
    let asked = operation_of(&send_fields(&ana, &ana.page(&restart).await, &restart, &[]).await);
    until("the service to be sent", async || (service(&site, "app").await.spec.task_template.force_update == 1).then_some(()))
        .await;
    make_viewer(&site.database(), "ana");
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "refused");
    assert!(done.cause.contains("it was stopped half-way") && !done.cause.contains("not begun"), "{}", done.cause);
}
