//! What the API answers and does.

use canteen::access::scope_of;
use canteen::web::guard::Need;
use canteen::web::routes::routes;
use serde_json::{Value, json};

use crate::audit::verify;
use crate::harness::schema::misfits;
use crate::harness::{Answer, BOARD, Caller, Plan, Site, until};

const ALL: [&str; 4] = ["app.view", "app.deploy", "catalogue.view", "audit.export"];
const PLAN: &str = "/api/v1/apps/board.example.org/plan";
const DEPLOY: &str = "/api/v1/apps/board.example.org/deployments";

async fn document(site: &Site) -> Value {
    site.caller("").json("/api/v1/openapi.json").await
}

/// Holds an answer against what is said of its route.
#[track_caller]
fn fits(document: &Value, method: &str, route: &str, answer: &Answer) {
    let responses = &document["paths"][route][method]["responses"];
    let response = responses.get(answer.status.to_string()).unwrap_or(&responses["default"]);
    let response = match response["$ref"].as_str() {
        Some(named) => document.pointer(named.strip_prefix('#').unwrap()).unwrap(),
        None => response,
    };
    let kind = answer.header("content-type").unwrap();
    let schema = &response["content"][kind]["schema"];
    assert!(schema.is_object(), "{method} {route}: {} {kind} is not described", answer.status);
    let found = misfits(document, schema, &answer.json(), "");
    assert!(found.is_empty(), "{method} {route}: {found:#?}");
}

async fn board(site: &Site) -> Caller {
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    site.program(&ana, &ALL).await
}

