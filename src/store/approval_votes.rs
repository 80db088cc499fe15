//! What members say about requests for approval, and whether it counts.

use diesel::prelude::*;

use super::schema::approval_votes as votes;
use super::{Denied, Result, StoreError, Tx, rights};
use crate::access::Permission;
use crate::clock::Millis;

/// What somebody said about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Approved,
    Objected,
    /// It is to be done without approval.
    Overridden,
}

impl Verdict {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Objected => "objected",
            Self::Overridden => "overridden",
        }
    }

    /// What one has to hold to say so, over the app or over everything.
    const fn needs(self) -> Permission {
        match self {
            Self::Approved | Self::Objected => Permission::Approve,
            Self::Overridden => Permission::ManageServer,
        }
    }
}

/// One member's word on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    pub member: i32,
    pub name: String,
    pub verdict: Verdict,
    pub reason: String,
    pub at: Millis,
    /// The member holds the right to it still; else it counts no more.
    pub counts: bool,
}

/// Keeps a member's word on a request.
pub fn vote(tx: &mut Tx<'_>, id: i32, verdict: Verdict, reason: &str) -> std::result::Result<(), Denied> {
    let Some(member) = tx.actor().member() else { return Err(Denied::rule("nobody", "only members approve and object")) };
    let row = (
        votes::request_id.eq(id),
        votes::member_id.eq(member),
        votes::name.eq(tx.actor().name().to_owned()),
        votes::verdict.eq(verdict.as_str()),
        votes::reason.eq(reason),
        votes::at.eq(tx.now()),
    );
    let new = diesel::insert_or_ignore_into(votes::table).values(row).execute(tx.connection())?;
    if new == 0 { Err(Denied::rule("said-already", "you said so already")) } else { Ok(()) }
}

/// What was said about a request on this app, the oldest first.
pub(super) fn said(c: &mut SqliteConnection, id: i32, app: &str, now: Millis) -> Result<Vec<Vote>> {
    let query = votes::table.filter(votes::request_id.eq(id)).order(votes::at);
    let columns = (votes::member_id, votes::name, votes::verdict, votes::reason, votes::at);
    let all: Vec<(i32, String, String, String, Millis)> = query.select(columns).load(c)?;
    let vote = |(member, name, verdict, reason, at): (i32, String, String, String, Millis)| {
        let verdict = [Verdict::Approved, Verdict::Objected, Verdict::Overridden].into_iter().find(|v| v.as_str() == verdict);
        let verdict = verdict.ok_or_else(|| StoreError::Unreadable(format!("request for approval {id}")))?;
        let held = rights::work_out(c, member, now)?;
        let counts = held.on(app).and(held.everywhere()).has(verdict.needs());
        Ok(Vote { member, name, verdict, reason, at, counts })
    };
    all.into_iter().map(vote).collect()
}
