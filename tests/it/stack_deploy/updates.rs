//! Deploys onto a stack that is there already: what is asked, what is kept, what is sent.

use serde_json::{Value, json};

use super::{changes, deploy_in};
use crate::harness::stub::{Call, Said, Stub};

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const FILE: &str = "services:\n  a:\n    image: bb:1\n    deploy:\n      labels: {v: '2'}\n";

/// The service `s_a` of the stack `s` as the engine reports it: the image of its last file, and the one that it runs.
fn service(file_image: &str, runs: &str) -> Value {
    json!({
        "ID": "id-a", "Version": { "Index": 42 },
        "CreatedAt": "2026-01-01T00:00:00Z", "UpdatedAt": "2026-01-01T00:00:00Z",
        "Spec": {
            "Name": "s_a",
            "Labels": { "com.docker.stack.image": file_image, "com.docker.stack.namespace": "s", "v": "1" },
            "TaskTemplate": {
                "ContainerSpec": { "Image": runs, "Labels": { "com.docker.stack.namespace": "s" } },
                "Networks": [{ "Target": "id-net", "Aliases": ["a"] }], "ForceUpdate": 123,
            },
            "Mode": { "Replicated": { "Replicas": 1 } },
        },
    })
}

fn network() -> Value {
    let labels = json!({ "com.docker.stack.namespace": "s" });
    json!({ "Id": "id-net", "Name": "s_default", "Scope": "swarm", "Driver": "overlay", "Labels": labels })
}

/// An engine with the network of the stack, `services`, and a registry that knows every image.
fn engine(services: Vec<Value>) -> impl Fn(&Call) -> Option<Said> + Send + Sync + 'static {
    move |call| match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/services") => Some(Said::Json(200, json!(services))),
        ("GET", "/networks") => Some(Said::Json(200, json!([network()]))),
        ("GET", path) if path.starts_with("/distribution/") => {
            let platforms = json!([{ "architecture": "amd64", "os": "linux" }, { "architecture": "arm", "os": "linux" }]);
            Some(Said::Json(200, json!({ "Descriptor": { "digest": DIGEST }, "Platforms": platforms })))
        }
        ("POST", path) if path.ends_with("/update") => Some(Said::Json(200, json!({ "Warnings": null }))),
        ("DELETE", _) => Some(Said::Json(200, Value::Null)),
        _ => None,
    }
}

/// Deploys `FILE` with `args` onto one service. Whether a registry was asked, and the one change.
fn update(args: &[&str], present: Value) -> (bool, super::Request) {
    let stub = Stub::answering(engine(vec![present]));
    let ran = deploy_in(&stub, &[("c.yml", FILE)], args);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let calls = stub.taken();
    let asked = calls.iter().any(|call| call.path.starts_with("/distribution/"));
    let mut changes = changes(calls);
    assert_eq!(changes.len(), 1, "{changes:?}");
    (asked, changes.remove(0))
}

#[test]
fn an_update_resolves_the_image_as_the_flag_says() {
    let resolved = format!("bb:1@{DIGEST}");
    for (flag, last_file, runs, asked, sent) in [
        ("always", "bb:1", "bb:1@sha256:old", true, resolved.as_str()),
        ("always", "bb:0", "bb:0@sha256:old", true, resolved.as_str()),
        ("changed", "bb:1", "bb:1@sha256:old", false, "bb:1@sha256:old"),
        ("changed", "bb:1", "other:9", false, "other:9"),
        ("changed", "bb:0", "bb:0@sha256:old", true, resolved.as_str()),
        ("never", "bb:1", "bb:1@sha256:old", false, "bb:1@sha256:old"),
        ("never", "bb:0", "bb:0@sha256:old", false, "bb:1"),
    ] {
        let (did_ask, change) = update(&["--detach", "--resolve-image", flag, "-c", "c.yml"], service(last_file, runs));
        let image = &change.b["TaskTemplate"]["ContainerSpec"]["Image"];
        assert_eq!((did_ask, image.as_str().unwrap()), (asked, sent), "{flag} {last_file} {runs}");
        let platforms = &change.b["TaskTemplate"]["Placement"]["Platforms"];
        let known = json!([{ "Architecture": "amd64", "OS": "linux" }, { "OS": "linux" }]);
        assert_eq!(*platforms, if asked { known } else { Value::Null }, "{flag} {last_file}");
        assert_eq!(change.b["Labels"]["com.docker.stack.image"], "bb:1");
    }
}

#[test]
fn an_update_names_the_version_and_keeps_the_forced_ones() {
    let (_, change) = update(&["--detach", "-c", "c.yml"], service("bb:1", "bb:1"));
    assert_eq!((change.m.as_str(), change.p.as_str()), ("POST", "/services/id-a/update"));
    assert!(change.q.split('&').any(|part| part == "version=42"), "{}", change.q);
    assert_eq!(change.b["TaskTemplate"]["ForceUpdate"], 123);
}

