//! Why something is asked for: the form that others have to approve first asks it, and those who decide read it.

use canteen::access::approval::{Kind, Needs};

use crate::approvals::rule;
use crate::harness::{BOARD, PASSWORD, Site, send_fields};

const WHY: &str = "members see <old> pages";
const FIRST: &str = "/apps/board.example.org/approvals/1";
const RESTART: &str = "/apps/board.example.org/restart";
const OTHER: &str = "other.example.org";
const FIELD: &str = "name=\"form-why\"";

#[tokio::test(flavor = "multi_thread")]
async fn those_who_decide_read_why_it_is_asked_for() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    assert!(!ana.page(RESTART).await.body.contains(FIELD), "nobody is asked where no rule is about it");
    rule(&site, &[Kind::Restart], Needs::Approvals(1)).await;
    let page = ana.page(RESTART).await;
    page.says("By a rule of yours this needs 1 approval").says("Why you ask for it");
    let none = ana.post(&page, RESTART, &[("form-why", WHY)]).await;
    assert_eq!(none.status, 422, "no service is chosen");
    assert!(none.fields().contains(&("form-why".to_owned(), WHY.to_owned())), "what was typed stays");
    let long = "x".repeat(501);
    let refused = send_fields(&ana, &page, RESTART, &[("form-why", &long)]).await;
    assert_eq!(refused.status, 422);
    refused.says("Write 500 characters at most");
    assert!(refused.fields().contains(&("form-why".to_owned(), long)), "what was typed stays");
    assert!(site.store.approval(1).await.unwrap().is_none(), "nothing is asked for yet");
    let asked = send_fields(&ana, &refused, RESTART, &[("form-why", " members  see\n<old> pages ")]).await;
    assert_eq!(asked.location(), FIRST);
    ana.page(FIRST).await.says(&format!("Why {WHY}"));
    ana.page("/approvals").await.says(WHY);
    ana.page("/audit").await.says(&format!("it waits for 1 approval (request 1): {WHY}"));
    let entries = site.entries().await;
    let waits = entries.iter().find(|e| e.outcome == "waits").unwrap();
    assert_eq!(waits.particulars["reason"], WHY);
    let program = site.program(&ana, &["app.view"]).await;
    assert_eq!(program.json(&format!("/api/v1{FIRST}")).await["because"], WHY);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_that_asks_for_an_operation_asks_why() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.deployed_board(&ana, OTHER).await;
    rule(&site, Kind::ALL, Needs::Approvals(1)).await;
    let runs = ["deployment", "undeployment", "restart", "scale", "secrets/admin_password/rotation"];
    for (app, page) in [(BOARD, "secrets"), (BOARD, "removal")].into_iter().chain(runs.map(|page| (OTHER, page))) {
        assert!(ana.page(&format!("/apps/{app}/{page}")).await.body.contains(FIELD), "{app} {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reason_is_kept_while_the_password_is_asked_for() {
    let site = Site::start().await;
    let ana = site.admin().await.by_hand();
    site.new_board(&ana, BOARD).await;
    rule(&site, &[Kind::Secrets], Needs::Approvals(1)).await;
    site.clock.advance(10 * 60 * 1000);
    let page = ana.page(&format!("/apps/{BOARD}/secrets")).await;
    let path = format!("/apps/{BOARD}/secrets/admin_password");
    let question = ana.post(&page, &path, &[("value", "pasted"), ("form-why", WHY)]).await.location().to_owned();
    let ticket = question.strip_prefix("/session/again?keep=").unwrap().to_owned();
    let asks = ana.page(&question).await;
    let fields = [("password", PASSWORD), ("keep", ticket.as_str()), ("next", "/apps")];
    ana.post(&asks, "/session/again", &fields).await.location();
    let ready = ana.page(&question).await;
    assert_eq!(ana.post(&ready, &path, &[("kept-form", &ticket)]).await.location(), FIRST);
    assert_eq!(site.store.approval(1).await.unwrap().unwrap().reason, WHY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_says_why_as_well() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    rule(&site, &[Kind::Deploy], Needs::Approvals(1)).await;
    let program = site.program(&ana, &["app.view", "app.deploy"]).await;
    let plan = program.json(&format!("/api/v1/apps/{BOARD}/plan")).await;
    let wanted = serde_json::json!({ "version": plan["version"], "plan": plan["hash"], "because": WHY });
    let told = program.send("POST", &format!("/api/v1/apps/{BOARD}/deployments"), &[("Idempotency-Key", "1")], Some(&wanted)).await;
    assert_eq!((told.status, told.json()["because"].as_str()), (202, Some(WHY)));
}
