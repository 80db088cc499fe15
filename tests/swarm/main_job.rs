//! What Canteen is for, from the first start to an app that comes, changes, fails to change, goes and comes again.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Canteen, Engine, Registry};

const DOMAIN: &str = "board.example.org";
const STACK: &str = "board_example_org";

#[test]
fn an_app_is_made_deployed_upgraded_rolled_back_undeployed_and_deployed_again() {
    let (engine, registry) = (Engine::start(), Registry::start());
    let mut canteen = Canteen::start(&engine, &registry);
    let mut ana = canteen.set_up();

    ana.new_app("notice-board", "1.0.0", DOMAIN);
    ana.make_secrets(DOMAIN);
    let deployed = ana.deploy(DOMAIN, "").text();
    assert!(deployed.contains("Healthy: everything runs as it was deployed"), "{deployed}");
    let app = ana.get(&format!("/apps/{DOMAIN}")).text();
    assert!(app.contains("Healthy") && app.contains("1.0.0+1.35.0"), "{app}");
    assert!(board(&engine).contains("Pinned at board.example.org"), "{}", board(&engine));

    let plan = ana.plan(DOMAIN, "1.1.0");
    let text = plan.text();
    for said in ["The address above the notices is now a link", "head_html_v2", "1.0.0+1.35.0", "1.1.0+1.35.0"] {
        assert!(text.contains(said), "{said} in {text}");
    }
    let operation = ana.deploy_plan(DOMAIN, &plan);
    let upgraded = ana.wait(&operation).text();
    assert!(upgraded.contains("Healthy: everything runs as it was deployed"), "{upgraded}");
    assert!(board(&engine).contains("<a href=\"https://board.example.org\">"), "{}", board(&engine));

    let begun = Instant::now();
    let failed = ana.deploy(DOMAIN, "1.2.0").text();
    assert!(failed.contains("Rolled back: the new version did not come up, and the one before runs again"), "{failed}");
    assert!(failed.contains("health check"), "{failed}");
    assert!(begun.elapsed() < Duration::from_secs(60 + 20), "it ends within the recipe's time limit: {:?}", begun.elapsed());
    assert!(board(&engine).contains("<a href=\"https://board.example.org\">"), "{}", board(&engine));
    let app = ana.get(&format!("/apps/{DOMAIN}")).text();
    assert!(app.contains("1.1.0+1.35.0"), "the old version is what the app is on: {app}");

    let operation = ana.ask_for_undeploy(DOMAIN);
    let gone = ana.wait(&operation).text();
    assert!(gone.contains("Undeployed"), "{gone}");
    assert_eq!(of_the_stack(&engine, &["service", "ls"]), [""; 0]);
    assert_eq!(of_the_stack(&engine, &["config", "ls"]), [""; 0]);
    assert_eq!(of_the_stack(&engine, &["network", "ls"]), [""; 0]);
    assert_eq!(of_the_stack(&engine, &["ps", "-a"]), [""; 0]);
    assert_eq!(of_the_stack(&engine, &["volume", "ls"]), [format!("{STACK}_notices")]);
    assert_eq!(of_the_stack(&engine, &["secret", "ls"]), [format!("{STACK}_admin_password_v1")]);

    let again = ana.deploy(DOMAIN, "").text();
    assert!(again.contains("Healthy: everything runs as it was deployed"), "{again}");

    the_audit_log_tells_it_all(&canteen);
    let page = ana.get("/audit").text();
    assert!(page.contains("ana") && page.contains("deploy"), "{page}");
    assert!(canteen.stop().success());
}

fn the_audit_log_tells_it_all(canteen: &Canteen) {
    let entries = canteen.audit();
    let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |e: &Value| format!("{} {}: {}", said(&e["actor"]["name"]), said(&e["action"]), said(&e["outcome"]));
    let story: Vec<String> = entries.iter().map(line).collect();
    let wanted = [
        "ana site.setup: ok",
        "ana session.begin: ok",
        "ana app.new: ok",
        "ana app.secret.set: asked",
        "ana operation.conclude: generated",
        "ana app.deploy: asked",
        "ana operation.conclude: converged",
        "ana app.deploy: asked",
        "ana operation.conclude: converged",
        "ana app.deploy: asked",
        "ana operation.conclude: rolled back",
        "ana app.undeploy: asked",
        "ana operation.conclude: undeployed",
        "ana app.deploy: asked",
        "ana operation.conclude: converged",
    ];
    assert_eq!(story, wanted);
    for operation in entries.iter().filter(|e| e["outcome"] == "asked") {
        let ends = entries.iter().filter(|e| e["of"] == operation["seq"]).count();
        assert_eq!(ends, 1, "every intent has one outcome: {operation}");
    }
}

/// The site's own answer, asked for from inside its network.
fn board(engine: &Engine) -> String {
    let ids = engine.docker(&[
        "ps",
        "-q",
        "--filter",
        &format!("label=com.docker.swarm.service.name={STACK}_app"),
        "--filter",
        "health=healthy",
    ]);
    let id = ids.lines().next().expect("a healthy container runs");
    engine.docker(&["exec", id, "wget", "-q", "-O", "-", "http://localhost:8080/"])
}

/// Names of what is there and belongs to the stack, label or not.
fn of_the_stack(engine: &Engine, list: &[&str]) -> Vec<String> {
    let format = if list[0] == "ps" { "{{.Names}}" } else { "{{.Name}}" };
    let all = engine.docker(&[list, &["--format", format]].concat());
    let mut names: Vec<String> = all.lines().filter(|n| n.starts_with(&format!("{STACK}_"))).map(str::to_owned).collect();
    names.sort();
    names
}
