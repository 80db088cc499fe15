//! Looking after repositories: by a button, by itself, and when damage is found. Against the real restic.

use std::path::{Path, PathBuf};

use canteen::backup::upkeep::Upkeep;
use canteen::store::upkeep::UpkeepRow;

use crate::harness::{Browser, Plan, Site, activated, by_hand, connection, restic, store_volume, until};
use diesel::connection::SimpleConnection as _;

const FIRST: &str = "/backups/repositories/1";
const DAY: i64 = 24 * 3_600_000;

async fn site() -> Site {
    Site::with(Plan { settings: vec![("CANTEEN_RESTIC", restic().display().to_string())], ..Plan::default() }).await
}

/// Presses the button of this work, and waits for its end.
async fn pressed(site: &Site, ana: &Browser, work: Upkeep) -> UpkeepRow {
    let before = ended(site, work).await.len();
    let fields = [("work", work.as_str())];
    assert_eq!(ana.submit(FIRST, &format!("{FIRST}/upkeep"), &fields).await.location(), format!("{FIRST}?done=upkeep"));
    until("the end of it", async || {
        let rows = ended(site, work).await;
        (rows.len() > before).then(|| rows[0].clone())
    })
    .await
}

async fn ended(site: &Site, work: Upkeep) -> Vec<UpkeepRow> {
    let rows = site.store.upkeep(1).await.unwrap();
    rows.into_iter().filter(|row| row.work == work.as_str() && row.ended.is_some()).collect()
}

fn store(place: &Path, password: &str, content: &str) -> String {
    store_volume(&place.display().to_string(), password, "a_data", &[("first", content)], "app=a,recipe=r,kind=manual")
}

fn a_pack(repository: &Path) -> PathBuf {
    let folders = std::fs::read_dir(repository.join("data")).unwrap().map(|folder| folder.unwrap().path());
    let mut packs = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|pack| pack.unwrap().path());
    packs.next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_a_check_finds_is_told_where_members_look() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let place = folder.path().join("attic");
    let (ana, password) = activated(&site, &place).await;
    store(&place, &password, "meet at noon");
    ana.page(FIRST).await.says("Check that nothing is missing ○ Not yet");
    let sound = pressed(&site, &ana, Upkeep::Structure).await;
    assert_eq!((sound.outcome.as_str(), sound.told.as_str(), sound.asked_by.as_str()), ("done", "nothing is wrong", "ana"));
    ana.page(FIRST).await.says("✓ Done").says("nothing is wrong");

    std::fs::remove_file(a_pack(&place)).unwrap();
    let damaged = pressed(&site, &ana, Upkeep::Structure).await;
    assert_eq!(damaged.outcome, "damaged", "{}", damaged.told);
    ana.page(FIRST).await.says("✕ Damaged").says("Data in this repository is damaged");
    site.new_board(&ana, "notes.example.org").await;
    ana.page("/apps").await.says("Attic is damaged: not every backup in it can be put back");
    let vic = site.viewer().await;
    let page = vic.page(FIRST).await;
    page.says("Damaged");
    assert!(page.post_forms().iter().all(|form| !form.contains("upkeep")));
    let entries = site.entries().await;
    let kept: Vec<_> =
        entries.iter().filter(|e| e.action == "backup.repository.keep").map(|e| e.particulars["change"].clone()).collect();
    assert_eq!(kept, ["ended", "begun", "ended", "begun", "started"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_backup_needs_is_removed() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let place = folder.path().join("attic");
    let (ana, password) = activated(&site, &place).await;
    let address = place.display().to_string();
    // What nothing packs to much less.
    let mut noise = 1_u64;
    let digits = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from_digit(u32::try_from(noise >> 60).unwrap(), 16).unwrap()
    });
    let large: String = digits.take(400_000).collect();
    let old = store(&place, &password, &large);
    store(&place, &password, "x");
    by_hand(&address, &password, &["forget", &old], folder.path()).unwrap();
    let before = bytes_below(&place);
    let pruned = pressed(&site, &ana, Upkeep::Prune).await;
    assert_eq!(pruned.outcome, "done", "{}", pruned.told);
    assert!(pruned.told.ends_with("in 1 snapshots") && bytes_below(&place) + 50_000 < before, "{} {before}", pruned.told);
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| if e.path().is_dir() { bytes_below(&e.path()) } else { e.metadata().unwrap().len() }).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn its_time_comes_by_itself_and_what_was_cut_off_is_done_again() {
    let (mut site, folder) = (site().await, tempfile::tempdir().unwrap());
    activated(&site, &folder.path().join("attic")).await;
    site.clock.advance(40 * DAY);
    site.restart().await;
    for work in Upkeep::ALL {
        let rows = until("its time to come", async || Some(ended(&site, work).await).filter(|rows| !rows.is_empty())).await;
        assert_eq!((rows[0].outcome.as_str(), rows[0].asked_by.as_str()), ("done", ""), "{work:?}: {}", rows[0].told);
    }
    // A dashboard that was killed in the middle of it.
    let cut_off = "INSERT INTO repository_upkeep (repository_id, work, part, asked_at, asked_by, began_at) \
                   VALUES (1, 'prune', 0, 1, 'ana', 2)";
    connection(&site.database()).batch_execute(cut_off).unwrap();
    site.restart().await;
    let rows =
        until("the lost one to be closed", async || Some(ended(&site, Upkeep::Prune).await).filter(|rows| rows.len() > 1)).await;
    assert_eq!(rows[0].outcome, "lost");
}
