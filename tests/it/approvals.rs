//! What needs approval waits for it, begins by itself when it has it, and in no other case.

use std::sync::Arc;

use canteen::access::action::EditApprovalRules;
use canteen::access::approval::{Kind, Needs, Rule};
use canteen::access::{Actor, Grant, Role, Scope, Target, Via};
use canteen::commands::approval_rule_change::ChangeApprovalRule;
use canteen::ops::release::Release;
use canteen::store::approvals::{Request, RequestState};
use canteen::store::audit::Entry;

use crate::harness::{BOARD, Browser, Site, until};

const HOUR: i64 = 3_600_000;
const FIRST: &str = "/apps/board.example.org/approvals/1";

/// Makes a rule over everything.
pub(crate) async fn rule(site: &Site, kinds: &[Kind], needs: Needs) {
    let ana = Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() };
    let rule = Rule { kinds: kinds.iter().copied().collect(), scope: Scope::Everything, needs, expires_days: 7 };
    let may = Grant::<EditApprovalRules>::judge(ana, Target::Site).unwrap();
    site.store.commit(&may, ChangeApprovalRule::Make { rule }).await.unwrap();
}

/// What the dashboard does every so often.
pub(crate) async fn look(site: &Site) {
    let (handover, bell) = (Arc::default(), Arc::default());
    let (store, feed, live) = (site.store.clone(), site.feed.clone(), site.live.clone());
    let release = Release { store, inspect: Arc::new(site.engine.clone()), feed, live, handover, bell };
    release.look().await.unwrap();
}

async fn request(site: &Site, id: i32) -> Request {
    site.store.approval(id).await.unwrap().unwrap()
}

/// An app with its secrets, a deploy of which waits; and the browsers of ana, who asked, and of bo and cem, who may approve.
async fn waiting(needs: Needs) -> (Site, Browser, Browser, Browser) {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    site.add("bo", Role::Operator).await;
    site.add("cem", Role::Maintainer).await;
    rule(&site, &[Kind::Deploy], needs).await;
    let (bo, cem) = (site.signed_in("bo").await, site.signed_in("cem").await);
    assert_eq!(site.ask_deploy(&ana, BOARD).await.location(), FIRST);
    (site, ana, bo, cem)
}

/// Presses a button of the request.
async fn press(browser: &Browser, button: &str, fields: &[(&str, &str)]) -> crate::harness::Answer {
    browser.submit(FIRST, &format!("{FIRST}/{button}"), fields).await
}

