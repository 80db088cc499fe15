//! A million entries: pages of the log, adding to it and checking it.

use std::path::Path;
use std::time::Instant;

use anyhow::ensure;
use canteen::access::{Actor, Grant, Via};
use canteen::clock::SystemClock;
use canteen::commands::record::Record;
use canteen::store::Store;
use canteen::store::audit::Phase;
use canteen::store::audit_search::{EntryFilter, Start};
use canteen::store::chain::{Checked, GENESIS, link_hash};
use canteen::store::ledger::Ledger;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::load::median;
use crate::set_up::SetUp;
use crate::table::Table;

const ENTRIES: i64 = 1_000_000;
const MEMBERS: i64 = 40;
const APPS: i64 = 200;
/// As the page shows them.
const PAGE: usize = 100;
const TIMES: usize = 500;
/// Milliseconds.
const PAGE_AIM: f64 = 10.0;
const APPEND_AIM: f64 = 2.0;
/// Entries a second.
const VERIFY_AIM: f64 = 200_000.0;

pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let data = set_up.dir.join("audit");
    std::fs::create_dir_all(&data)?;
    let path = data.join("canteen.db");
    let store = Store::open(&path, std::sync::Arc::new(SystemClock))?;
    fill(&path)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(pages(&store, table))?;
    runtime.block_on(append(&store, table))?;
    verify(&path, table)
}

/// Entries as the dashboard writes them, but for their number all in one transaction.
fn fill(path: &Path) -> anyhow::Result<()> {
    let text = path.to_string_lossy();
    let mut raw = SqliteConnection::establish(&text)?;
    raw.transaction(|c| -> anyhow::Result<()> {
        let mut head = GENESIS.to_owned();
        for seq in 1..=ENTRIES {
            let body = body(seq);
            head = link_hash(&head, &body);
            diesel::sql_query("INSERT INTO audit (seq, body, hash) VALUES (?, ?, ?)")
                .bind::<BigInt, _>(seq)
                .bind::<Text, _>(&body)
                .bind::<Text, _>(&head)
                .execute(c)?;
        }
        Ok(())
    })
}

fn body(seq: i64) -> String {
    let (action, outcome) = match seq % 10 {
        0..4 => ("app.deploy", "asked"),
        4..8 => ("operation.conclude", if seq % 100 == 5 { "failed" } else { "converged" }),
        8 => ("app.settings.edit", "ok"),
        _ => ("session.begin", "ok"),
    };
    let (member, app, at) = (seq % MEMBERS, seq * 7 % APPS, 1_700_000_000_000 + seq * 60_000);
    format!(
        "{{\"action\":\"{action}\",\"actor\":{{\"id\":{member},\"kind\":\"member\",\"name\":\"member{member}\",\"via\":{{\"ip\":\
         \"192.0.2.7\",\"request\":\"7f3a19c2\",\"session\":{member},\"way\":\"browser\"}}}},\"at\":{at},\"outcome\":\"{outcome}\",\
         \"particulars\":{{\"operation\":{seq},\"recipe\":\"notice-board\",\"version\":\"1.0.0+1.35.0\"}},\"seq\":{seq},\"target\":\
         {{\"kind\":\"app\",\"name\":\"app{app}.example.org\"}}}}"
    )
}

async fn pages(store: &Store, table: &mut Table) -> anyhow::Result<()> {
    let all = EntryFilter::default;
    let of = |app: &str, actor: &str| EntryFilter { app: app.to_owned(), actor: actor.to_owned(), ..all() };
    // Of pages of a hundred the last is number 10,000.
    let deep = Start::Before(i64::try_from(PAGE)? + 1);
    let month = (1_700_000_000_000 + 500_000 * 60_000, 1_700_000_000_000 + 545_000 * 60_000);
    let wanted = [
        ("first page", all()),
        ("page 10,000 by keyset", EntryFilter { start: deep, ..all() }),
        ("page of a member", of("", "member7")),
        ("page of an app", of("app7.example.org", "")),
        ("page of a member's doings with an app", of("app7.example.org", "MEMBER1")),
        (
            "page of an action's failures",
            EntryFilter { actions: vec!["operation.conclude".to_owned()], outcomes: Some(vec!["failed".to_owned()]), ..all() },
        ),
        ("page of a month", EntryFilter { from: Some(month.0), to: Some(month.1), ..all() }),
        ("page of a part of a name", EntryFilter { text: "PP19".to_owned(), ..all() }),
    ];
    for (name, filter) in wanted {
        let mut times = vec![];
        for _ in 0..TIMES {
            let begun = Instant::now();
            let found = store.search(filter.clone(), PAGE).await?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            ensure!(!found.entries.is_empty(), "{name} shows something");
        }
        times.sort_by(f64::total_cmp);
        let kept = times.get(TIMES * 99 / 100).copied().unwrap_or(f64::NAN);
        table.at_most(format!("audit log of {ENTRIES} entries, {name}, p99 of {TIMES}"), kept, PAGE_AIM, "ms");
    }
    Ok(())
}

async fn append(store: &Store, table: &mut Table) -> anyhow::Result<()> {
    let may = Grant::record(Actor::Stranger { via: Via::default() });
    let mut times = vec![];
    for _ in 0..TIMES {
        let command = Record { phase: Phase::Refused, particulars: serde_json::Map::new() };
        let begun = Instant::now();
        store.commit(&may, command).await?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    table.at_most(format!("  adding an entry, median of {TIMES}"), median(times), APPEND_AIM, "ms");
    Ok(())
}

fn verify(path: &Path, table: &mut Table) -> anyhow::Result<()> {
    let begun = Instant::now();
    let found = Ledger::open(path)?.check([])?;
    let seconds = begun.elapsed().as_secs_f64();
    let Checked::Whole { entries, .. } = found else { anyhow::bail!("the log that was made is not whole: {found:?}") };
    table.at_least("  checking it, entries a second", f64::from(u32::try_from(entries)?) / seconds, VERIFY_AIM, "/s");
    Ok(())
}
