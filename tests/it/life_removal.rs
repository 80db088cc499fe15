//! Removing an app for good.

use canteen::access::Role;
use canteen::engine::{EngineError, Inspect as _, Mutate as _, NewSecret};
use canteen::stack::observed::NAMESPACE_LABEL;
use canteen::stack::spec::{ConfigSpec, Labels, NetworkSpec, ServiceSpec};
use canteen::store::operations::State;

use serde_json::{Map, Value, json};

use crate::harness::{Browser, Plan, Site, operation_of, send_fields, until};
use crate::life_pond::{POND, STACK, fill, pond};

const REMOVAL: &str = "/apps/pond.example.org/removal";
const UNDEPLOY: &str = "/apps/pond.example.org/undeployment";

async fn undeploy(site: &Site, ana: &Browser) {
    let done = site.operation_done(operation_of(&ana.submit(UNDEPLOY, UNDEPLOY, &[]).await)).await;
    assert_eq!(done.outcome, "undeployed", "{}", done.cause);
    site.fresh().await;
}

async fn secret(site: &Site, name: &str, labels: &Labels) {
    site.engine.create_secret(NewSecret::plain(name, labels, b"x")).await.unwrap();
}

/// What the audit log says was destroyed.
async fn removal_entry(site: &Site) -> Map<String, Value> {
    site.entries().await.into_iter().find(|e| e.action == "app.remove" && e.outcome == "ok").unwrap().particulars
}

