//! The audit log: what goes into it, and that nobody can change it unseen.

#![expect(clippy::disallowed_methods, reason = "the real binary is run")]

use std::fmt::Write as _;
use std::process::{Command, Output};
use std::sync::Arc;

use canteen::clock::SystemClock;
use canteen::store::Store;
use canteen::store::audit::Entry;
use canteen::store::chain::{Checked, Checker, Link};
use canteen::web::guard::Need;
use canteen::web::routes::routes;
use diesel::connection::SimpleConnection as _;

use crate::harness::device::named;
use crate::harness::{BOARD, Site, Step, Tables, Visits, changed, copy_of, matches};

/// Behind POST because their forms carry a token, but they change nothing; the walk looks whether that is so.
const CHANGES_NOTHING: [&str; 3] = ["/csp-report", "/apps/new", "/apps/new/address"];

/// The list of what changes something and leaves another number of entries than one is a file, and is empty.
#[tokio::test(flavor = "multi_thread")]
async fn every_change_that_succeeds_leaves_an_entry_of_who_did_it() {
    let site = named().await;
    let visits = Visits::prepare(&site).await;
    let usual = site.admin().await;
    let program = site.program(&usual, &["app.view", "app.deploy", "audit.export"]).await;
    let mut exceptions =
        String::from("# routes that change something without leaving exactly one entry: METHOD PATH, then the entries\n");
    let mut tables = Tables::of(&site.database());
    for entry in routes().entries().iter().filter(|e| e.method != "GET") {
        let (path, fields) = visits.request(entry).await;
        let step = Step::before(&site, entry.path).await;
        // Coming in and going out end a session, so those routes get a browser of their own; to sign in for all would be throttled.
        let sender = match &step {
            Some(step) => step.browser.clone(),
            None if entry.path.starts_with("/session") => site.admin().await,
            None => usual.clone(),
        };
        let (path, fields) = step.as_ref().map_or((path, fields), |step| (step.path.clone(), step.fields.clone()));
        let on = step.as_ref().and_then(|step| step.elsewhere.as_ref()).unwrap_or(&site);
        let (before, rows, changes) = (on.head().await, tables.rows(), on.engine.changes().len());
        let status = if entry.path.starts_with("/api/") {
            program.change(&path).await.status
        } else {
            sender.visit(entry.method.as_str(), &path, &fields).await
        };
        let mut new = on.entries().await;
        new.retain(|e| e.seq > before);
        let asked = new.iter().any(|e| e.outcome == "asked");
        // What the dashboard does by itself once it is there, such as ending a request or beginning what was approved, has entries of
        // its own; so has how a repository answered.
        let by_itself =
            |e: &Entry| matches!(e.actor.name.as_str(), "scheduler" | "backups") || e.actor.via.way.starts_with("approval ");
        new.retain(|e| !by_itself(e));
        assert!(matches!(status, 200..=204 | 303), "{path}: {status}");
        let Need::Right(action, _) = entry.need else { panic!("{path} is for everybody") };
        if CHANGES_NOTHING.contains(&entry.path) {
            assert_eq!((new.len(), changed(&rows, &tables.rows())), (0, vec![]), "{path}");
            continue;
        }
        let who = step.as_ref().map_or("ana", |step| step.who);
        assert!(new.iter().all(|e| e.actor.name == who && !e.actor.via.ip.is_empty()), "{path}: {new:?}");
        // The second phase of an operation comes when it has ended.
        let first: Vec<_> = new.iter().filter(|e| e.of.is_none()).map(|e| (e.action.as_str(), e.outcome.as_str())).collect();
        // What sends no letter is counted as failed sign-ins are, all of them in one entry.
        let counted = entry.path == "/forgot" && first[..] == [("audit.record", "failed")];
        if !counted && !matches!(first[..], [(written, "ok" | "asked")] if written == action.as_str()) {
            writeln!(exceptions, "{} {} {first:?}", entry.method, entry.path).unwrap();
        }
        on.idle().await;
        // What is done on the Swarm is asked for in the log before.
        assert!(on.engine.changes().len() == changes || asked, "{path}");
    }
    matches("entries_exceptions.txt", &exceptions);
    let all = site.entries().await;
    let asked = all.iter().filter(|e| e.outcome == "asked").count();
    assert_eq!(all.iter().filter(|e| e.of.is_some()).count(), asked, "each operation that was asked for has an end");
    assert!(verify(&["--database", site.database().to_str().unwrap()]).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_byte_of_the_log_can_be_changed_unseen() {
    let site = Site::start().await;
    let links = used_log(&site).await;
    let whole = Checked::Whole { entries: i64::try_from(links.len()).unwrap(), head: links.last().unwrap().hash.clone() };
    assert_eq!(check(&links), whole);
    for at in 0..links.len() {
        let number = links[at].seq;
        let expect_broken = |changed: &[Link], what: &str| {
            let Checked::Broken { seq, .. } = check(changed) else { panic!("{what} of entry {number} can be changed unseen") };
            assert_eq!(seq, number, "{what}");
        };
        for bit in [0x01, 0x20] {
            for position in positions(links[at].body.len()) {
                let mut changed = links.clone();
                changed[at].body = flipped(&links[at].body, position, bit);
                expect_broken(&changed, "the text");
            }
            for position in 0..links[at].hash.len() {
                let mut changed = links.clone();
                changed[at].hash = flipped(&links[at].hash, position, bit);
                expect_broken(&changed, "the hash");
            }
        }
        let mut moved = links.clone();
        moved[at].seq += 1000;
        moved.sort_by_key(|l| l.seq);
        expect_broken(&moved, "the number");
        let mut removed = links.clone();
        removed.remove(at);
        if at + 1 < links.len() {
            expect_broken(&removed, "the place");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_names_the_entry_that_was_changed_in_the_database() {
    let site = Site::start().await;
    let links = used_log(&site).await;
    let copies = tempfile::tempdir().unwrap();
    let last = links.len();
    let middle = links[last / 2].seq;
    for (n, (change, number)) in [
        (format!("UPDATE audit SET body = replace(body, 'ana', 'eve') WHERE seq = {middle}"), middle),
        ("UPDATE audit SET body = body || ' ' WHERE seq = 1".to_owned(), 1),
        (format!("UPDATE audit SET hash = lower(hex(randomblob(32))) WHERE seq = {last}"), i64::try_from(last).unwrap()),
        (format!("UPDATE audit SET seq = seq + 500 WHERE seq = {middle}"), middle),
        (format!("DELETE FROM audit WHERE seq = {middle}"), middle),
        ("DELETE FROM audit WHERE seq = 1".to_owned(), 1),
        ("UPDATE audit SET seq = 0 WHERE seq = 1".to_owned(), 1),
    ]
    .into_iter()
    .enumerate()
    {
        let copy = copies.path().join(format!("{n}.db"));
        // Rows that point at an entry are no obstacle to somebody who can write the file.
        copy_of(&site.database(), &copy).batch_execute(&format!("PRAGMA foreign_keys=OFF; {change}")).unwrap();
        let told = verify(&["--database", copy.to_str().unwrap()]);
        assert_eq!(told.status.code(), Some(1), "{change}");
        let text = String::from_utf8(told.stderr).unwrap();
        assert!(text.contains(&format!("entry {number} was changed")), "{change}: {text}");
        let found = Store::open(&copy, Arc::new(SystemClock)).unwrap().check_audit().await.unwrap();
        assert!(matches!(found, Checked::Broken { seq, .. } if seq == number), "{change}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_itself_refuses_to_change_the_log() {
    use diesel::{Connection as _, SqliteConnection};
    let site = Site::start().await;
    let mut raw = SqliteConnection::establish(site.database().to_str().unwrap()).unwrap();
    // Jobs write too.
    raw.batch_execute("PRAGMA busy_timeout=5000").unwrap();
    for change in [
        "UPDATE audit SET body = '{}' WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 1",
        "INSERT INTO audit (seq, body, hash) VALUES (99, '{}', '')",
    ] {
        let refused = raw.batch_execute(change).unwrap_err().to_string();
        assert!(refused.contains("the audit log"), "{change}: {refused}");
    }
}

/// The log of a site where a few things were done.
pub(crate) async fn used_log(site: &Site) -> Vec<Link> {
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    site.viewer().await.submit("/apps", "/catalogue/refresh", &[]).await;
    let links = site.store.links(i64::MIN).await.unwrap();
    assert!(links.len() > 6);
    links
}

fn check(links: &[Link]) -> Checked {
    let mut checker = Checker::default();
    match links.iter().try_for_each(|l| checker.take(l)) {
        Ok(()) => checker.finish(),
        Err(found) => found,
    }
}

/// Both ends and a sample between.
fn positions(length: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(7).chain([length - 1])
}

fn flipped(text: &str, position: usize, bit: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[position] ^= bit;
    String::from_utf8(bytes).unwrap()
}

pub(crate) fn verify(arguments: &[&str]) -> Output {
    canteen(&[&["audit", "verify"], arguments].concat()).output().unwrap()
}

pub(crate) fn canteen(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canteen"));
    command.args(arguments).env_clear();
    command
}
