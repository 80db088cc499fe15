//! The matrix: every route × who asks × whose thing it is about, in one table. Whoever was refused has changed nothing, and where they
//! were somebody and wanted to change something, the log tells of it.

use std::fmt::Write as _;

use canteen::access::{Held, Permission, Refusal, Rights, Role, Scope, Standing, Target, policy, scope_of};
use canteen::store::audit::Entry as Written;
use canteen::store::audit_search::EntryFilter;
use canteen::web::Entry;
use canteen::web::guard::Need;
use canteen::web::routes::routes;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::device::named;
use crate::harness::{BOARD, Browser, Caller, Site, Tables, Visits, changed, matches, operation_of, until};

/// The app of the members who have a role on one app only.
const OWN: &str = "own.example.org";
/// The app of the operator of another app.
const OTHER: &str = "other.example.org";
const MISSING: &str = "missing.example.org";

const LEGEND: &str = "\
# Every route, and the status that each visitor gets. A route about an app or a thing has a line for one's own, for somebody else's\n\
# (\"foreign\"; \"there\" where things belong to nobody) and for one that does not exist.\n\
#\n\
# strng      a stranger                              all-V …    the same roles over everything\n\
# none       a member without any right              other      an operator of another app\n\
# own-V      a viewer of one's own app only          susp       a member who was suspended\n\
# own-A      an auditor of it                        expir      a member whose session ran out\n\
# own-O      an operator of it                       tok+       a program with a token that has all scopes\n\
# own-M      a maintainer of it                      tok-       a program with a token that lacks the scope\n\
# own-C      an admin of it                          done       an admin who really does it\n\
#\n\
# 200 here it is · 303 go on there (a stranger: sign in first) · 401 no token · 403 seen, but not allowed · 404 not there, or not to\n\
# be seen · 422 let through: whoever may change something sends a form that is spoiled on purpose, a field twice, and only the last\n\
# column sends it whole.\n";

/// Somebody who asks for everything.
struct Visitor {
    title: &'static str,
    /// As the log calls them.
    name: String,
    client: Client,
    /// None where nobody is signed in.
    rights: Option<Rights>,
}

