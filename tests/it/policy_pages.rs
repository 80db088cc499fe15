//! Power over the machine as members meet it: told before a deploy, given only by an admin who types the app's name, kept in the log.

use canteen::access::action::{Deploy, Remove};
use canteen::access::{Actor, Grant, Role, Target, Via};
use canteen::commands::app_remove::RemoveApp;
use canteen::envfile::EnvFile;
use canteen::ops::order;
use canteen::ops::order::DeployWanted;
use canteen::ops::render::{RecipeAt, render};
use canteen::recipe::RecipeName;
use canteen::stack::names::StackName;
use canteen::store::operations::State;
use tempfile::TempDir;

use crate::harness::{BOARD, Browser, Site, operation_of, recipes, send_fields};

const APP: &str = "gate.example.org";
const PLAN: &str = "/apps/gate.example.org/deployment";
const COMPOSE: &str = "\
services:
  app:
    image: registry.example.org/gate:1.0
    volumes: [\"${SOCKET}:/s:ro\"]
    ports: [\"25:25\"]
    deploy: {labels: [\"traefik.enable=true\"]}
volumes:
  nothing:
";
const SAMPLE: &str = "TYPE=gate\nDOMAIN=gate.example.com\nCOMPOSE_FILE=\"compose.yml\"\nSOCKET=/var/run/docker.sock\n";
const LINE: &str = "gate_example_org_app: mounts /var/run/docker.sock of the node, to read";

/// An app that asks for the Docker socket.
pub(crate) async fn gate(site: &Site, ana: &Browser) -> TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let files = [("compose.yml", COMPOSE), (".env.sample", SAMPLE)];
    let url = recipes::repository(folder.path(), "gate", Some("1.0.0+1"), &files).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(ana, "gate", "1.0.0+1", APP).await;
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_gives_power_over_the_machine_by_typing_the_apps_name() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = gate(&site, &ana).await;
    let before = site.engine.changes();

    let page = ana.page(PLAN).await;
    page.says("Power over the machine").says("only admins may deploy it").says("Speaks to the Docker engine");
    page.says("mounts /var/run/docker.sock of the node, to read in app · volumes./s").says("Takes a port of the machine");
    for typed in ["", "gate", "GATE.example.org"] {
        let refused = send_fields(&ana, &page, PLAN, &[("confirm", typed)]).await;
        assert_eq!(refused.status, 422, "{typed:?}");
        refused.says("There is a problem").says("Type gate.example.org, exactly so");
    }
    assert!(site.store.live_operations().await.unwrap().is_empty());
    assert_eq!(site.engine.changes(), before, "nothing was sent");

    let done = site.operation_done(operation_of(&send_fields(&ana, &page, PLAN, &[("confirm", APP)]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    let entries = site.entries().await;
    let asked = entries.iter().find(|e| e.action == "app.deploy").unwrap();
    assert_eq!(asked.particulars.get("confirmed").unwrap(), &serde_json::json!([LINE]), "who gave which power is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_reads_which_power_an_app_asks_for() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = gate(&site, &ana).await;
    let page = site.viewer().await.page(PLAN).await;
    page.says("Speaks to the Docker engine").says("whoever speaks to the engine is root on every node");
    assert!(!page.body.contains("name=\"confirm\""), "there is nothing to type for whoever may not deploy");
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_to_what_had_the_power_asks_again() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = gate(&site, &ana).await;
    let first = send_fields(&ana, &ana.page(PLAN).await, PLAN, &[("confirm", APP)]).await;
    assert_eq!(site.operation_done(operation_of(&first)).await.state, State::Done);
    site.fresh().await;
    let settings = format!("/apps/{APP}/settings");
    send_fields(&ana, &ana.page(&settings).await, &settings, &[("SOCKET", "nothing")]).await.location();
    let harmless = site.deploy(&ana, APP).await;
    assert_eq!(harmless.outcome, "converged", "{}", harmless.cause);
    let before = site.engine.changes();

    let back = format!("/apps/{APP}/deployments/1");
    let page = ana.page(&back).await;
    page.says("Speaks to the Docker engine");
    let refused = send_fields(&ana, &page, &back, &[("confirm", "")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(site.engine.changes(), before);
    let done = site.operation_done(operation_of(&send_fields(&ana, &page, &back, &[("confirm", APP)]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_got_past_the_page_is_refused_when_it_runs() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = gate(&site, &ana).await;
    let plan_hash = ana.page(PLAN).await.between("name=\"plan\" value=\"", "\"").unwrap();
    let app = site.store.app(APP).await.unwrap().unwrap();
    let env = site.store.env_revision(app.id, app.env_number).await.unwrap().unwrap();
    let name = RecipeName::parse("gate").unwrap();
    let commit = site.shelf.resolve(&name, &app.version).unwrap();
    let at = RecipeAt { name, version: app.version.clone(), commit: commit.clone() };
    let stack = StackName::parse(&app.stack).unwrap();
    let desired = render(&site.shelf, &at, &stack, &EnvFile::parse(&env.text).unwrap()).unwrap().desired;
    let before = site.engine.changes();

    let member = site.store.member("ana").await.unwrap().unwrap();
    let actor = Actor::Member { id: member.id, name: member.name, rights: Role::Admin.into(), via: Via::default() };
    let may = Grant::<Deploy>::judge(actor, Target::App(APP.to_owned())).unwrap();
    let (recipe, version, env_number) = (app.recipe, app.version, app.env_number);
    let (keep, confirmed) = (vec![], vec![]);
    let (chaos, after, put_back, timeout_s) = (None, None, false, 60);
    let wanted = DeployWanted {
        recipe,
        version,
        commit,
        env_number,
        plan_hash,
        desired,
        timeout_s,
        keep,
        confirmed,
        chaos,
        after,
        put_back,
        safety: None,
    };
    let id = site.store.commit(&may, order::deploy(app.id, Box::new(wanted), "another".to_owned())).await.unwrap().begun().unwrap();
    let done = site.operation_done(id).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "refused"), "{}", done.cause);
    assert!(done.cause.contains("this was not confirmed: gate_example_org_app: mounts /var/run/docker.sock"), "{}", done.cause);
    assert_eq!(site.engine.changes(), before, "nothing was sent");
}

/// Trap 14, of an app that does not run: no engine tells of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_an_app_that_is_not_deployed_is_not_taken_silently() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let second = "second.example.org";
    site.new_board(&ana, BOARD).await;
    site.new_board(&ana, second).await;
    site.make_secrets(&ana, second).await;
    let plan = format!("/apps/{second}/deployment");
    let said = "Shares its address with another app";
    assert!(!ana.page(&plan).await.text().contains(said), "each has its own");
    let path = format!("/apps/{second}/settings/text");
    let page = ana.page(&path).await;
    let text = page.area("text").replace(&format!("DOMAIN={second}"), &format!("DOMAIN={BOARD}"));
    send_fields(&ana, &page, &path, &[("text", &text)]).await.location();
    let before = site.engine.changes();

    let page = ana.page(&plan).await;
    page.says(said).says("board.example.org, which is an address of board_example_org too").says("only admins may deploy it");
    assert_eq!(send_fields(&ana, &page, &plan, &[]).await.status, 422);
    assert_eq!(site.engine.changes(), before, "nothing was sent");

    // An app that is gone has no address.
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let member = site.store.member("ana").await.unwrap().unwrap();
    let rights = site.store.rights(member.id).await.unwrap();
    let actor = Actor::Member { id: member.id, name: member.name, rights, via: Via::default() };
    let may = Grant::<Remove>::judge(actor, Target::App(BOARD.to_owned())).unwrap();
    site.store.commit(&may, RemoveApp { id: app.id, stack: app.stack, ..RemoveApp::default() }).await.unwrap();
    site.fresh().await;
    assert!(!ana.page(&plan).await.text().contains(said));
    let done = site.deploy(&ana, second).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
}
