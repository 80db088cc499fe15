//! API tokens: making one, what holds of it, and that it ends when it should.

use canteen::access::Role;
use serde_json::json;

use crate::harness::{BOARD, Caller, Request, Site, make_viewer};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const APPS: &str = "/api/v1/apps";
const NEW: &str = "/account/tokens/new";
/// A deploy of a plan that there never was.
const DEPLOY: &str = "/api/v1/apps/board.example.org/deployments";

async fn refused(caller: &Caller) -> String {
    let answer = caller.get(APPS).await;
    assert_eq!((answer.status, answer.problem().as_str()), (401, "bad-token"), "{}", answer.body);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"Canteen\", error=\"invalid_token\""));
    answer.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_and_kept_nowhere() {
    let site = Site::start().await;
    let ana = site.admin().await;
    ana.page("/account/tokens").await.says("You have no tokens");
    let form = ana.page(NEW).await;
    form.says("See an app, its state and what was done to it").says("Deploy, upgrade").says("See the recipes");
    assert!(!form.text().contains("Invite") && !form.text().contains("role.grant"), "no token over people");
    let token = site.token(&ana, "ci", &["app.view"], &[]).await;
    ana.page("/account/tokens").await.says("ci").says("Never");
    assert_eq!(site.caller(&token).get(APPS).await.status, 200);
    let list = ana.page("/account/tokens").await;
    list.says("just now").says(token.get(..12).unwrap());
    assert!(!list.body.contains(token.get(13..).unwrap()), "the secret part is gone");
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.action.as_str(), entry.outcome.as_str()), ("token.new", "ok"));
    assert_eq!(entry.particulars["scopes"], json!(["app.view"]));
    ana.page("/audit").await.says("made the API token ci");
    for file in std::fs::read_dir(site.data()).unwrap().flatten().filter(|f| f.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        let secret = token.split('_').nth(2).unwrap();
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "the token stands in {:?}", file.file_name());
    }
    let again = ana.submit(NEW, NEW, &[("name", "ci"), ("days", "90"), ("scope.app.view", "on")]).await;
    assert_eq!(again.status, 422);
    again.says("You have a token called ci already");
    for (days, name) in [("366", "long"), ("0", "short")] {
        assert_eq!(ana.submit(NEW, NEW, &[("name", name), ("days", days), ("scope.app.view", "on")]).await.status, 422, "{days}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_no_more_than_its_owner_may_now() {
    let site = Site::start().await;
    site.add("cem", Role::Admin).await;
    let cem = site.signed_in("cem").await;
    let program = site.program(&cem, &["app.view", "app.deploy"]).await;
    let nothing = json!({"version": "1", "plan": "1"});
    assert_eq!(program.post(DEPLOY, &nothing).await.status, 404, "it may, and there is no such app");
    make_viewer(&site.database(), "cem");
    let before = site.head().await;
    let lost = program.post(DEPLOY, &nothing).await;
    assert_eq!((lost.status, lost.problem().as_str()), (403, "forbidden"));
    let challenge = lost.header("www-authenticate").unwrap();
    assert!(challenge.contains("insufficient_scope") && challenge.contains("scope=\"app.deploy\""), "{challenge}");
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.seq, entry.outcome.as_str(), entry.actor.name.as_str()), (before + 1, "refused", "cem"));
    assert_eq!(entry.actor.via.token.unwrap().name, "program 0");
    assert_eq!(program.get(APPS).await.status, 200, "the owner still may look");
    cem.page("/account/tokens").await.says("has no right any more to: Deploy");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_suspended_member_does_nothing_until_they_are_let_in_again() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let program = site.program(&vic, &["app.view"]).await;
    assert_eq!(program.get(APPS).await.status, 200);
    let page = format!("/people/{}", site.store.member("vic").await.unwrap().unwrap().id);
    ana.submit(&page, &format!("{page}/suspension"), &[]).await.location();
    assert!(refused(&program).await.contains("owner is suspended"));
    ana.submit(&page, &format!("{page}/readmission"), &[]).await.location();
    assert_eq!(program.get(APPS).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_only_what_is_ticked_for_the_app_that_is_chosen() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.new_board(&ana, "other.example.org").await;
    let look = site.program(&ana, &["app.view"]).await;
    let before = site.head().await;
    assert_eq!(look.post(DEPLOY, &json!({})).await.status, 403, "the right comes before the body");
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.seq, entry.outcome.as_str()), (before + 1, "refused"));
    assert_eq!(entry.particulars["action"], "app.deploy");
    let shown = ana.page(&format!("/audit/{}", entry.seq)).await;
    shown.says("ana by token program 0").says("by token");
    assert_eq!(look.get("/api/v1/recipes").await.status, 403);
    assert_eq!(site.head().await, before + 1, "looking writes nothing");

    let one = site.caller(&site.token(&ana, "one", &["app.view", "app.deploy"], &[("app", BOARD)]).await);
    let list = one.json(APPS).await;
    let names: Vec<&str> = list["items"].as_array().unwrap().iter().map(|app| app["name"].as_str().unwrap()).collect();
    assert_eq!(names, [BOARD], "a list leaves out what the token is not for");
    assert_eq!(one.get("/api/v1/apps/other.example.org").await.status, 403);
    assert_eq!(one.get("/api/v1/operations?app=other.example.org").await.status, 404);
    assert_eq!(one.post("/api/v1/apps/other.example.org/deployments", &json!({})).await.status, 403);
    assert_eq!(one.json(&format!("{APPS}/{BOARD}")).await["name"], BOARD);
    let far = ana.submit(NEW, NEW, &[("name", "far"), ("days", "7"), ("scope.catalogue.view", "on"), ("app", BOARD)]).await;
    assert_eq!(far.status, 200, "whoever sees an app sees the recipes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_runs_out_and_can_be_ended() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let week = site.caller(&site.token(&ana, "week", &["app.view"], &[("days", "7")]).await);
    let year = site.caller(&site.token(&ana, "year", &["app.view"], &[("days", "365")]).await);
    site.clock.advance(7 * DAY_MS - 60_000);
    assert_eq!(week.get(APPS).await.status, 200);
    site.clock.advance(60_000);
    assert!(refused(&week).await.contains("run out"));
    assert_eq!(year.get(APPS).await.status, 200);
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let id = site.store.tokens(None).await.unwrap().iter().find(|t| t.name == "year").unwrap().id;
    let of_ana = format!("/account/tokens/{id}/end");
    let page = vic.page("/account/tokens").await;
    assert_eq!(vic.post(&page, &of_ana, &[]).await.status, 404, "another member's token is not there");
    assert_eq!(vic.post(&page, &format!("/tokens/{id}/end"), &[]).await.status, 403);
    assert_eq!(vic.get("/tokens").await.status, 403);
    assert_eq!(year.get(APPS).await.status, 200);
    let page = ana.page("/account/tokens").await;
    page.says("Has run out");
    assert_eq!(ana.post(&page, &of_ana, &[]).await.location(), "/account/tokens");
    assert!(refused(&year).await.contains("was ended"));
    assert_eq!(ana.post(&page, &of_ana, &[]).await.status, 409);
    let entry = site.entries().await.into_iter().find(|e| e.action == "token.end").unwrap();
    assert_eq!(entry.particulars["name"], "year");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_and_ends_the_tokens_of_others() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let program = site.program(&vic, &["app.view"]).await;
    assert_eq!(program.get(APPS).await.status, 200);
    let page = ana.page("/tokens").await;
    page.says("program 0").says("vic").says("127.0.0.1");
    let id = site.store.tokens(None).await.unwrap()[0].id;
    assert_eq!(ana.post(&page, &format!("/tokens/{id}/end"), &[]).await.location(), "/tokens");
    refused(&program).await;
    ana.page("/audit").await.says("ended the API token program 0 of vic");
    vic.page("/account/tokens").await.says("by ana");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_comes_in_its_header_from_its_network_and_alone() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let program = site.program(&ana, &["app.view"]).await;
    let token = program.token.clone();
    let nobody = site.caller("");
    let bearer = format!("Bearer {token}");
    // With a session: who acts?
    for path in [APPS, "/apps"] {
        let headers = vec![("authorization".to_owned(), bearer.clone())];
        let both = ana.send(Request { method: "GET".to_owned(), path: path.to_owned(), headers, body: vec![] }).await;
        assert_eq!(both.status, 400, "{path}: {}", both.body);
    }
    assert_eq!(ana.get(APPS).await.status, 401, "a session alone is nothing to the API");
    // In the address.
    let before = site.head().await;
    for path in [
        format!("{APPS}?token={token}"),
        format!("{APPS}?access_token=x"),
        format!("/apps?x={token}"),
        format!("/session?next={token}"),
    ] {
        let leaked = nobody.get(&path).await;
        assert_eq!(leaked.status, 400, "{path}");
        assert!(!leaked.body.contains(&token), "{}", leaked.body);
    }
    let entries = site.entries().await;
    let leak = entries.iter().find(|e| e.seq == before + 1).unwrap();
    assert_eq!(leak.particulars["token"].as_str(), Some(format!("{}_…", token.get(..12).unwrap()).as_str()));
    assert!(!entries.iter().any(|e| format!("{e:?}").contains(&token)), "masked in the log");
    // Pages take no token.
    assert_eq!(program.get("/apps").await.status, 303);
    assert_eq!(program.send("POST", "/catalogue/refresh", &[], None).await.status, 403);
    for authorization in ["Basic YTpi", "Bearer", &format!("{bearer} {token}"), &format!("Bearer {}", token.to_lowercase())] {
        let bad = nobody.send("GET", APPS, &[("authorization", authorization)], None).await;
        assert_eq!(bad.status, 401, "{authorization}");
    }
    let far = site.caller(&site.token(&ana, "far", &["app.view"], &[("network", "203.0.113.0/24")]).await);
    assert!(refused(&far).await.contains("from this address"));
    let near = site.caller(&site.token(&ana, "near", &["app.view"], &[("network", "127.0.0.0/8")]).await);
    assert_eq!(near.get(APPS).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tokens_are_counted_and_slowed_down_and_right_ones_are_not() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let program = site.program(&ana, &["app.view"]).await;
    let nobody = site.caller("cnt_Ab3dEf7h_nothing");
    let before = site.head().await;
    for _ in 0..5 {
        refused(&nobody).await;
    }
    let mut slowed = nobody.get(APPS).await;
    if slowed.status == 401 {
        // The sixth began the wait.
        slowed = nobody.get(APPS).await;
    }
    assert_eq!((slowed.status, slowed.problem().as_str()), (429, "too-many"));
    assert!(slowed.header("retry-after").is_some());
    assert_eq!(program.get(APPS).await.status, 200, "whoever has a right one does not wait for others");
    site.clock.advance(60_000);
    refused(&nobody).await;
    let written: Vec<_> = site.entries().await.into_iter().filter(|e| e.seq > before).collect();
    assert!((1..=4).contains(&written.len()), "{written:?}");
    assert!(written.iter().all(|e| e.outcome == "failed" && e.particulars["action"] == "token.use"), "{written:?}");
    ana.page("/audit").await.says("came with a token that can’t be used");
}
