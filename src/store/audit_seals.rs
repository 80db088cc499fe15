//! Sealing: old entries leave the database once a file holds them. What stays is number and hash of the last one, where the chain goes
//! on, and an entry that tells of it. The triggers let nothing else delete.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::operations::State;
use super::schema::{audit, audit_seals, operations};
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

const FIRST_SINCE: &str = "SELECT MIN(seq) AS seq FROM audit WHERE at >= ?";

#[derive(QueryableByName)]
struct MaybeNumber {
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<i64>,
}

/// What is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The last entry of the file, and its hash.
    pub upto: i64,
    pub hash: String,
    /// SHA-256 of the file.
    pub file_sha256: String,
}

impl Store {
    /// The last entry of those that were all written before `time`, with its hash. The newest of all is never among them: the chain
    /// needs one to go on from.
    pub async fn last_entry_before(&self, time: Millis) -> Result<Option<(i64, String)>> {
        self.read(move |connection| {
            let since: MaybeNumber = diesel::sql_query(FIRST_SINCE).bind::<BigInt, _>(time).get_result(connection)?;
            let newest: Option<i64> = audit::table.select(diesel::dsl::max(audit::seq)).first(connection)?;
            let end = since.seq.into_iter().chain(newest).min().unwrap_or_default();
            let query = audit::table.filter(audit::seq.lt(end)).order(audit::seq.desc());
            Ok(query.select((audit::seq, audit::hash)).first(connection).optional()?)
        })
        .await
    }
}

/// Takes out what the file holds. Operations that point at one of those entries point at the entry about the sealing from now on.
pub fn seal(tx: &mut Tx<'_>, sealed: &Sealed) -> std::result::Result<(), Denied> {
    let (entry, now, upto) = (tx.seq(), tx.now(), sealed.upto);
    let c = tx.connection();
    let stored: Option<String> = audit::table.find(upto).select(audit::hash).first(c).optional()?;
    if stored.as_ref() != Some(&sealed.hash) {
        return Err(Denied::rule("changed", "the log changed since the file was written; seal it again"));
    }
    let live = [State::Queued.as_str(), State::Running.as_str()];
    let waits = operations::table.filter(operations::state.eq_any(live)).filter(operations::audit_seq.le(upto));
    if let Some(id) = waits.select(operations::id).first::<i32>(c).optional()? {
        let text = format!("operation {id} has not ended and its entry would be sealed; choose an earlier day");
        return Err(Denied::rule("live", text));
    }
    let row = (
        audit_seals::seq.eq(upto),
        audit_seals::hash.eq(&sealed.hash),
        audit_seals::file_sha256.eq(&sealed.file_sha256),
        audit_seals::at.eq(now),
    );
    diesel::insert_into(audit_seals::table).values(row).execute(c)?;
    diesel::update(operations::table.filter(operations::audit_seq.le(upto))).set(operations::audit_seq.eq(entry)).execute(c)?;
    diesel::delete(audit::table.filter(audit::seq.le(upto))).execute(c)?;
    Ok(())
}
