//! Every route, asked by a stranger, a viewer and an admin.

#![expect(clippy::disallowed_methods, reason = "the real binary is run")]

use std::fmt::Write as _;
use std::sync::Arc;

use canteen::access::{ActionName, Held, Permission, Rights, Role, Standing, Target, policy};
use canteen::web::Entry;
use canteen::web::guard::Need;
use canteen::web::routes::routes;

use crate::harness::{Site, Visits, matches};

/// The only app of members who have a role on one app.
const OWN: &str = "own.example.org";

#[tokio::test(flavor = "multi_thread")]
async fn each_route_answers_each_role_as_the_table_says() {
    let site = Site::start().await;
    let visits = Visits::prepare(&site).await;
    let (viewer, admin) = (site.viewer().await, site.admin().await);
    let between = [Role::Auditor, Role::Operator, Role::Maintainer];
    let mut browsers = vec![];
    for role in between {
        site.add(role.as_str(), role).await;
        browsers.push((Arc::<Rights>::from(role), site.signed_in(role.as_str()).await));
    }
    let mut table = String::from(
        "# method, path, need, then what a stranger, a viewer, an auditor, an operator, a maintainer and an admin get;\n\
         # \"may\" is a change that is allowed and tried by the admin alone\n",
    );
    let routes = routes();
    for entry in routes.entries() {
        let (path, fields) = visits.request(entry).await;
        let method = entry.method.as_str();
        if entry.path.starts_with("/account/factors") {
            // Where the password is asked for again, it is given before entries are counted.
            for browser in [&viewer, &admin] {
                browser.get("/account/factors/app").await;
            }
        }
        let (before, changes) = (site.head().await, site.engine.changes());
        let strange = site.stranger().visit(method, &path, &fields).await;
        let strange_entries = site.head().await - before;
        // Coming in and going out changes who a browser is; the other routes need them as they were. Ten sign-ins end the first session.
        let comes_or_goes = entry.path.starts_with("/session") && method != "GET";
        if comes_or_goes {
            // One address may sign in twenty times a minute.
            site.clock.advance(60_000);
        }
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
        let mut told = String::new();
        for (rights, browser) in &browsers {
            let allowed = match entry.need {
                Need::Nothing => true,
                Need::Right(action, _) => policy::allows(Standing::Member(rights), action),
            };
            if entry.path.starts_with("/api/") {
                // A session is nothing to the API.
                told.push_str("\t-");
                continue;
            }
            if comes_or_goes || (allowed && method != "GET") {
                write!(told, "\t{}", if method == "GET" { "-" } else { "may" }).unwrap();
                continue;
            }
            let before = site.head().await;
            let status = browser.visit(method, &path, &fields).await;
            write!(told, "\t{status}").unwrap();
            assert_eq!(status != 403, allowed, "{method} {path}: what the policy says and what the page does differ");
            assert_eq!(site.head().await - before, i64::from(method != "GET"), "{method} {path}");
        }
        assert_eq!(site.engine.changes(), changes, "{method} {path} changed the Swarm for somebody who may not");
        let chief = if comes_or_goes { site.admin().await } else { admin.clone() };
        let before = site.head().await;
        let done = chief.visit(method, &path, &fields).await;
        if method == "GET" {
            assert_eq!(site.head().await, before, "GET {path} wrote an entry for an admin");
        }
        site.idle().await;
        writeln!(table, "{method}\t{}\t{}\t{strange}\t{seen}{told}\t{done}", entry.path, need(entry)).unwrap();
    }
    matches("routes.txt", &table);
}

