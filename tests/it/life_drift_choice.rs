//! What is decided about a difference: what somebody added goes or stays, power that comes back is confirmed, and what is not carried out
//! leaves nothing behind.

use canteen::access::action::Adopt;
use canteen::access::{Actor, Grant, Role, Target, Via};
use canteen::engine::{Inspect as _, Mutate as _};
use canteen::ops::adopt::AdoptWanted;
use canteen::ops::order;
use canteen::ops::order::Scaled;
use canteen::stack::names::StackName;
use canteen::stack::spec::ServiceSpec;
use canteen::store::operations::{Operation, State};

use crate::harness::{Answer, Browser, Site, operation_of, send_fields};
use crate::life_pond::{POND, STACK, fill, pond, service, services};
use crate::policy_pages::gate;

const DRIFT: &str = "/apps/pond.example.org/drift";
const REAPPLY: &str = "/apps/pond.example.org/reapplication";
const ADOPT: &str = "/apps/pond.example.org/adoption";
const PLAN: &str = "/apps/pond.example.org/deployment";

/// As `docker service update` would.
async fn by_hand(site: &Site, name: &str, change: impl Fn(&mut ServiceSpec)) {
    let there = service(site, name).await;
    let mut spec = there.spec.clone();
    change(&mut spec);
    site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    site.fresh().await;
}

fn set(spec: &mut ServiceSpec, name: &str, value: &str) {
    let env = &mut spec.task_template.container_spec.env;
    env.retain(|pair| !pair.starts_with(&format!("{name}=")));
    env.push(format!("{name}={value}"));
}

/// A service with the stack's label that no deploy made.
async fn add(site: &Site, name: &str) {
    let like = service(site, "db").await.spec;
    let spec = ServiceSpec { name: format!("{STACK}_{name}"), ..like };
    site.engine.create_service(&spec, None).await.unwrap();
    site.fresh().await;
}

async fn press(browser: &Browser, page: &Answer, path: &str, more: &[(&str, &str)]) -> Answer {
    let plan = page.between("name=\"plan\" value=\"", "\"").unwrap();
    let mut fields = vec![("plan", plan.as_str())];
    fields.extend(more);
    browser.post(page, path, &fields).await
}

