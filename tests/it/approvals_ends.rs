//! What a request keeps, whom it tells, and what ends it beside those who say no.

use canteen::access::Role;
use canteen::access::approval::{Kind, Needs};
use canteen::engine::Mutate as _;
use canteen::store::approvals::RequestState;
use canteen::store::operations::State;

use crate::approvals::rule;
use crate::harness::{BOARD, Browser, MailServer, Site, operation_of, send_fields};

const PASTED: &str = "pasted-canary-51aa";
const DAY: i64 = 24 * 3_600_000;

async fn board(site: &Site) -> Browser {
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.add("bo", Role::Operator).await;
    ana
}

async fn state(site: &Site, id: i32) -> RequestState {
    site.store.approval(id).await.unwrap().unwrap().state
}

fn path(id: i32) -> String {
    format!("/apps/{BOARD}/approvals/{id}")
}

async fn approve(site: &Site, id: i32) {
    let bo = site.signed_in("bo").await;
    assert_eq!(bo.submit(&path(id), &format!("{}/approval", path(id)), &[]).await.location(), path(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_wait_in_memory_for_a_day_and_a_restart_forgets_them() {
    let mut site = Site::start().await;
    let ana = board(&site).await;
    rule(&site, &[Kind::Secrets], Needs::Approvals(1)).await;
    let (list, one) = (format!("/apps/{BOARD}/secrets"), format!("/apps/{BOARD}/secrets/admin_password"));
    assert_eq!(ana.submit(&list, &one, &[("value", PASTED)]).await.location(), path(1));
    let asked = site.store.approval(1).await.unwrap().unwrap();
    assert_eq!(asked.expires_at, asked.asked_at + DAY);
    assert!(!asked.wanted.contains(PASTED) && !format!("{:?}", site.entries().await).contains(PASTED));
    site.restart().await;
    approve(&site, 1).await;
    assert_eq!(state(&site, 1).await, RequestState::Void);
    ana.page(&path(1)).await.says("kept in memory for a day only").says("ask again");
    assert_eq!(ana.submit(&list, &one, &[("value", PASTED)]).await.location(), path(2));
    approve(&site, 2).await;
    let id = site.store.approval(2).await.unwrap().unwrap().operation_id.unwrap();
    let done = site.operation_done(id).await;
    assert_eq!((done.state, done.asked_by.name.as_str()), (State::Done, "ana"), "{}", done.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undeploy_ends_what_waits_and_asking_for_something_else_takes_its_place() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    rule(&site, &[Kind::Deploy, Kind::Restart], Needs::Approvals(1)).await;
    let restart = format!("/apps/{BOARD}/restart");
    assert_eq!(send_fields(&ana, &ana.page(&restart).await, &restart, &[]).await.location(), path(1));
    assert_eq!(send_fields(&ana, &ana.page(&restart).await, &restart, &[]).await.location(), path(1), "the same again");
    assert_eq!(site.ask_deploy(&ana, BOARD).await.location(), path(2), "another kind stands beside it");
    let settings = format!("/apps/{BOARD}/settings");
    send_fields(&ana, &ana.page(&settings).await, &settings, &[("TITLE", "Another")]).await.location();
    ana.page(&path(2)).await.says("If it began now, it would come to nothing");
    assert_eq!(site.ask_deploy(&ana, BOARD).await.location(), path(3));
    assert_eq!(state(&site, 2).await, RequestState::Replaced);
    ana.page(&format!("/apps/{BOARD}/deployment")).await.says("By a rule of yours this needs 1 approval");
    let undeploy = format!("/apps/{BOARD}/undeployment");
    let asked = send_fields(&ana, &ana.page(&undeploy).await, &undeploy, &[]).await;
    site.operation_done(operation_of(&asked)).await;
    assert_eq!((state(&site, 1).await, state(&site, 3).await), (RequestState::Void, RequestState::Void));
    ana.page("/approvals?show=done").await.says("The app is being taken down");
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_go_to_those_who_may_approve_and_to_who_asked() {
    let (site, server) = (Site::start().await, MailServer::start().await);
    let ana = board(&site).await;
    site.add("vera", Role::Viewer).await;
    crate::people_mail::set_up(&ana, &server).await;
    let bo = site.signed_in("bo").await;
    let vera = site.signed_in("vera").await;
    for (browser, mail) in [(&ana, "ana@example.org"), (&bo, "bo@example.org"), (&vera, "vera@example.org")] {
        crate::people_mail::confirm(&site, browser, &server, mail).await;
    }
    rule(&site, &[Kind::Secrets], Needs::Approvals(1)).await;
    let page = format!("/apps/{BOARD}/secrets");
    assert_eq!(ana.submit(&page, &format!("{page}/generation"), &[]).await.location(), path(1));
    let letter = server.letter("bo@example.org", "Something waits for your approval").await;
    assert_eq!(letter.path(&site.settings.public.origin), path(1));
    bo.submit(&path(1), &format!("{}/objection", path(1)), &[("objection", "not yet")]).await.location();
    server.letter("ana@example.org", "bo objected: not yet").await;
    let others = server.letters().into_iter().filter(|l| l.whole.contains("approval") && !l.to.contains("bo@"));
    assert_eq!(others.filter(|l| l.whole.contains("Something waits")).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_not_there_below_another_app() {
    const OTHER: &str = "other.example.org";
    let site = Site::start().await;
    let ana = site.admin().await;
    for app in [BOARD, OTHER] {
        site.new_board(&ana, app).await;
    }
    site.add_on("olga", Role::Operator, OTHER).await;
    let olga = site.signed_in("olga").await;
    rule(&site, &[Kind::Secrets], Needs::Approvals(1)).await;
    let page = format!("/apps/{BOARD}/secrets");
    assert_eq!(ana.submit(&page, &format!("{page}/generation"), &[]).await.location(), path(1));
    let elsewhere = path(1).replace(BOARD, OTHER);
    assert_eq!(olga.get(&elsewhere).await.status, 404);
    for (word, fields) in [("approval", vec![]), ("objection", vec![("objection", "no")])] {
        let refused = olga.submit(&format!("/apps/{OTHER}"), &format!("{elsewhere}/{word}"), &fields).await;
        assert_eq!(refused.status, 404, "{word}: {}", refused.text());
    }
    let request = site.store.approval(1).await.unwrap().unwrap();
    assert_eq!((request.state, request.votes), (RequestState::Waiting, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_does_not_begin_where_the_swarm_is_another_by_then() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    site.add("bo", Role::Operator).await;
    rule(&site, &[Kind::Deploy], Needs::Approvals(1)).await;
    assert_eq!(site.ask_deploy(&ana, BOARD).await.location(), path(1));
    let swarm = site.feed.latest().swarm;
    let service = swarm.services.iter().find(|s| s.spec.name == "board_example_org_app").unwrap();
    let mut spec = service.spec.clone();
    spec.labels.insert("by".to_owned(), "hand".to_owned());
    site.engine.update_service(&service.id, service.version, &spec, None).await.unwrap();
    site.fresh().await;
    let before = site.store.operations(None, None, 1).await.unwrap()[0].id;
    approve(&site, 1).await;
    assert_eq!(state(&site, 1).await, RequestState::Void);
    ana.page(&path(1)).await.says("The plan is no longer the one that was approved");
    assert_eq!(site.store.operations(None, None, 1).await.unwrap()[0].id, before, "nothing was begun");
}
