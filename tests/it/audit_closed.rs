//! Without an entry nothing is done. The database can't be written, in the middle of things: pages go on and say so, nothing reaches
//! the engine that was not asked for in an entry, and all goes on by itself afterwards.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use std::fmt::Write as _;

use crate::harness::{BOARD, Plan, Site, operation_of, send_fields, until};

/// What SQLite says when the disk is full, and when it may not write the file.
const WORDS: [&str; 2] = ["database or disk is full", "attempt to write a readonly database"];

/// The database refuses to be written, as on a full disk, wherever the dashboard would note something.
struct Shut(SqliteConnection);

impl Shut {
    /// From the first line of an operation's journal that is like this on.
    fn from_line(site: &Site, like: &str, words: &str) -> Self {
        let mut raw = SqliteConnection::establish(site.database().to_str().unwrap()).unwrap();
        raw.batch_execute("PRAGMA busy_timeout=5000").unwrap();
        let refuse = format!("BEGIN SELECT RAISE(ABORT, '{words}'); END");
        // Whatever is noted after that line is refused, until somebody says that there is room again.
        let full = format!("EXISTS (SELECT 1 FROM operation_events WHERE text LIKE '{like}')");
        let mut triggers = format!("CREATE TRIGGER shut_lines BEFORE INSERT ON operation_events WHEN {full} {refuse};");
        for (name, what) in [
            ("audit", "INSERT ON audit"),
            ("operations", "UPDATE ON operations"),
            ("meta", "INSERT ON meta"),
            ("apps", "INSERT ON apps"),
        ] {
            write!(triggers, "CREATE TRIGGER shut_{name} BEFORE {what} WHEN {full} {refuse};").unwrap();
        }
        raw.batch_execute(&triggers).unwrap();
        Self(raw)
    }

    fn open(mut self) {
        let all = ["lines", "audit", "operations", "meta", "apps"].map(|name| format!("DROP TRIGGER shut_{name};"));
        self.0.batch_execute(&all.concat()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_whose_disk_is_full_half_way_stops_and_goes_on_when_there_is_room() {
    for words in WORDS {
        let site = Site::start().await;
        let ana = site.admin().await;
        site.new_board(&ana, BOARD).await;
        site.make_secrets(&ana, BOARD).await;
        let shut = Shut::from_line(&site, "create service %", words);
        let asked = site.ask_deploy(&ana, BOARD).await;
        let id = operation_of(&asked);
        until("the page to say that nothing is written", || async {
            ana.page("/apps").await.text().contains("Read-only for now").then_some(())
        })
        .await;
        // One change was under way when the line about it was refused; no other followed.
        let changes = site.engine.changes();
        let page = format!("/apps/{BOARD}/settings");
        let refused = send_fields(&ana, &ana.page(&page).await, &page, &[("TITLE", "Full")]).await;
        assert_eq!(refused.status, 503, "{}", refused.text());
        refused.says("Read-only for now").says("Nothing was changed: it could not be written down").says("goes on by itself");
        let before = site.head().await;
        for path in ["/apps", "/audit", "/operations", &format!("/apps/{BOARD}"), &format!("/operations/{id}")] {
            ana.page(path).await.says("Read-only for now");
        }
        assert!(site.stranger().get("/health").await.body.contains("writes: none"));
        assert_eq!((site.head().await, site.engine.changes()), (before, changes), "nothing was done without an entry");
        assert!(site.store.operation(id).await.unwrap().unwrap().state.is_live());

        shut.open();
        let ended = site.operation_done(id).await;
        assert_eq!(ended.outcome, "converged", "{}", ended.cause);
        until("the page to be as ever", || async { (!ana.page("/apps").await.text().contains("Read-only for now")).then_some(()) })
            .await;
        let entries = site.entries().await;
        let asked = entries.iter().filter(|e| e.action == "app.deploy").count();
        let done = entries.iter().filter(|e| e.action == "operation.conclude" && e.outcome == "converged").count();
        assert_eq!((asked, done), (1, 1));
        assert!(site.stranger().get("/health").await.body.contains("writes: ok"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_too_little_room_nothing_is_begun_and_members_still_come_in_and_out() {
    let plan = Plan { settings: vec![("CANTEEN_KEEP_FREE_MB", "999999999".to_owned())], ..Plan::default() };
    let site = Site::with(plan).await;
    let ana = site.admin().await;
    ana.page("/apps").await.says("Read-only for now").says("have to stay free");
    let (before, changes) = (site.head().await, site.engine.changes());
    let refused = ana.submit("/recipes", "/catalogue/refresh", &[]).await;
    assert_eq!(refused.status, 503);
    refused.says("have to stay free");
    assert_eq!((site.head().await, site.engine.changes()), (before, changes));
    assert_eq!(ana.submit("/audit", "/audit/export", &[("format", "jsonl")]).await.status, 200);
    assert_eq!(ana.submit("/apps", "/session/end", &[]).await.status, 303);
    assert_eq!(site.head().await, before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_altered_is_told_to_admins_on_every_page() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let mut raw = SqliteConnection::establish(site.database().to_str().unwrap()).unwrap();
    raw.batch_execute(
        "PRAGMA busy_timeout=5000; DROP TRIGGER audit_no_update; UPDATE audit SET body = replace(body, 'vic', 'eve') WHERE seq = 2",
    )
    .unwrap();
    let mut site = site;
    site.restart().await;
    until("the check to find it", || async {
        ana.page("/apps").await.text().contains("The audit log was altered. Entry 2 is not what was written").then_some(())
    })
    .await;
    ana.page("/audit").await.says("Entry 2 is not what was written");
    assert!(!vic.page("/apps").await.text().contains("was altered"));
    assert!(site.stranger().get("/health").await.body.contains("audit: altered"));
}
