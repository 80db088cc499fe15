//! The pages of the audit log: filters in the address, pages that stay where they are, one entry, and the activity of an app.

use std::collections::BTreeSet;

use std::sync::Arc;

use canteen::access::{Actor, Grant, Via};
use canteen::commands::record::Record;
use canteen::store::audit::Phase;
use canteen::store::audit_search::EntryFilter;

use crate::harness::{Answer, BOARD, Site};

/// Entries about nothing, by somebody who did nothing else.
async fn record(site: &Site, name: &str, count: usize) {
    let actor = Actor::Member { id: 7, name: name.to_owned(), rights: Arc::default(), via: Via::default() };
    let may = Grant::record(actor);
    for _ in 0..count {
        let particulars = [("action".to_owned(), "app.deploy".into()), ("path".to_owned(), "/apps/x".into())];
        let command = Record { phase: Phase::Refused, particulars: particulars.into_iter().collect() };
        site.store.commit(&may, command).await.unwrap();
    }
}

/// The numbers on a page, in its order.
fn numbers(page: &Answer) -> Vec<i64> {
    page.body.split("href=\"/audit/").skip(1).filter_map(|rest| rest.split_once('"')?.0.parse().ok()).collect()
}

fn link(page: &Answer, words: &str) -> Option<String> {
    let (before, _) = page.body.split_once(&format!("\">{words}</a>"))?;
    Some(before.rsplit_once("href=\"")?.1.replace("&#38;", "&"))
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lose_and_repeat_nothing_while_entries_are_added() {
    let site = Site::start().await;
    let ana = site.admin().await;
    record(&site, "eve", 250).await;
    let wanted: Vec<i64> = site.entries().await.iter().filter(|e| e.actor.name == "eve").map(|e| e.seq).collect();
    let (mut path, mut seen, mut last) = ("/audit?who=EVE".to_owned(), vec![], String::new());
    loop {
        let page = ana.page(&path).await;
        seen.extend(numbers(&page));
        last.clone_from(&path);
        record(&site, "eve", 3).await;
        match link(&page, "Older entries") {
            Some(older) => path = older,
            None => break,
        }
    }
    assert_eq!(seen, wanted, "newest first, and what was added later is on none of these pages");
    let back = ana.page(&link(&ana.page(&last).await, "Newer entries").unwrap()).await;
    assert_eq!(numbers(&back), wanted[100..200], "the same page as on the way down");
    let first = ana.page("/audit").await;
    assert!(numbers(&first).len() == 100 && link(&first, "Newer entries").is_none());
    // Nothing newer than the newest: the newest page, whole.
    assert_eq!(numbers(&ana.page("/audit?after=99999999").await), numbers(&first));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_shows_what_fits_and_nothing_else() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    site.deployed_board(&ana, BOARD).await;
    assert_eq!(vic.submit("/apps", &format!("/apps/{BOARD}/deployment"), &[]).await.status, 403);
    let all = site.entries().await;
    let numbers_of = |fits: &dyn Fn(&canteen::store::audit::Entry) -> bool| -> Vec<i64> {
        all.iter().filter(|e| fits(e)).map(|e| e.seq).collect()
    };
    let day = day_of(all[0].at);
    for (query, fits) in [
        ("who=vic", numbers_of(&|e| e.actor.name == "vic")),
        ("who=Vic&action=session.begin", numbers_of(&|e| e.actor.name == "vic" && e.action == "session.begin")),
        ("action=app.deploy", numbers_of(&|e| e.action == "app.deploy")),
        ("action=secrets", numbers_of(&|e| e.action.starts_with("app.secret."))),
        ("action=people", numbers_of(&|e| e.action.starts_with("session.") || e.action.starts_with("member."))),
        ("result=denied", numbers_of(&|e| e.outcome == "refused")),
        (&format!("object={BOARD}"), numbers_of(&|e| e.target.name == BOARD)),
        ("text=OARD.exam", numbers_of(&|e| e.target.name == BOARD)),
        ("text=%25", vec![]),
        ("text=board_example", vec![]),
        (&format!("from={day}"), numbers_of(&|e| day_of(e.at) >= day)),
        (&format!("to={day}&who=vic"), numbers_of(&|e| e.actor.name == "vic")),
        ("to=2001-01-01", vec![]),
        ("who=nobody", vec![]),
        ("object=elsewhere.example.org&action=deploys", vec![]),
    ] {
        let page = ana.page(&format!("/audit?{query}")).await;
        assert_eq!(numbers(&page), fits, "{query}");
        if fits.is_empty() {
            page.says("No entry fits the filter");
        }
    }
}

fn day_of(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).unwrap().strftime("%Y-%m-%d").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_shows_all_that_is_in_it_and_leads_to_its_other_half() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    let all = site.entries().await;
    let asked = all.iter().find(|e| e.action == "app.deploy").unwrap();
    let ended = all.iter().find(|e| e.of == Some(asked.seq)).unwrap();
    let page = ana.page(&format!("/audit/{}", asked.seq)).await;
    let before = &all.iter().find(|e| e.seq == asked.seq - 1).unwrap().hash;
    page.says(&format!("{}:{}", asked.seq, asked.hash)).says(before).says("ana, member 1").says("127.0.0.1").says("Took");
    page.says(&format!("Entry {}, how it ended", ended.seq)).says("Operation 2");
    let page = ana.page(&format!("/audit/{}", ended.seq)).await;
    page.says(&format!("Entry {}, which asked for it", asked.seq)).says("Took").says("converged");
    assert_eq!(ana.get("/audit/999999").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_activity_of_an_app_is_there_for_whoever_sees_it_and_speaks_of_no_other() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    site.deployed_board(&ana, BOARD).await;
    let other = "other.example.org";
    site.new_board(&ana, other).await;
    let page = vic.page(&format!("/apps/{BOARD}/activity")).await;
    page.says("ana asked to deploy notice-board").says("converged");
    let text = page.text();
    assert!(!text.contains(other) && !text.contains("127.0.0.1"), "{text}");
    vic.page(&format!("/apps/{other}/activity")).await.says("made the app");
    assert_eq!(site.stranger().get(&format!("/apps/{BOARD}/activity")).await.status, 303);
    assert_eq!(vic.get("/apps/missing.example.org/activity").await.status, 404);
    let seen: BTreeSet<_> = site.store.entries(EntryFilter::default(), 1000).await.unwrap().into_iter().map(|e| e.seq).collect();
    assert_eq!(i64::try_from(seen.len()).unwrap(), site.head().await);
}
