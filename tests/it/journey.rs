//! What people do, from the set-up code to an undeploy, and what stands in their way.

use canteen::access::Role;
use canteen::engine::Inspect as _;
use canteen::stack::observed::Node;
use canteen::store::operations::State;

use crate::harness::{Answer, BOARD, Browser, PASSWORD, Plan, Site, operation_of, send_fields, send_plan, until};

const MINUTE_MS: i64 = 60 * 1000;
const SECRET: &str = "board_example_org_admin_password_v1";
const WIZARD: &str = "recipe=notice-board&version=1.0.0%2B1.35.0";
const IMAGE: &str = "registry.example.org/notice-board:1.35.0";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_needs_the_code_of_the_moment_and_there_is_one_only() {
    let site = Site::with(Plan { members: false, ..Plan::default() }).await;
    let ana = site.stranger();
    assert_eq!(ana.get("/").await.location(), "/setup");
    let old = site.setup_code.peek().unwrap();
    let set_up =
        async |code: &str| ana.submit("/setup", "/setup", &[("code", code), ("name", "ana"), ("password", PASSWORD)]).await;

    let wrong = set_up("AAAA-BBBB-CCCC").await;
    assert_eq!(wrong.status, 422);
    wrong.says("This is not the code");
    assert!(wrong.body.contains("value=\"ana\"") && !wrong.body.contains(PASSWORD), "the name is kept, the password is not");
    let weak = ana.submit("/setup", "/setup", &[("code", &old), ("name", "ana"), ("password", "short")]).await;
    assert_eq!(weak.status, 422);
    weak.says("12 characters");
    let common = ana.submit("/setup", "/setup", &[("code", &old), ("name", "ana"), ("password", "administrator")]).await;
    assert_eq!(common.status, 422);
    common.says("Many people use this password, so it is tried first; use a few words that you use nowhere else");
    assert!(common.body.contains("value=\"ana\"") && common.body.contains(&format!("value=\"{old}\"")));

    site.clock.advance(31 * MINUTE_MS);
    let expired = set_up(&old).await;
    assert_eq!(expired.status, 422);
    let code = site.setup_code.peek().unwrap();
    assert_ne!(code, old, "a code that is too old makes way for a new one");

    assert_eq!(set_up(&code).await.location(), "/session?ready=1");
    assert_eq!(ana.get("/setup").await.status, 404);
    let again = site.stranger().submit("/session", "/setup", &[("code", &code), ("name", "eve"), ("password", PASSWORD)]).await;
    assert_eq!(again.status, 404);
    assert_eq!(site.store.members().await.unwrap().len(), 1);
    ana.page("/session?ready=1").await.says("Canteen is set up");
    assert!(site.entries().await.iter().any(|e| e.action == "site.setup" && e.outcome == "ok" && e.actor.name == "ana"));
    let ana = site.admin().await;
    ana.page("/apps").await.says("ana");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_can_not_be_used_is_refused_with_what_was_typed() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let long = "a-notice-board-with-a-rather-long-name-for-us";
    site.new_board(&ana, BOARD).await;
    site.new_board(&ana, &format!("{long}.example.org")).await;
    site.engine.seed(1, 1, 1);
    site.fresh().await;
    let path = format!("/apps/new/address?{WIZARD}");
    let too_long = format!("{}.org", "x".repeat(64));
    for (domain, why) in [
        ("", "Enter an address"),
        ("two words.org", "contains"),
        ("-x.example.org", "hyphen"),
        ("a..b", "empty part"),
        (too_long.as_str(), "at most 63"),
        (BOARD, "There is already an app"),
        (&format!("{long}.example.net"), "only its first 45 characters count"),
        ("app0", "runs on this Swarm already"),
        ("rows", "own addresses"),
    ] {
        let refused = ana.submit(&path, &path, &[("domain", domain)]).await;
        assert_eq!(refused.status, 422, "{domain}");
        refused.says(why);
        assert!(refused.body.contains(&format!("value=\"{domain}\"")), "{domain} is not kept");
        // The last page of the wizard looks again: addresses of pages can be edited.
        let settings = format!("/apps/new/settings?{WIZARD}&{}", serde_urlencoded::to_string([("domain", domain)]).unwrap());
        let last = ana.submit("/apps", &settings, &[]).await.status;
        assert!(matches!(last, 409 | 422), "{domain}: {last}");
    }
    assert_eq!(site.store.apps().await.unwrap().len(), 2);
    let free = ana.submit(&path, &path, &[("domain", " Free.example.org ")]).await;
    assert!(free.location().ends_with("&domain=free.example.org"), "{}", free.location());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_wrong_come_back_as_they_were_typed() {
    let site = Site::start().await;
    let (ana, other) = (site.admin().await, site.admin().await);
    ana.page("/apps/new?recipe=notice-board").await;
    let path = format!("/apps/new/settings?{WIZARD}&domain={BOARD}");
    let page = ana.page(&path).await;
    let typed = [("TITLE", "Fridge \"door\" <1>"), ("TIMEOUT", "soon")];
    let wrong = send_fields(&ana, &page, &path, &typed).await;
    assert_eq!(wrong.status, 422);
    wrong.says("This is a number");
    assert_kept(&wrong, &typed);
    let unknown = send_fields(&ana, &page, &path, &[("TITEL", "x")]).await;
    assert_eq!(unknown.status, 422);
    unknown.says("There is no setting called TITEL");
    assert!(site.store.apps().await.unwrap().is_empty());
    send_fields(&ana, &wrong, &path, &[("TIMEOUT", "")]).await.location();

    // Two people at one form: the second one keeps what was typed and is told.
    let path = format!("/apps/{BOARD}/settings");
    let (mine, theirs) = (ana.page(&path).await, other.page(&path).await);
    send_fields(&other, &theirs, &path, &[("TITLE", "Theirs")]).await.location();
    let typed = [("TITLE", "Mine")];
    let late = send_fields(&ana, &mine, &path, &typed).await;
    assert_eq!(late.status, 409);
    late.says("Somebody saved these settings");
    assert_kept(&late, &typed);
    send_fields(&ana, &late, &path, &[]).await.location();
    assert_kept(&ana.page(&path).await, &typed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_made_once_and_shown_once_to_who_asked() {
    let site = Site::start().await;
    site.add("bo", Role::Admin).await;
    let (ana, bo) = (site.admin().await, site.signed_in("bo").await);
    site.new_board(&ana, BOARD).await;
    let blocked = ana.page(&format!("/apps/{BOARD}/deployment")).await;
    blocked.says("This cannot be deployed yet");
    assert!(blocked.body.contains(&format!("href=\"/apps/{BOARD}/secrets\"")), "the page leads to where it can be mended");
    let forced = [("version", "1.0.0+1.35.0"), ("plan", "x")];
    assert_eq!(ana.post(&blocked, &format!("/apps/{BOARD}/deployment"), &forced).await.status, 409);

    let made = site.make_secrets(&ana, BOARD).await;
    assert_eq!(made.outcome, "generated");
    let (page, reveal) = (format!("/operations/{}", made.id), format!("/operations/{}/reveal", made.id));
    assert!(ana.page(&page).await.body.contains(&reveal));
    assert!(!bo.page(&page).await.body.contains(&reveal), "only who asked is offered the values");
    assert_eq!(bo.submit("/apps", &reveal, &[]).await.status, 409);
    let shown = ana.submit(&page, &reveal, &[]).await;
    assert_eq!(shown.status, 200);
    let value = shown.between("translate=\"no\">", "<").unwrap();
    assert!(value.len() == 24 && site.engine.secret_is(SECRET, value.as_bytes()), "what is shown is what Docker has");
    assert_eq!(ana.submit(&page, &reveal, &[]).await.status, 409);
    let stored = std::fs::read(site.database()).unwrap();
    assert!(!stored.windows(value.len()).any(|w| w == value.as_bytes()), "the value is in no file of ours");

    let page = ana.page("/apps").await;
    let again = ana.post(&page, &format!("/apps/{BOARD}/secrets/admin_password"), &[("value", "other")]).await;
    assert_eq!(again.status, 422);
    again.says("is set already");
    site.new_board(&ana, "paste.example.org").await;
    let insert = "/apps/paste.example.org/secrets/admin_password";
    assert_eq!(ana.submit("/apps", insert, &[("value", "")]).await.status, 422);
    let pasted = ana.submit("/apps/paste.example.org/secrets", insert, &[("value", "kept for us\r\n")]).await;
    assert_eq!(site.operation_done(operation_of(&pasted)).await.outcome, "inserted");
    assert!(site.engine.secret_is("paste_example_org_admin_password_v1", b"kept for us"));
    assert_eq!(ana.submit("/apps", "/apps/paste.example.org/secrets/none_such", &[("value", "x")]).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_plan_that_was_shown_is_deployed_once() {
    let site = Site::start().await;
    site.add("bo", Role::Admin).await;
    let (ana, bo) = (site.admin().await, site.signed_in("bo").await);
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    let path = format!("/apps/{BOARD}/deployment");
    let (old, settings) = (ana.page(&path).await, format!("/apps/{BOARD}/settings"));
    send_fields(&ana, &ana.page(&settings).await, &settings, &[("TITLE", "Fridge door")]).await.location();
    let stale = send_plan(&ana, &old, &path).await;
    assert_eq!(stale.status, 409);
    stale.says("Something changed after you opened this page");
    assert!(site.store.operations(None, None, 10).await.unwrap().iter().all(|o| o.kind != "deploy"), "nothing was started");

    // While Docker is away an operation waits, which gives the others time to ask too.
    let others = bo.page(&path).await;
    site.engine.go_away();
    let first = operation_of(&send_plan(&ana, &stale, &path).await);
    assert_eq!(operation_of(&send_plan(&ana, &stale, &path).await), first, "the same form sent twice is one deploy");
    let busy = send_plan(&bo, &others, &path).await;
    assert_eq!(busy.status, 409);
    busy.says("Ana asked for a deploy");
    site.engine.come_back();
    let done = site.operation_done(first).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "converged"), "{}", done.cause);
    site.fresh().await;
    bo.page(&format!("/operations/{first}")).await.says("Healthy: everything runs as it was deployed");
    bo.page(&format!("/apps/{BOARD}")).await.says("Healthy");
    bo.page(&path).await.says("Nothing would change");
    let made = site.engine.changes().iter().filter(|c| c.starts_with("create_service")).count();
    assert_eq!(made, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_can_not_be_pulled_fails_the_deploy_and_says_so() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    site.engine.image(IMAGE, None);
    site.engine.fail_image(IMAGE, "No such image: notice-board");
    let failed = site.deploy(&ana, BOARD).await;
    assert_eq!(failed.state, State::Failed);
    assert!(failed.cause.contains("app: ") && failed.cause.contains("image"), "{}", failed.cause);
    let page = ana.page(&format!("/operations/{}", failed.id)).await;
    page.says(&failed.cause).says("Review again");
    site.engine.mend_image(IMAGE);
    until("the tasks of the mended image", async || {
        let page = ana.page(&format!("/apps/{BOARD}")).await;
        site.feed.hurry();
        page.text().contains("1/1").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_outlives_an_engine_that_goes_away() {
    let site = Site::start().await;
    let (ana, watching) = half_deployed(&site).await;
    site.engine.come_back();
    site.engine.node(node(&site, "active").await);
    let done = site.operation_done(watching).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    ana.page(&format!("/operations/{watching}")).await.says("does not answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_ends_when_the_engine_never_comes_back() {
    let site = Site::start().await;
    let (ana, watching) = half_deployed(&site).await;
    let page = ana.page(&format!("/apps/{BOARD}")).await;
    page.says("does not answer");
    // The recipe gives itself a minute.
    site.clock.advance(2 * MINUTE_MS);
    let ended = site.operation_done(watching).await;
    assert_eq!(ended.state, State::Failed, "{}", ended.outcome);
    site.engine.come_back();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undeploy_keeps_secrets_volumes_and_settings() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    let path = format!("/apps/{BOARD}/undeployment");
    ana.page(&path).await.says("notices").says("app");
    let asked = ana.submit(&path, &path, &[]).await;
    let done = site.operation_done(operation_of(&asked)).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Done, "undeployed"));
    site.fresh().await;
    let swarm = site.feed.latest().swarm;
    assert!(swarm.services.is_empty() && swarm.configs.is_empty());
    assert!(swarm.secrets.iter().any(|s| s.name == SECRET));
    assert!(swarm.networks.iter().any(|n| n.name == "proxy"), "the network of all apps stays");
    assert_eq!(site.engine.volumes("board_example_org").await.unwrap(), ["board_example_org_notices"]);
    ana.page(&format!("/apps/{BOARD}/settings")).await.says("TITLE");
    let again = ana.submit("/apps", &path, &[]).await;
    assert_eq!(again.status, 409);
    again.says("is not deployed");
    assert_eq!(site.deploy(&ana, BOARD).await.outcome, "converged");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_page_tells_who_did_what_and_how_it_ended() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    site.deployed_board(&ana, BOARD).await;
    assert_eq!(vic.submit("/apps", &format!("/apps/{BOARD}/deployment"), &[]).await.status, 403);
    let page = vic.page("/audit").await;
    for told in [
        "command line added the member ana as admin",
        "made the app board.example.org of notice-board 1.0.0+1.35.0",
        "asked for secrets of board.example.org: board_example_org_admin_password_v1",
        "secrets of board.example.org: generated",
        "asked to deploy notice-board 1.0.0+1.35.0 to board.example.org",
        "deploy of board.example.org: converged",
        "was refused app.deploy at /apps/board.example.org/deployment",
    ] {
        let told = told.trim_start_matches("command line ");
        page.says(told);
    }
    let mine = vic.page("/audit?who=vic").await.text();
    assert!(mine.contains("was refused app.deploy") && !mine.contains("made the app"), "{mine}");
    let entries = site.entries().await;
    let asked = entries.iter().find(|e| e.action == "app.deploy" && e.outcome == "asked").unwrap();
    let ended = entries.iter().find(|e| e.of == Some(asked.seq)).unwrap();
    assert_eq!((ended.actor.name.as_str(), ended.outcome.as_str()), ("ana", "converged"));
    let entry = vic.page(&format!("/audit/{}", ended.seq)).await;
    assert!(entry.body.contains(&format!("href=\"/audit/{}\"", asked.seq)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_every_page_and_no_button_that_changes_something() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    site.deployed_board(&ana, BOARD).await;
    let bare = "bare.example.org";
    site.new_board(&ana, bare).await;
    let of_app = |app: &str| ["", "/settings", "/secrets", "/deployment", "/deployments"].map(|page| format!("/apps/{app}{page}"));
    let sites =
        ["/apps", "/operations", "/operations/1", "/operations/2", "/recipes", "/recipes/notice-board", "/audit", "/audit/1"];
    let pages = sites.map(str::to_owned).into_iter().chain(of_app(BOARD)).chain(of_app(bare));
    for path in pages {
        let mut forms = vic.page(&path).await.post_forms();
        forms.dedup();
        assert_eq!(forms, ["/session/end"], "{path}");
        assert!(ana.page(&path).await.post_forms().contains(&"/session/end".to_owned()));
    }
    assert!(ana.page(&format!("/apps/{bare}/secrets")).await.post_forms().len() > 2, "an admin has buttons there");
}

/// A deploy that waits for a node while the engine has gone away.
async fn half_deployed(site: &Site) -> (Browser, i32) {
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    site.engine.node(node(site, "drain").await);
    let asked = operation_of(&site.ask_deploy(&ana, BOARD).await);
    said(site, asked, "0/1").await;
    site.engine.go_away();
    said(site, asked, "so does this watch").await;
    (ana, asked)
}

/// Waits until an operation has said this.
async fn said(site: &Site, operation: i32, text: &str) {
    until(text, async || {
        let lines = site.store.journal(operation, 0).await.unwrap();
        lines.iter().any(|l| l.text.contains(text)).then_some(())
    })
    .await;
}

/// The only node, with this availability.
async fn node(site: &Site, availability: &str) -> Node {
    let node = until("a node", async || site.feed.latest().swarm.nodes.first().cloned()).await;
    Node { availability: availability.to_owned(), ..node }
}

#[track_caller]
fn assert_kept(page: &Answer, typed: &[(&str, &str)]) {
    let fields = page.fields();
    for (name, value) in typed {
        assert!(fields.iter().any(|(n, v)| n == name && v == value), "{name} is not kept: {fields:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_get_the_credentials_that_the_settings_name_and_no_page_shows_them() {
    let file = r#"{"auths": {"registry.example.org": {"auth": "YW5hOmh1c2gtaHVzaA=="}}}"#;
    let site = Site::with(Plan { settings: vec![("CANTEEN_REGISTRIES", file.to_owned())], ..Plan::default() }).await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    assert_eq!(site.engine.authorized(), 0);
    let operation = site.deploy(&ana, BOARD).await;
    assert_eq!(operation.outcome, "converged", "{}", operation.cause);
    assert!(site.engine.authorized() > 0, "the nodes have to log in");
    for path in [format!("/operations/{}", operation.id), format!("/apps/{BOARD}"), "/audit".to_owned()] {
        let page = ana.page(&path).await;
        assert!(!page.body.contains("hush") && !page.body.contains("YW5h"), "{path}");
    }
}