async fn secrets(site: &Site) -> Vec<String> {
    site.fresh().await;
    let mut names: Vec<String> = site.feed.latest().swarm.secrets.iter().map(|s| s.name.clone()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_removed_with_what_was_chosen_and_its_history_stays() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _pond = pond(&site, &ana).await;
    let old = site.store.app(POND).await.unwrap().unwrap();
    let runs = ana.page(REMOVAL).await;
    runs.says("Only an app that is undeployed can be removed");
    assert!(!runs.post_forms().contains(&REMOVAL.to_owned()));
    assert_eq!(ana.post(&runs, REMOVAL, &[("confirm", POND)]).await.status, 422);
    undeploy(&site, &ana).await;
    secret(&site, "pond_example_org_pw_v1", &Labels::from([("coop-cloud.app".to_owned(), POND.to_owned())])).await;
    site.fresh().await;

    let page = ana.page(REMOVAL).await;
    page.says("pond_example_org_data").says("pond_example_org_pw_v1");
    let ticked: Vec<String> = page.fields().into_iter().filter(|(_, value)| value == "on").map(|(name, _)| name).collect();
    assert_eq!(ticked, ["volume.pond_example_org_data", "secret.pond_example_org_pw_v1", "settings"]);
    let wrong = fill(&ana, REMOVAL, &[("confirm", "pond.example.com")]).await;
    assert_eq!(wrong.status, 422);
    wrong.says("Type pond.example.org to confirm");
    assert!(wrong.body.contains("value=\"pond.example.com\""));
    assert_eq!(vic.get(REMOVAL).await.status, 403);
    assert_eq!(vic.submit("/apps", REMOVAL, &[("confirm", POND)]).await.status, 403);

    let sent = send_fields(&ana, &page, REMOVAL, &[("confirm", POND)]).await;
    let done = site.operation_done(operation_of(&sent)).await;
    assert_eq!((done.state, done.outcome.as_str(), done.kind.as_str()), (State::Done, "removed", "remove"), "{}", done.cause);
    assert_eq!(operation_of(&send_fields(&ana, &page, REMOVAL, &[("confirm", POND)]).await), done.id, "sent twice is once");
    assert!(site.engine.volumes(STACK).await.unwrap().is_empty() && secrets(&site).await.is_empty());
    assert!(site.store.apps().await.unwrap().is_empty());
    assert!(!ana.page("/apps").await.text().contains(POND));

    // What happened can still be read, but for the settings.
    let operation = ana.page(&format!("/operations/{}", done.id)).await;
    operation.says("Removed: the app is gone from the list").says("remove volume pond_example_org_data");
    ana.page("/operations").await.says("Deploy 1.0.0").says("Undeploy");
    let kept_as = format!("{POND}~removed-{}", old.id);
    for page in [POND, &kept_as] {
        ana.page(&format!("/apps/{page}")).await.says("was removed by ana").says("Deploy 1.0.0");
        for inner in ["deployment", "settings", "deployments"] {
            let gone = ana.get(&format!("/apps/{page}/{inner}")).await;
            assert_eq!(gone.status, 410, "{inner}");
            gone.says("The app pond.example.org was removed by ana on 20");
        }
    }
    assert_eq!(ana.get("/apps/other.example.org/settings").await.status, 404);
    for list in ["/operations".to_owned(), format!("/operations/{}", done.id), format!("/apps/{POND}"), "/audit".to_owned()] {
        let page = ana.page(&list).await;
        assert!(!page.text().contains('~'), "{list}: {}", page.text());
        if list.starts_with("/operations") {
            page.says("pond.example.org removed");
            assert!(
                page.body.contains(&format!("href=\"/apps/{kept_as}\"")),
                "the link leads to what is left, not to the next app"
            );
        }
    }
    let kept = site.store.deployments(old.id, None, 9).await.unwrap();
    assert_eq!((kept.len(), kept[0].version.as_str(), kept[0].stack.as_str()), (1, "1.0.0+1", "{}"));
    assert!(site.store.env_revision(old.id, 1).await.unwrap().is_none());
    let log = ana.page(&format!("/audit?object={POND}")).await;
    log.says("asked to remove pond.example.org")
        .says("removed pond.example.org with 1 volume, 1 secret, 0 configs, and its settings");
    let told = removal_entry(&site).await;
    assert_eq!(told["volumes"], json!(["pond_example_org_data"]));
    assert!(!told.contains_key("stayed") && !told.contains_key("absent"), "{told:?}");
    assert!(site.store.check_audit().await.is_ok());

    // A new app of that name has nothing of the old one.
    site.new_app(&ana, "pond", "1.0.0+1", POND).await;
    let new = site.store.app(POND).await.unwrap().unwrap();
    assert_ne!(new.id, old.id);
    assert!(site.store.deployments(new.id, None, 9).await.unwrap().is_empty());
    ana.page(&format!("/apps/{POND}/deployments")).await.says("Not deployed yet");
    let first = site.deploy(&ana, POND).await;
    assert_eq!(first.outcome, "converged", "{}", first.cause);
    undeploy(&site, &ana).await;
    let again = site.operation_done(operation_of(&fill(&ana, REMOVAL, &[("confirm", POND)]).await)).await;
    assert_eq!(again.outcome, "removed", "{}", again.cause);
    ana.page(&format!("/apps/{POND}~removed-{}", new.id)).await.says("was removed by ana");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_was_left_open_tells_who_removed_the_app_and_when() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.add("bo", Role::Admin).await;
    let bo = site.signed_in("bo").await;
    let _pond = pond(&site, &ana).await;
    undeploy(&site, &ana).await;
    let path = |tail: &str| format!("/apps/{POND}/{tail}");
    let mut tabs = vec![];
    for form in ["settings", "settings/text", "deployment", "removal"] {
        tabs.push((path(form), bo.page(&path(form)).await));
    }
    let secrets = bo.page(&path("secrets")).await;
    for form in ["secrets/generation", "secrets/removal", "secrets/pw", "configs/removal", "restart", "scale", "undeployment"] {
        tabs.push((path(form), secrets.clone()));
    }
    let done = site.operation_done(operation_of(&fill(&ana, REMOVAL, &[("confirm", POND)]).await)).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    let head = site.head().await;
    for (form, page) in &tabs {
        let late = send_fields(&bo, page, form, &[]).await;
        assert_eq!(late.status, 410, "{form}: {}", late.text());
        late.says("This app was removed").says("The app pond.example.org was removed by ana on 20").says("Its history");
    }
    assert_eq!(site.head().await, head, "nothing was written");

    // Somebody makes another app of that name: what was typed for the old one is not for this one.
    site.new_app(&ana, "pond", "1.0.0+1", POND).await;
    let head = site.head().await;
    for (form, page) in &tabs[..2] {
        let mut fields = page.fields();
        fields.push(("text".to_owned(), "GREETING=old\n".to_owned()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let late = bo.post(page, form, &fields).await;
        assert_eq!(late.status, 410, "{form}: {}", late.text());
    }
    assert_eq!(site.head().await, head, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ticked_stays() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let app = site.store.app(POND).await.unwrap().unwrap();
    undeploy(&site, &ana).await;
    let page = ana.page(REMOVAL).await;
    let done = site.operation_done(operation_of(&ana.post(&page, REMOVAL, &[("confirm", POND)]).await)).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    assert_eq!(site.engine.volumes(STACK).await.unwrap(), ["pond_example_org_data"]);
    assert!(site.store.env_revision(app.id, 1).await.unwrap().is_some());
    let told = removal_entry(&site).await;
    assert_eq!(told["volumes"], json!([]));
    assert_eq!(told["stayed"], json!(["the volume pond_example_org_data (not chosen)", "the settings (not chosen)"]));
    ana.page(&format!("/audit?object={POND}")).await.says("what stayed: the volume pond_example_org_data (not chosen)");
    assert_ne!(site.store.deployments(app.id, None, 1).await.unwrap()[0].stack, "{}");
}

/// Trap 31: objects of a stack whose name merely begins like this one's are neither shown nor touched.
#[tokio::test(flavor = "multi_thread")]
async fn trap_31_another_stacks_objects_are_neither_shown_nor_removed() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let of = |stack: &str| Labels::from([(NAMESPACE_LABEL.to_owned(), stack.to_owned())]);
    let other = "pond_example_org_two";
    site.engine.volume(other, "pond_example_org_two_data");
    let mut spec = ServiceSpec { name: format!("{other}_app"), labels: of(other), ..ServiceSpec::default() };
    spec.task_template.container_spec.image = "other:1".to_owned();
    site.engine.create_service(&spec, None).await.unwrap();
    secret(&site, "pond_example_org_two_pw_v1", &Labels::new()).await;
    secret(&site, "pond_example_org_stray_v1", &Labels::new()).await;
    secret(&site, "pond_example_org_theirs_v1", &of(other)).await;
    let config = |name: &str, labels| ConfigSpec { name: name.to_owned(), data: b"x".to_vec(), labels, ..ConfigSpec::default() };
    site.engine.create_config(&config("pond_example_org_two_conf", of(other))).await.unwrap();
    let network =
        NetworkSpec { name: format!("{other}_net"), driver: "overlay".to_owned(), labels: of(other), ..NetworkSpec::default() };
    site.engine.create_network(&network).await.unwrap();
    undeploy(&site, &ana).await;
    let page = ana.page(REMOVAL).await;
    assert!(!page.text().contains("_two_") && !page.text().contains("theirs"), "{}", page.text());
    page.says("pond_example_org_stray_v1 Only its name says that it is this app’s");
    assert!(page.fields().iter().all(|(name, _)| !name.contains("stray")), "what is not sure is not ticked");
    // Somebody who edits the form reaches nothing of the other's either.
    let forged = fill(&ana, REMOVAL, &[("confirm", POND), ("secret.pond_example_org_two_pw_v1", "on")]).await;
    assert_eq!(forged.status, 422);
    forged.says("Not there any more: the secret pond_example_org_two_pw_v1");
    let volume = fill(&ana, REMOVAL, &[("confirm", POND), ("volume.pond_example_org_two_data", "on")]).await;
    assert_eq!(volume.status, 422);

    let sent = fill(&ana, REMOVAL, &[("confirm", POND), ("secret.pond_example_org_stray_v1", "on")]).await;
    let done = site.operation_done(operation_of(&sent)).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    assert_eq!(secrets(&site).await, ["pond_example_org_theirs_v1", "pond_example_org_two_pw_v1"]);
    assert_eq!(site.engine.volumes(other).await.unwrap(), ["pond_example_org_two_data"]);
    let swarm = site.feed.latest().swarm;
    assert!(swarm.configs.iter().any(|c| c.name == "pond_example_org_two_conf"));
    assert!(swarm.networks.iter().any(|n| n.name == "pond_example_org_two_net"));
    assert!(swarm.services.iter().any(|s| s.spec.name == "pond_example_org_two_app"));
}

/// Trap 52: removal is asynchronous, so what is still held is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn trap_52_a_volume_that_is_still_held_is_tried_again_and_a_network_that_was_left_goes() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    undeploy(&site, &ana).await;
    let labels = Labels::from([(NAMESPACE_LABEL.to_owned(), STACK.to_owned())]);
    let left = NetworkSpec { name: format!("{STACK}_left"), driver: "overlay".to_owned(), labels, ..NetworkSpec::default() };
    site.engine.create_network(&left).await.unwrap();
    site.fresh().await;
    for _ in 0..2 {
        site.engine.fail_next("remove_volume", EngineError::Conflict("volume is in use - [c1]".to_owned()));
    }
    let done = site.operation_done(operation_of(&fill(&ana, REMOVAL, &[("confirm", POND)]).await)).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    ana.page(&format!("/operations/{}", done.id)).await.says("trying again until it lets go");
    assert!(site.engine.network(&left.name).await.unwrap().is_none());
    assert!(site.engine.volumes(STACK).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_engine_does_not_let_go_keeps_the_app() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    undeploy(&site, &ana).await;
    secret(&site, "pond_example_org_pw_v1", &Labels::from([("coop-cloud.app".to_owned(), POND.to_owned())])).await;
    site.fresh().await;
    site.engine.fail_next("remove_secret", EngineError::Refused("in use by the service other_app".to_owned()));
    let failed = site.operation_done(operation_of(&fill(&ana, REMOVAL, &[("confirm", POND)]).await)).await;
    assert_eq!(failed.state, State::Failed);
    assert!(failed.cause.ends_with("Destroyed before that: the volume pond_example_org_data"), "{}", failed.cause);
    assert!(failed.cause.contains("the secret pond_example_org_pw_v1 (in use by the service other_app)"), "{}", failed.cause);
    assert!(site.store.app(POND).await.unwrap().is_some());
    for page in [format!("/operations/{}", failed.id), format!("/apps/{POND}")] {
        let text = ana.page(&page).await.text();
        assert!(!text.contains("Put back"), "what is half removed is nothing to go back to: {text}");
    }
    ana.page(&format!("/operations/{}", failed.id)).await.says("Remove the rest");
    let missing = EngineError::NotFound { what: "secret".to_owned() };
    site.engine.fail_next("remove_secret", missing);
    let done = site.operation_done(operation_of(&fill(&ana, REMOVAL, &[("confirm", POND)]).await)).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    let told = removal_entry(&site).await;
    assert_eq!((&told["volumes"], &told["secrets"]), (&json!([]), &json!([])), "neither went by this operation's hand");
    assert_eq!(told["absent"], json!(["the secret pond_example_org_pw_v1"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_middle_is_gone_on_from() {
    let hold = ("CANTEEN_HOLD_AT", "after remove volume pond_example_org_data".to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    undeploy(&site, &ana).await;
    let asked = operation_of(&fill(&ana, REMOVAL, &[("confirm", POND)]).await);
    until("the volume to go", async || site.engine.volumes(STACK).await.unwrap().is_empty().then_some(())).await;
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    assert!(site.store.app(POND).await.unwrap().is_none());
    assert_eq!(removal_entry(&site).await["volumes"], json!(["pond_example_org_data"]), "it went by this operation's hand");
}