fn wish(plan: &Value) -> Value {
    json!({"version": plan["version"], "plan": plan["hash"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_and_the_routes_say_the_same() {
    let site = Site::start().await;
    let document = document(&site).await;
    assert_eq!(document["servers"][0]["url"], site.settings.public.origin.as_str());
    let table = routes();
    let ours: Vec<_> = table.entries().iter().filter(|e| e.path.starts_with("/api/")).collect();
    for entry in &ours {
        let described = &document["paths"][entry.path][entry.method.as_str().to_lowercase()];
        assert!(described.is_object(), "{} {} is not described", entry.method, entry.path);
        let scopes = match entry.need {
            Need::Nothing => json!([]),
            Need::Right(action, _) => {
                let scope = scope_of(action).unwrap_or_else(|| panic!("no token may {}", action.as_str()));
                json!([{"token": [scope.as_str()]}])
            }
        };
        assert_eq!(described["security"], scopes, "{} {}", entry.method, entry.path);
        let parameters = described["parameters"].as_array().cloned().unwrap_or_default();
        for name in entry.path.split('{').skip(1).map(|part| part.split('}').next().unwrap()) {
            let named = json!({"$ref": format!("#/components/parameters/{name}")});
            assert!(parameters.contains(&named), "{}: {name} is not described", entry.path);
        }
    }
    let described = document["paths"].as_object().unwrap().iter();
    let described = described.flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| (path, method)));
    for (path, method) in described {
        let known = ours.iter().any(|e| e.path == path && e.method.as_str().eq_ignore_ascii_case(method));
        assert!(known, "{method} {path} is described, and there is no such route");
    }
}

/// What can be ticked is what the API asks for, and nothing else.
#[test]
fn each_scope_of_a_token_is_good_for_something() {
    let table = routes();
    let needed = |scope| {
        let asks = |need| matches!(need, Need::Right(action, _) if scope_of(action) == Some(scope));
        table.entries().iter().any(|e| e.path.starts_with("/api/") && asks(e.need))
    };
    for scope in canteen::access::token::SCOPES.iter() {
        assert!(needed(scope), "no route asks for {}", scope.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_there_is_nothing() {
    let site = Site::start().await;
    let described = document(&site).await;
    let (nobody, before) = (site.caller(""), site.head().await);
    for entry in routes().entries().iter().filter(|e| e.path.starts_with("/api/") && e.need != Need::Nothing) {
        let path = entry.path.replace("{app}", BOARD).replace("{id}", "1");
        let body = json!({"version": "1", "plan": "1"});
        let answer = nobody.send(entry.method.as_str(), &path, &[], (entry.method == "POST").then_some(&body)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (401, "no-token"), "{path}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"Canteen\""), "{path}");
        assert_eq!(answer.header("set-cookie"), None, "{path}");
        fits(&described, &entry.method.as_str().to_lowercase(), entry.path, &answer);
    }
    let lost = nobody.get("/api/v1/nothing").await;
    assert_eq!((lost.status, lost.problem().as_str()), (404, "not-found"));
    let wrong = nobody.send("DELETE", "/api/v1/apps", &[], None).await;
    assert_eq!((wrong.status, wrong.problem().as_str()), (405, "method"));
    assert_eq!(site.head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_deploys_what_it_saw_and_follows_it() {
    let site = Site::start().await;
    let described = document(&site).await;
    let program = board(&site).await;
    let before = site.head().await;
    let plan = program.get(PLAN).await;
    fits(&described, "get", "/api/v1/apps/{app}/plan", &plan);
    let plan = plan.json();
    assert_eq!((&plan["deployable"], &plan["from"]), (&json!(true), &Value::Null), "{plan}");
    assert!(plan["steps"].as_array().unwrap().iter().any(|s| s["object"] == "service" && s["action"] == "create"), "{plan}");
    assert_eq!(site.head().await, before, "a look leaves no entry");

    let asked = program.post(DEPLOY, &wish(&plan)).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    fits(&described, "post", "/api/v1/apps/{app}/deployments", &asked);
    let entries: Vec<_> = site.entries().await.into_iter().filter(|e| e.seq > before && e.of.is_none()).collect();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(
        (entries[0].action.as_str(), entries[0].outcome.as_str(), entries[0].actor.name.as_str()),
        ("app.deploy", "asked", "ana")
    );
    let by = entries[0].actor.via.token.clone().unwrap();
    assert_eq!((entries[0].actor.via.way.as_str(), by.name.as_str()), ("token", "program 0"));
    assert_eq!(entries[0].actor.via.session, None);

    let place = asked.header("location").unwrap().to_owned();
    let done =
        until("the verdict", async || Some(program.json(&place).await).filter(|o| o["state"] == "done" || o["state"] == "failed"))
            .await;
    assert_eq!(done["verdict"], "converged", "{done}");
    assert_eq!(done["asked_by"], json!({"name": "ana", "token": "program 0"}));
    fits(&described, "get", "/api/v1/operations/{id}", &program.get(&place).await);
    let events = program.get(&format!("{place}/events?limit=3")).await;
    fits(&described, "get", "/api/v1/operations/{id}/events", &events);
    let next = events.json()["next"].as_str().unwrap().to_owned();
    assert_eq!(program.json(&next).await["items"][0]["seq"], 4);
    site.fresh().await;
    let app = program.get(&format!("/api/v1/apps/{BOARD}")).await;
    fits(&described, "get", "/api/v1/apps/{app}", &app);
    assert_eq!((&app.json()["health"]["state"], &app.json()["deployed"]), (&json!("healthy"), &plan["version"]));
    let ana = site.admin().await;
    ana.page("/operations").await.says("ana by token program 0");
    ana.page("/audit").await.says("ana by token program 0 asked to deploy");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_begins_one_operation() {
    let site = Site::start().await;
    let program = board(&site).await;
    let plan = program.json(PLAN).await;
    let key = [("idempotency-key", "build-7")];
    let sent = wish(&plan);
    let both = tokio::join!(program.send("POST", DEPLOY, &key, Some(&sent)), program.send("POST", DEPLOY, &key, Some(&sent)));
    assert_eq!((both.0.status, both.1.status), (202, 202), "{} {}", both.0.body, both.1.body);
    assert_eq!(both.0.json()["id"], both.1.json()["id"]);
    site.idle().await;
    site.fresh().await;
    let late = program.send("POST", DEPLOY, &key, Some(&sent)).await;
    assert_eq!((late.status, &late.json()["id"]), (202, &both.0.json()["id"]), "though the plan is another one by now");
    let deploys = site.entries().await.iter().filter(|e| e.action == "app.deploy").count();
    assert_eq!(deploys, 1);
    let other = program.send("POST", DEPLOY, &key, Some(&json!({"version": "2", "plan": "x"}))).await;
    assert_eq!((other.status, other.problem().as_str()), (422, "key-reused"));
    let ana = site.admin().await;
    let another = site.program(&ana, &ALL).await;
    let foreign = another.send("POST", DEPLOY, &key, Some(&sent)).await;
    assert_eq!((foreign.status, foreign.problem().as_str()), (409, "changed"), "a key counts for its own token");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_taken_is_told_where_and_nothing_is_done() {
    let site = Site::start().await;
    let described = document(&site).await;
    let program = board(&site).await;
    let plan = program.json(PLAN).await;
    let (before, changes) = (site.head().await, site.engine.changes());
    let stale = program.post(DEPLOY, &json!({"version": plan["version"], "plan": "0".repeat(64)})).await;
    assert_eq!((stale.status, stale.problem().as_str()), (409, "changed"));
    fits(&described, "post", "/api/v1/apps/{app}/deployments", &stale);
    let mut more = wish(&plan);
    more["is_admin"] = json!(true);
    more["prune"] = json!("yes");
    let unknown = program.post(DEPLOY, &more).await;
    assert_eq!((unknown.status, unknown.problem().as_str()), (422, "invalid"));
    fits(&described, "post", "/api/v1/apps/{app}/deployments", &unknown);
    let pointers: Vec<Value> = unknown.json()["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(pointers, ["/prune", "/is_admin"]);
    let text = program.send("POST", DEPLOY, &[("content-type", "text/plain")], Some(&wish(&plan))).await;
    assert_eq!((text.status, text.problem().as_str()), (415, "no-json"));
    let list = program.post(DEPLOY, &json!([])).await;
    assert_eq!((list.status, list.problem().as_str()), (400, "no-json"));
    let large = program.post(DEPLOY, &json!({"version": "x".repeat(20_000)})).await;
    assert_eq!((large.status, large.problem().as_str()), (413, "too-large"));
    let key = program.send("POST", DEPLOY, &[("idempotency-key", &"x".repeat(129))], Some(&wish(&plan))).await;
    assert_eq!((key.status, &key.json()["errors"][0]["parameter"]), (422, &json!("Idempotency-Key")));
    for query in ["limit=0", "limit=201", "limit=x", "before=1", "after=a&after=b"] {
        let bad = program.get(&format!("/api/v1/apps?{query}")).await;
        assert_eq!((bad.status, bad.problem().as_str()), (422, "invalid"), "{query}");
        assert_eq!(bad.json()["errors"][0]["parameter"], query.split('=').next().unwrap(), "{query}");
    }
    let gone = program.post("/api/v1/apps/nowhere.example.org/deployments", &wish(&plan)).await;
    assert_eq!((gone.status, gone.problem().as_str()), (404, "not-found"));
    assert_eq!(program.get("/api/v1/operations/99999999999").await.status, 404);
    assert_eq!((site.head().await, site.engine.changes()), (before, changes));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_that_hold_everything_once() {
    let site = Site::start().await;
    let described = document(&site).await;
    let program = board(&site).await;
    let ana = site.admin().await;
    for app in ["a.example.org", "z.example.org"] {
        site.new_board(&ana, app).await;
        site.make_secrets(&ana, app).await;
    }
    for (route, key, least) in [
        ("/api/v1/apps", "name", 3),
        ("/api/v1/operations", "id", 3),
        ("/api/v1/recipes", "name", 2),
        ("/api/v1/updates", "app", 0),
    ] {
        let whole = program.get(route).await;
        fits(&described, "get", route, &whole);
        let keys =
            |page: &Value| -> Vec<String> { page["items"].as_array().unwrap().iter().map(|item| item[key].to_string()).collect() };
        let all = keys(&whole.json());
        assert!(all.len() >= least, "{route}: {all:?}");
        let (mut path, mut seen) = (format!("{route}?limit=1"), vec![]);
        loop {
            let page = program.json(&path).await;
            seen.extend(keys(&page));
            let Some(next) = page["next"].as_str() else { break };
            path = next.to_owned();
        }
        assert_eq!(seen, all, "{route}");
    }
    let of_one = program.json("/api/v1/operations?app=z.example.org").await;
    assert!(of_one["items"].as_array().unwrap().iter().all(|o| o["app"] == "z.example.org"), "{of_one}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_asked_for_is_not_gone_on_with_when_it_was_ended() {
    let hold = ("CANTEEN_HOLD_AT", "Find the images".to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let program = board(&site).await;
    let asked = program.post(DEPLOY, &wish(&program.json(PLAN).await)).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    let id = i32::try_from(asked.json()["id"].as_i64().unwrap()).unwrap();
    let first = async || site.store.journal(id, 0).await.unwrap().into_iter().find(|line| line.step == "Find the images");
    until("the step at which it is held", first).await;
    let token = site.store.tokens(None).await.unwrap()[0].id;
    let (ana, changes) = (site.admin().await, site.engine.changes());
    let page = ana.page("/account/tokens").await;
    ana.post(&page, &format!("/account/tokens/{token}/end"), &[]).await.location();
    site.settings.hold_at = None;
    site.restart().await;
    let ended = site.operation_done(id).await;
    assert_eq!(ended.outcome, "refused", "{}", ended.cause);
    assert!(ended.cause.contains("ana may not do this any more"), "{}", ended.cause);
    assert_eq!(site.engine.changes(), changes);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_taken_out_whole_and_says_so() {
    const EXPORT: &str = "/api/v1/audit/export";
    let site = Site::start().await;
    let described = document(&site).await;
    let program = board(&site).await;
    let before = site.head().await;
    for (field, value) in [("result", "perhaps"), ("from", "yesterday"), ("to", "2026-13-01"), ("format", "xml"), ("whom", "ana")] {
        let mut wish = json!({"format": "jsonl"});
        wish[field] = json!(value);
        let refused = program.post(EXPORT, &wish).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!(format!("/{field}"))));
        fits(&described, "post", EXPORT, &refused);
    }
    assert_eq!(site.head().await, before, "what is refused takes nothing out");

    let taken = program.post(EXPORT, &json!({"format": "jsonl", "action": null})).await;
    assert_eq!(taken.status, 200, "{}", taken.body);
    let kinds = &described["paths"][EXPORT]["post"]["responses"]["200"]["content"];
    assert!(kinds[taken.header("content-type").unwrap()].is_object());
    assert_eq!(site.head().await, before + 1, "one entry tells of it");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &taken.body).unwrap();
    let checked = verify(&["--from", file.path().to_str().unwrap()]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert_eq!(i64::try_from(taken.body.lines().count()).unwrap(), before + 3, "the head, every entry, this one, and the tail");
    let part = program.post(EXPORT, &json!({"format": "csv", "action": "app.create"})).await;
    assert!(part.body.contains("app.create") && !part.body.contains("secret."), "{}", part.body);
}
