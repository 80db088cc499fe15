//! Whoever can write the database file changes the log: `canteen audit verify` tells which entry.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use canteen::store::chain::{Checked, Link, link_hash};
use canteen::store::ledger::Ledger;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};

use crate::audit::{used_log, verify};
use crate::harness::{Site, copy_of};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

/// A copy of a log that was used, open for whoever wants to change it.
struct Forgery {
    path: PathBuf,
    connection: SqliteConnection,
    links: Vec<Link>,
    _folder: tempfile::TempDir,
}

impl Forgery {
    async fn of(site: &Site) -> Self {
        let links = used_log(site).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.db");
        let mut connection = copy_of(&site.database(), &path);
        // Rows that point at an entry are no obstacle to somebody who can write the file.
        connection.batch_execute("PRAGMA foreign_keys=OFF").unwrap();
        Self { path, connection, links, _folder: folder }
    }

    /// Makes the change, looks what is found, and takes the change back.
    fn broken_by(&mut self, change: &str, marks: &[(i64, String)]) -> Option<i64> {
        let whole = "INSERT INTO audit (seq, body, hash) SELECT seq, body, hash FROM whole";
        self.connection.batch_execute(&format!("CREATE TEMP TABLE whole AS SELECT seq, body, hash FROM audit; {change}")).unwrap();
        let found = broken(&self.path, marks);
        self.connection.batch_execute(&format!("DELETE FROM audit; {whole}; DROP TABLE whole")).unwrap();
        found
    }
}

