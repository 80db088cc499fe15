//! The migrations on a real file: up, down and up again with data in it, and what the store makes of the file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use canteen::clock::SystemClock;
use canteen::store::Store;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationConnection, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};
use diesel::sqlite::Sqlite;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    required: i32,
    #[diesel(sql_type = Nullable<Text>)]
    default: Option<String>,
    #[diesel(sql_type = Integer)]
    generated: i32,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Integer)]
    n: i32,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn migrations() -> Vec<Box<dyn Migration<Sqlite>>> {
    let source = FileBasedMigrations::from_path(root().join("migrations")).unwrap();
    let mut all = MigrationSource::<Sqlite>::migrations(&source).unwrap();
    all.sort_by_key(|m| m.name().to_string());
    assert!(!all.is_empty());
    all
}

fn empty(folder: &tempfile::TempDir, name: &str) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(folder.path().join(name).to_str().unwrap()).unwrap();
    connection.batch_execute("PRAGMA foreign_keys=ON").unwrap();
    MigrationConnection::setup(&mut connection).unwrap();
    connection
}

fn tables(connection: &mut SqliteConnection) -> Vec<String> {
    let query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '__diesel%' \
                 ORDER BY name";
    diesel::sql_query(query).load::<Named>(connection).unwrap().into_iter().map(|n| n.name).collect()
}

fn columns(connection: &mut SqliteConnection, table: &str) -> Vec<Column> {
    let query = "SELECT name, type AS kind, \"notnull\" AS required, dflt_value AS \"default\", hidden AS generated \
                 FROM pragma_table_xinfo(?) ORDER BY cid";
    diesel::sql_query(query).bind::<Text, _>(table).load(connection).unwrap()
}

fn count(connection: &mut SqliteConnection, table: &str) -> i32 {
    diesel::sql_query(format!("SELECT count(*) AS n FROM {table}")).get_result::<Number>(connection).unwrap().n
}

fn sample(migration: &dyn Migration<Sqlite>) -> String {
    let path = root().join("tests/data/migrations").join(format!("{}.sql", migration.name()));
    fs::read_to_string(&path).unwrap_or_else(|e| {
        panic!(
            "{}: {e}\n\nA migration comes with rows that its tables hold from then on, so that later migrations are tried on data.",
            path.display()
        )
    })
}

fn open(folder: &tempfile::TempDir) -> (Store, PathBuf) {
    let path = folder.path().join("canteen.db");
    (Store::open(&path, Arc::new(SystemClock)).unwrap(), path)
}

#[test]
fn every_migration_goes_up_over_data_and_down_and_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = empty(&folder, "walk.db");
    for migration in migrations() {
        connection.run_migration(migration.as_ref()).unwrap();
        connection.batch_execute(&sample(migration.as_ref())).unwrap();
        for table in tables(&mut connection) {
            assert!(count(&mut connection, &table) > 0, "after {} the table {table} has no sample row", migration.name());
        }
    }
    for migration in migrations().into_iter().rev() {
        connection.revert_migration(migration.as_ref()).unwrap();
    }
    assert_eq!(tables(&mut connection), Vec::<String>::new(), "down.sql leaves tables behind");
    for migration in migrations() {
        connection.run_migration(migration.as_ref()).unwrap();
    }
    connection.batch_execute("PRAGMA foreign_key_check; PRAGMA integrity_check").unwrap();
}

#[test]
fn a_later_migration_adds_no_required_column_without_a_default() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = empty(&folder, "grow.db");
    let mut before: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for migration in migrations() {
        connection.run_migration(migration.as_ref()).unwrap();
        let mut now = BTreeMap::new();
        for table in tables(&mut connection) {
            let columns = columns(&mut connection, &table);
            if let Some(old) = before.get(&table) {
                for new in columns.iter().filter(|c| !old.contains(&c.name)) {
                    let fine = new.required == 0 || new.default.is_some() || new.generated != 0;
                    assert!(
                        fine,
                        "{}: {table}.{} is NOT NULL and has no DEFAULT: rows that are there could not have it",
                        migration.name(),
                        new.name
                    );
                }
            }
            now.insert(table, columns.into_iter().map(|c| c.name).collect());
        }
        before = now;
    }
}

