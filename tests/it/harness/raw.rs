use std::path::Path;

use canteen::store::chain::GENESIS;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, OptionalExtension as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query, sql_types};

/// A connection of our own to a copy of the database, past everything that guards it: triggers are gone.
pub(crate) fn copy_of(database: &Path, copy: &Path) -> SqliteConnection {
    let mut from = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    from.batch_execute(&format!("PRAGMA busy_timeout=5000; VACUUM INTO '{}'", copy.display())).unwrap();
    let mut to = SqliteConnection::establish(copy.to_str().unwrap()).unwrap();
    to.batch_execute("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_no_gap;").unwrap();
    to
}

/// A connection of our own, with all that guards it.
pub(crate) fn connection(database: &Path) -> SqliteConnection {
    let mut raw = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    // Jobs write too.
    raw.batch_execute("PRAGMA busy_timeout=5000").unwrap();
    raw
}

/// Takes every right but looking from a member.
pub(crate) fn make_viewer(database: &Path, name: &str) {
    set_role(database, name, "viewer");
}

/// Gives a member every right.
pub(crate) fn make_admin(database: &Path, name: &str) {
    set_role(database, name, "admin");
}

fn set_role(database: &Path, name: &str, role: &str) {
    let mut database = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    let whose = format!("member_id = (SELECT id FROM members WHERE name = '{name}')");
    let changed = format!("PRAGMA busy_timeout=5000; UPDATE grants SET bundle = '{role}', role_id = NULL WHERE {whose}");
    database.batch_execute(&changed).unwrap();
}

/// Number and hash of the newest entry of the audit log.
pub(crate) fn head_of(database: &Path) -> (i64, String) {
    #[derive(QueryableByName)]
    struct Head {
        #[diesel(sql_type = sql_types::BigInt)]
        seq: i64,
        #[diesel(sql_type = sql_types::Text)]
        hash: String,
    }
    let newest = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
    let found: Option<Head> = sql_query(newest).get_result(&mut connection(database)).optional().unwrap();
    found.map_or_else(|| (0, GENESIS.to_owned()), |head| (head.seq, head.hash))
}