fn broken(path: &Path, marks: &[(i64, String)]) -> Option<i64> {
    match Ledger::open(path).unwrap().check(marks.to_vec()).unwrap() {
        Checked::Broken { seq, .. } => Some(seq),
        Checked::Whole { .. } => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_byte_of_any_column_of_any_row_is_found_and_its_entry_named() {
    let site = Site::start().await;
    let mut forged = Forgery::of(&site).await;
    let columns = "SELECT name, type AS kind FROM pragma_table_xinfo('audit') WHERE hidden = 0";
    let columns: Vec<Column> = diesel::sql_query(columns).load(&mut forged.connection).unwrap();
    assert_eq!(columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["seq", "body", "hash"]);
    let count = i64::try_from(forged.links.len()).unwrap();
    assert_eq!(broken(&forged.path, &[]), None);
    for seq in [1, 2, count / 2, count] {
        for Column { name, kind } in &columns {
            if kind == "INTEGER" {
                for bit in 0..64 {
                    let other = seq ^ (1_i64 << bit);
                    if (1..=count).contains(&other) {
                        continue;
                    }
                    let set = |from: i64, to: i64| format!("UPDATE audit SET {name} = {to} WHERE seq = {from}");
                    forged.connection.batch_execute(&set(seq, other)).unwrap();
                    // What stands before the first entry is found there.
                    assert_eq!(broken(&forged.path, &[]), Some(if other < 1 { 1 } else { seq }), "{name} of {seq}, bit {bit}");
                    forged.connection.batch_execute(&set(other, seq)).unwrap();
                }
                continue;
            }
            let read = format!("SELECT CAST({name} AS BLOB) AS bytes FROM audit WHERE seq = {seq}");
            let whole = diesel::sql_query(read).get_result::<Bytes>(&mut forged.connection).unwrap().bytes;
            let mut set = |bytes: &[u8]| {
                diesel::sql_query(format!("UPDATE audit SET {name} = CAST(? AS TEXT) WHERE seq = ?"))
                    .bind::<Binary, _>(bytes)
                    .bind::<BigInt, _>(seq)
                    .execute(&mut forged.connection)
                    .unwrap();
            };
            for at in 0..whole.len() {
                // The second makes bytes that are no text.
                let mut changed = whole.clone();
                changed[at] ^= if at % 2 == 0 { 0x01 } else { 0x80 };
                set(&changed);
                assert_eq!(broken(&forged.path, &[]), Some(seq), "{name} of {seq}, byte {at}");
            }
            for changed in [&whole[1..], &whole[..whole.len() - 1], &[], &[whole.as_slice(), b" "].concat()] {
                set(changed);
                assert_eq!(broken(&forged.path, &[]), Some(seq), "{name} of {seq}, {} bytes", changed.len());
            }
            set(&whole);
        }
    }
    assert_eq!(broken(&forged.path, &[]), None, "every change was taken back");
}

#[tokio::test(flavor = "multi_thread")]
async fn deletion_insertion_swap_truncation_and_a_log_written_anew_are_found() {
    let site = Site::start().await;
    let mut forged = Forgery::of(&site).await;
    let last = i64::try_from(forged.links.len()).unwrap();
    let middle = last / 2;
    let none: &[(i64, String)] = &[];
    let marks = [(last, forged.links.last().unwrap().hash.clone())];
    let body = |seq: i64| forged.links[usize::try_from(seq - 1).unwrap()].body.clone();
    let swapped = format!(
        "UPDATE audit SET seq = -1 WHERE seq = {middle}; UPDATE audit SET seq = {middle} WHERE seq = {0}; \
         UPDATE audit SET seq = {0} WHERE seq = -1",
        middle + 1
    );
    let texts = format!("UPDATE audit SET body = (SELECT body FROM audit WHERE seq = {0}) WHERE seq = {middle}", middle + 1);
    let between = format!(
        "UPDATE audit SET seq = -seq WHERE seq >= {middle}; UPDATE audit SET seq = 1 - seq WHERE seq < 0; \
         INSERT INTO audit (seq, body, hash) SELECT {middle}, body, hash FROM audit WHERE seq = {middle} - 1"
    );
    let behind = format!("INSERT INTO audit (seq, body, hash) SELECT {last} + 1, body, hash FROM audit WHERE seq = {last}");
    // As somebody does it who knows how the chain is made: every later hash is right again.
    let (mut head, mut anew) = (forged.links[usize::try_from(middle - 2).unwrap()].hash.clone(), String::new());
    for seq in middle..=last {
        let text = if seq == middle { body(seq).replacen("\"ok\"", "\"no\"", 1) } else { body(seq) };
        head = link_hash(&head, &text);
        write!(anew, "UPDATE audit SET body = '{}', hash = '{head}' WHERE seq = {seq};", text.replace('\'', "''")).unwrap();
    }
    for (change, marks, number) in [
        ("DELETE FROM audit WHERE seq = 1".to_owned(), none, Some(1)),
        (format!("DELETE FROM audit WHERE seq = {middle}"), none, Some(middle)),
        (format!("DELETE FROM audit WHERE seq IN ({middle}, {})", middle + 1), none, Some(middle)),
        (swapped, none, Some(middle)),
        (texts, none, Some(middle)),
        (between, none, Some(middle)),
        (behind, none, Some(last + 1)),
        (format!("DELETE FROM audit WHERE seq = {last}"), none, None),
        (format!("DELETE FROM audit WHERE seq = {last}"), &marks, Some(last)),
        (format!("DELETE FROM audit WHERE seq > {middle}"), &marks, Some(middle + 1)),
        ("DELETE FROM audit".to_owned(), &marks, Some(1)),
        (anew, &marks, Some(last)),
    ] {
        assert_eq!(forged.broken_by(&change, marks), number, "{change}");
    }
    assert_eq!(broken(&forged.path, &marks), None, "every change was taken back");
}

/// Attack corpus: `DROP TRIGGER`.
#[tokio::test(flavor = "multi_thread")]
async fn drop_trigger_is_told() {
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    drop(copy_of(&site.database(), &copy));
    let told = verify(&["--database", copy.to_str().unwrap()]);
    assert_eq!(told.status.code(), Some(1));
    let text = String::from_utf8(told.stderr).unwrap();
    assert!(text.contains("audit_no_delete, audit_no_gap, audit_no_update"), "{text}");
    assert!(verify(&["--database", site.database().to_str().unwrap()]).status.success());
}