async fn converged(site: &Site, asked: &Answer) -> Operation {
    let done = site.operation_done(operation_of(asked)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    site.fresh().await;
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_added_goes_or_stays_by_choice_beside_what_was_left_on_purpose() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    // The newer version has no cron, which goes on running by choice.
    let review = ana.page(&format!("{PLAN}?version=1.1.0%2B2")).await;
    let asked = press(&ana, &review, PLAN, &[("version", "1.1.0+2")]).await;
    converged(&site, &asked).await;
    assert_eq!(services(&site).await, ["app", "cron", "db"]);

    add(&site, "extra").await;
    by_hand(&site, "app", |spec| set(spec, "GREETING", "by hand")).await;
    let page = ana.page(DRIFT).await;
    page.says("removed Service extra").says("Remove what somebody added: extra Without this");
    converged(&site, &press(&ana, &page, REAPPLY, &[("prune", "on")]).await).await;
    assert_eq!(services(&site).await, ["app", "cron", "db"], "the one goes, the other stays");
    let greets = service(&site, "app").await.spec.task_template.container_spec.env;
    assert!(!greets.contains(&"GREETING=by hand".to_owned()));
    ana.page(DRIFT).await.says("No difference");

    add(&site, "helper").await;
    by_hand(&site, "app", |spec| set(spec, "GREETING", "by hand")).await;
    let page = ana.page(DRIFT).await;
    converged(&site, &press(&ana, &page, REAPPLY, &[]).await).await;
    assert_eq!(services(&site).await, ["app", "cron", "db", "helper"]);
    ana.page(DRIFT).await.says("No difference");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adoption_that_is_refused_leaves_nothing_changed() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    by_hand(&site, "app", |spec| spec.mode.replicated.as_mut().unwrap().replicas = Some(3)).await;
    let app = site.store.app(POND).await.unwrap().unwrap();
    let record = site.store.last_converged(app.id).await.unwrap().unwrap();
    let who = site.store.member("ana").await.unwrap().unwrap();
    let ana_now = Actor::Member { id: who.id, name: who.name, rights: Role::Admin.into(), via: Via::default() };
    let may = Grant::<Adopt>::judge(ana_now, Target::App(POND.to_owned())).unwrap();
    let wanted = AdoptWanted {
        deployment: record.id,
        version: "1.2.0+2".to_owned(),
        commit: record.commit_id.clone(),
        keep: vec![],
        scaled: vec![Scaled { service: "app".to_owned(), before: 1, after: 3, as_recipe: false }],
        changes: vec![],
        runs: "what ran when the page was made".to_owned(),
        env_number: None,
    };
    let id = site.store.commit(&may, order::adopt(app.id, wanted, "a form".to_owned())).await.unwrap().begun().unwrap();
    let done = site.operation_done(id).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "plan changed"), "{}", done.cause);
    assert!(site.store.chosen_replicas(app.id).await.unwrap().is_empty(), "the next deploy has the recipe's number");
    assert_eq!(site.store.last_converged(app.id).await.unwrap().unwrap().id, record.id);
    assert_eq!(site.store.app(POND).await.unwrap().unwrap(), app, "neither the version nor the settings");
    ana.page(DRIFT).await.says("What differs").says("changed Service app");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_adopted_goes_with_the_settings_that_it_was_made_with() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let settings = format!("/apps/{POND}/settings");
    fill(&ana, &settings, &[("GREETING", "good day")]).await.location();
    let saved = site.store.app(POND).await.unwrap().unwrap();
    // Somebody deployed the exported file with another tool.
    for name in ["app", "db", "cron"] {
        by_hand(&site, name, |spec| set(spec, "GREETING", "good day")).await;
    }
    let page = ana.page(DRIFT).await;
    let done = site.operation_done(operation_of(&press(&ana, &page, ADOPT, &[]).await)).await;
    assert_eq!(done.outcome, "adopted", "{}", done.cause);
    let record = site.store.last_converged(saved.id).await.unwrap().unwrap();
    assert_eq!((record.operation_id, record.env_number), (done.id, saved.env_number));
    assert!(!ana.page(&format!("/apps/{POND}")).await.text().contains("not deployed yet"));
}

#[tokio::test(flavor = "multi_thread")]
async fn power_that_comes_back_with_the_record_is_confirmed_by_typing() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = gate(&site, &ana).await;
    let plan = "/apps/gate.example.org/deployment";
    let asked = send_fields(&ana, &ana.page(plan).await, plan, &[("confirm", "gate.example.org")]).await;
    converged(&site, &asked).await;
    let stack = StackName::parse("gate_example_org").unwrap();
    let app = async || site.engine.swarm().await.unwrap().stack(&stack).services.remove(0);
    let there = app().await;
    let mut spec = there.spec.clone();
    spec.task_template.container_spec.mounts.clear();
    site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    site.fresh().await;

    let page = ana.page("/apps/gate.example.org/drift").await;
    page.says("Speaks to the Docker engine").says("Type the app’s name to give it this power over the machine");
    let reapply = "/apps/gate.example.org/reapplication";
    let refused = press(&ana, &page, reapply, &[("confirm", "gate")]).await;
    assert_eq!(refused.status, 422);
    refused.says("Type gate.example.org, exactly so");
    assert_eq!(app().await.spec, spec, "nothing was sent");
    converged(&site, &press(&ana, &refused, reapply, &[("confirm", "gate.example.org")]).await).await;
    assert_eq!(app().await.spec.task_template.container_spec.mounts.len(), 1);
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.reapply").unwrap();
    assert!(entry.particulars["confirmed"].to_string().contains("docker.sock"), "who gave which power is in the log");
}