#[test]
fn a_new_service_asks_unless_it_must_never() {
    for (flag, asked) in [("always", true), ("changed", true), ("never", false)] {
        let stub = Stub::answering(engine(vec![]));
        assert!(deploy_in(&stub, &[("c.yml", FILE)], &["--detach", "--resolve-image", flag, "-c", "c.yml"]).status.success());
        let calls = stub.taken();
        assert_eq!(calls.iter().any(|c| c.path == "/distribution/bb:1/json"), asked, "{flag}");
        let sent = changes(calls);
        assert_eq!(sent[0].p, "/services/create");
        let image = if asked { format!("bb:1@{DIGEST}") } else { "bb:1".to_owned() };
        assert_eq!(sent[0].b["TaskTemplate"]["ContainerSpec"]["Image"], image);
    }
}

#[test]
fn a_service_that_is_as_wanted_is_left_alone() {
    let mut present = service("bb:1", &format!("bb:1@{DIGEST}"));
    present["Spec"]["Labels"]["v"] = json!("2");
    present["Spec"]["TaskTemplate"]["Placement"] =
        json!({ "Platforms": [{ "Architecture": "amd64", "OS": "linux" }, { "OS": "linux" }] });
    let stub = Stub::answering(engine(vec![present]));
    assert!(deploy_in(&stub, &[("c.yml", FILE)], &["--detach", "-c", "c.yml"]).status.success());
    assert_eq!(changes(stub.taken()).len(), 0);
}

#[test]
fn services_that_the_files_lack_go_only_if_asked_and_never_with_a_broken_file() {
    let mut other = service("bb:1", "bb:1");
    (other["ID"], other["Spec"]["Name"]) = (json!("id-old"), json!("s_old"));
    for (args, file, removed) in [
        (&["--detach", "--prune", "-c", "c.yml"][..], FILE, true),
        (&["--detach", "-c", "c.yml"], FILE, false),
        (&["--detach", "--prune", "-c", "c.yml"], "services: {a: {image: bb:1, deploy: {mode: bogus}}}", false),
    ] {
        let stub = Stub::answering(engine(vec![service("bb:1", "bb:1"), other.clone()]));
        deploy_in(&stub, &[("c.yml", file)], args);
        let gone: Vec<String> = stub.taken().iter().filter(|c| c.method == "DELETE").map(Call::line).collect();
        let wanted: &[&str] = if removed { &["DELETE /services/id-old"] } else { &[] };
        assert_eq!(gone, wanted, "{args:?} {file}");
    }
}

#[test]
fn objects_are_made_before_the_services_that_use_them() {
    let file = "services: {a: {image: bb:1, secrets: [x], configs: [y], networks: [n]}}\n\
                networks: {n: {}}\nsecrets: {x: {file: ./x}}\nconfigs: {y: {file: ./x}}\n";
    let stub = Stub::start();
    assert!(deploy_in(&stub, &[("c.yml", file), ("x", "v")], &["--detach", "-c", "c.yml"]).status.success());
    let order: Vec<String> = stub.taken().into_iter().filter(Call::changes).map(|c| c.path).collect();
    assert_eq!(order, ["/networks/create", "/secrets/create", "/configs/create", "/services/create"]);
}

const OBJECTS: &str = "services: {a: {image: bb:1, secrets: [x], configs: [y]}}\n\
                       secrets: {x: {file: ./x, labels: {l: new}}}\nconfigs: {y: {file: ./y, labels: {l: new}}}\n";

/// An engine on which the secret and the config of [`OBJECTS`] are there, and that answers a change of the secret with `said`.
fn with_objects(said: fn() -> Said) -> impl Fn(&Call) -> Option<Said> + Send + Sync + 'static {
    let object = |name: &str, data: Value| {
        let labels = json!({ "com.docker.stack.namespace": "s", "l": "old" });
        json!([{ "ID": format!("id-{name}"), "Version": { "Index": 7 }, "CreatedAt": "2026-01-01T00:00:00Z",
                 "UpdatedAt": "2026-01-01T00:00:00Z", "Spec": { "Name": name, "Labels": labels, "Data": data } }])
    };
    move |call| match call.path.as_str() {
        "/secrets" => Some(Said::Json(200, object("s_x", Value::Null))),
        "/configs" => Some(Said::Json(200, object("s_y", json!("eQ==")))),
        "/secrets/id-s_x/update" => Some(said()),
        "/configs/id-s_y/update" => Some(Said::Json(200, Value::Null)),
        _ => None,
    }
}