enum Client {
    /// With a token for its forms.
    Browser(Browser, String),
    /// Two programs that lack different scopes, or one that lacks none.
    Program(Vec<(Caller, Vec<&'static str>)>),
}

/// One line of the table.
struct Line {
    kind: &'static str,
    path: String,
    /// The app that it is about.
    app: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_answers_each_visitor_as_the_table_says() {
    let site = named().await;
    let visits = Visits::prepare(&site).await;
    let chief = site.admin().await;
    let mine = own_app(&site, &chief).await;
    let visitors = visitors(&site, &chief).await;
    let titles: String = in_columns(visitors.iter().map(|v| v.title));
    let mut table = format!("{LEGEND}\n{:<64}{titles}done\n", "");
    let mut tables = Tables::of(&site.database());
    // The first look at a recipe fetches it.
    chief.page("/recipes/guestbook").await;
    let mut faults: Vec<String> = vec![];
    for entry in routes().entries() {
        let method = entry.method.as_str();
        let (path, fields) = visits.request(entry).await;
        for line in lines(entry, &path, &visits, &mine) {
            site.idle().await;
            let (before, rows, changes) = (site.head().await, tables.rows(), site.engine.changes());
            let asked = visitors.iter().map(|visitor| visitor.ask(entry, &line, &fields, &mine));
            let statuses = join_all(asked).await;
            let what = format!("{method} {} {}", entry.path, line.kind);
            let tables = changed(&rows, &tables.rows()).join(", ");
            if !tables.is_empty() || site.engine.changes() != changes {
                faults.push(format!("{what}: somebody who may not, or did not, changed {tables} or the Swarm"));
            }
            faults.extend(written(&site, before, &what, &visitors, &statuses).await);
            faults.extend(visitors.iter().zip(&statuses).filter_map(|(visitor, status)| visitor.fault(entry, &line, *status)));
            let cells: String = in_columns(&statuses);
            let done = if matches!(line.kind, "" | "foreign" | "there") {
                done(&site, &chief, entry, &path, &fields).await
            } else {
                "-".to_owned()
            };
            let label = format!("{method:<5}{:<50}{}", entry.path, line.kind);
            writeln!(table, "{label:<64}{cells}{done}").unwrap();
        }
    }
    matches("matrix.txt", &table);
    assert_eq!(faults, Vec::<String>::new(), "what is true whatever the table says");
}

fn in_columns<T: std::fmt::Display>(cells: impl IntoIterator<Item = T>) -> String {
    cells.into_iter().fold(String::new(), |mut line, cell| {
        write!(line, "{cell:<6}").unwrap();
        line
    })
}

/// What is of the visitors' own app: the row of the app, of its deployment and of the operation that made it.
struct Mine {
    app: i32,
    deployment: i32,
    operation: i32,
}

async fn own_app(site: &Site, chief: &Browser) -> Mine {
    site.new_board(chief, OWN).await;
    site.new_board(chief, OTHER).await;
    site.make_secrets(chief, OWN).await;
    let operation = operation_of(&site.ask_deploy(chief, OWN).await);
    assert_eq!(site.operation_done(operation).await.outcome, "converged");
    site.fresh().await;
    let app = site.store.app(OWN).await.unwrap().unwrap().id;
    Mine { app, deployment: site.store.last_converged(app).await.unwrap().unwrap().id, operation }
}

async fn visitors(site: &Site, chief: &Browser) -> Vec<Visitor> {
    let held = |role: Role, app: Option<&str>| {
        let held = Held { role: String::new(), permissions: role.permissions(), app: app.map(Into::into), until: None };
        Some(Rights::of(&[held], 0, 0))
    };
    let mut all = vec![];
    let mut add = async |title, name: &str, rights| {
        let browser = if name == "somebody" { site.stranger() } else { site.signed_in(name).await };
        // One address may sign in twenty times a minute.
        site.clock.advance(5_000);
        all.push((title, name.to_owned(), browser, rights));
    };
    add("strng", "somebody", None).await;
    site.add_with("none", None).await;
    add("none", "none", Some(Rights::of(&[], 0, 0))).await;
    for (title, role) in ["own-V", "own-A", "own-O", "own-M", "own-C"].into_iter().zip(Role::ALL) {
        site.add_on(title, role, OWN).await;
        add(title, title, held(role, Some(OWN))).await;
    }
    for (title, role) in ["all-V", "all-A", "all-O", "all-M", "all-C"].into_iter().zip(Role::ALL) {
        site.add(title, role).await;
        add(title, title, held(role, None)).await;
    }
    let other = site.store.app(OTHER).await.unwrap().unwrap().id;
    site.add_with("other", Some((Role::Operator, Scope::App(other), None))).await;
    add("other", "other", held(Role::Operator, Some(OTHER))).await;
    for name in ["susp", "expir"] {
        site.add(name, Role::Admin).await;
        add(name, name, None).await;
    }
    let page = format!("/people/{}", site.store.member("susp").await.unwrap().unwrap().id);
    chief.submit(&page, &format!("{page}/suspension"), &[]).await.location();
    let mut raw = SqliteConnection::establish(site.database().to_str().unwrap()).unwrap();
    let old = "UPDATE sessions SET last_active_at = last_active_at - 7200000, created_at = created_at - 7200000";
    let whose = "member_id = (SELECT id FROM members WHERE name = 'expir')";
    raw.batch_execute(&format!("PRAGMA busy_timeout=5000; {old} WHERE {whose}")).unwrap();
    let mut visitors = vec![];
    for (title, name, browser, rights) in all {
        let token = browser.form_token().await;
        visitors.push(Visitor { title, name, client: Client::Browser(browser, token), rights });
    }
    let scopes = ["app.view", "app.deploy", "catalogue.view", "audit.export"];
    let mut programs = vec![];
    for lacking in [vec![], vec!["app.view", "app.deploy"], vec!["catalogue.view", "audit.export"]] {
        let has: Vec<&str> = scopes.into_iter().filter(|scope| !lacking.contains(scope)).collect();
        programs.push((site.program(chief, &has).await, lacking));
    }
    let lacking = programs.split_off(1);
    for (title, programs) in [("tok+", programs), ("tok-", lacking)] {
        visitors.push(Visitor { title, name: "ana".to_owned(), client: Client::Program(programs), rights: None });
    }
    visitors
}

/// The lines of a route: whose thing it may be about.
fn lines(entry: &Entry, path: &str, visits: &Visits, mine: &Mine) -> Vec<Line> {
    let line = |kind, path: String, app: Option<&str>| Line { kind, path, app: app.map(str::to_owned) };
    if let Some(at) = entry.path.split('/').position(|part| part == "{app}") {
        let app = path.split(['/', '?']).nth(at).unwrap();
        let own = path.replacen(app, OWN, 1);
        let own = own.replace(&format!("/deployments/{}", visits.deployed), &format!("/deployments/{}", mine.deployment));
        let missing = path.replacen(app, MISSING, 1);
        return vec![
            line("own", own, Some(OWN)),
            line("missing", missing, Some(MISSING)),
            line("foreign", path.to_owned(), Some(app)),
        ];
    }
    if entry.path.contains("/operations/{id}") {
        let with = |id: i32| entry.path.replace("{id}", &id.to_string());
        return vec![
            line("own", with(mine.operation), Some(OWN)),
            line("missing", with(99_999), Some(MISSING)),
            line("foreign", path.to_owned(), Some(BOARD)),
        ];
    }
    if entry.path.contains("{id}") || entry.path.contains("{name}") {
        let missing = entry.path.replace("{id}", "99999").replace("{name}", "nothing-here");
        return vec![line("missing", missing, None), line("there", path.to_owned(), None)];
    }
    vec![line("", path.to_owned(), None)]
}

impl Visitor {
    /// Whether the policy lets this visitor through to what the line is about.
    fn may(&self, entry: &Entry, line: &Line) -> Result<(), Refusal> {
        let Need::Right(action, _) = entry.need else { return Ok(()) };
        let target = line.app.as_ref().map_or(Target::Site, |app| Target::App(app.clone()));
        policy::judge(self.rights.as_ref().map_or(Standing::Stranger, Standing::Member), action, &target)
    }

    async fn ask(&self, entry: &Entry, line: &Line, fields: &[(String, String)], mine: &Mine) -> u16 {
        let (method, path) = (entry.method.as_str(), &line.path);
        match &self.client {
            Client::Browser(browser, token) => {
                let own = |name: &str| line.kind == "own" && name == "form-app";
                let sent = fields.iter().map(|(n, v)| (n.clone(), if own(n) { mine.app.to_string() } else { v.clone() }));
                let mut sent: Vec<_> = sent.collect();
                if self.may(entry, line).is_ok() {
                    sent.extend(std::iter::repeat_n(("spoiled".to_owned(), "1".to_owned()), 2));
                }
                browser.visit_with(token, method, path, &sent).await
            }
            Client::Program(programs) => {
                let scope = match entry.need {
                    Need::Right(action, _) => scope_of(action).map_or("", Permission::as_str),
                    Need::Nothing => "",
                };
                let (program, lacking) = programs.iter().find(|(_, lacking)| lacking.contains(&scope)).unwrap_or(&programs[0]);
                let mut body = json!({"version": "1.0.0+1.35.0", "plan": "0".repeat(64)});
                if lacking.is_empty() {
                    body["spoiled"] = Value::from(1);
                }
                program.send(method, path, &[], Some(&body).filter(|_| method == "POST")).await.status
            }
        }
    }

    /// What is wrong with this answer, whatever the table says.
    fn fault(&self, entry: &Entry, line: &Line, status: u16) -> Option<String> {
        let what = format!("{} {} {} for {}: {status}", entry.method, entry.path, line.kind, self.title);
        let api = entry.path.starts_with("/api/v1/") && !entry.path.ends_with("openapi.json");
        if let Client::Program(programs) = &self.client {
            let refused = matches!(status, 401 | 403 | 404);
            // Requests for approval are another app's; below one's own app they are not there.
            let missing = line.kind == "missing" || (line.kind == "own" && entry.path.contains("/approvals/{id}"));
            return (api && !missing && refused == programs[0].1.is_empty()).then_some(what);
        }
        let Need::Right(..) = entry.need else { return None };
        let wanted = match self.may(entry, line) {
            // A session is nothing to the API.
            _ if api => status == 401,
            Err(Refusal::SignInFirst) => status == 303,
            Err(Refusal::Forbidden) => status == 403,
            Err(Refusal::Hidden) => matches!(status, 403 | 404),
            Ok(()) => status != 403,
        };
        (!wanted).then_some(what)
    }
}

/// Whoever was refused a change stands in the log for it once; nobody else stands there. What is wrong with that.
async fn written(site: &Site, before: i64, what: &str, visitors: &[Visitor], statuses: &[u16]) -> Vec<String> {
    let mut faults = vec![];
    let mut new = site.store.entries(EntryFilter::default(), 100).await.unwrap();
    // Programs are told apart by other tests: at a page one is nobody, and its form comes from nowhere. And before some pages the
    // password is asked for again.
    let foreign = |e: &Written| e.actor.name == "somebody" && e.particulars.get("why").is_some_and(|why| why == "foreign form");
    let program = |e: &Written| e.actor.via.way == "token" || foreign(e);
    new.retain(|e| e.seq > before && !program(e) && e.action != "session.confirm");
    for (visitor, status) in visitors.iter().zip(statuses).filter(|(v, _)| matches!(v.client, Client::Browser(..))) {
        let of: Vec<_> = new.iter().filter(|e| e.actor.name == visitor.name).map(|e| e.outcome.as_str()).collect();
        let fits = match status {
            403 if what.starts_with("POST") => of == ["refused"],
            // What may not be seen is as if it were not there, and the log alone knows the difference.
            404 if what.starts_with("POST") => matches!(of[..], [] | ["refused"]),
            _ => of.is_empty(),
        };
        if !fits {
            faults.push(format!("{what} for {}, who got {status}: {new:?}", visitor.title));
        }
    }
    faults
}

/// An admin does it, with a form that is whole.
async fn done(site: &Site, chief: &Browser, entry: &Entry, path: &str, fields: &[(String, String)]) -> String {
    if entry.path.starts_with("/api/") {
        return "-".to_owned();
    }
    let before = site.head().await;
    // Coming in and going out changes who a browser is; of more than ten sessions the first ends.
    let status = if entry.path.starts_with("/session") && entry.method != "GET" {
        site.clock.advance(60_000);
        site.admin().await.visit(entry.method.as_str(), path, fields).await
    } else {
        chief.visit(entry.method.as_str(), path, fields).await
    };
    if entry.method == "GET" && !entry.path.starts_with("/session") {
        let entries = site.entries().await.into_iter().filter(|e| e.seq > before && e.action != "session.confirm").count();
        assert_eq!(entries, 0, "GET {path} wrote an entry");
    }
    site.idle().await;
    until("all recipes", async || site.shelf.sweeping().is_none().then_some(())).await;
    status.to_string()
}

/// The rail shows what its viewer may open, and nothing that would lead to a refusal.
#[tokio::test(flavor = "multi_thread")]
async fn the_rail_shows_each_role_the_doors_that_open_and_no_other() {
    let site = Site::start().await;
    let chief = site.admin().await;
    site.new_board(&chief, OWN).await;
    site.add_with("none", None).await;
    let mut names = vec!["none".to_owned()];
    for role in Role::ALL {
        site.add(&format!("all-{role}"), role).await;
        site.add_on(&format!("own-{role}"), role, OWN).await;
        names.extend([format!("all-{role}"), format!("own-{role}")]);
    }
    let doors = async |browser: &Browser| -> Vec<String> {
        let rail = browser.page("/account").await.between("<nav aria-label=\"Main\">", "</nav>").unwrap();
        rail.split("<a href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let all = doors(&chief).await;
    assert!(all.len() > 6, "{all:?}");
    for name in names {
        site.clock.advance(5_000);
        let browser = site.signed_in(&name).await;
        let shown = doors(&browser).await;
        for door in &all {
            let status = browser.get(door).await.status;
            assert_eq!(status == 200, shown.contains(door), "{name} gets {status} at {door}, and the rail has {shown:?}");
        }
    }
}
