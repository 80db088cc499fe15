//! `canteen app import` and `canteen app export`: what comes in goes out again, byte for byte.

#![expect(clippy::disallowed_methods, reason = "the command is a program of its own")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::harness::Site;

const WIKI: &[u8] = b"\xef\xbb\xbf# ours\r\nTYPE=guestbook:1.0.0+0.1.0 # pinned\r\nDOMAIN=wiki.example.org\r\nB='$2y$05$x'\r\nA=1";
const PAD: &[u8] = b"TYPE=notice-board\nSTACK_NAME=our_pad\nDOMAIN=pad.example.org\n";

fn canteen(site: &Site, arguments: &[&str], folder: &Path) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canteen"));
    command.arg("app").args(arguments).arg(folder).env_clear().env("CANTEEN_DATA", site.data());
    command.env("CANTEEN_PUBLIC_URL", &site.settings.public.origin);
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
    let (code, said, _) = canteen(&site, &["import"], folder.path());
    assert_eq!((code, said.as_str()), (Some(0), "2 imported, 0 were there already\n"));
    let pad = site.store.app("pad.example.org").await.unwrap().unwrap();
    assert_eq!((pad.stack.as_str(), pad.version.as_str()), ("our_pad", ""));
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
        "broken.example.org.env: line 2",
        "none.example.org.env: names no recipe",
        "other.example.org.env: is of the recipe nowhere, which Canteen does not have",
        "5 not imported",
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
