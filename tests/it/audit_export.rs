//! Exports of the audit log: by the page and by the command line, checked with nothing but the file.

use std::path::PathBuf;

use canteen::access::{Actor, Grant, Via};
use canteen::commands::record::Record;
use canteen::store::audit::Phase;
use canteen::store::checkpoints;

use crate::audit::{canteen, used_log, verify};
use crate::harness::{Answer, BOARD, Browser, Site, until};

/// A file of an export, and what a check says of it.
struct Exported {
    text: String,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Exported {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let exported = Self { text: text.to_owned(), path: folder.path().join("export"), _folder: folder };
        std::fs::write(&exported.path, text).unwrap();
        exported
    }

    /// Exit code and everything that was said of the file with another text.
    fn check(&self, text: &str, more: &[&str]) -> (Option<i32>, String) {
        std::fs::write(&self.path, text).unwrap();
        let done = verify(&[&["--from", self.path.to_str().unwrap()], more].concat());
        let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        (done.status.code(), said)
    }

    #[track_caller]
    fn is_refused(&self, text: &str, more: &[&str], why: &str) {
        assert_ne!(text, self.text, "nothing was changed");
        let (code, said) = self.check(text, more);
        assert!(code == Some(1) && said.contains(why), "{said}");
    }
}

async fn by_page(browser: &Browser, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.submit("/audit", "/audit/export", fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_export_proves_every_entry_and_stands_in_the_log_itself() {
    let site = Site::start().await;
    used_log(&site).await;
    let ana = site.admin().await;
    for format in ["jsonl", "csv"] {
        let answer = by_page(&ana, &[("format", format)]).await;
        assert!(answer.header("content-disposition").unwrap().ends_with(&format!(".{format}\"")), "{:?}", answer.headers);
        let newest = site.entries().await.remove(0);
        assert_eq!((newest.action.as_str(), newest.actor.name.as_str()), ("audit.export", "ana"));
        let file = Exported::new(&answer.body);
        let (code, said) = file.check(&answer.body, &[]);
        assert_eq!((code, said), (Some(0), format!("ok: {} entries, head {}\n", newest.seq, newest.hash)));

        let middle = newest.seq / 2;
        let lines: Vec<&str> = answer.body.split_inclusive('\n').collect();
        let without = |at: usize| lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, l)| *l).collect::<String>();
        let (first, entries) = if format == "csv" { (2, lines.len() - 3) } else { (1, lines.len() - 2) };
        assert_eq!(i64::try_from(entries).unwrap(), newest.seq);
        let place = first + usize::try_from(middle).unwrap() - 1;
        file.is_refused(&without(place), &[], &format!("entry {middle} was changed: it is missing"));
        let mut swapped = lines.clone();
        swapped.swap(place, place + 1);
        file.is_refused(&swapped.concat(), &[], &format!("entry {middle} was changed"));
        let ends = format!("entry {} was changed: it is missing", newest.seq);
        file.is_refused(&lines[..lines.len() - 2].concat(), &[], &ends);
        file.is_refused(&lines[..lines.len() - 1].concat(), &[], "its end was cut off");
        file.is_refused(
            &answer.body.replacen("upto\":", "upto\": ", 1).replacen("upto\"\":", "upto\"\": ", 1),
            &[],
            "the sum over the file",
        );
        let other = format!("{middle}:{}", "0".repeat(64));
        let (code, said) = file.check(&answer.body, &["--expect", &other]);
        assert!(code == Some(1) && said.contains(&format!("entry {middle} was changed: it does not fit the checkpoint")), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filtered_export_closes_the_chain_over_what_it_leaves_out_and_says_what_it_can_not_prove() {
    let site = Site::start().await;
    used_log(&site).await;
    let ana = site.admin().await;
    for format in ["jsonl", "csv"] {
        let answer = by_page(&ana, &[("format", format), ("object", BOARD)]).await;
        let fits = site.entries().await.iter().filter(|e| e.target.name == BOARD).count();
        let file = Exported::new(&answer.body);
        let (code, said) = file.check(&answer.body, &[]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(&format!("{fits} entries are as they were written")) && said.contains("can't be proven"), "{said}");
        assert!(!answer.body.contains("site.setup") && !answer.body.contains("member.edit"), "{}", answer.body);
        let gap = answer.body.lines().find(|line| line.contains("skipped") && line.contains("from")).unwrap();
        file.is_refused(&answer.body.replacen(&format!("{gap}\n"), "", 1), &[], "it is missing");
        let shown = answer.body.lines().find(|line| line.contains("app.new")).unwrap();
        file.is_refused(&answer.body.replacen(shown, &shown.replacen("ana", "eve", 1), 1), &[], "was changed");
    }
    let newest = site.entries().await.remove(0);
    assert_eq!(newest.particulars["filter"], format!("object={BOARD}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_holds_no_formula_and_says_what_its_entries_say() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let via = Via { way: "browser".to_owned(), ..Via::default() };
    for name in ["=HYPERLINK(\"http://evil.example.org\")", "+1", "-1", "@SUM(A1)", "\tx", "two\nlines"] {
        let actor = Actor::Member { id: 9, name: name.to_owned(), rights: std::sync::Arc::default(), via: via.clone() };
        let command = Record { phase: Phase::Failed, particulars: serde_json::Map::new() };
        site.store.commit(&Grant::record(actor), command).await.unwrap();
    }
    let answer = by_page(&ana, &[("format", "csv")]).await;
    let file = Exported::new(&answer.body);
    assert_eq!(file.check(&answer.body, &[]).0, Some(0));
    for line in answer.body.lines() {
        let cells = line.trim_matches('"').split("\",\"");
        assert!(cells.clone().count() >= 9, "{line}");
        for cell in cells {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
        }
    }
    assert!(answer.body.contains("\"'=HYPERLINK("), "{}", answer.body);
    let last = answer.body.lines().rev().nth(1).unwrap();
    let other = last.replacen("\"ana\",\"audit.export\"", "\"eve\",\"audit.export\"", 1);
    file.is_refused(&answer.body.replacen(last, &other, 1), &[], "its cells do not say what its text says");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_exports_too_and_checkpoints_tell_when_the_end_was_cut_off() {
    let site = Site::start().await;
    used_log(&site).await;
    let data = site.data().to_owned();
    let marks = until("a checkpoint", || async {
        let marks = checkpoints::read(&checkpoints::file(&data)).unwrap_or_default();
        (!marks.is_empty()).then_some(marks)
    })
    .await;
    assert!(marks[0].signature.is_some());
    let run = |arguments: &[&str]| {
        let done = canteen(arguments).env("CANTEEN_DATA", &data).output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap())
    };
    let (code, whole) = run(&["audit", "export"]);
    assert_eq!(code, Some(0), "{whole}");
    let newest = site.entries().await.remove(0);
    assert_eq!((newest.action.as_str(), newest.actor.name.as_str()), ("audit.export", "command line"));
    let (_, key) = run(&["audit", "key"]);
    let file = Exported::new(&whole);
    let beside = checkpoints::file(&data);
    let beside = beside.to_str().unwrap();
    let (code, said) = file.check(&whole, &["--checkpoints", beside, "--key", key.trim()]);
    assert!(code == Some(0) && said.contains("nothing speaks against"), "{said}");
    let (code, said) = run(&["audit", "verify"]);
    assert!(code == Some(0) && said.contains("nothing speaks against"), "{said}");
    let (code, filtered) = run(&["audit", "export", "--who", "ana", "--format", "csv"]);
    assert!(code == Some(0) && file.check(&filtered, &[]).0 == Some(0), "{filtered}");
    assert_eq!(run(&["audit", "export", "--from", "yesterday"]).0, Some(1));

    // A checkpoint that another key signed, and one of an entry that is not there.
    let kept = std::fs::read_to_string(beside).unwrap();
    std::fs::write(beside, kept.replacen(&marks[0].hash, &"1".repeat(64), 1)).unwrap();
    let (code, said) = run(&["audit", "verify"]);
    assert!(code == Some(1) && said.contains("was not signed by this key"), "{said}");
    std::fs::write(beside, format!("{kept}INFO audit checkpoint: 9999 {}\n", "2".repeat(64))).unwrap();
    let (code, said) = run(&["audit", "verify"]);
    let missing = format!("entry {} was changed: it is missing", site.head().await + 1);
    assert!(code == Some(1) && said.contains(&missing) && said.contains("9999"), "{said}");
}
