//! Rotating a secret: what a member sees, what happens on the Swarm, and what is left when it fails or is killed half-way.

use canteen::engine::EngineError;
use canteen::store::operations::State;
use futures_util::future::join_all;

use crate::harness::{Plan, Site, operation_of, until};
use crate::secret_keys::{KEYS, STACK, VERSION, ask, deployed, is_stored, on_swarm, read, recipe, rotated, set_all, settings};
use crate::secret_rotation_runs::by_hand;

pub(crate) const OLD: &str = "keys_example_org_token_v1";
pub(crate) const NEW: &str = "keys_example_org_token_v2";
pub(crate) const SMTP: &str = "keys_example_org_smtp_v1";
/// A rotation in which the new value is generated.
pub(crate) const MADE: &[(&str, &str)] = &[("understood", "on")];
const PASTED: &[(&str, &str)] = &[("understood", "on"), ("how", "paste"), ("value", "quite another value")];

pub(crate) fn all_read(token: &str) -> Vec<(String, Vec<String>)> {
    let named = |service: &str, names: &[&str]| (format!("{STACK}_{service}"), names.iter().map(|n| (*n).to_owned()).collect());
    vec![named("app", &[SMTP, token]), named("db", &[token])]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_new_version_is_in_use_before_the_old_one_goes() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let (number, before) = settings(&site).await;
    let review = ana.page(&format!("/apps/{KEYS}/secrets/token/rotation")).await;
    review.says("Rotate token").says("A new version v2 takes the place of v1").says("Make a password of 20 characters");
    review.says("secret token_v2 + new");

    let from = site.engine.changes().len();
    let done = rotated(&site, &ana, "token", MADE).await;
    assert_eq!((done.state, done.outcome.as_str(), done.kind.as_str()), (State::Done, "rotated", "rotate"), "{}", done.cause);
    let changes = site.engine.changes().split_off(from);
    let expected = [
        format!("create_secret {NEW}"),
        format!("update_service {STACK}_app"),
        format!("update_service {STACK}_db"),
        format!("remove_secret {OLD}"),
    ];
    assert_eq!(changes, expected);
    assert_eq!(read(&site), all_read(NEW));

    let (after_number, after) = settings(&site).await;
    assert_eq!(after_number, number + 1);
    assert_eq!(
        after,
        before.replace("SECRET_KEY_VERSION=v1 #", "SECRET_KEY_VERSION=v2 #"),
        "one line changes, and keeps its comment"
    );
    assert!(after.contains("SECRET_KEY_VERSION=v2 # length=20 charset=klingon"));
    let app = site.store.app(KEYS).await.unwrap().unwrap();
    assert_eq!(site.store.last_converged(app.id).await.unwrap().unwrap().env_number, after_number);
    ana.page(&format!("/apps/{KEYS}/deployment")).await.says("Nothing would change");

    let (page, reveal) = (format!("/operations/{}", done.id), format!("/operations/{}/reveal", done.id));
    ana.page(&page).await.says("Rotated: the new version is in use").says("See that the tasks use it");
    let shown = ana.submit(&page, &reveal, &[]).await;
    let value = shown.between("translate=\"no\">", "<").unwrap();
    assert!(site.engine.secret_is(NEW, value.as_bytes()), "what is shown is what Docker has");
    assert!(!is_stored(&site, value.as_bytes()), "the value is in no file of ours");
    let log = ana.page("/audit").await;
    log.says(&format!("asked to rotate secrets of {KEYS}: {OLD} → {NEW}")).says("wrote SECRET_KEY_VERSION=v2 into the settings");
    log.says(&format!("rotation of {KEYS}: rotated"));
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_37_whoever_rotates_is_told_that_data_keeps_the_old_password() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let page = ana.page(&format!("/apps/{KEYS}/secrets/token/rotation")).await;
    page.says("Data that exists keeps the old value").says(&format!("db keeps data in {STACK}_data"));
    let refused = ask(&ana, "token", &[("keep", "on")]).await;
    assert_eq!(refused.status, 422);
    refused.says("Say that you know");
    assert!(refused.body.contains("name=\"keep\" checked"), "what was chosen is kept");
    assert_eq!(on_swarm(&site).await, [SMTP, OLD]);
    // What no data can know needs no such word.
    let page = ana.page(&format!("/apps/{KEYS}/secrets/smtp/rotation")).await;
    assert!(!page.text().contains("Data that exists"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_given_takes_the_place_and_the_old_one_may_stay() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let empty = ask(&ana, "smtp", &[]).await;
    assert_eq!(empty.status, 422);
    empty.says("Paste the value of smtp, or choose a file with it");
    assert_eq!(ask(&ana, "smtp", &[("how", "generate")]).await.status, 422, "generate=false");
    let done = rotated(&site, &ana, "smtp", &[("value", " new at the provider\r\n"), ("keep", "on")]).await;
    assert_eq!(done.outcome, "rotated", "{}", done.cause);
    assert!(site.engine.secret_is("keys_example_org_smtp_v2", b"new at the provider"));
    assert_eq!(on_swarm(&site).await, [SMTP, "keys_example_org_smtp_v2", OLD]);
    assert!(!is_stored(&site, b"new at the provider"));
    assert!(!ana.page(&format!("/operations/{}", done.id)).await.body.contains("/reveal"), "who gave it knows it");
    ana.page("/audit?action=app.secret.rotate").await.says("(19 bytes)");
    // The old one is left over, and the next rotation takes the next number.
    ana.page(&format!("/apps/{KEYS}/secrets")).await.says("Nothing reads these").says(SMTP);
    ana.page(&format!("/apps/{KEYS}/secrets/smtp/rotation")).await.says("A new version v3 takes the place of v2");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_before_the_services_change_leaves_nothing_behind() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let (_, before) = settings(&site).await;
    for (method, error) in [("create_secret", "no room for secrets"), ("update_service", "no room for services")] {
        site.engine.fail_next(method, EngineError::Refused(error.to_owned()));
        let done = rotated(&site, &ana, "token", MADE).await;
        assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "failed"));
        assert!(done.cause.contains(error) && done.cause.contains("v1 of token is in use, as before"), "{}", done.cause);
        assert_eq!(on_swarm(&site).await, [SMTP, OLD], "{method}");
        assert_eq!(read(&site), all_read(OLD));
        assert_eq!(settings(&site).await.1, before);
        assert!(!ana.page(&format!("/operations/{}", done.id)).await.body.contains("/reveal"), "a value that is gone is not shown");
    }
    assert_eq!(rotated(&site, &ana, "token", MADE).await.outcome, "rotated", "the next try takes the same number");
    assert_eq!(on_swarm(&site).await, [SMTP, NEW]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_comes_half_way_is_put_back_as_a_whole() {
    let hold = ("CANTEEN_HOLD_AT", format!("after update service {STACK}_app"));
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let (_, before) = settings(&site).await;
    let asked = operation_of(&ask(&ana, "token", MADE).await);
    until("one service to read the new version", async || {
        site.fresh().await;
        (read(&site)[0].1.contains(&NEW.to_owned())).then_some(())
    })
    .await;
    site.engine.fail_next("update_service", EngineError::Refused("no room for the other".to_owned()));
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "failed");
    assert!(done.cause.contains("no room for the other") && done.cause.contains("v1 of token is in use"), "{}", done.cause);
    assert_eq!(on_swarm(&site).await, [SMTP, OLD]);
    assert_eq!(read(&site), all_read(OLD));
    assert_eq!(settings(&site).await.1, before);
    ana.page(&format!("/apps/{KEYS}/deployment")).await.says("Nothing would change");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_at_any_point_is_gone_on_from() {
    // A value that nothing reads yet is made anew, and can be shown; one that services read can't be shown any more.
    let points = [
        (format!("before create secret {NEW}"), true),
        (format!("after create secret {NEW}"), true),
        ("Write the settings".to_owned(), true),
        (format!("before update service {STACK}_app"), true),
        (format!("after update service {STACK}_app"), false),
        ("See that the tasks use it".to_owned(), false),
        (format!("after remove secret {OLD}"), false),
    ];
    // Each stop waits for what is held; all of them at once wait no longer than one.
    join_all(points.iter().map(|(point, shown)| killed_at(point, *shown))).await;
}

async fn killed_at(point: &str, shown: bool) {
    let hold = ("CANTEEN_HOLD_AT", point.to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let asked = operation_of(&ask(&ana, "token", MADE).await);
    held(&site, asked, point).await;
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "rotated", "{point}: {}", done.cause);
    assert_eq!(on_swarm(&site).await, [SMTP, NEW], "{point}");
    assert_eq!(read(&site), all_read(NEW), "{point}");
    assert!(settings(&site).await.1.contains("SECRET_KEY_VERSION=v2 # length=20"), "{point}");
    let page = ana.page(&format!("/operations/{asked}")).await;
    assert_eq!(page.body.contains("/reveal"), shown, "{point}");
    assert_eq!(page.text().contains("can't be shown any more"), !shown, "{point}");
}

/// Waits until the operation has come to where it is held.
pub(crate) async fn held(site: &Site, operation: i32, point: &str) {
    let wanted = point.split_once(' ').filter(|(when, _)| matches!(*when, "before" | "after"));
    until(point, async || {
        let journal = site.store.journal(operation, 0).await.unwrap();
        let begun = |step: &str| journal.iter().any(|l| l.level == "begin" && l.step == step);
        let changes = site.engine.changes();
        let done = match wanted {
            None => begun(point),
            Some(("before", change)) if change.starts_with("update") => begun("Change the Swarm"),
            Some(("before", _)) => begun("Make the new version"),
            Some((_, change)) => changes.iter().any(|c| fits(c, change)),
        };
        done.then_some(())
    })
    .await;
}

/// `create_secret x_y` is the change `create secret x_y`.
fn fits(change: &str, words: &str) -> bool {
    change.split_once(' ').is_some_and(|(verb, name)| format!("{} {name}", verb.replace('_', " ")) == words)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_value_that_a_restart_took_is_asked_for_again() {
    let hold = ("CANTEEN_HOLD_AT", format!("before create secret {NEW}"));
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let asked = operation_of(&ask(&ana, "token", PASTED).await);
    held(&site, asked, &format!("before create secret {NEW}")).await;
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "failed");
    assert!(done.cause.contains("give it anew") && done.cause.contains("v1 of token is in use, as before"), "{}", done.cause);
    assert_eq!(on_swarm(&site).await, [SMTP, OLD]);
    ana.page(&format!("/apps/{KEYS}/secrets/token/rotation")).await.says("A new version v2 takes the place of v1");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_11_a_version_that_the_recipe_sets_itself_is_not_rotated_here() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[("abra.sh", "export SECRET_KEY_VERSION=v1\n")]).await;
    let page = ana.page(&format!("/apps/{KEYS}/secrets/token/rotation")).await;
    page.says("SECRET_KEY_VERSION in the settings changes nothing, for the recipe sets it itself");
    assert!(page.post_forms().iter().all(|f| !f.contains("rotation")));
    assert_eq!(ask(&ana, "token", MADE).await.status, 409);
    assert_eq!(on_swarm(&site).await, [SMTP, OLD]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_rotated_is_told_as_it_is() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = recipe(&ana, &[]).await;
    site.new_app(&ana, "keys", VERSION, KEYS).await;
    let path = format!("/apps/{KEYS}/secrets/token/rotation");
    let unset = ana.page(&path).await;
    unset.says("Version v1 is not set yet.").says("is not set yet, so there is nothing to replace");
    assert!(!unset.text().contains("in use") && !unset.text().contains("set it anew"), "{}", unset.text());
    set_all(&site, &ana).await;
    ana.page(&path).await.says("Version v1 is set, and nothing that runs reads it.").says("remove it and set it anew");
    assert_eq!(site.deploy(&ana, KEYS).await.outcome, "converged");
    by_hand(&site, "app", |spec| spec.task_template.container_spec.secrets.clear()).await;
    by_hand(&site, "db", |spec| spec.task_template.container_spec.secrets.clear()).await;
    ana.page(&path).await.says("Version v1 is set, and nothing that runs reads it.");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_rotates_and_only_what_was_shown() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _recipe = deployed(&site, &ana, &[]).await;
    let path = format!("/apps/{KEYS}/secrets/token/rotation");
    let page = ana.page(&path).await;
    let fields = page.fields();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).chain([("understood", "on")]).collect();
    assert_eq!(vic.submit("/apps", &path, &fields).await.status, 403);
    assert_eq!(vic.get(&path).await.status, 403);
    assert_eq!(ana.get(&format!("/apps/{KEYS}/secrets/none/rotation")).await.status, 404);
    by_hand(&site, "app", |spec| spec.task_template.container_spec.env.push("BY=hand".to_owned())).await;
    let stale = ana.post(&page, &path, &fields).await;
    assert_eq!(stale.status, 409);
    stale.says("Something changed after you opened this page");
    assert_eq!(on_swarm(&site).await, [SMTP, OLD]);
}
