//! What an import puts on record, what it tells before, and what it refuses.

use canteen::access::action::RefreshRecipe as MayRefresh;
use canteen::access::{Actor, Grant, Target};
use canteen::commands::recipe_refresh::RefreshRecipe;
use canteen::engine::{Inspect as _, Mutate as _};
use canteen::stack::names::StackName;
use canteen::stack::observed::Service;
use canteen::stack::spec::{Mount, ServiceSpec};
use canteen::store::operations::Operation;
use canteen::store::tag_alarms::Found;

use crate::harness::{Answer, BOARD, Browser, Site, foreign_board, foreign_stack, operation_of, recipes, send_fields};
use crate::imports::SETTINGS;

const STACK: &str = "board_example_org";
const VERSION: &str = "1.0.0+1.35.0";

async fn import(ana: &Browser, stack: &str) -> Answer {
    let path = format!("/apps/import/{stack}");
    let page = ana.page(&path).await;
    // Empty where the version did not change after it was published.
    let tick = page.between("name=\"shifted\" value=\"", "\"").unwrap_or_default();
    send_fields(ana, &page, &path, &[("shifted", &tick)]).await
}

async fn app_service(site: &Site, stack: &str) -> Service {
    let observed = site.engine.swarm().await.unwrap().stack(&StackName::parse(stack).unwrap());
    observed.services.into_iter().find(|s| s.spec.name == format!("{stack}_app")).unwrap()
}

/// As `docker service update` would.
async fn by_hand(site: &Site, stack: &str, change: impl Fn(&mut ServiceSpec)) {
    let there = app_service(site, stack).await;
    let mut spec = there.spec.clone();
    change(&mut spec);
    site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    site.fresh().await;
}

