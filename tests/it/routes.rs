//! Every route, asked by a stranger, a viewer and an admin.

#![expect(clippy::disallowed_methods, reason = "the real binary is run")]

use std::fmt::Write as _;

use canteen::access::{ActionName, Role, Standing, policy};
use canteen::web::Entry;
use canteen::web::guard::Need;
use canteen::web::routes::routes;

use crate::harness::{Site, Visits, matches};

#[tokio::test(flavor = "multi_thread")]
async fn each_route_answers_each_role_as_the_table_says() {
    let site = Site::start().await;
    let visits = Visits::prepare(&site).await;
    let (viewer, admin) = (site.viewer().await, site.admin().await);
    let mut table = String::from("# method, path, need, then what a stranger, a viewer and an admin get\n");
    let routes = routes();
    for entry in routes.entries() {
        let (path, fields) = visits.request(entry).await;
        let method = entry.method.as_str();
        let (before, changes) = (site.head().await, site.engine.changes());
        let strange = site.stranger().visit(method, &path, &fields).await;
        let strange_entries = site.head().await - before;
        // Coming in and going out changes who a browser is; the other routes need them as they were.
        let comes_or_goes = entry.path.starts_with("/session");
        let view = if comes_or_goes { site.viewer().await } else { viewer.clone() };
        let before = site.head().await;
        let seen = view.visit(method, &path, &fields).await;
        let entries = site.head().await - before;
        let refused = matches!(strange, 303 | 401) && needs_somebody(entry);
        if method == "GET" {
            assert_eq!((strange_entries, entries), (0, 0), "GET {path} wrote entries");
        } else if refused {
            assert_eq!(strange_entries, 0, "a stranger who is sent to sign in has changed nothing: {path}");
        }
        if seen == 403 {
            assert_eq!(entries, i64::from(method != "GET"), "{method} {path} refused to a viewer");
            if method != "GET" {
                let newest = site.entries().await.remove(0);
                assert_eq!((newest.outcome.as_str(), newest.actor.name.as_str()), ("refused", "vic"), "{path}");
                assert_eq!(newest.particulars["path"].as_str(), path.split('?').next());
            }
        }
        assert_eq!(site.engine.changes(), changes, "{method} {path} changed the Swarm for a stranger or a viewer");
        let chief = if comes_or_goes { site.admin().await } else { admin.clone() };
        let before = site.head().await;
        let done = chief.visit(method, &path, &fields).await;
        if method == "GET" {
            assert_eq!(site.head().await, before, "GET {path} wrote an entry for an admin");
        }
        site.idle().await;
        writeln!(table, "{method}\t{}\t{}\t{strange}\t{seen}\t{done}", entry.path, need(entry)).unwrap();
    }
    matches("routes.txt", &table);
}

#[test]
fn the_policy_is_the_one_that_was_agreed_on() {
    let standings = [
        ("stranger", Standing::Stranger),
        ("viewer", Standing::Member(Role::Viewer)),
        ("auditor", Standing::Member(Role::Auditor)),
        ("operator", Standing::Member(Role::Operator)),
        ("maintainer", Standing::Member(Role::Maintainer)),
        ("admin", Standing::Member(Role::Admin)),
        ("scheduler", Standing::Scheduler),
        ("system", Standing::System),
    ];
    let mut table = String::from("# action, read or write, then who may\n");
    for action in ActionName::ALL {
        let who: Vec<&str> = standings.iter().filter(|(_, s)| policy::allows(*s, *action)).map(|(name, _)| *name).collect();
        let kind = if action.writes() { "write" } else { "read" };
        writeln!(table, "{}\t{kind}\t{}", action.as_str(), who.join(" ")).unwrap();
    }
    matches("policy.txt", &table);
}

#[test]
fn the_command_prints_every_route_with_its_need() {
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_canteen")).arg("routes").output().unwrap();
    assert!(ran.status.success());
    let table = routes();
    let wanted: Vec<String> = table.entries().iter().map(|e| format!("{}\t{}\t{}", e.method, e.path, need(e))).collect();
    assert_eq!(String::from_utf8(ran.stdout).unwrap().lines().collect::<Vec<_>>(), wanted);
    assert!(wanted.len() > 40);
}

/// Who is not in the table gets nothing: a stranger may open exactly what needs no right or one that strangers have.
#[test]
fn what_a_stranger_may_ask_for_is_a_short_list() {
    let table = routes();
    let open: Vec<String> =
        table.entries().iter().filter(|e| !needs_somebody(e)).map(|e| format!("{} {}", e.method, e.path)).collect();
    let wanted = [
        "GET /health",
        "GET /static/{file}",
        "POST /csp-report",
        "GET /",
        "GET /setup",
        "POST /setup",
        "GET /session",
        "POST /session",
        "GET /session/factor",
        "POST /session/factor",
        "GET /invite",
        "POST /invite",
        "GET /invite/{token}",
        "GET /reset",
        "POST /reset",
        "GET /reset/{token}",
        "GET /api/v1/openapi.json",
    ];
    assert_eq!(open, wanted);
}

fn needs_somebody(entry: &Entry) -> bool {
    match entry.need {
        Need::Nothing => false,
        Need::Right(action, _) => !policy::allows(Standing::Stranger, action),
    }
}

fn need(entry: &Entry) -> String {
    match entry.need {
        Need::Nothing => "public".to_owned(),
        Need::Right(action, _) => action.as_str().to_owned(),
    }
}
