//! `canteen app import` and `canteen app export`: what comes in goes out again, byte for byte.

#![expect(clippy::disallowed_methods, reason = "the command is a program of its own")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::harness::Site;
use crate::harness::stub::{Said, Stub};

const WIKI: &[u8] = b"\xef\xbb\xbf# ours\r\nTYPE=guestbook:1.0.0+0.1.0 # pinned\r\nDOMAIN=wiki.example.org\r\nB='$2y$05$x'\r\nA=1";
const PAD: &[u8] = b"TYPE=notice-board\nSTACK_NAME=our_pad\nDOMAIN=pad.example.org\n";

fn canteen(site: &Site, arguments: &[&str], folder: &Path) -> (Option<i32>, String, String) {
    canteen_at(site, arguments, folder, "unix:///nowhere/sock")
}

/// With a Docker engine.
fn canteen_at(site: &Site, arguments: &[&str], folder: &Path, engine: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canteen"));
    command.arg("app").args(arguments).arg(folder).env_clear().env("CANTEEN_DATA", site.data());
    command.env("CANTEEN_PUBLIC_URL", &site.settings.public.origin).env("CANTEEN_DOCKER_HOST", engine);
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(name), bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_files_become_apps_and_come_out_as_they_went_in() {
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let server = folder.path().join("servers/default");
    write(&server, "wiki.example.org.env", WIKI);
    write(&server, "pad.example.org.env", PAD);
    write(&server, "notes.txt", b"no app");
    let (code, said, errors) = canteen(&site, &["import"], folder.path());
    assert!(code == Some(0) && said.ends_with("\n2 imported, 0 were there already\n"), "{said}{errors}");
    assert!(errors.contains("not looked at what runs"), "{errors}");
    let newest = site.store.recipe("notice-board").await.unwrap().unwrap().newest;
    let told = format!("pad.example.org.env: names no version; took {newest}, the recipe’s newest\n");
    assert!(said.contains(&told) && !newest.is_empty(), "{told} in {said}");
    let pad = site.store.app("pad.example.org").await.unwrap().unwrap();
    assert_eq!((pad.stack.as_str(), pad.version.as_str()), ("our_pad", newest.as_str()));
    assert!(site.store.last_converged(pad.id).await.unwrap().is_none(), "nothing of it runs, as far as is known");
    let again = canteen(&site, &["import"], folder.path());
    assert_eq!((again.0, again.1.as_str()), (Some(0), "0 imported, 2 were there already\n"));
    let told = site.entries().await.into_iter().filter(|e| e.action == "app.import").count();
    assert_eq!(told, 2, "one entry for each app");

    let out = tempfile::tempdir().unwrap();
    for expected in ["2 written", "0 written"] {
        let (code, said, errors) = canteen(&site, &["export"], out.path());
        assert!(code == Some(0) && said.contains(expected), "{said}{errors}");
    }
    for (name, bytes) in [("wiki.example.org.env", WIKI), ("pad.example.org.env", PAD)] {
        assert_eq!(fs::read(out.path().join("servers/default").join(name)).unwrap(), bytes, "{name}");
    }
    fs::write(out.path().join("servers/default/pad.example.org.env"), "TYPE=mine\n").unwrap();
    let (code, _, errors) = canteen(&site, &["export"], out.path());
    assert!(code == Some(1) && errors.contains("pad.example.org.env: is there already and differs"), "{errors}");
    assert_eq!(fs::read(out.path().join("servers/default/pad.example.org.env")).unwrap(), b"TYPE=mine\n", "it is left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_app_is_named_and_the_others_are_taken() {
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let server = folder.path().join("servers/one");
    for (name, bytes) in [
        ("a b.env", PAD),
        ("binary.env", b"TYPE=\xff\n"),
        ("new.env", b"TYPE=guestbook:1.0.0+0.1.0\nDOMAIN=x\n"),
        ("broken.example.org.env", b"TYPE=guestbook\nwhat is this\n"),
        ("none.example.org.env", b"DOMAIN=x\n"),
        ("other.example.org.env", b"TYPE=nowhere\n"),
        ("wiki.example.org.env", WIKI),
    ] {
        write(&server, name, bytes);
    }
    let (code, said, errors) = canteen(&site, &["import"], folder.path());
    assert_eq!((code, said.as_str()), (Some(1), "1 imported, 0 were there already\n"), "{errors}");
    for said in [
        "a b.env: the app name \"a b\" contains",
        "binary.env: is not UTF-8 text",
        "new.env: this word is part of Canteen’s own addresses",
        "broken.example.org.env: line 2",
        "none.example.org.env: names no recipe",
        "other.example.org.env: is of the recipe nowhere, which Canteen does not have",
        "6 not imported",
    ] {
        assert!(errors.contains(said), "{said} in {errors}");
    }
    write(&server, "wiki.example.org.env", PAD);
    let (_, _, errors) = canteen(&site, &["import"], folder.path());
    assert!(errors.contains("there is an app wiki.example.org with other settings"), "{errors}");
    write(&folder.path().join("servers/two"), "x.env", PAD);
    let (code, _, errors) = canteen(&site, &["import"], folder.path());
    assert!(code == Some(1) && errors.contains("choose one with --server: one, two"), "{errors}");
    let (code, _, errors) = canteen(&site, &["import", "--server", "three"], folder.path());
    assert!(code == Some(1) && errors.contains("there are: one, two"), "{errors}");
}

/// An engine on which a stack `our_pad` of this recipe runs.
fn pad_of(recipe: &'static str) -> Stub {
    Stub::answering(move |call| {
        let labels = json!({
            "com.docker.stack.namespace": "our_pad",
            "coop-cloud.our_pad.recipe": recipe,
            "coop-cloud.our_pad.version": "1.0.0+1.35.0",
        });
        let service = json!({
            "ID": "id-app", "Version": { "Index": 5 },
            "CreatedAt": "2026-01-01T00:00:00Z", "UpdatedAt": "2026-01-01T00:00:00Z",
            "Spec": {
                "Name": "our_pad_app", "Labels": labels,
                "TaskTemplate": { "ContainerSpec": { "Image": "board:1", "Env": ["DOMAIN=pad.example.org"] } },
                "Mode": { "Replicated": { "Replicas": 1 } },
            },
        });
        (call.method == "GET" && call.path == "/services").then(|| Said::Json(200, json!([service])))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_of_a_file_tells_its_version_and_is_on_record() {
    let site = Site::start().await;
    let ana = site.admin().await;
    ana.page("/apps/new?recipe=notice-board").await;
    let before = ana.page("/apps").await;
    assert!(!before.text().contains("pad.example.org"));
    let stub = pad_of("notice-board");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "pad.example.org.env", PAD);
    let (code, said, errors) = canteen_at(&site, &["import"], folder.path(), &stub.host());
    assert_eq!(code, Some(0), "{said}{errors}");
    assert!(said.contains("names no version; took 1.0.0+1.35.0, the one that runs, by its labels"), "{said}{errors}");
    assert!(stub.taken().iter().all(|call| call.method == "GET" || call.path == "/_ping"), "nothing is changed");
    let pad = site.store.app("pad.example.org").await.unwrap().unwrap();
    let record = site.store.last_converged(pad.id).await.unwrap().unwrap();
    assert_eq!((pad.version.as_str(), record.version.as_str(), record.commit_id.len()), ("1.0.0+1.35.0", "1.0.0+1.35.0", 40));
    assert!(record.stack.contains("our_pad_app") && record.stack.contains("\"domains\":[\"pad.example.org\"]"), "{}", record.stack);
    ana.page("/apps").await.says("pad.example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_is_no_app_whatever_a_file_says() {
    let site = Site::start().await;
    let stub = pad_of("canteen");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "pad.example.org.env", PAD);
    let (code, _, errors) = canteen_at(&site, &["import"], folder.path(), &stub.host());
    assert!(code == Some(1) && errors.contains("our_pad is the stack of a dashboard, which is no app"), "{errors}");
    assert!(site.store.apps().await.unwrap().is_empty());
}
