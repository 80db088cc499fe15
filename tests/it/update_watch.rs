//! Updates by themselves: in their window, once, and never with more than what ran before.

use std::sync::Arc;

use canteen::access::action::{Deploy, RefreshRecipe};
use canteen::access::{Actor, Grant, Target};
use canteen::commands::recipe_refresh;
use canteen::engine::Mutate as _;
use canteen::ops::check::beside;
use canteen::ops::order::{self, Wanted};
use canteen::ops::updates::Watch;
use canteen::stack::observed::Observed;
use canteen::stack::spec::Mount;
use canteen::store::audit::Entry;
use canteen::store::operations::{Operation, State};
use canteen::store::tag_alarms::Found;

use crate::harness::{Browser, Plan, Site, operation_of, until};
use crate::life_pond::{POND, Pond, SAMPLE, fill, observed, pond_of, service, services};

const PAGE: &str = "/apps/pond.example.org/updates";
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

pub(crate) const COMPOSE: &str = "\
services:
  app: {image: \"registry.example.org/app:1\", environment: [GREETING], deploy: {labels: [\"traefik.enable=true\"]}}
  db: {image: \"registry.example.org/db:1\", volumes: [\"data:/data\"]}
volumes: {data: {}}
";

/// The same with another image of the app.
pub(crate) fn app(tag: &str) -> String {
    COMPOSE.replace("app:1", &format!("app:{tag}"))
}

/// It is noon, so that no test goes on over midnight.
pub(crate) async fn noon(plan: Plan) -> Site {
    let site = Site::with(plan).await;
    let now = canteen::clock::Clock::now(&*site.clock);
    site.clock.advance((DAY / 2 - now.rem_euclid(DAY)).rem_euclid(DAY));
    site.fresh().await;
    site
}

pub(crate) fn watch(site: &Site) -> Watch {
    Watch {
        store: site.store.clone(),
        shelf: site.shelf.clone(),
        feed: site.feed.clone(),
        live: site.live.clone(),
        bell: Arc::default(),
        deploy_timeout_s: site.settings.deploy_timeout_s,
    }
}

/// Chooses a policy with these hours of every day.
pub(crate) async fn choose(ana: &Browser, mode: &str, from: &str, to: &str, others: &[(&str, &str)]) {
    let days = (0..7).map(|day| format!("day.{day}")).collect::<Vec<_>>();
    let mut fields: Vec<(&str, &str)> = vec![("mode", mode), ("from", from), ("to", to)];
    fields.extend(days.iter().map(|day| (day.as_str(), "on")));
    fields.extend(others);
    assert_eq!(ana.submit(PAGE, PAGE, &fields).await.location(), PAGE);
}

pub(crate) async fn fetch(ana: &Browser) {
    ana.submit("/recipes/pond", "/recipes/pond/refresh", &[]).await.location();
}

/// Looks once, and waits for what that began.
pub(crate) async fn look(site: &Site) {
    watch(site).look().await.unwrap();
    site.idle().await;
    site.fresh().await;
}

/// What was done by itself, oldest first.
pub(crate) async fn by_itself(site: &Site) -> Vec<Operation> {
    let mut all = site.store.operations(None, None, 100).await.unwrap();
    all.retain(|o| o.asked_by.is_scheduler());
    all.reverse();
    all
}

/// Entries of the scheduler about the app, oldest first.
async fn told(site: &Site) -> Vec<Entry> {
    let mut all = site.entries().await;
    all.retain(|e| e.actor.name == "scheduler" && e.target.name == POND);
    all.reverse();
    all
}

pub(crate) async fn version(site: &Site) -> String {
    site.store.app(POND).await.unwrap().unwrap().version
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_done_in_its_window_and_once() {
    let site = noon(Plan::default()).await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let pond = pond_of(&site, &ana, COMPOSE).await;
    ana.page(PAGE).await.says("There is no newer version").says("Nobody has chosen one for this app, so Canteen only tells");
    pond.release("1.0.1+1", &app("2"), SAMPLE, Some("The water is clear now. <b>Really</b>."));
    pond.release("2.0.0+1", &app("3"), SAMPLE, None);
    fetch(&ana).await;
    ana.page(&format!("/apps/{POND}")).await.says("2.0.0+1 is newer than what runs");
    ana.page("/updates").await.says("2.0.0+1 a major step, 2 versions on").says("Canteen only tells");
    ana.page(PAGE).await.says("The water is clear now. <b>Really</b>.").says("a patch step");
    look(&site).await;
    assert!(by_itself(&site).await.is_empty(), "without a policy nothing is done");

    choose(&ana, "patch", "14", "16", &[]).await;
    ana.page(PAGE).await.says("Canteen deploys 1.0.1+1 by itself when the window opens").says("ana chose it");
    ana.page("/updates").await.says("when the window opens").says("patches by itself, 14:00–16:00 UTC every day");
    assert!(vic.page(PAGE).await.post_forms().iter().all(|path| path != PAGE), "a viewer has no form");
    look(&site).await;
    assert!(by_itself(&site).await.is_empty(), "the window is closed");

    site.clock.advance(2 * HOUR + HOUR / 2);
    let (one, two) = (watch(&site), watch(&site));
    let (first, second) = tokio::join!(one.look(), two.look());
    first.and(second).unwrap();
    site.idle().await;
    look(&site).await;
    let done = by_itself(&site).await;
    assert_eq!(done.len(), 1, "two processes asked once");
    assert_eq!((done[0].outcome.as_str(), version(&site).await.as_str()), ("converged", "1.0.1+1"), "{}", done[0].cause);
    assert!(service(&site, "app").await.spec.task_template.container_spec.image.contains("app:2"));
    let entries = told(&site).await;
    let lines: Vec<_> = entries.iter().map(|e| (e.action.as_str(), e.outcome.as_str(), e.actor.kind.as_str())).collect();
    assert_eq!(lines, [("app.deploy", "asked", "system"), ("operation.conclude", "converged", "system")]);
    assert_eq!(entries[0].particulars["before"], "1.0.0+1");
    let ana = site.admin().await;
    ana.page("/audit").await.says("Canteen (scheduler)").says("set the update policy of pond.example.org: patch");

    // Another one in the same window waits for the next, and a clock that goes back brings none again.
    pond.release("1.0.2+1", &app("4"), SAMPLE, None);
    fetch(&ana).await;
    look(&site).await;
    site.clock.advance(-DAY);
    look(&site).await;
    site.clock.advance(DAY);
    assert_eq!(by_itself(&site).await.len(), 1);
    ana.page(PAGE).await.says("Canteen deploys 1.0.2+1 by itself when the window opens");
    // The next window passes while nothing looks; nothing is made up for after it.
    site.clock.advance(DAY + 3 * HOUR);
    look(&site).await;
    assert_eq!(by_itself(&site).await.len(), 1, "a window that was missed is gone");
    site.clock.advance(DAY - 3 * HOUR);
    look(&site).await;
    assert_eq!((by_itself(&site).await.len(), version(&site).await.as_str()), (2, "1.0.2+1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_for_new_power_does_not_reach_the_engine() {
    let site = noon(Plan::default()).await;
    let ana = site.admin().await;
    let pond = pond_of(&site, &ana, COMPOSE).await;
    let socket = COMPOSE.replace("app:1\",", "app:1\", volumes: [\"/var/run/docker.sock:/s\"],");
    pond.release_of("1.0.1+1", &socket);
    fetch(&ana).await;
    choose(&ana, "minor", "0", "24", &[]).await;
    let changes = site.engine.changes();
    look(&site).await;
    look(&site).await;
    assert_eq!((by_itself(&site).await.len(), site.engine.changes()), (0, changes.clone()));
    let entries = told(&site).await;
    assert_eq!(entries.len(), 1, "it is told once");
    assert_eq!((entries[0].action.as_str(), entries[0].outcome.as_str()), ("app.updates.hold", "refused"));
    assert!(entries[0].particulars["why"].to_string().contains("docker.sock"), "{:?}", entries[0].particulars);
    for page in [PAGE, "/updates"] {
        ana.page(page).await.says("It asks for new power over the host: pond_example_org_app:").says("docker.sock");
    }

    // Even an order that says that everything was confirmed is refused before anything is sent.
    let app = site.store.app(POND).await.unwrap().unwrap();
    let first = site.store.operations(Some(app.id), None, 1).await.unwrap().remove(0);
    let Ok(Wanted::Deploy(mut wanted)) = serde_json::from_str(&first.wanted) else { panic!("{}", first.wanted) };
    for (kind, source) in [("bind", "/var/run/docker.sock"), ("bind", "/srv"), ("bind", "/etc")] {
        let mount = Mount { kind: kind.to_owned(), source: source.to_owned(), target: "/x".to_owned(), ..Mount::default() };
        let spec = &mut wanted.desired.services[0];
        spec.task_template.container_spec.mounts = vec![mount];
        let powers = canteen::stack::policy::powers(&wanted.desired, &Observed::default());
        wanted.confirmed = powers.iter().map(canteen::stack::policy::Power::line).collect();
        wanted.plan_hash = beside(&wanted.desired, observed(&site).await, &[]).hash();
        let may = Grant::<Deploy>::judge(Actor::Scheduler, Target::App(POND.to_owned())).unwrap();
        let order = order::deploy(app.id, wanted.clone(), format!("forged {source}"));
        let id = site.store.commit(&may, order).await.unwrap().begun().unwrap();
        let done = site.operation_done(id).await;
        assert_eq!(done.outcome, "refused", "{source}: {}", done.cause);
        assert_eq!(site.engine.changes(), changes, "{source}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_put_back_as_a_whole_and_not_tried_again() {
    let site = noon(Plan::default()).await;
    let ana = site.admin().await;
    let pond = pond_of(&site, &ana, COMPOSE).await;
    let before = observed(&site).await.services;
    pond.release_of("1.1.0+1", &app("2").replace("db:1", "db:2"));
    fetch(&ana).await;
    site.engine.fail_image("registry.example.org/app:2", "No such image: app:2");
    site.engine.image("registry.example.org/app:2", None);
    choose(&ana, "minor", "0", "24", &[]).await;
    look(&site).await;
    let failed = by_itself(&site).await.remove(0);
    assert_eq!((failed.state, failed.outcome.as_str()), (State::Failed, "failed, put back"), "{}", failed.cause);
    assert!(failed.cause.contains("put back to 1.0.0+1") && failed.cause.contains("not tried again"), "{}", failed.cause);
    let image = |services: &[canteen::stack::observed::Service], name: &str| {
        let found = services.iter().find(|s| s.spec.name.ends_with(name)).unwrap();
        found.spec.task_template.container_spec.image.clone()
    };
    let after = observed(&site).await.services;
    for name in ["_app", "_db"] {
        assert_eq!(image(&after, name), image(&before, name), "the whole stack went back");
    }
    assert_eq!(version(&site).await, "1.0.0+1");

    site.clock.advance(DAY);
    site.fresh().await;
    site.engine.mend_image("registry.example.org/app:2");
    look(&site).await;
    assert_eq!(by_itself(&site).await.len(), 1, "the same version is not tried again");
    let ana = site.admin().await;
    ana.page(PAGE).await.says("has deployed 1.1.0+1 by itself before and does not do it again").says("not tried again");

    pond.release_of("1.1.1+1", &app("5"));
    fetch(&ana).await;
    look(&site).await;
    assert_eq!(version(&site).await, "1.1.1+1", "{:?}", told(&site).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_to_see_to_holds_an_update() {
    let site = noon(Plan::default()).await;
    let ana = site.admin().await;
    let pond = pond_of(&site, &ana, COMPOSE).await;
    choose(&ana, "minor", "0", "24", &[]).await;
    let more = |what: &str| format!("{}{what}", app("2"));
    let secret = app("2").replace("app:2\",", "app:2\", secrets: [pepper],");
    let secret = format!("{secret}secrets: {{pepper: {{external: true, name: \"pond_example_org_pepper_v1\"}}}}\n");
    let cases: [(&str, String, String, Option<&str>, &str); 6] = [
        ("1.0.1+1", app("2"), format!("{SAMPLE}DEPTH=2\n"), None, "settings that nobody has answered yet: DEPTH"),
        ("1.0.2+1", app("2").replace("traefik.enable=true", "x=y"), SAMPLE.to_owned(), None, "It breaks rules for recipes: R010"),
        ("1.0.3+1", secret, SAMPLE.to_owned(), None, "pepper"),
        ("1.0.4+1", app("2").replace("  db:", "  base:"), SAMPLE.to_owned(), None, "It would remove services: db"),
        ("1.0.5+1", more("nonsense: [\n"), SAMPLE.to_owned(), None, "compose.yml"),
        ("1.0.6+1", app("2"), SAMPLE.to_owned(), Some("Please run `migrate` by hand."), "Please run `migrate` by hand."),
    ];
    let changes = site.engine.changes();
    let held = async |what: &str, says: &str| {
        ana.page(PAGE).await.says("Canteen does not deploy").says(says);
        look(&site).await;
        assert_eq!((by_itself(&site).await.len(), site.engine.changes()), (0, changes.clone()), "{what}");
        let why = told(&site).await.pop().unwrap().particulars["why"].to_string();
        assert!(why.to_lowercase().contains(&says.replace('“', "").to_lowercase()), "{what}: {why}");
    };
    for (tag, compose, sample, note, says) in &cases {
        pond.release(tag, compose, sample, *note);
        fetch(&ana).await;
        held(tag, says).await;
    }
    // Authors who make a version of which nothing is to be said do not undo that note: it is on the way.
    pond.release("1.0.7+1", &app("2"), SAMPLE, None);
    fetch(&ana).await;
    held("a note on the way", "Please run").await;

    choose(&ana, "minor", "0", "24", &[("backup", "on")]).await;
    held("backup", "A backup is wanted before, and none can be made").await;
    choose(&ana, "minor", "0", "24", &[]).await;

    let may = Grant::<RefreshRecipe>::judge(Actor::Scheduler, Target::Site).unwrap();
    let found = vec![Found { tag: "1.0.7+1".to_owned(), was: "0".repeat(40), now: "1".repeat(40) }];
    let refresh = recipe_refresh::RefreshRecipe { what: "pond".to_owned(), found, problem: String::new() };
    site.store.commit(&may, refresh).await.unwrap();
    held("alarm", "Published versions of the recipe were changed afterwards").await;

    fill(&ana, &format!("/apps/{POND}/settings"), &[("GREETING", "good day")]).await.location();
    held("settings", "Settings were saved and not deployed yet: GREETING").await;

    let there = service(&site, "app").await;
    let mut spec = there.spec.clone();
    spec.labels.insert("by".to_owned(), "hand".to_owned());
    site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    site.fresh().await;
    let page = ana.page(PAGE).await;
    page.says("What runs is not what the last deploy that worked has sent");
    assert_eq!(services(&site).await, ["app", "db"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_somebody_left_running_holds_no_update_and_stays() {
    let site = noon(Plan::default()).await;
    let ana = site.admin().await;
    let cron = COMPOSE.replace("volumes: {data", "  cron: {image: \"registry.example.org/cron:1\"}\nvolumes: {data");
    let pond = pond_of(&site, &ana, &cron).await;
    pond.release("1.0.1+1", &app("2"), SAMPLE, None);
    fetch(&ana).await;
    choose(&ana, "patch", "0", "24", &[]).await;
    ana.page(PAGE).await.says("It would remove services: cron");

    // A member decides once that it is to go on running.
    let plan = format!("/apps/{POND}/deployment");
    let page = ana.page(&format!("{plan}?version=1.0.1%2B1")).await;
    let hidden = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"").unwrap().replace("&#43;", "+");
    let fields = [("version", hidden("version")), ("plan", hidden("plan"))];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let left = site.operation_done(operation_of(&ana.post(&page, &plan, &fields).await)).await;
    assert_eq!(left.outcome, "converged", "{}", left.cause);
    site.fresh().await;

    pond.release("1.0.2+1", &app("3"), SAMPLE, None);
    fetch(&ana).await;
    look(&site).await;
    let done = by_itself(&site).await;
    assert_eq!(done.len(), 1, "{:?}", told(&site).await);
    assert_eq!((done[0].outcome.as_str(), version(&site).await.as_str()), ("converged", "1.0.2+1"), "{}", done[0].cause);
    assert_eq!(services(&site).await, ["app", "cron", "db"]);
    ana.page(&format!("/apps/{POND}/drift")).await.says("No difference");
    // What a version newly does without is still somebody's to decide.
    pond.release("1.0.3+1", &app("4").replace("  db:", "  base:"), SAMPLE, None);
    fetch(&ana).await;
    ana.page(PAGE).await.says("It would remove services: db");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_waits_for_another_operation_and_goes_on_after_a_restart() {
    let hold = ("CANTEEN_HOLD_AT", "after update service pond_example_org_db".to_owned());
    let mut site = noon(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let pond = pond_of(&site, &ana, COMPOSE).await;
    choose(&ana, "patch", "0", "24", &[]).await;
    pond.release_of("1.0.1+1", &app("2").replace("db:1", "db:2"));
    fetch(&ana).await;
    let restart = fill(&ana, &format!("/apps/{POND}/restart"), &[]).await;
    until("the restart to stand still", async || (service(&site, "db").await.spec.task_template.force_update == 1).then_some(()))
        .await;
    watch(&site).look().await.unwrap();
    assert!(by_itself(&site).await.is_empty(), "one operation at a time");
    ana.page(PAGE).await.says("Canteen deploys 1.0.1+1 as soon as this has passed").says("of ana is under way");
    site.restart().await;
    assert_eq!(site.operation_done(operation_of(&restart)).await.outcome, "converged");
    until("the update to be asked for", async || {
        watch(&site).look().await.unwrap();
        (!by_itself(&site).await.is_empty()).then_some(())
    })
    .await;

    // It stands still at the same place, and goes on after a restart as the one that it is.
    let image = async || service(&site, "db").await.spec.task_template.container_spec.image;
    until("the update to stand still", async || image().await.contains("db:2").then_some(())).await;
    site.restart().await;
    look(&site).await;
    let done = by_itself(&site).await;
    assert_eq!((done.len(), done[0].outcome.as_str()), (1, "converged"), "{}", done[0].cause);
    let journal = site.store.journal(done[0].id, 0).await.unwrap();
    assert!(journal.iter().any(|line| line.text.contains("Canteen was restarted")));
    assert_eq!(version(&site).await, "1.0.1+1");
    let asked = told(&site).await.into_iter().filter(|e| e.action == "app.deploy").count();
    assert_eq!(asked, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_not_sent_again_after_a_restart() {
    const BACK: &str = "Put everything back";
    let mut site = noon(Plan { settings: vec![("CANTEEN_HOLD_AT", BACK.to_owned())], ..Plan::default() }).await;
    let ana = site.admin().await;
    let pond = pond_of(&site, &ana, COMPOSE).await;
    pond.release_of("1.0.1+1", &app("2").replace("db:1", "db:2"));
    fetch(&ana).await;
    site.engine.fail_image("registry.example.org/app:2", "No such image: app:2");
    site.engine.image("registry.example.org/app:2", None);
    choose(&ana, "patch", "0", "24", &[]).await;
    watch(&site).look().await.unwrap();
    let id = by_itself(&site).await[0].id;
    until("the way back to be begun", async || {
        site.store.journal(id, 0).await.unwrap().iter().any(|line| line.step == BACK).then_some(())
    })
    .await;
    site.restart().await;
    let done = site.operation_done(id).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "failed, put back"), "{}", done.cause);
    assert!(done.cause.contains("was not found") && done.cause.contains("put back to 1.0.0+1"), "{}", done.cause);
    let sent = site.store.journal(id, 0).await.unwrap();
    assert_eq!(sent.iter().filter(|line| line.step == "Change the Swarm" && line.level == "begin").count(), 1);
    for name in ["app", "db"] {
        let image = service(&site, name).await.spec.task_template.container_spec.image;
        assert!(image.contains(&format!("{name}:1")), "{image}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_is_none_comes_back_as_it_was_typed() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _pond: Pond = pond_of(&site, &ana, COMPOSE).await;
    let sent = [("mode", "patch"), ("from", "7"), ("to", "9"), ("backup", "on")];
    let wrong = ana.submit(PAGE, PAGE, &sent).await;
    assert_eq!(wrong.status, 422);
    wrong.says("Tick a day at least");
    assert!(wrong.fields().contains(&("mode".to_owned(), "patch".to_owned())), "{:?}", wrong.fields());
    assert!(wrong.body.contains("<option value=\"7\" selected>"));
    assert_eq!(vic.submit("/apps", PAGE, &sent).await.status, 403);
    assert!(site.store.update_policies().await.unwrap().is_empty());
    ana.page("/updates").await.says("Nothing to update");
}
