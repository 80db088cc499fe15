//! The stack that the dashboard itself runs in: it is no app, and nothing is done to it from here.

use canteen::access::action::{Remove, Restart, RunCommand, Scale, SetSecret, Undeploy};
use canteen::access::{Actor, Grant, Target, Via, WriteAction};
use canteen::engine::Inspect as _;
use canteen::ops::command::CommandWanted;
use canteen::ops::order::{self, Order, ScaleWanted};
use canteen::ops::remove::RemoveWanted;
use canteen::ops::restart::restarted;
use canteen::ops::scale::scaled;
use canteen::stack::names::StackName;
use canteen::stack::observed::Observed;

use crate::command_shed::{FIRST, SHED, ask, deployed_shed};
use crate::harness::{BOARD, Browser, Site, foreign_board, send_fields, send_plan};
use crate::imports::SETTINGS;

const SAID: &str = "Canteen itself runs in the stack";
const SHED_STACK: &str = "shed_example_org";

async fn stack(site: &Site, name: &str) -> Observed {
    site.engine.swarm().await.unwrap().stack(&StackName::parse(name).unwrap())
}

/// From now on the dashboard runs in a container of this stack.
async fn moves_into(site: &Site, name: &str) {
    site.fresh().await;
    let tasks = crate::harness::until("a container", async || {
        let tasks = stack(site, name).await.tasks;
        tasks.iter().any(|t| t.container.is_some()).then_some(tasks)
    });
    let container = tasks.await.into_iter().find_map(|t| t.container).unwrap();
    site.engine.runs_in(&container);
    site.fresh().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboards_own_stack_does_not_become_an_app() {
    let site = Site::start().await;
    let ana = site.admin().await;
    foreign_board(&site, &ana, BOARD, SETTINGS).await;
    let path = "/apps/import/board_example_org";
    let review = ana.page(path).await;
    moves_into(&site, "board_example_org").await;
    ana.page("/apps/import").await.says("Nothing to import");
    for answer in [ana.get(path).await, send_fields(&ana, &review, path, &[]).await] {
        assert_eq!(answer.status, 409);
        answer.says(SAID).says("on the server’s command line");
    }
    let check = format!("/apps/new/check?domain={BOARD}");
    ana.page(&check).await.says(SAID);
    let wizard = format!("/apps/new/address?recipe=notice-board&version=1.0.0%2B1.35.0&domain={BOARD}");
    let refused = ana.submit(&wizard, &wizard, &[("domain", BOARD)]).await;
    assert_eq!(refused.status, 422);
    refused.says(SAID);
    assert!(site.store.apps().await.unwrap().is_empty());
}

/// An app that was made before it was known, asked for by the pages and past them.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_to_an_app_that_is_the_dashboard_itself() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    moves_into(&site, SHED_STACK).await;
    let changes = site.engine.changes();
    ana.page(&format!("/apps/{SHED}")).await.says(SAID);
    for answer in by_pages(&ana).await {
        assert_eq!(answer.status, 409, "{}", answer.text());
        answer.says(SAID);
    }
    assert_eq!(site.store.operations(None, None, 100).await.unwrap().len(), 1, "nothing was even queued");

    let app = site.store.app(SHED).await.unwrap().unwrap();
    let (name, observed) = (StackName::parse(SHED_STACK).unwrap(), stack(&site, SHED_STACK).await);
    let nonce = |n: &str| format!("past the pages {n}");
    let services = [format!("{SHED_STACK}_app")];
    let adjusted = scaled(&name, &observed, &[(services[0].clone(), 0)], 60);
    let gone = RemoveWanted { stack: SHED_STACK.to_owned(), volumes: vec![], secrets: vec![], configs: vec![], settings: true };
    let command = CommandWanted {
        commit: "0".repeat(40),
        recipe: "shed".to_owned(),
        version: FIRST.to_owned(),
        stack: SHED_STACK.to_owned(),
        service: "app".to_owned(),
        function: "greet".to_owned(),
        user: String::new(),
        shown: vec![],
        limit_s: 60,
        nonce: nonce("command"),
    };
    refused::<Restart>(&site, order::restart(app.id, Box::new(restarted(&name, &observed, &services, 60)), nonce("1"))).await;
    refused::<Scale>(&site, order::scale(app.id, Box::new(ScaleWanted { adjusted, services: vec![] }), nonce("2"))).await;
    refused::<Undeploy>(&site, order::undeploy(app.id, SHED_STACK.to_owned(), nonce("3"))).await;
    refused::<Remove>(&site, order::remove(app.id, gone, nonce("4"))).await;
    refused::<RunCommand>(&site, order::command(app.id, Box::new(command), nonce("5"))).await;
    let secret = vec![format!("{SHED_STACK}_pepper_v1")];
    refused::<SetSecret>(&site, order::secrets(app.id, secret, vec![], vec![], String::new(), nonce("6"))).await;
    assert_eq!(site.engine.changes(), changes);
    assert!(site.engine.execs().is_empty());
}

async fn by_pages(ana: &Browser) -> Vec<crate::harness::Answer> {
    let page = |name: &str| format!("/apps/{SHED}/{name}");
    let plan = page("deployment");
    let mut answers = vec![send_plan(ana, &ana.page(&plan).await, &plan).await];
    for form in ["restart", "undeployment"] {
        answers.push(send_fields(ana, &ana.page(&page(form)).await, &page(form), &[]).await);
    }
    let scale = page("scale");
    answers.push(send_fields(ana, &ana.page(&scale).await, &scale, &[("tasks.app", "2")]).await);
    answers.push(ask(ana, "greet", &[]).await);
    answers
}

/// Orders it past the pages.
async fn refused<A: WriteAction>(site: &Site, order: Order<A>) {
    let member = site.store.member("ana").await.unwrap().unwrap();
    let rights = site.store.rights(member.id).await.unwrap();
    let actor = Actor::Member { id: member.id, name: member.name, rights, via: Via::default() };
    let may = Grant::<A>::judge(actor, Target::App(SHED.to_owned())).unwrap();
    let done = site.operation_done(site.store.commit(&may, order).await.unwrap().begun().unwrap()).await;
    assert_eq!((done.outcome.as_str(), done.touched), ("refused", false), "{}: {}", done.kind, done.cause);
    assert!(done.cause.contains(SAID), "{}: {}", done.kind, done.cause);
}
