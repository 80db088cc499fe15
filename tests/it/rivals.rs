//! What went wrong in programs like this one. `tests/data/classes.tsv` names the tests of each class; those that stand nowhere else are
//! here.

use std::collections::BTreeSet;
use std::path::Path;

use canteen::access::Role;
use canteen::key_file;
use canteen::web::routes::routes;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::{BOARD, Plan, Request, Site, send_fields};
use crate::old_forms::follow;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The names of all functions of the sources and of the tests.
pub(crate) fn functions() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut names, mut folders) = (BTreeSet::new(), vec![root.join("src"), root.join("tests")]);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let found = text.lines().filter_map(|line| line.split_once("fn ")?.1.split(['(', '<']).next().map(str::to_owned));
                names.extend(found);
            }
        }
    }
    names
}

#[test]
fn every_class_has_a_test_that_exists() {
    let (table, functions) = (read("tests/data/classes.tsv"), functions());
    let mut numbers = vec![];
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let [number, class, tests] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}: three columns") };
        numbers.push(number);
        if let Some(why) = tests.strip_prefix("- ") {
            // What is not built yet can't go wrong yet.
            assert!(["22", "26"].contains(&number) && !why.is_empty(), "{number} {class}");
            continue;
        }
        for test in tests.split(' ') {
            assert!(functions.contains(test), "{number} {class}: there is no test {test}");
        }
    }
    let wanted = (1..=27).map(|n| n.to_string()).chain(('a'..='m').map(String::from));
    assert_eq!(numbers, wanted.collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn class_01_what_is_in_no_table_is_nowhere() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let changes = site.engine.changes();
    for path in [
        "/plugins",
        "/v1.44/services/create",
        "/v1.24/../plugins",
        "/_ping",
        "/containers/json",
        "/api/v1/services",
        "/api/v2/apps",
        "/apps/../plugins",
        "//plugins",
        "/apps%2f..%2fplugins",
        "/.git/config",
        "/.env",
        "/canteen.db",
        "/static/../canteen.db",
        "/static/..%2fcanteen.db",
        "/metrics",
        "/debug",
    ] {
        for method in ["GET", "POST"] {
            let request = Request { method: method.to_owned(), path: path.to_owned(), ..Request::default() };
            let status = ana.send(request).await.status;
            // Where no session is looked for, a form is sent to sign in first.
            let refused = matches!(status, 400 | 401 | 403 | 404 | 405) || (method == "POST" && status == 303);
            assert!(refused, "{method} {path}: {status}");
        }
    }
    let table = routes();
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"] {
        for entry in table.entries().iter().filter(|e| !e.path.contains('{')) {
            let request = Request { method: method.to_owned(), path: entry.path.to_owned(), ..Request::default() };
            let status = ana.send(request).await.status;
            assert!(matches!(status, 303 | 400 | 401 | 403 | 404 | 405 | 422), "{method} {}: {status}", entry.path);
        }
    }
    assert_eq!(site.engine.changes(), changes);
}

#[test]
fn class_07_a_key_that_is_empty_or_of_zeros_stops_the_start() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join(key_file::FOLDER);
    let first = key_file::make(&folder, "one").unwrap();
    assert_ne!(first, key_file::make(&folder, "two").unwrap(), "no two keys are the same");
    assert!(first.iter().collect::<BTreeSet<_>>().len() > 8, "a key is random");
    for wrong in [vec![], vec![0; 32], vec![b'x'; 31]] {
        key_file::write_private(&folder, "one", &wrong).unwrap();
        assert!(key_file::read(&folder, "one").is_err(), "{wrong:?}");
    }
}