#[test]
fn the_schema_that_diesel_sees_is_the_one_of_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = empty(&folder, "schema.db");
    for migration in migrations() {
        connection.run_migration(migration.as_ref()).unwrap();
    }
    let text = fs::read_to_string(root().join("src/store/schema.rs")).unwrap();
    let declared = declared(&text);
    let mut found = BTreeMap::new();
    for table in tables(&mut connection) {
        let columns = columns(&mut connection, &table);
        let told = columns.into_iter().map(|c| (c.name, (kind(&c.kind).to_owned(), c.required == 0))).collect::<BTreeMap<_, _>>();
        found.insert(table, told);
    }
    // Two spellings of one type: SQLite has one integer and no truth values.
    let simple = |kind: &str| if matches!(kind, "Integer" | "BigInt" | "Bool") { "integer" } else { kind }.to_lowercase();
    let declared: BTreeMap<_, BTreeMap<_, _>> = declared
        .into_iter()
        .map(|(table, columns)| (table, columns.into_iter().map(|(name, (kind, null))| (name, (simple(&kind), null))).collect()))
        .collect();
    assert_eq!(declared, found, "src/store/schema.rs (left) must say what the migrations make (right)");
}

fn kind(sql: &str) -> &str {
    match sql.split(' ').next().unwrap_or_default() {
        "INTEGER" => "integer",
        "TEXT" => "text",
        "BLOB" => "binary",
        other => panic!("a column of the type {other}"),
    }
}

type Columns = BTreeMap<String, (String, bool)>;

/// Tables, their columns, and of each the type and whether it may be null, as schema.rs says.
fn declared(text: &str) -> BTreeMap<String, Columns> {
    let mut all = BTreeMap::new();
    for block in text.split("diesel::table! {").skip(1) {
        let (head, rest) = block.split_once('{').unwrap();
        let table = head.trim().split(' ').next().unwrap().to_owned();
        let body = rest.split_once('}').unwrap().0;
        let mut columns = Columns::new();
        for line in body.split(',').filter(|l| l.contains("->")) {
            let (name, kind) = line.split_once("->").unwrap();
            let kind = kind.trim();
            let inner = kind.strip_prefix("Nullable<").and_then(|k| k.strip_suffix('>'));
            columns.insert(name.trim().to_owned(), (inner.unwrap_or(kind).to_owned(), inner.is_some()));
        }
        all.insert(table, columns);
    }
    all
}

#[tokio::test]
async fn the_store_is_durable_and_its_readers_can_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let (store, path) = open(&folder);
    store.check_audit().await.unwrap();
    let mut beside = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let mode = diesel::sql_query("SELECT journal_mode AS name FROM pragma_journal_mode").get_result::<Named>(&mut beside).unwrap();
    assert_eq!(mode.name, "wal");
    // Pragmas of a connection can't be seen from another one; the source is the only place that tells them.
    let text = fs::read_to_string(root().join("src/store/mod.rs")).unwrap();
    let (_, after) = text.split_once("pub fn open(").unwrap();
    let (writer, after) = after.split_once("fn reader(").unwrap();
    for pragma in ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=", "secure_delete=ON"] {
        assert!(writer.contains(pragma), "the writer is opened without {pragma}");
    }
    assert!(after.contains("query_only=ON"), "readers are opened without query_only");
    assert_eq!(text.matches("connect(").count(), 3, "there is one more way to a connection than writer and reader");
}

#[tokio::test]
async fn an_audit_entry_can_neither_be_changed_nor_removed_nor_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let (_store, path) = open(&folder);
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let mut run = |sql: &str| connection.batch_execute(sql).map_err(|e| e.to_string());
    run("INSERT INTO audit (seq, body, hash) VALUES (1, '{\"seq\":1}', 'x')").unwrap();
    for (sql, why) in [
        ("UPDATE audit SET body = '{}' WHERE seq = 1", "append-only"),
        ("UPDATE audit SET seq = 2 WHERE seq = 1", "append-only"),
        ("DELETE FROM audit WHERE seq = 1", "append-only"),
        ("DELETE FROM audit", "append-only"),
        ("INSERT OR REPLACE INTO audit (seq, body, hash) VALUES (1, '{\"seq\":1}', 'y')", "no gaps"),
        ("INSERT INTO audit (seq, body, hash) VALUES (3, '{\"seq\":3}', 'x')", "no gaps"),
        ("INSERT INTO audit (seq, body, hash) VALUES (0, '{\"seq\":0}', 'x')", "no gaps"),
    ] {
        let answer = run(sql).unwrap_err();
        assert!(answer.contains(why), "{sql}: {answer}");
    }
    run("INSERT INTO audit (seq, body, hash) VALUES (2, '{\"seq\":2}', 'y')").unwrap();
    assert_eq!(count(&mut connection, "audit"), 2);
}