/// Members who see only some of it: their own app as the role says, and of everything else nothing, be it there or not.
#[tokio::test(flavor = "multi_thread")]
async fn to_those_who_may_not_see_a_thing_it_is_as_if_it_were_not_there() {
    let site = Site::start().await;
    let visits = Visits::prepare(&site).await;
    site.new_board(&site.admin().await, OWN).await;
    for role in Role::ALL {
        site.add_on(role.as_str(), role, OWN).await;
    }
    site.add_with("nobody", None).await;
    let mut browsers = vec![site.signed_in("nobody").await];
    for role in Role::ALL {
        browsers.push(site.signed_in(role.as_str()).await);
    }
    let mut table = String::from(
        "# method, path, then what these get: a member without rights, then somebody with this role on one app only: viewer,\n\
         # auditor, operator, maintainer, admin. Of an app (own, foreign, missing), else of the thing itself.\n\
         # \"may\" is a change that is allowed and not tried here.\n",
    );
    let changes = site.engine.changes();
    for entry in routes().entries().iter().filter(|e| needs_somebody(e) && !e.path.starts_with("/session")) {
        let Need::Right(action, _) = entry.need else { continue };
        let (path, fields) = visits.request(entry).await;
        let method = entry.method.as_str();
        let paths = match path.strip_prefix("/apps/").filter(|_| entry.path.starts_with("/apps/{app}")) {
            Some(rest) => {
                let rest = rest.split_once('/').map(|(_, rest)| format!("/{rest}")).unwrap_or_default();
                vec![format!("/apps/{OWN}{rest}"), path, format!("/apps/missing.example.org{rest}")]
            }
            None => vec![path],
        };
        for (n, path) in paths.iter().enumerate() {
            let kind = if paths.len() == 1 { "" } else { ["own", "foreign", "missing"][n] };
            write!(table, "{method}\t{}\t{kind}", entry.path).unwrap();
            for (browser, role) in browsers.iter().zip([None, Some(0), Some(1), Some(2), Some(3), Some(4)]) {
                let has = role.is_some_and(|r: usize| {
                    let held =
                        Held { role: String::new(), permissions: Role::ALL[r].permissions(), app: Some(OWN.into()), until: None };
                    let target = if kind.is_empty() { Target::Site } else { Target::App(OWN.into()) };
                    policy::judge(Standing::Member(&Rights::of(&[held], 0, 0)), action, &target).is_ok()
                });
                let others = entry.path.starts_with("/operations/{id}") || entry.path.starts_with("/grants");
                let may = method == "POST" && kind != "foreign" && kind != "missing" && !others && has;
                if may {
                    write!(table, "\tmay").unwrap();
                    continue;
                }
                let before = site.head().await;
                let status = browser.visit(method, path, &fields).await;
                write!(table, "\t{status}").unwrap();
                let wrote = site.head().await - before;
                assert!(wrote <= i64::from(method == "POST"), "{method} {path} wrote {wrote} entries");
                if kind == "foreign" || kind == "missing" {
                    assert_eq!(status, 404, "{method} {path} is not theirs to see");
                }
            }
            writeln!(table).unwrap();
        }
    }
    assert_eq!(site.engine.changes(), changes, "nothing of it changed the Swarm");
    matches("routes_scoped.txt", &table);
}

#[test]
fn the_policy_is_the_one_that_was_agreed_on() {
    let roles = Role::ALL.map(|role| (role.as_str(), Arc::<Rights>::from(role)));
    let members = roles.iter().map(|(name, rights)| (*name, Standing::Member(rights)));
    let beside = [("scheduler", Standing::Scheduler), ("system", Standing::System)];
    let standings: Vec<_> = [("stranger", Standing::Stranger)].into_iter().chain(members).chain(beside).collect();
    let mut table = String::from("# action, read or write, then who may\n");
    for action in ActionName::ALL {
        let who: Vec<&str> = standings.iter().filter(|(_, s)| policy::allows(*s, *action)).map(|(name, _)| *name).collect();
        let kind = if action.writes() { "write" } else { "read" };
        writeln!(table, "{}\t{kind}\t{}", action.as_str(), who.join(" ")).unwrap();
    }
    matches("policy.txt", &table);
}

/// For those who do not read code: what each of the five roles allows, in the words of the pages.
#[test]
fn what_each_role_allows_is_the_table_that_was_agreed_on() {
    let mut table = String::from("# what it allows, then the roles that do\n");
    for one in Permission::ALL {
        let roles: Vec<&str> = Role::ALL.iter().filter(|r| r.permissions().has(*one)).map(|r| r.as_str()).collect();
        writeln!(table, "{}\t{}", one.text(), roles.join(" ")).unwrap();
    }
    matches("roles.txt", &table);
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
        "GET /session/passkey",
        "POST /session/passkey",
        "GET /session/sso",
        "GET /session/sso/return",
        "GET /invite",
        "POST /invite",
        "GET /invite/{token}",
        "GET /reset",
        "POST /reset",
        "GET /reset/{token}",
        "GET /confirm",
        "POST /confirm",
        "GET /confirm/{token}",
        "GET /forgot",
        "POST /forgot",
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
