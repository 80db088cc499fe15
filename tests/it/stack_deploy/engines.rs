//! Engines and registries that can't do what is asked: one message each, and nothing half-told.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{changes, deploy_in};
use crate::harness::stub::{Call, Said, Script, Stub};

const FILE: &str = "services: {a: {image: bb:1}}\n";
const DETACHED: [&str; 3] = ["--detach", "-c", "c.yml"];

fn told(stub: &Stub) -> (Option<i32>, String) {
    let ran = deploy_in(stub, &[("c.yml", FILE)], &DETACHED);
    (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
}

#[test]
fn an_engine_that_is_no_manager_is_refused_with_what_to_do() {
    for (state, remedy) in [("inactive", "swarm init"), ("active", "manager"), ("locked", "unlock")] {
        let info = json!({ "Swarm": { "ControlAvailable": false, "LocalNodeState": state } });
        let stub = Stub::answering(move |call| (call.path == "/info").then(|| Said::Json(200, info.clone())));
        let (code, said) = told(&stub);
        assert!(code == Some(1) && said.contains(remedy), "{state}: {said}");
        assert_eq!(changes(stub.taken()).len(), 0);
    }
}

#[test]
fn an_engine_that_is_too_old_is_refused_by_its_version() {
    let stub = Stub::scripted(Script { api: "1.24", ..Script::default() });
    let (code, said) = told(&stub);
    assert!(code == Some(1) && said.contains("1.24"), "{said}");
    assert_eq!(changes(stub.taken()).len(), 0);
}

#[test]
fn an_engine_that_wants_a_newer_client_is_told() {
    let why =
        "client version 1.52 is too old. Minimum supported API version is 1.99, please upgrade your client to a newer version";
    let version = json!({ "ApiVersion": "2.3", "MinAPIVersion": "1.99", "Version": "99" });
    let stub = Stub::answering(move |call| match call.path.as_str() {
        "/version" => Some(Said::Json(200, version.clone())),
        _ => Some(Said::Json(400, json!({ "message": why }))),
    });
    let (code, said) = told(&stub);
    assert!(code == Some(1) && said.contains("1.99"), "{said}");
}

#[test]
fn no_engine_at_all_is_told_with_its_address() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.yml"), FILE).unwrap();
    let ran =
        super::command(folder.path(), &["--detach", "-c", "c.yml"]).env("DOCKER_HOST", "unix:///nowhere.sock").output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.code() == Some(1) && said.contains("/nowhere.sock"), "{said}");
}

/// A registry's refusal, through the engine.
fn registry(status: u16, message: &'static str) -> Stub {
    Stub::answering(move |call| call.path.starts_with("/distribution/").then(|| Said::Json(status, json!({ "message": message }))))
}

#[test]
fn a_registry_that_says_no_is_named_and_the_deploy_goes_on_with_the_tag() {
    for (status, message, said) in [
        (401, "unauthorized: authentication required", "login"),
        (404, "manifest unknown", "no such image"),
        (429, "toomanyrequests: You have reached your pull rate limit", "no more requests"),
        (500, "received unexpected HTTP status: 500 Internal Server Error", "broken"),
    ] {
        let stub = registry(status, message);
        let (code, told) = told(&stub);
        assert!(code == Some(0) && told.contains("bb:1") && told.contains(said), "{status}: {told}");
        let sent = changes(stub.taken());
        assert_eq!(sent.last().unwrap().b["TaskTemplate"]["ContainerSpec"]["Image"], "bb:1");
    }
}

#[test]
fn a_registry_that_never_answers_is_given_up() {
    let stub = Stub::answering(|call| call.path.starts_with("/distribution/").then_some(Said::Hang));
    let began = Instant::now();
    let (code, said) = told(&stub);
    assert!(code == Some(0) && said.contains("did not answer"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(50), "{:?}", began.elapsed());
}

#[test]
fn a_refusal_in_the_middle_names_what_failed() {
    let refuse = |path: &'static str, said: fn() -> Said| move |call: &Call| (call.changes() && call.path == path).then(said);
    for (stub, words) in [
        (Stub::answering(refuse("/services/create", full_disk)), "no space left on device"),
        (Stub::answering(refuse("/networks/create", full_disk)), "no space left on device"),
        (Stub::answering(refuse("/services/create", || Said::Close)), "Docker engine"),
    ] {
        let (code, said) = told(&stub);
        assert!(code == Some(1) && said.contains(words) && said.contains("s_"), "{said}");
    }
}

fn full_disk() -> Said {
    Said::Json(500, json!({ "message": "write /var/lib/docker/swarm/raft: no space left on device" }))
}

#[test]
fn warnings_about_a_new_service_are_shown() {
    let stub = Stub::answering(|call| {
        let created = json!({ "ID": "i", "Warnings": ["unable to pin image bb:1 to digest"] });
        (call.path == "/services/create").then_some(Said::Json(201, created))
    });
    let (code, said) = told(&stub);
    assert!(code == Some(0) && said.contains("unable to pin image"), "{said}");
}

#[test]
fn a_change_that_came_in_between_is_tried_again() {
    let stub = Stub::answering(move |call| match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/services") => Some(Said::Json(200, json!([there()]))),
        ("POST", "/services/id-a/update") if call.query.contains("version=5") => {
            Some(Said::Json(500, json!({ "message": "rpc error: code = Unknown desc = update out of sequence" })))
        }
        _ => None,
    });
    let (code, said) = told(&stub);
    let tries = stub.taken().iter().filter(|c| c.path == "/services/id-a/update").count();
    assert!(code == Some(1) && (2..=6).contains(&tries), "{tries} tries: {said}");
}

fn there() -> Value {
    json!({ "ID": "id-a", "Version": { "Index": 5 }, "CreatedAt": "2026-01-01T00:00:00Z", "UpdatedAt": "2026-01-01T00:00:00Z",
            "Spec": { "Name": "s_a", "Labels": { "com.docker.stack.namespace": "s" },
                      "TaskTemplate": { "ContainerSpec": { "Image": "old:1" } }, "Mode": { "Replicated": { "Replicas": 1 } } } })
}
