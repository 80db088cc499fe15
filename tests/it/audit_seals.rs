//! Old entries leave the database once a file holds them; the chain goes on, and nothing else takes an entry out.

use canteen::store::chain::Checked;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};

use crate::audit::{canteen, verify};
use crate::harness::{BOARD, Site};

/// The day after the one on which this entry was written.
fn day_after(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at + 24 * 60 * 60 * 1000).unwrap().strftime("%Y-%m-%d").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_entries_are_in_a_file_and_the_log_goes_on_behind_them() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let done = canteen(arguments).env("CANTEEN_DATA", site.data()).output().unwrap();
        (done.status.code(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
    };
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (first, second) = (path("first.jsonl"), path("second.jsonl"));
    assert!(run(&["audit", "seal", "--before", "2001-01-01", "--to", &path("none")]).1.contains("no entry is older"));
    let newest = site.entries().await.remove(0);
    let day = day_after(newest.at);
    let (code, said) = run(&["audit", "seal", "--before", &day, "--to", &first]);
    assert_eq!(code, Some(0), "{said}");
    let upto = newest.seq - 1;
    assert!(said.contains(&format!("entries 1 to {upto} are in")), "{said}");

    // What is left is the newest entry and the one about the sealing.
    let left = site.entries().await;
    assert_eq!(
        left.iter().map(|e| (e.seq, e.action.as_str())).collect::<Vec<_>>()[..],
        [(newest.seq + 1, "audit.seal"), (newest.seq, newest.action.as_str())]
    );
    assert_eq!(left[0].particulars["upto"], upto);
    ana.page("/audit").await.says(&format!("sealed entries 1 to {upto} into the file first.jsonl"));
    let gone = ana.get("/audit/3").await;
    assert_eq!((gone.status, gone.location()), (303, format!("/audit/{}", newest.seq + 1).as_str()));
    ana.page(&format!("/audit/{}", newest.seq)).await.says(left[0].particulars["hash"].as_str().unwrap());
    let operation = site.store.operation(2).await.unwrap().unwrap();
    assert_eq!(operation.audit_seq, newest.seq + 1, "it points at the entry that tells where its own went");
    let (code, said) = run(&["audit", "verify"]);
    assert!(code == Some(0) && said.contains("--segment"), "{said}");
    assert!(verify(&["--from", &first]).status.success());
    assert!(run(&["audit", "seal", "--before", &day, "--to", &first]).1.contains("can't be made"), "no file is written over");

    // The log goes on, is sealed once more, and all of it is checked in one go.
    site.deploy(&ana, BOARD).await;
    assert_eq!(run(&["audit", "seal", "--before", &day, "--to", &second]).0, Some(0));
    let (code, said) = run(&["audit", "verify", "--segment", &first, "--segment", &second]);
    assert!(code == Some(0) && said.starts_with(&format!("ok: {} entries", site.head().await)), "{said}");
    for wrong in [&[second.as_str()][..], &[&second, &first], &[&first]] {
        let files: Vec<&str> = wrong.iter().flat_map(|file| ["--segment", *file]).collect();
        assert_eq!(run(&[&["audit", "verify"], &files[..]].concat()).0, Some(1), "{wrong:?}");
    }
    assert!(matches!(site.store.check_audit().await.unwrap(), Checked::Whole { .. }));
    let text = std::fs::read_to_string(&first).unwrap();
    std::fs::write(&first, text.replacen("ana", "eve", 1)).unwrap();
    let (code, said) = run(&["audit", "verify", "--segment", &first, "--segment", &second]);
    assert!(code == Some(1) && said.contains("was changed"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_sealing_that_an_entry_tells_of_takes_entries_out() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let mut raw = SqliteConnection::establish(site.database().to_str().unwrap()).unwrap();
    raw.batch_execute("PRAGMA busy_timeout=5000").unwrap();
    for change in [
        "INSERT INTO audit_seals (seq, hash, file_sha256, at) VALUES (2, 'x', '', 0)",
        "INSERT INTO audit_seals (seq, hash, file_sha256, at) SELECT seq, hash, '', 0 FROM audit ORDER BY seq DESC LIMIT 1",
        "INSERT INTO audit_seals (seq, hash, file_sha256, at) VALUES (99, '', '', 0)",
        "DELETE FROM audit WHERE seq = 1",
    ] {
        let refused = raw.batch_execute(change).unwrap_err().to_string();
        assert!(refused.contains("the audit log"), "{change}: {refused}");
    }
    // A seal that fits lets the rows go, and a check asks who sealed them.
    let seal = "INSERT INTO audit_seals (seq, hash, file_sha256, at) SELECT seq, hash, '', 0 FROM audit WHERE seq = 2; \
                DELETE FROM audit WHERE seq <= 2";
    raw.batch_execute(seal).unwrap();
    let found = site.store.check_audit().await.unwrap();
    assert!(matches!(&found, Checked::Broken { seq: 2, why } if why.contains("no entry tells")), "{found:?}");
    for change in ["UPDATE audit_seals SET hash = ''", "DELETE FROM audit_seals", "DELETE FROM audit WHERE seq = 3"] {
        assert!(raw.batch_execute(change).is_err(), "{change}");
    }
}