#[test]
fn a_secret_and_a_config_that_are_there_get_their_labels() {
    let stub = Stub::answering(with_objects(|| Said::Json(200, Value::Null)));
    let ran = deploy_in(&stub, &[("c.yml", OBJECTS), ("x", "x"), ("y", "y")], &["--detach", "-c", "c.yml"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let sent = changes(stub.taken());
    let labels = json!({ "com.docker.stack.namespace": "s", "l": "new" });
    for (path, name, data) in [("/configs/id-s_y/update", "s_y", "eQ=="), ("/secrets/id-s_x/update", "s_x", "eA==")] {
        let change = sent.iter().find(|r| r.p == path).unwrap();
        assert_eq!(change.q, "version=7");
        assert_eq!((&change.b["Name"], &change.b["Data"], &change.b["Labels"]), (&json!(name), &json!(data), &labels));
    }
}

#[test]
fn other_content_of_a_secret_or_config_is_refused_with_the_remedy() {
    let only_labels = || {
        let why = "rpc error: code = InvalidArgument desc = only updates to Labels are allowed";
        Said::Json(400, json!({ "message": why }))
    };
    for (secret, config, named, changed) in [("other", "y", "s_x", true), ("x", "other", "s_y", false)] {
        let stub = Stub::answering(with_objects(only_labels));
        let ran = deploy_in(&stub, &[("c.yml", OBJECTS), ("x", secret), ("y", config)], &["--detach", "-c", "c.yml"]);
        let said = String::from_utf8(ran.stderr).unwrap();
        assert!(!ran.status.success() && said.contains(named) && said.contains("name"), "{said}");
        let sent = changes(stub.taken());
        assert!(sent.iter().all(|r| r.p != "/services/create"), "{sent:?}");
        // What a secret holds can't be read, so only the engine can tell; a config is compared before anything is sent.
        assert!(changed || sent.is_empty(), "{sent:?}");
    }
}

#[test]
fn networks_that_must_be_there_are_looked_for_first() {
    let file = "services: {a: {image: bb:1, networks: [e]}}\nnetworks: {e: {external: true, name: outer}}\n";
    for (status, body, said) in [
        (404, json!({ "message": "network outer not found" }), "outer"),
        (200, json!({ "Id": "i", "Name": "outer", "Scope": "local" }), "one node only"),
    ] {
        let stub = Stub::answering(move |call| (call.path == "/networks/outer").then(|| Said::Json(status, body.clone())));
        refused(&stub, &[("c.yml", file)], said);
    }
}

#[test]
fn what_another_stack_owns_is_not_taken_over() {
    let labels = json!({ "com.docker.stack.namespace": "theirs" });
    let times = json!({ "CreatedAt": "2026-01-01T00:00:00Z", "UpdatedAt": "2026-01-01T00:00:00Z" });
    for (list, name) in [("/secrets", "s_x"), ("/configs", "s_y")] {
        let mut object =
            json!({ "ID": "i", "Version": { "Index": 7 }, "Spec": { "Name": name, "Labels": labels, "Data": "eQ==" } });
        object.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
        let stub = Stub::answering(move |call| (call.path == list).then(|| Said::Json(200, json!([object]))));
        refused(&stub, &[("c.yml", OBJECTS), ("x", "x"), ("y", "y")], "theirs");
    }
    let network = json!([{ "Id": "i", "Name": "s_default", "Scope": "swarm", "Driver": "overlay", "Labels": labels }]);
    let stub = Stub::answering(move |call| (call.path == "/networks").then(|| Said::Json(200, network.clone())));
    refused(&stub, &[("c.yml", FILE)], "theirs");
}

/// Nothing is sent, and standard error tells `said`.
fn refused(stub: &Stub, files: &[(&str, &str)], said: &str) {
    let ran = deploy_in(stub, files, &["--detach", "-c", "c.yml"]);
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.code() == Some(1) && told.contains(said), "{told}");
    assert_eq!(changes(stub.taken()).len(), 0);
}

#[test]
fn credentials_go_to_the_registry_and_the_nodes_only_if_asked() {
    let auth = r#"{"auths":{"ex.org":{"auth":"dTpw"}}}"#;
    let file = "services: {a: {image: 'ex.org/x:1'}, b: {image: 'bb:1'}}\n";
    for (args, own, others) in [
        (&["--detach", "--with-registry-auth", "-c", "c.yml"][..], true, Some("e30=")),
        (&["--detach", "-c", "c.yml"], false, None),
    ] {
        let stub = Stub::answering(engine(vec![]));
        let ran = deploy_in(&stub, &[("c.yml", file), (".docker/config.json", auth)], args);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let calls = stub.taken();
        for path in ["/distribution/ex.org/x:1/json", "/services/create"] {
            let of = |name: &str| calls.iter().find(|c| c.path == path && (c.method == "GET" || c.body["Name"] == name));
            assert_eq!(of("s_a").unwrap().auth.is_some_and_own(), own, "{path} {args:?}");
        }
        let other = calls.iter().find(|c| c.path == "/services/create" && c.body["Name"] == "s_b").unwrap();
        assert_eq!(other.auth.as_deref(), others, "{args:?}");
    }
}

/// A header with the password of the file.
trait IsOwn {
    fn is_some_and_own(&self) -> bool;
}

impl IsOwn for Option<String> {
    fn is_some_and_own(&self) -> bool {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE;
        let text = self.as_ref().map(|header| String::from_utf8(URL_SAFE.decode(header).unwrap()).unwrap());
        text.is_some_and(|text| text.contains(r#""username":"u""#) && text.contains(r#""password":"p""#))
    }
}
