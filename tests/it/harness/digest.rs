use std::collections::BTreeMap;
use std::path::Path;

use diesel::{QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query, sql_types};

use super::connection;

/// What is told of looking and trying has a table of its own.
const LOG: &str = "audit";
/// Columns that say when somebody looked last and how they proved to be themselves.
const OF_LOOKING: [&str; 8] =
    ["seen_at", "last_active_at", "last_used_at", "last_used_ip", "confirmed_at", "token_hash", "csrf", "stage"];
/// What is written without an entry of its own, by `src/store/journal.rs` and `src/store/housekeeping.rs`: tables to which rows may be
/// added, and those whose rows may change or go.
const NOTED: [&str; 3] = ["operation_events", "meta", "known_tags"];
const KEPT_UP: [&str; 6] = ["operations", "recipes", "recipe_listings", "sessions", "links", "letters"];

/// Reads what the tables hold, past everything that the program does itself.
pub(crate) struct Tables {
    database: SqliteConnection,
    /// A query of one row for each table, by the names of the tables.
    queries: Vec<(String, String)>,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    text: Option<String>,
}

impl Tables {
    pub(crate) fn of(database: &Path) -> Self {
        let mut database = connection(database);
        let mut ask = |query: &str| -> Vec<String> {
            let rows: Vec<Text> = sql_query(query).load(&mut database).unwrap();
            rows.into_iter().filter_map(|row| row.text).collect()
        };
        let tables = ask("SELECT name AS text FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        let kept = tables.into_iter().filter(|name| name != LOG);
        let queries = kept
            .map(|name| {
                let mut columns = ask(&format!("SELECT name AS text FROM pragma_table_info('{name}')"));
                columns.retain(|column| !OF_LOOKING.contains(&column.as_str()));
                let columns: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
                let row = columns.join(" || ' ' || ");
                let text =
                    format!("SELECT group_concat(line, char(10)) AS text FROM (SELECT {row} AS line FROM \"{name}\" ORDER BY 1)");
                (name, text)
            })
            .collect();
        Self { database, queries }
    }

    /// The rows of each table as text.
    pub(crate) fn rows(&mut self) -> BTreeMap<String, String> {
        let Self { database, queries } = self;
        let read = |query: &str, database: &mut SqliteConnection| sql_query(query).get_result::<Text>(database).unwrap().text;
        queries.iter().map(|(name, query)| (name.clone(), read(query, database).unwrap_or_default())).collect()
    }
}

/// The tables whose rows differ.
pub(crate) fn changed<'a>(before: &'a BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<&'a str> {
    before.iter().filter(|(name, rows)| after.get(*name) != Some(rows)).map(|(name, _)| name.as_str()).collect()
}

/// The tables whose rows differ by more than what needs no entry.
pub(crate) fn unsaid<'a>(before: &'a BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<&'a str> {
    let more = |table: &str| after[table].lines().count() > before[table].lines().count();
    let mut tables = changed(before, after);
    tables.retain(|table| !NOTED.contains(table) && (!KEPT_UP.contains(table) || more(table)));
    tables
}