async fn converged(site: &Site, asked: &Answer) -> Operation {
    let done = site.operation_done(operation_of(asked)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    site.fresh().await;
    done
}

async fn title(site: &Site) -> String {
    let env = app_service(site, STACK).await.spec.task_template.container_spec.env;
    env.into_iter().find(|pair| pair.starts_with("TITLE=")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ran_at_an_import_is_compared_with_and_can_be_gone_back_to() {
    let site = Site::start().await;
    let ana = site.admin().await;
    foreign_board(&site, &ana, BOARD, SETTINGS).await;
    let changes = site.engine.changes();
    assert_eq!(import(&ana, STACK).await.location(), format!("/apps/{BOARD}"));
    assert_eq!(site.engine.changes(), changes, "importing touches nothing");
    site.fresh().await;

    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let record = site.store.last_converged(app.id).await.unwrap().expect("what ran is on record");
    assert_eq!((record.version.as_str(), record.env_number, record.commit_id.len()), (VERSION, 1, 40));
    let drift = format!("/apps/{BOARD}/drift");
    ana.page(&drift).await.says("No difference");
    ana.page(&format!("/apps/{BOARD}/deployments")).await.says("Runs now");
    ana.page(&format!("/operations/{}", record.operation_id)).await.says("Import what runs as 1.0.0").says("the first record");

    by_hand(&site, STACK, |spec| {
        let env = &mut spec.task_template.container_spec.env;
        env.iter_mut().filter(|pair| pair.starts_with("TITLE=")).for_each(|pair| *pair = "TITLE=by hand".to_owned());
    })
    .await;
    ana.page(&format!("/apps/{BOARD}")).await.says("Changed outside of Canteen");
    let page = ana.page(&drift).await;
    page.says("What runs is not what was recorded as 1.0.0+1.35.0").says("TITLE");
    let plan = page.between("name=\"plan\" value=\"", "\"").unwrap();
    converged(&site, &ana.post(&page, &format!("/apps/{BOARD}/reapplication"), &[("plan", &plan)]).await).await;
    assert_eq!(title(&site).await, "TITLE=Bread & roses $1");

    let settings = format!("/apps/{BOARD}/settings");
    send_fields(&ana, &ana.page(&settings).await, &settings, &[("TITLE", "Ours")]).await.location();
    let deployed = site.deploy(&ana, BOARD).await;
    assert_eq!((deployed.outcome.as_str(), title(&site).await.as_str()), ("converged", "TITLE=Ours"), "{}", deployed.cause);
    let back = format!("/apps/{BOARD}/deployments/{}", record.id);
    converged(&site, &send_fields(&ana, &ana.page(&back).await, &back, &[]).await).await;
    assert_eq!(title(&site).await, "TITLE=Bread & roses $1");
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let text = site.store.env_revision(app.id, app.env_number).await.unwrap().unwrap().text;
    assert!(text.contains("TITLE='Bread & roses $1'"), "the settings of then come back too: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_of_the_version_that_runs_also_where_the_settings_are_read_as_another() {
    let site = Site::start().await;
    let ana = site.admin().await;
    foreign_board(&site, &ana, BOARD, SETTINGS).await;
    let path = format!("/apps/import/{STACK}");
    let review = ana.page(&format!("{path}?version=1.1.0%2B1.35.0")).await;
    review.says("What runs, version 1.0.0+1.35.0 of notice-board");
    send_fields(&ana, &review, &path, &[]).await.location();
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let record = site.store.last_converged(app.id).await.unwrap().unwrap();
    assert_eq!((app.version.as_str(), record.version.as_str()), ("1.1.0+1.35.0", VERSION));
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_tasks_that_are_not_the_recipes_are_told_and_kept_so_that_the_next_plan_is_empty() {
    let site = Site::start().await;
    let ana = site.admin().await;
    foreign_board(&site, &ana, BOARD, SETTINGS).await;
    by_hand(&site, STACK, |spec| spec.mode.replicated.get_or_insert_default().replicas = Some(3)).await;
    let review = ana.page(&format!("/apps/import/{STACK}")).await;
    review.says("would change nothing").says("app has 3 tasks instead of the recipe’s 1; this is kept for later deploys");
    import(&ana, STACK).await.location();

    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let chosen = site.store.chosen_replicas(app.id).await.unwrap();
    let told: Vec<_> = chosen.iter().map(|c| (c.service.as_str(), c.count, c.by.as_str())).collect();
    assert_eq!(told, [("app", 3, "ana")]);
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.import").unwrap();
    assert_eq!(entry.particulars["tasks"], serde_json::json!(["app 3 instead of 1"]));
    ana.page(&format!("/apps/{BOARD}/deployment")).await.says("Nothing would change").says("as ana chose");
    assert_eq!(site.deploy(&ana, BOARD).await.outcome, "converged");
    assert_eq!(app_service(&site, STACK).await.spec.mode.replicated.unwrap().replicas, Some(3));
}

const GATE: &str = "gate.example.org";
const GATE_STACK: &str = "gate_example_org";
const COMPOSE: &str = "\
services:
  app:
    image: registry.example.org/gate:1.0
    volumes: [\"/var/run/docker.sock:/s:ro\"]
";
const GATE_SETTINGS: &str = "TYPE=portal:1.0.0+1\nDOMAIN=gate.example.org\nCOMPOSE_FILE=\"compose.yml\"\n";

/// A stack of a recipe that breaks a rule and asks for the Docker socket, deployed by another tool.
async fn gate(site: &Site, ana: &Browser) -> tempfile::TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let files = [("compose.yml", COMPOSE), (".env.sample", "TYPE=portal\nDOMAIN=gate.example.com\nCOMPOSE_FILE=\"compose.yml\"\n")];
    let url = recipes::repository(folder.path(), "portal", Some("1.0.0+1"), &files).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    foreign_stack(site, ana, ("portal", "1.0.0+1"), GATE, GATE_SETTINGS).await;
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_moved_versions_and_powers_are_told_before_and_asked_for_at_the_first_deploy() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = gate(&site, &ana).await;
    let may = Grant::<MayRefresh>::judge(Actor::Scheduler, Target::Site).unwrap();
    let moved = Found { tag: "1.0.0+1".to_owned(), was: "0".repeat(40), now: "1".repeat(40) };
    let refreshed = RefreshRecipe { what: "portal".to_owned(), found: vec![moved], problem: String::new() };
    site.store.commit(&may, refreshed).await.unwrap();

    let page = ana.page(&format!("/apps/import/{GATE_STACK}")).await;
    page.says("would change nothing").says("This recipe breaks rules").says("R010");
    page.says("1.0.0+1 was 00000000 and is now 11111111").says("Speaks to the Docker engine");
    import(&ana, GATE_STACK).await.location();
    site.fresh().await;

    // Nothing would change, and it is a deploy like any other.
    let plan = format!("/apps/{GATE}/deployment");
    let review = ana.page(&plan).await;
    review.says("Nothing would change").says("Speaks to the Docker engine").says("Deploy it although the recipe breaks rules");
    let bare = send_fields(&ana, &review, &plan, &[]).await;
    assert_eq!(bare.status, 422);
    bare.says("tick the box").says("Type gate.example.org, exactly so");
    let tick = bare.between("name=\"shifted\" value=\"", "\"").unwrap();
    let all = [("shifted", tick.as_str()), ("override", "yes"), ("reason", "it ran before"), ("confirm", GATE)];
    converged(&site, &send_fields(&ana, &bare, &plan, &all).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_may_have_is_neither_imported_nor_kept_and_the_page_says_why() {
    let site = Site::start().await;
    let ana = site.admin().await;
    foreign_board(&site, &ana, BOARD, SETTINGS).await;
    let review = ana.page(&format!("/apps/import/{STACK}")).await;
    let odd = |spec: &mut ServiceSpec| {
        let mount = Mount { kind: "orb".to_owned(), source: "x".to_owned(), target: "/x".to_owned(), ..Mount::default() };
        spec.task_template.container_spec.mounts.push(mount);
    };
    by_hand(&site, STACK, odd).await;
    let path = format!("/apps/import/{STACK}");
    let page = ana.page(&path).await;
    page.says("It can’t be imported").says("the unknown type orb");
    assert!(!page.post_forms().contains(&path), "there is no form that could only be refused");
    let sent = send_fields(&ana, &review, &path, &[]).await;
    assert_eq!(sent.status, 422);
    sent.says("the unknown type orb");
    assert!(site.store.apps().await.unwrap().is_empty());

    // The same of an app: what runs can be put back, and not be kept.
    by_hand(&site, STACK, |spec| {
        spec.task_template.container_spec.mounts.pop();
    })
    .await;
    import(&ana, STACK).await.location();
    by_hand(&site, STACK, odd).await;
    let drift = ana.page(&format!("/apps/{BOARD}/drift")).await;
    drift.says("You may not keep what runs").says("the unknown type orb");
    let forms = drift.post_forms();
    assert!(!forms.contains(&format!("/apps/{BOARD}/adoption")) && forms.contains(&format!("/apps/{BOARD}/reapplication")));
}
