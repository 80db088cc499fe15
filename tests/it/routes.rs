//! The tables that say who may do what: by action, by permission, and what is open to everybody. `matrix.rs` asks every route.

#![expect(clippy::disallowed_methods, reason = "the real binary is run")]

use std::fmt::Write as _;
use std::sync::Arc;

use canteen::access::permission::Reach;
use canteen::access::{ActionName, Permission, Rights, Role, Standing, policy};
use canteen::web::Entry;
use canteen::web::guard::Need;
use canteen::web::routes::routes;

use crate::harness::matches;

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
    let names = Role::ALL.map(|role| format!("{:<12}", role.as_str())).concat();
    let mut table = String::from(
        "What each of the five roles allows. A role is given over everything, over the apps with a tag, or over one app; what stands\n\
         under \"The co-op as a whole\" counts only where it was given over everything.\n",
    );
    for (title, reach) in [("On each app", Reach::App), ("The co-op as a whole", Reach::Site)] {
        write!(table, "\n{title:<80}{}", names.trim_end()).unwrap();
        for one in Permission::ALL.iter().filter(|one| one.reach() == reach) {
            let cells = Role::ALL.map(|r| format!("{:<12}", if r.permissions().has(*one) { "yes" } else { "-" })).concat();
            write!(table, "\n{:<80}{}", one.text(), cells.trim_end()).unwrap();
        }
        table.push('\n');
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