fn of<'a>(entries: &'a [Entry], action: &str, outcome: &str) -> Vec<&'a Entry> {
    entries.iter().filter(|e| e.action == action && e.outcome == outcome).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_waits_for_its_approvals_and_then_begins_in_the_name_of_who_asked() {
    let (site, ana, bo, cem) = waiting(Needs::Approvals(2)).await;
    let changes = site.engine.changes();
    assert_eq!(site.store.operations(None, None, 9).await.unwrap().len(), 1, "only the secrets were made");
    let page = ana.page(FIRST).await;
    page.says("Waits for 2 approvals (none so far)").says("May approve bo, cem").says("Take it back");
    assert!(!page.text().contains("Your word"), "nobody approves what they asked for");
    assert_eq!(press(&ana, "approval", &[]).await.status, 409);
    ana.page(&format!("/apps/{BOARD}")).await.says("Waits for 2 approvals");
    bo.page("/approvals").await.says("Deploy 1.0.0").says("Approvals 1 waiting");
    assert_eq!(press(&bo, "approval", &[]).await.location(), FIRST);
    assert_eq!(press(&bo, "approval", &[]).await.location(), FIRST, "twice by one member is once");
    assert_eq!((request(&site, 1).await.state, site.engine.changes()), (RequestState::Waiting, changes));
    bo.page(FIRST).await.says("(1 so far: bo)");
    assert_eq!(press(&cem, "approval", &[]).await.location(), FIRST);
    let done = request(&site, 1).await;
    assert_eq!((done.state, done.wanted.as_str()), (RequestState::Started, ""));
    let operation = site.operation_done(done.operation_id.unwrap()).await;
    assert_eq!((operation.outcome.as_str(), operation.asked_by.name.as_str()), ("converged", "ana"), "{}", operation.cause);
    look(&site).await;
    assert_eq!(site.store.operations(None, None, 9).await.unwrap().len(), 2, "it is begun once");
    cem.page(FIRST).await.says("It had what it needed").says("To the operation");
    let entries = site.entries().await;
    assert_eq!(of(&entries, "app.deploy", "waits")[0].particulars["approval"], 1);
    assert_eq!(of(&entries, "approval.give", "ok").len(), 2);
    let begun = of(&entries, "app.deploy", "asked");
    assert_eq!((begun.len(), &begun[0].particulars["approved_by"]), (1, &serde_json::json!(["bo", "cem"])));
    assert_eq!((begun[0].actor.name.as_str(), begun[0].actor.via.way.as_str()), ("ana", "approval 1"));
    ana.page("/audit").await.says("it waits for 2 approvals (request 1)").says("approved what ana asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_it_was_approved_does_not_begin() {
    let (site, ana, bo, _cem) = waiting(Needs::Approvals(1)).await;
    let settings = format!("/apps/{BOARD}/settings");
    let page = ana.page(&settings).await;
    crate::harness::send_fields(&ana, &page, &settings, &[("TITLE", "Another")]).await.location();
    let changes = site.engine.changes();
    press(&bo, "approval", &[]).await.location();
    let done = request(&site, 1).await;
    assert_eq!((done.state, done.operation_id), (RequestState::Void, None));
    bo.page(FIRST).await.says("the plan is no longer the one that was approved").says("ask again");
    assert_eq!(site.engine.changes(), changes);
    assert_eq!(of(&site.entries().await, "approval.end", "ok")[0].particulars["end"], "void");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_needs_a_reason_and_ends_it_and_who_asked_may_take_it_back() {
    let (site, ana, bo, cem) = waiting(Needs::Approvals(1)).await;
    let empty = press(&bo, "objection", &[("objection", "  ")]).await;
    assert_eq!(empty.status, 422);
    empty.says("There is a problem").says("Say why you object");
    press(&bo, "objection", &[("objection", "not on a Friday")]).await.location();
    assert_eq!(request(&site, 1).await.state, RequestState::Objected);
    let late = cem.post(&cem.page("/apps").await, &format!("{FIRST}/approval"), &[]).await;
    assert_eq!(late.status, 409);
    late.says("does not wait any more").says("objected: not on a Friday");
    let second = site.ask_deploy(&ana, BOARD).await.location().to_owned();
    let foreign = bo.post(&bo.page("/apps").await, &format!("{second}/withdrawal"), &[]).await;
    assert_eq!(foreign.status, 409);
    ana.submit(&second, &format!("{second}/withdrawal"), &[]).await.location();
    assert_eq!(request(&site, 2).await.state, RequestState::Withdrawn);
    assert_eq!(site.store.operations(None, None, 9).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_objection_it_begins_when_its_time_is_over_and_no_earlier() {
    let (site, _ana, _bo, _cem) = waiting(Needs::Quiet(24)).await;
    site.clock.advance(23 * HOUR);
    look(&site).await;
    assert_eq!(request(&site, 1).await.state, RequestState::Waiting);
    site.clock.advance(HOUR);
    look(&site).await;
    let operation = site.operation_done(request(&site, 1).await.operation_id.unwrap()).await;
    assert_eq!(operation.outcome, "converged", "{}", operation.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_approved_in_time_expires() {
    let (site, _ana, _bo, _cem) = waiting(Needs::Approvals(1)).await;
    site.clock.advance(7 * 24 * HOUR);
    look(&site).await;
    assert_eq!(request(&site, 1).await.state, RequestState::Expired);
    assert!(of(&site.entries().await, "approval.end", "ok")[0].actor.kind == "system");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_counts_for_as_long_as_its_giver_may_give_it_and_a_stricter_rule_counts_at_once() {
    let (site, ana, bo, cem) = waiting(Needs::Approvals(2)).await;
    press(&bo, "approval", &[]).await.location();
    let grant = site.store.member("bo").await.unwrap().unwrap().id;
    let grant = site.store.book().await.unwrap().of_member(grant).next().unwrap().0;
    site.take(grant).await;
    press(&cem, "approval", &[]).await.location();
    assert_eq!(request(&site, 1).await.state, RequestState::Waiting);
    cem.page(FIRST).await.says("(1 so far: cem)").says("may not any more, so it does not count");
    rule(&site, &[Kind::Deploy], Needs::Approvals(3)).await;
    ana.page(FIRST).await.says("Waits for 3 approvals");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_emergency_an_admin_goes_ahead_with_a_reason() {
    let (site, ana, bo, _cem) = waiting(Needs::Approvals(2)).await;
    let refused = bo.post(&bo.page("/apps").await, &format!("{FIRST}/override"), &[("reason", "I want to")]).await;
    assert_eq!(refused.status, 403);
    assert_eq!(press(&ana, "override", &[("reason", "")]).await.status, 422);
    press(&ana, "override", &[("reason", "members can’t sign in")]).await.location();
    let operation = site.operation_done(request(&site, 1).await.operation_id.unwrap()).await;
    assert_eq!(operation.outcome, "converged", "{}", operation.cause);
    let entries = site.entries().await;
    let over = of(&entries, "approval.override", "ok");
    assert_eq!(
        (&over[0].particulars["reason"], &over[0].particulars["needed"]),
        (&"members can’t sign in".into(), &"2 approvals".into())
    );
    assert_eq!(of(&entries, "app.deploy", "asked")[0].particulars["approval_overridden"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restart_finds_approved_begins_once() {
    let (mut site, _ana, bo, _cem) = waiting(Needs::Approvals(1)).await;
    // The approval is written, and the dashboard dies before it begins anything.
    let member = site.store.member("bo").await.unwrap().unwrap();
    let rights = site.store.rights(member.id).await.unwrap();
    let actor = Actor::Member { id: member.id, name: member.name, rights, via: Via::default() };
    let may = Grant::<canteen::access::action::GiveApproval>::judge(actor, Target::App(BOARD.to_owned())).unwrap();
    let app_id = site.store.app(BOARD).await.unwrap().unwrap().id;
    site.store.commit(&may, canteen::commands::approval_give::GiveApproval { app_id, id: 1 }).await.unwrap();
    drop(bo);
    site.restart().await;
    let id = until("what was approved", async || request(&site, 1).await.operation_id).await;
    assert_eq!(site.operation_done(id).await.outcome, "converged");
    look(&site).await;
    assert_eq!(site.store.operations(None, None, 9).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_made_changed_and_removed_and_the_log_has_both_sides() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let (list, new) = ("/settings/approvals", "/settings/approvals/0");
    ana.page(list).await.says("No rules yet");
    let typed = |approvals: &'static str| {
        [
            ("kind.remove", "on"),
            ("over", "everything"),
            ("needs", "approvals"),
            ("approvals", approvals),
            ("hours", "24"),
            ("days", "3"),
        ]
    };
    let wrong = ana.submit(new, list, &typed("none")).await;
    assert_eq!(wrong.status, 422);
    wrong.says("There is a problem").says("Write a whole number from 1 to 9");
    assert!(wrong.fields().contains(&("approvals".to_owned(), "none".to_owned())), "what was typed stays");
    let nothing = ana.submit(new, list, &typed("2")[1..]).await;
    assert_eq!(nothing.status, 422);
    assert_eq!(ana.submit(new, list, &typed("2")).await.location(), list);
    ana.page(list).await.says("Remove an app with its data; over everything: 2 approvals, expires after 3 days");
    assert_eq!(ana.submit("/settings/approvals/1", "/settings/approvals/1", &typed("1")).await.location(), list);
    assert_eq!(ana.submit("/settings/approvals/1", "/settings/approvals/1/removal", &[]).await.location(), list);
    ana.page(list).await.says("No rules yet");
    let entries = site.entries().await;
    let told = |n: usize, side: &str| of(&entries, "approval.rules.edit", "ok")[n].particulars.get(side).map(ToString::to_string);
    assert!(told(1, "before").unwrap().contains("2 approvals") && told(1, "after").unwrap().contains("1 approval,"));
    assert!(told(0, "before").is_some() && told(0, "after").is_none());
}