#[test]
fn class_27_the_image_holds_no_other_program() {
    let dockerfile = read("Dockerfile");
    let lines: Vec<&str> =
        dockerfile.lines().filter(|l| l.starts_with("FROM ") || l.starts_with("COPY ") || l.starts_with("RUN ")).collect();
    let copied: BTreeSet<&str> = lines
        .iter()
        .filter(|l| l.starts_with("COPY "))
        .flat_map(|l| l.split(' ').skip(1))
        .filter(|w| !w.starts_with(['-', '/']))
        .collect();
    assert_eq!(lines[0], "FROM scratch");
    assert!(
        !lines.iter().any(|l| l.starts_with("RUN ")) && lines.iter().filter(|l| l.starts_with("FROM ")).count() == 1,
        "{lines:?}"
    );
    // Of these, tests/swarm/on_swarm.rs has the list: restic, and the ssh that it uses.
    assert_eq!(copied, ["ca-certificates.crt", "canteen", "data", "group", "passwd", "programs"].into());
    assert!(read("clippy.toml").contains("std::process::Command"), "the program starts no other");
}

#[tokio::test(flavor = "multi_thread")]
async fn class_h_no_form_takes_a_field_twice() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let before = (site.head().await, site.store.members().await.unwrap().len());
    for (path, fields) in [
        // A handler that reads fixed fields, one that reads any, and one that reads none.
        ("/account", vec![("theme", "dark"), ("theme", "light"), ("shown_name", "Ana"), ("time_zone", "UTC")]),
        ("/teams", vec![("name", "One"), ("name", "Two")]),
        ("/catalogue/refresh", vec![("x", "1"), ("x", "2")]),
        ("/account/others/end", vec![("x", "1"), ("x", "2")]),
    ] {
        let refused = ana.submit("/apps", path, &fields).await;
        assert_eq!(refused.status, 422, "{path}");
        refused.says("came twice");
    }
    for (path, fields) in [
        ("/account", vec![("is_admin", "1")]),
        ("/people/invitation", vec![("person", "Eve"), ("role", "viewer"), ("rights", "all")]),
    ] {
        assert_eq!(ana.submit("/apps", path, &fields).await.status, 422, "{path}: an unknown field");
    }
    assert_eq!((site.head().await, site.store.members().await.unwrap().len()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn class_i_no_name_of_a_member_a_team_or_a_token_lies() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let before = site.head().await;
    for name in ["a\u{202e}na", "a\u{0}na", "a\nna", "\u{2066}ana", "a\u{200b}na", "a\u{1b}[2Jna", "\u{feff}ana", " "] {
        for (path, mut fields) in [
            ("/teams", vec![]),
            ("/roles", vec![("app.view", "on")]),
            ("/account/tokens/new", vec![("days", "7"), ("scope.app.view", "on")]),
        ] {
            fields.push(("name", name));
            let refused = ana.submit("/apps", path, &fields).await;
            assert_eq!(refused.status, 422, "{path}: {name:?}");
        }
        let fields = [("shown_name", name), ("theme", ""), ("time_zone", "UTC")];
        let shown = ana.submit("/account", "/account", &fields).await;
        assert!(shown.status == 422 || name == " ", "a name to be shown: {name:?}");
    }
    let new = site.entries().await.into_iter().filter(|e| e.seq > before && e.action != "account.edit").count();
    assert_eq!(new, 0, "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn class_j_ten_megabytes_of_headers_are_refused_and_others_are_served() {
    let site = Site::start().await;
    let ana = site.admin().await;
    for line in ["x-long: ".to_owned() + &"x".repeat(10 << 20) + "\r\n", "x: y\r\n".repeat((10 << 20) / 6)] {
        let mut socket = tokio::net::TcpStream::connect(site.settings.listen).await.unwrap();
        socket.write_all(format!("GET /apps HTTP/1.1\r\nhost: {}\r\n", site.settings.public.host).as_bytes()).await.unwrap();
        // Whoever has read enough may hang up while it comes.
        let sent = socket.write_all(line.as_bytes()).await;
        let mut answer = vec![];
        let read = socket.read_to_end(&mut answer).await;
        let status = String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap_or_default().to_owned();
        assert!(sent.is_err() || read.is_err() || matches!(status.as_str(), "400" | "431"), "{status}");
        assert_eq!(ana.get("/apps").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn class_l_a_token_is_no_way_around_a_second_factor() {
    let settings = vec![("CANTEEN_REQUIRE_SECOND_FACTOR", "writers".to_owned())];
    let site = Site::with(Plan { settings, ..Plan::default() }).await;
    let ana = site.admin().await;
    site.add_phone(&ana).await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    let program = site.program(&ana, &["app.view", "app.deploy"]).await;
    let deploy = format!("/api/v1/apps/{BOARD}/deployments");
    let plan = program.json(&format!("/api/v1/apps/{BOARD}/plan")).await;
    let wish = json!({"version": plan["version"], "plan": plan["hash"]});
    let mut raw = crate::harness::connection(&site.database());
    diesel::connection::SimpleConnection::batch_execute(
        &mut raw,
        "CREATE TEMP TABLE kept AS SELECT * FROM totp_factors; DELETE FROM totp_factors",
    )
    .unwrap();
    let before = site.head().await;
    let refused = program.post(&deploy, &wish).await;
    assert_eq!((refused.status, refused.problem().as_str()), (403, "factor-first"), "{}", refused.body);
    assert_eq!(program.get("/api/v1/apps").await.status, 200, "looking is no change");
    let new: Vec<_> = site.entries().await.into_iter().filter(|e| e.seq > before).collect();
    assert_eq!((new.len(), new[0].outcome.as_str(), new[0].actor.name.as_str()), (1, "refused", "ana"), "{new:?}");
    assert_eq!(new[0].particulars["why"], "no second factor");
    diesel::connection::SimpleConnection::batch_execute(&mut raw, "INSERT INTO totp_factors SELECT * FROM kept").unwrap();
    assert_eq!(program.post(&deploy, &wish).await.status, 202);
    site.idle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn class_m_what_was_done_with_a_removed_app_is_not_its_namesakes() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let settings = format!("/apps/{BOARD}/settings");
    send_fields(&ana, &ana.page(&settings).await, &settings, &[("TITLE", "Of those before")]).await.location();
    let old = site.entries().await.remove(0);
    assert_eq!((old.action.as_str(), old.target.name.as_str()), ("app.settings.edit", BOARD));
    follow(&site, BOARD).await;
    site.add_on("vera", Role::Viewer, BOARD).await;
    let vera = site.signed_in("vera").await;
    for path in [format!("/apps/{BOARD}/activity"), "/audit".to_owned()] {
        let page = vera.page(&path).await;
        page.says("made the app");
        assert!(!page.text().contains("changed settings"), "{path}: {}", page.text());
    }
    assert_eq!(vera.get(&format!("/audit/{}", old.seq)).await.status, 404);
    assert_eq!(ana.get(&format!("/audit/{}", old.seq)).await.status, 200, "whoever sees everything sees it");
}

/// A row is no promise: its path and its tests exist, or it says "no", or that nothing but reading can show it.
#[test]
fn every_row_of_the_asvs_names_code_and_tests_that_exist() {
    let (text, functions) = (read("docs/asvs.md"), functions());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut last, mut rows) = (vec![], 0);
    for line in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| no.")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, wish, code, proof] = cells[..] else { panic!("four columns: {line}") };
        let parts: Vec<u32> = number.split('.').map(|part| part.parse().unwrap()).collect();
        assert!(parts.len() == 3 && parts > last, "{number} stands in its place");
        assert!(!wish.is_empty(), "{number}");
        assert!(root.join(code.trim_matches('`')).is_file(), "{number}: there is no {code}");
        let named: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        assert!(
            !named.is_empty() || proof.starts_with("by eye") || proof.starts_with("no: "),
            "{number}: no test, and no word why"
        );
        for name in named {
            assert!(functions.contains(name), "{number}: there is no test {name}");
        }
        (last, rows) = (parts, rows + 1);
    }
    assert!(rows > 150, "{rows} rows");
}

/// A way in which backups go wrong has a test that exists, or says "no".
#[test]
fn every_case_of_the_backups_names_tests_that_exist() {
    let (text, functions) = (read("docs/backups.md"), functions());
    let (_, table) = text.split_once("| case | test |").unwrap();
    let mut rows = 0;
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        let (case, proof) = line.trim_matches('|').split_once(" | ").unwrap();
        let named: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty() || proof.starts_with("no: "), "{case}: no test, and no word why");
        for name in named {
            assert!(functions.contains(name), "{case}: there is no test {name}");
        }
        rows += 1;
    }
    assert!(rows >= 18, "{rows} rows");
}
