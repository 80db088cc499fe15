//! An update that the dashboard asks for by itself keeps to the window of its app, whenever it is approved.

use canteen::access::Role;
use canteen::access::approval::{Kind, Needs};
use canteen::store::approvals::{Request, RequestState};

use crate::approvals::{look, rule};
use crate::harness::{Plan, Site};
use crate::life_pond::{POND, SAMPLE, pond_of};
use crate::update_watch::{COMPOSE, app, by_itself, choose, fetch, look as look_for_updates, noon, version};

const FIRST: &str = "/apps/pond.example.org/approvals/1";
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

async fn request(site: &Site) -> Request {
    site.store.approval(1).await.unwrap().unwrap()
}

/// An update waits for approval since half past two; the window is open from two to four.
async fn waiting() -> Site {
    let site = noon(Plan::default()).await;
    let ana = site.admin().await;
    let pond = pond_of(&site, &ana, COMPOSE).await;
    pond.release("1.0.1+1", &app("2"), SAMPLE, None);
    fetch(&ana).await;
    site.add("bo", Role::Operator).await;
    rule(&site, &[Kind::Deploy], Needs::Approvals(1)).await;
    choose(&ana, "patch", "14", "16", &[]).await;
    site.clock.advance(2 * HOUR + HOUR / 2);
    look_for_updates(&site).await;
    assert_eq!(request(&site).await.state, RequestState::Waiting);
    site
}

async fn approve(site: &Site) {
    let bo = site.signed_in("bo").await;
    bo.submit(FIRST, &format!("{FIRST}/approval"), &[]).await.location();
}

/// It began, and went well.
async fn done(site: &Site) {
    let found = request(site).await;
    assert_eq!(found.state, RequestState::Started, "{}", found.why);
    let operation = site.operation_done(found.operation_id.unwrap()).await;
    assert_eq!((operation.outcome.as_str(), version(site).await.as_str()), ("converged", "1.0.1+1"), "{}", operation.cause);
    assert!(operation.asked_by.is_scheduler());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_outside_of_the_window_waits_for_the_next() {
    let site = waiting().await;
    let ana = site.admin().await;
    ana.page(FIRST).await.says("Window for updates open now").says("Why the update policy of the app: patch, 14:00–16:00 UTC");
    site.clock.advance(2 * HOUR);
    approve(&site).await;
    look(&site).await;
    look_for_updates(&site).await;
    assert_eq!((request(&site).await.state, by_itself(&site).await.len()), (RequestState::Waiting, 0));
    let ana = site.admin().await;
    ana.page(FIRST).await.says("begins when the window for updates opens, ").says(" 14:00").says("Window for updates opens ");
    ana.page("/approvals").await.says("begins when the window for updates opens");
    site.clock.advance(DAY - 2 * HOUR);
    site.fresh().await;
    look(&site).await;
    done(&site).await;
    look_for_updates(&site).await;
    assert_eq!(by_itself(&site).await.len(), 1, "it is done once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_within_it_begins_at_once() {
    let site = waiting().await;
    approve(&site).await;
    done(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_on_the_last_day_comes_to_a_window_still() {
    let site = waiting().await;
    let found = request(&site).await;
    assert!(found.expires_at - found.asked_at > 8 * DAY, "seven days, and then the end of a window");
    site.clock.advance(7 * DAY + 2 * HOUR);
    approve(&site).await;
    assert_eq!(request(&site).await.state, RequestState::Waiting);
    site.clock.advance(DAY - 2 * HOUR);
    site.fresh().await;
    look(&site).await;
    done(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_emergency_it_begins_at_once_all_the_same() {
    let site = waiting().await;
    site.clock.advance(2 * HOUR);
    let ana = site.admin().await;
    ana.submit(FIRST, &format!("{FIRST}/override"), &[("reason", "it mends a hole")]).await.location();
    done(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_not_updated_by_itself_any_more_is_not() {
    let site = waiting().await;
    site.clock.advance(2 * HOUR);
    approve(&site).await;
    let ana = site.admin().await;
    choose(&ana, "notify", "14", "16", &[]).await;
    ana.page(FIRST).await.says("the app is not updated by itself any more");
    look(&site).await;
    assert_eq!((request(&site).await.state, by_itself(&site).await.len()), (RequestState::Void, 0));
    assert_eq!(site.store.app(POND).await.unwrap().unwrap().version, "1.0.0+1");
}
