//! What restic 0.14 and 0.18 printed, as files in `tests/data/restic/`.

use super::*;
use crate::restic::{EntryKind, Kind, Version};

fn recorded(name: &str) -> String {
    let path = format!("{}/tests/data/restic/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn messages(name: &str) -> Vec<Message> {
    recorded(name).lines().map(|line| Message::read(line).unwrap_or_else(|| panic!("{name}: {line}"))).collect()
}

fn totals(name: &str) -> Totals {
    messages(name).into_iter().find_map(|m| if let Message::Summary(totals) = m { Some(totals) } else { None }).unwrap()
}

fn faults(name: &str) -> Vec<Fault> {
    messages(name).into_iter().filter_map(|m| if let Message::Error(fault) = m { Some(fault) } else { None }).collect()
}

#[test]
fn both_versions_tell_who_they_are() {
    assert_eq!(version(&recorded("0.14/version.json")), Some(Version(0, 14, 0)));
    assert_eq!(version(&recorded("0.18/version.json")), Some(Version(0, 18, 0)));
    assert_eq!(version("bash: restic: not found"), None);
}

#[test]
fn snapshots_of_both_versions_say_the_same() {
    for (folder, summed) in [("0.14", false), ("0.18", true)] {
        let all = snapshots(&recorded(&format!("{folder}/snapshots.json"))).unwrap();
        let [one] = all.as_slice() else { panic!("{all:?}") };
        let tags = one.tags.as_ref().unwrap();
        assert_eq!((tags.app.as_str(), tags.recipe.as_str(), tags.kind, tags.partial), ("pad", "etherpad", Kind::Manual, false));
        assert_eq!((one.host.as_str(), one.paths[0].as_str()), ("pond.example.org", "/srv/pad/_data"));
        assert_eq!(one.time / 1_000_000_000, 1795);
        assert_eq!(one.summary.is_some(), summed);
        if let Some(summary) = one.summary {
            assert_eq!((summary.files, summary.bytes, summary.packed, summary.took), (3, 9, 1897, 748));
        }
        assert_eq!(totals(&format!("{folder}/backup.jsonl")).snapshot(), summed.then(|| one.id.clone()));
        assert_eq!(totals(&format!("{folder}/backup.jsonl")).summary().files, 3);
    }
    assert_eq!(snapshots("[]").unwrap(), []);
    assert!(snapshots("[{\"id\":\"latest\",\"time\":\"\"}]").is_err());
}

#[test]
fn a_folder_is_listed_with_what_its_entries_are() {
    for folder in ["0.14", "0.18"] {
        let text = recorded(&format!("{folder}/ls.jsonl"));
        let all: Vec<_> = text.lines().filter_map(|line| node(line).unwrap()).collect();
        let told: Vec<_> = all.iter().map(|entry| (entry.name.as_str(), entry.kind, entry.size)).collect();
        assert_eq!(
            told,
            [
                ("_data", EntryKind::Folder, 0),
                ("a.txt", EntryKind::File, 4),
                ("link", EntryKind::Link, 0),
                ("n\u{fffd}\nl", EntryKind::File, 1),
                ("pipe", EntryKind::Other, 0),
                ("sub", EntryKind::Folder, 0),
            ]
        );
        assert_eq!((all[0].uid, all[0].permissions.as_str(), all[1].path.as_str()), (70, "drwx------", "/srv/pad/_data/a.txt"));
    }
}

#[test]
fn files_that_could_not_be_read_are_named_once() {
    let named: Vec<_> = faults("0.18/partial.jsonl").into_iter().filter(|f| !f.is_of_scan()).map(Fault::file_fault).collect();
    let paths: Vec<_> = named.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["/srv/pad/_data/a.txt", "/srv/pad/_data/shut"]);
    assert_eq!(named[0].problem, "open /srv/pad/_data/a.txt: permission denied");
    let old = r#"{"message_type":"error","error":{"Op":"open","Path":"/x","Err":13},"during":"archival","item":"/x"}"#;
    let Some(Message::Error(old)) = Message::read(old) else { panic!() };
    assert_eq!(old.file_fault().problem, r#"{"Err":13,"Op":"open","Path":"/x"}"#);
    let progress = messages("0.18/partial.jsonl").into_iter().find_map(|m| match m {
        Message::Status(status) => Some(status.progress()),
        _ => None,
    });
    assert_eq!(progress.map(|p| (p.faults, p.bytes_total, p.files_total, p.current.len())), Some((2, 9, 3, 2)));
}

#[test]
fn a_restore_tells_what_it_did_and_a_preview_what_it_would_do() {
    for name in ["0.18/preview.jsonl", "0.18/restore.jsonl"] {
        let totals = totals(name);
        assert_eq!(
            (totals.files_restored, totals.files_skipped, totals.files_deleted, totals.bytes_restored),
            (6, 1, 1, 5),
            "{name}"
        );
    }
    let deleted = messages("0.18/preview.jsonl").into_iter().find_map(|m| match m {
        Message::VerboseStatus { action, item } if action == "deleted" => Some(item),
        _ => None,
    });
    assert_eq!(deleted.as_deref(), Some("/srv/out-0.18/_data/extra"));
    assert_eq!(faults("0.18/restore_broken.jsonl")[0].clone().file_fault().path, "/srv/pad/_data/blob");
}

#[test]
fn a_check_names_the_packs_that_are_damaged() {
    assert_eq!(totals("0.18/check.json").broken_packs, None);
    let broken = totals("0.18/check_broken.jsonl");
    assert_eq!((broken.num_errors, broken.broken_packs.map(|packs| packs.len())), (1, Some(1)));
}

#[test]
fn short_answers_are_read() {
    for folder in ["0.14", "0.18"] {
        let config = config(&recorded(&format!("{folder}/config.json"))).unwrap();
        assert_eq!((config.id.len(), config.version), (64, 2));
        let stats = stats(&recorded(&format!("{folder}/stats.json"))).unwrap();
        assert_eq!((stats.bytes, stats.snapshots), (1569, 1));
    }
    let ids = lock_ids(&recorded("0.18/locks.txt"));
    let lock = lock(&ids[0], &recorded("0.18/lock.json")).unwrap();
    assert_eq!((lock.host.as_str(), lock.pid, lock.exclusive, lock.id.len()), ("run-1", 24896, false, 64));
    assert_eq!(lock_ids("loading\n\n"), Vec::<String>::new());
}

#[test]
fn what_nobody_knows_yet_is_looked_over() {
    let line = r#"{"message_type":"hologram","x":[1]}"#;
    assert_eq!(Message::read(line), Some(Message::Unknown));
    let line = r#"{"message_type":"status","percent_done":0.5,"new_field":{"a":1},"bytes_done":7}"#;
    assert!(matches!(Message::read(line), Some(Message::Status(status)) if status.clone().progress().bytes_done == 7));
    assert_eq!(Message::read("unable to open cache: …"), None);
}
