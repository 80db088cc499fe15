//! Looking into snapshots, taking files out of them, and keeping them for good. Against the real restic.

use diesel::connection::SimpleConnection as _;

use crate::harness::{BOARD, Shelved, connection, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_member_finds_a_file_folder_by_folder_and_takes_it_away() {
    let shelf = Shelved::new("letters/to \u{202e}all & <b>.txt", "meet at noon\n").await;
    let (ana, page) = (&shelf.ana, &shelf.page);
    ana.page(&format!("/apps/{BOARD}/backups")).await.says(shelf.snapshot.get(..8).unwrap());
    ana.page(page).await.says("Attic").says("as the schedules say").says("notices");
    ana.page(&format!("{page}?in=notices")).await.says("letters Folder");
    let letters = ana.page(&format!("{page}?in=notices%2Fletters")).await;
    letters.says("to <U+202E>all & <b>.txt File -").says("13 bytes");
    assert!(!letters.body.contains('\u{202e}') || letters.body.contains("value=\"notices/letters/"), "shown without, sent with");
    let many = ana.page(&format!("{page}?in=notices%2Fmany")).await;
    many.says("0199 File").says("More of the 405");
    assert!(!many.text().contains("0200 File"));
    let last = ana.page(&format!("{page}?in=notices%2Fmany&page=3")).await;
    last.says("0404 File").says("Before");
    assert!(!last.text().contains("More of the"));
    ana.page(&format!("{page}?in=notices%2Fnothing")).await.says("Nothing lies here");
    for foreign in ["other", "notices%2F..", "..%2F..", "board_example_org_notices"] {
        assert_eq!(ana.get(&format!("{page}?in={foreign}")).await.status, 404, "{foreign}");
    }

    let inside = "notices/letters/to \u{202e}all & <b>.txt";
    let file = ana.submit(page, &format!("{page}/download"), &[("in", inside)]).await;
    assert_eq!((file.status, file.body.as_str()), (200, "meet at noon\n"));
    let named = file.header("content-disposition").unwrap();
    assert!(named.starts_with("attachment; filename=\"to--all") && named.contains("%E2%80%AE"), "{named}");
    assert_eq!(file.header("content-type"), Some("application/octet-stream"));
    let folder = ana.submit(page, &format!("{page}/download"), &[("in", "notices/letters")]).await;
    assert_eq!((folder.status, folder.header("content-type")), (200, Some("application/x-tar")));
    assert!(folder.body.contains("meet at noon"));
    let whole = ana.submit(page, &format!("{page}/download"), &[]).await;
    assert!(whole.body.contains("board_example_org_notices/_data/letters") && whole.body.contains("meet at noon"), "real paths");
    let gone = ana.submit(page, &format!("{page}/download"), &[("in", "notices/nothing")]).await;
    assert_eq!(gone.status, 503);
    gone.says("is not in snapshot");

    // The end is written down when the last byte has gone, a moment later than the answer.
    let told = until("the end of the last download", async || {
        let entries = shelf.site.entries().await;
        let told: Vec<_> = entries.iter().rev().filter(|e| e.action == "app.backup.download").cloned().collect();
        (told.len() == 8).then_some(told)
    })
    .await;
    let outcomes: Vec<&str> = told.iter().filter(|e| e.outcome != "asked").map(|e| e.outcome.as_str()).collect();
    assert_eq!(outcomes, ["complete", "complete", "complete", "broken off"]);
    let first: Vec<_> = told.iter().filter(|e| e.particulars["path"] == inside).collect();
    assert_eq!((first.len(), first[0].outcome.as_str(), &first[1].particulars["bytes"]), (2, "asked", &13.into()));
    ana.page("/audit").await.says("13 bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_takes_nothing_away_and_a_snapshot_of_another_app_is_not_there() {
    let shelf = Shelved::new("first", "x").await;
    let vic = shelf.site.viewer().await;
    let page = vic.page(&shelf.page).await;
    page.says("notices");
    assert!(page.post_forms().iter().all(|form| !form.contains("download") && !form.contains("/pin")));
    for form in ["download", "pin"] {
        assert_eq!(vic.submit("/account", &format!("{}/{form}", shelf.page), &[]).await.status, 403, "{form}");
    }
    shelf.site.new_board(&shelf.ana, "other.example.org").await;
    let other = shelf.page.replace(BOARD, "other.example.org");
    assert_eq!(shelf.ana.get(&other).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_kept_for_good_until_somebody_says_otherwise() {
    let shelf = Shelved::new("first", "x").await;
    let (ana, page) = (&shelf.ana, &shelf.page);
    let pinned = async || {
        let app = shelf.site.store.app(BOARD).await.unwrap().unwrap().id;
        shelf.site.store.pinned_snapshots(app).await.unwrap().len()
    };
    ana.submit(page, &format!("{page}/pin"), &[("stays", "on")]).await.location();
    ana.page(page).await.says("for good: ana wanted that").says("Keep it as the schedules say");
    ana.page(&format!("/apps/{BOARD}/backups")).await.says("kept for good");
    assert_eq!(pinned().await, 1);
    ana.submit(page, &format!("{page}/pin"), &[]).await.location();
    ana.page(page).await.says("Keep it for good");
    assert_eq!(pinned().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_does_not_answer_is_told_on_the_page() {
    let shelf = Shelved::new("first", "x").await;
    let away = shelf.repository.path().join("away");
    std::fs::rename(shelf.repository.path().join("attic"), &away).unwrap();
    shelf
        .ana
        .page(&format!("{}?in=notices", shelf.page))
        .await
        .says("The folder can’t be shown now")
        .says("There is no repository at");
    let file = shelf.ana.submit(&shelf.page, &format!("{}/download", shelf.page), &[("in", "notices/first")]).await;
    assert_eq!(file.status, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_is_in_no_list_is_found_in_the_repository() {
    let shelf = Shelved::new("first", "meet at noon").await;
    let (site, ana) = (&shelf.site, &shelf.ana);
    let other = format!("/apps/{BOARD}/backups/found");
    ana.page(&other).await.says("There are no others");
    // As after a new beginning: the repository is there, and our list is empty.
    connection(&site.database()).batch_execute("DELETE FROM backup_runs").unwrap();
    ana.page(&format!("/apps/{BOARD}/backups")).await.says("None was made yet").says("Others in the repositories");
    ana.page(&other).await.says("By hand").says("Attic").says(shelf.snapshot.get(..8).unwrap());
    ana.page(&shelf.page).await.says("notices").says("as the schedules say");
    ana.page(&format!("{}?in=notices", shelf.page)).await.says("first File");
    let file = ana.submit(&shelf.page, &format!("{}/download", shelf.page), &[("in", "notices/first")]).await;
    assert_eq!((file.status, file.body.as_str()), (200, "meet at noon"));
    ana.submit(&shelf.page, &format!("{}/pin", shelf.page), &[("stays", "on")]).await.location();
    ana.page(&shelf.page).await.says("for good: ana wanted that");
    assert_eq!(ana.get(&shelf.page.replace(&shelf.snapshot, &"ab".repeat(32))).await.status, 404);
    // Of another app it is not one, whoever asks.
    site.new_board(ana, "other.example.org").await;
    assert_eq!(ana.get(&shelf.page.replace(BOARD, "other.example.org")).await.status, 404);
    ana.page("/apps/other.example.org/backups/found").await.says("There are no others");
}
