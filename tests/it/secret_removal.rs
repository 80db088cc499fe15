//! Removing secrets that nothing reads, and leaving everybody else's alone.

use canteen::engine::Mutate as _;
use canteen::stack::observed::NAMESPACE_LABEL;
use canteen::stack::spec::ConfigSpec;

use crate::harness::{Plan, Site, operation_of, until};
use crate::secret_keys::{GIVEN, KEYS, VERSION, deployed, foreign, on_swarm, recipe, secrets};

const OLD_SMTP: &str = "keys_example_org_smtp_v0";
const SMTP: &str = "keys_example_org_smtp_v1";
const TOKEN: &str = "keys_example_org_token_v1";

#[tokio::test(flavor = "multi_thread")]
async fn trap_31_what_belongs_to_another_stack_is_neither_listed_nor_removed() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    // A stack that somebody deployed past Canteen is known by the labels of what it made.
    let labels = [(NAMESPACE_LABEL.to_owned(), "keys_example_org_au".to_owned())].into();
    let config = ConfigSpec { name: "other".to_owned(), data: b"x".to_vec(), labels, ..ConfigSpec::default() };
    site.engine.create_config(&config).await.unwrap();
    // An old version of ours, one of the stack whose name begins with ours, one with another stack's label, one of nobody.
    let theirs = "keys_example_org_au_token_v1";
    let labelled = "keys_example_org_token_v7";
    let nobody = "keys_example_org_two_words_v1";
    foreign(&site, OLD_SMTP, None).await;
    foreign(&site, theirs, None).await;
    foreign(&site, labelled, Some("another")).await;
    foreign(&site, nobody, None).await;
    foreign(&site, "keys_example_organic_smtp_v1", None).await;
    site.fresh().await;
    let page = ana.page(&secrets()).await;
    page.says("Nothing reads these").says(OLD_SMTP).says("Unused");
    page.says("two_words").says("it may belong to another stack").says("Orphan");
    for other in [theirs, labelled, "organic"] {
        assert!(!page.body.contains(other), "{other} is listed: {}", page.text());
    }
    let removal = format!("{}/removal", secrets());
    for name in [theirs, labelled, nobody, TOKEN, "none"] {
        let refused = ana.submit(&secrets(), &removal, &[(name, "on")]).await;
        assert_eq!(refused.status, 422, "{name}");
        refused.says(&format!("{name} was not removed"));
    }
    assert_eq!(ana.submit(&secrets(), &removal, &[]).await.status, 422, "nothing is ticked");
    let before = on_swarm(&site).await;
    let done = site.operation_done(operation_of(&ana.submit(&secrets(), &removal, &[(OLD_SMTP, "on")]).await)).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    let expected: Vec<String> = before.into_iter().filter(|n| n != OLD_SMTP).collect();
    assert_eq!(on_swarm(&site).await, expected);
    ana.page("/audit").await.says(&format!("asked to remove secrets of {KEYS}: {OLD_SMTP}")).says("removal of secrets");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_reads_stays_even_if_it_began_to_after_the_page_was_made() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    foreign(&site, OLD_SMTP, None).await;
    site.fresh().await;
    let page = ana.page(&secrets()).await;
    // Somebody puts it back into use past Canteen.
    let swarm = site.feed.latest().swarm;
    let service = swarm.services.iter().find(|s| s.spec.name == "keys_example_org_app").unwrap();
    let mut spec = service.spec.clone();
    let old = swarm.secrets.iter().find(|s| s.name == OLD_SMTP).unwrap();
    for used in spec.task_template.container_spec.secrets.iter_mut().filter(|r| r.name == SMTP) {
        (used.name, used.id) = (old.name.clone(), old.id.clone());
    }
    site.engine.update_service(&service.id, service.version, &spec, None).await.unwrap();
    for _ in 0..8 {
        site.fresh().await;
    }
    let asked = ana.post(&page, &format!("{}/removal", secrets()), &[(OLD_SMTP, "on")]).await;
    assert_eq!(asked.status, 422);
    asked.says("something reads it").says("Old, in use");
    assert!(on_swarm(&site).await.contains(&OLD_SMTP.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_set_wrongly_is_removed_and_set_anew_before_a_deploy() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _recipe = recipe(&ana, &[]).await;
    site.new_app(&ana, "keys", VERSION, KEYS).await;
    crate::secret_keys::set_all(&site, &ana).await;
    ana.page(&secrets()).await.says("Needed for the next deploy: remove it to set it anew");
    let rotation = ana.page(&format!("{}/smtp/rotation", secrets())).await;
    rotation.says("The app is not deployed, so nothing reads smtp; remove it and set it anew");
    let removal = format!("{}/removal", secrets());
    assert_eq!(vic.submit("/apps", &removal, &[(SMTP, "on")]).await.status, 403);
    let done = site.operation_done(operation_of(&ana.submit(&secrets(), &removal, &[(SMTP, "on")]).await)).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    assert_eq!(on_swarm(&site).await, [TOKEN]);
    let form = format!("{}/smtp", secrets());
    let done = site.operation_done(operation_of(&ana.submit(&secrets(), &form, &[("value", GIVEN)]).await)).await;
    assert_eq!(done.outcome, "inserted", "{}", done.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_was_killed_half_way_is_finished_after_the_start() {
    let hold = ("CANTEEN_HOLD_AT", format!("after remove secret {OLD_SMTP}"));
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let older = "keys_example_org_token_v0";
    foreign(&site, OLD_SMTP, None).await;
    foreign(&site, older, None).await;
    site.fresh().await;
    let ticked = [(OLD_SMTP, "on"), (older, "on")];
    let asked = operation_of(&ana.submit(&secrets(), &format!("{}/removal", secrets()), &ticked).await);
    until("the first one to go", async || (!on_swarm(&site).await.contains(&OLD_SMTP.to_owned())).then_some(())).await;
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    assert_eq!(on_swarm(&site).await, [SMTP, TOKEN]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_of_configs_that_was_killed_half_way_is_in_the_log_and_finished_after_the_start() {
    let [first, second] = ["keys_example_org_old_v1", "keys_example_org_old_v2"];
    let hold = ("CANTEEN_HOLD_AT", format!("after remove config {first}"));
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    for name in [first, second] {
        let labels = [(NAMESPACE_LABEL.to_owned(), "keys_example_org".to_owned())].into();
        let config = ConfigSpec { name: name.to_owned(), data: b"x".to_vec(), labels, ..ConfigSpec::default() };
        site.engine.create_config(&config).await.unwrap();
    }
    site.fresh().await;
    let configs = format!("/apps/{KEYS}/configs");
    let asked = operation_of(&ana.submit(&configs, &format!("{configs}/removal"), &[]).await);
    let removed = |name: &str| site.engine.changes().contains(&format!("remove_config {name}"));
    until("the first one to go", async || removed(first).then_some(())).await;
    assert!(!removed(second));
    let told = site.entries().await.remove(0);
    assert_eq!((told.action.as_str(), told.outcome.as_str()), ("app.config.remove", "asked"), "before anything was done");
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    assert!(site.engine.changes().contains(&format!("remove_config {second}")));
    assert_eq!(site.entries().await.iter().filter(|e| e.of == Some(told.seq)).count(), 1, "it ends once");
}
