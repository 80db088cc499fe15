//! With a rule about everything, no way begins an operation: no button, no program, not the dashboard by itself.

use canteen::access::action::Deploy;
use canteen::access::approval::{Kind, Needs};
use canteen::access::{Actor, Grant, Target};
use canteen::ops::approval::Ordered;
use canteen::ops::order::{self, Wanted};
use canteen::store::approvals::RequestState;
use canteen::web::routes::routes;

use crate::approvals::rule;
use crate::harness::{BUTTONS, Plan, Site, Visits};

#[tokio::test(flavor = "multi_thread")]
async fn every_button_records_a_request_and_begins_nothing() {
    let site = Site::with(Plan::default()).await;
    let visits = Visits::prepare(&site).await;
    site.idle().await;
    rule(&site, Kind::ALL, Needs::Approvals(9)).await;
    let ana = site.admin().await;
    let last = async || site.store.operations(None, None, 1).await.unwrap()[0].id;
    let (before, changes, table) = (last().await, site.engine.changes(), routes());
    let mut held = 0;
    for entry in table.entries().iter().filter(|e| e.method == "POST") {
        // The one button that is made for it has a test of its own.
        if entry.path.ends_with("/override") {
            continue;
        }
        // Coming in and going out would change who the browser is; an import has nothing to begin: it only records what runs.
        if entry.path.starts_with("/session") || entry.path.starts_with("/apps/import") || entry.path.starts_with("/account") {
            continue;
        }
        let (path, fields) = visits.request(entry).await;
        let page = ana.page("/apps").await;
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = ana.post(&page, &path, &fields).await;
        assert_eq!(last().await, before, "POST {path} began an operation");
        if entry.path.strip_prefix("/apps/{app}/").is_some_and(|button| BUTTONS.contains(&button)) {
            let app = path.split('/').nth(2).unwrap();
            let place = answer.location().to_owned();
            assert!(place.starts_with(&format!("/apps/{app}/approvals/")), "POST {path} goes to {place}");
            ana.page(&place).await.says("Waits for 9 approvals");
            held += 1;
        }
    }
    assert_eq!((held, site.engine.changes()), (BUTTONS.len(), changes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_told_where_to_look() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let app = crate::harness::BOARD;
    site.new_board(&ana, app).await;
    site.make_secrets(&ana, app).await;
    rule(&site, &[Kind::Deploy], Needs::Approvals(1)).await;
    let program = site.program(&ana, &["app.view", "app.deploy"]).await;
    let plan = program.json(&format!("/api/v1/apps/{app}/plan")).await;
    let wanted = serde_json::json!({ "version": plan["version"], "plan": plan["hash"] });
    let path = format!("/api/v1/apps/{app}/deployments");
    let headers = [("Idempotency-Key", "once")];
    let first = program.send("POST", &path, &headers, Some(&wanted)).await;
    let told = first.json();
    assert_eq!((first.status, told["approval"].as_i64(), told["state"].as_str()), (202, Some(1), Some("waiting")), "{told}");
    assert_eq!(told["needs"], "1 approval");
    let place = first.header("location").unwrap().to_owned();
    assert_eq!(place, format!("/api/v1/apps/{app}/approvals/1"));
    assert_eq!(program.json(&place).await, told);
    let again = program.send("POST", &path, &headers, Some(&wanted)).await;
    assert_eq!((again.status, again.json()), (202, told));
    site.add("bo", canteen::access::Role::Operator).await;
    let bo = site.signed_in("bo").await;
    bo.submit("/apps/board.example.org/approvals/1", "/apps/board.example.org/approvals/1/approval", &[]).await.location();
    let begun = program.json(&place).await;
    let operation = site.operation_done(i32::try_from(begun["operation"].as_i64().unwrap()).unwrap()).await;
    assert_eq!((operation.outcome.as_str(), operation.asked_by.via.token.is_some()), ("converged", true), "{}", operation.cause);
    let late = program.send("POST", &path, &headers, Some(&wanted)).await;
    assert_eq!((late.status, late.json()["id"].as_i64()), (202, Some(operation.id.into())), "the same key, once it was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_dashboard_asks_by_itself_waits_too_and_is_asked_for_once() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let name = crate::harness::BOARD;
    site.deployed_board(&ana, name).await;
    let app = site.store.app(name).await.unwrap().unwrap();
    let last = site.store.operations(Some(app.id), None, 1).await.unwrap().remove(0);
    let Ok(Wanted::Deploy(wanted)) = serde_json::from_str(&last.wanted) else { panic!("{}", last.wanted) };
    rule(&site, &[Kind::Deploy], Needs::Approvals(1)).await;
    let may = || Grant::<Deploy>::judge(Actor::Scheduler, Target::App(name.to_owned())).unwrap();
    let ask = async |nonce: &str| site.store.commit(&may(), order::deploy(app.id, wanted.clone(), nonce.to_owned())).await;
    assert_eq!(ask("tonight").await.unwrap(), Ordered::Waits(1));
    assert!(ask("tomorrow").await.is_err(), "it waits already");
    ana.submit("/apps/board.example.org/approvals/1", "/apps/board.example.org/approvals/1/objection", &[("objection", "later")])
        .await
        .location();
    assert_eq!(site.store.approval(1).await.unwrap().unwrap().state, RequestState::Objected);
    assert!(ask("the day after").await.is_err(), "what somebody objected to is not asked for again");
}
