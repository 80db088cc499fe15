//! Requests for approval. Every operation that is asked for comes past [`gate`]: it either gives the [`Cleared`] without which no
//! operation's row is written, or records a request instead. [`release`] gives it for a request that has what it needs.

use diesel::prelude::*;

use super::approval_votes::said;
pub use super::approval_votes::{Verdict, Vote, vote};
use super::mail::{self, Notice};
use super::operations::AskedBy;
use super::schema::{approval_grounds as grounds, approval_requests as requests, apps, operations, removed_apps};
use super::{Denied, Result, Store, StoreError, Tx, approval_rules, removals, rights};
use crate::access::approval::{Demand, Kind};
use crate::access::{Permission, Sight};
use crate::clock::Millis;

/// Values in memory are kept for a day, so what needs them waits no longer.
const IN_MEMORY_MS: Millis = 24 * 60 * 60 * 1000;

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    Waiting,
    /// It had what it needs, and the operation began.
    Started,
    Objected,
    Withdrawn,
    Expired,
    /// It can't be done any more as it was approved.
    Void,
    /// The same member asked for something else instead.
    Replaced,
}

impl RequestState {
    /// All there are.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Started, Self::Objected, Self::Withdrawn, Self::Expired, Self::Void, Self::Replaced];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Started => "started",
            Self::Objected => "objected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Void => "void",
            Self::Replaced => "replaced",
        }
    }
}

/// A request for approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub id: i32,
    pub app_id: i32,
    /// The app's name; of one that was removed the one that it is kept under.
    pub app: String,
    pub kind: String,
    /// What is to be done, in words.
    pub what: String,
    /// What is to be done, as the operation's row would have it; empty once it does not wait any more.
    pub wanted: String,
    /// What tells the plan that was shown from others.
    pub plan_hash: String,
    pub asked_by: AskedBy,
    /// Why it was asked for; empty where nobody said.
    pub reason: String,
    /// What there was of the app when it was asked for; empty where nobody looked.
    pub seen: String,
    pub nonce: String,
    /// What it needs: what the rules asked for when it was asked for, and what they ask for now.
    pub demand: Demand,
    pub asked_at: Millis,
    pub expires_at: Millis,
    pub state: RequestState,
    pub ended_at: Option<Millis>,
    /// Why it ended, for people.
    pub why: String,
    pub operation_id: Option<i32>,
    pub votes: Vec<Vote>,
}

impl Request {
    /// Those who approved it and still may.
    pub fn approved_by(&self) -> impl Iterator<Item = &Vote> {
        self.votes.iter().filter(|vote| vote.verdict == Verdict::Approved && vote.counts)
    }

    /// Whether somebody who may had it done without approval.
    pub fn is_overridden(&self) -> bool {
        self.votes.iter().any(|vote| vote.verdict == Verdict::Overridden && vote.counts)
    }

    /// Whether it has what it needs.
    pub fn is_met(&self, now: Millis) -> bool {
        let approvals = i32::try_from(self.approved_by().count()).unwrap_or(i32::MAX);
        self.is_overridden() || self.demand.met(approvals, self.asked_at, now)
    }

    /// Whether this member asked for it.
    pub fn is_of(&self, member: Option<i32>) -> bool {
        member.is_some() && self.asked_by.id == member
    }
}

/// Proof that an operation may be begun as far as approval is concerned: no rule asks for any, or a request has it.
pub struct Cleared {
    request: Option<i32>,
}

/// What comes of asking for an operation.
pub enum Gate {
    Clear(Cleared),
    /// It waits, as the request of this number.
    Waits(i32),
}

/// An operation that somebody asks for.
pub struct Asked<'a> {
    pub app_id: i32,
    pub kind: Kind,
    /// In words.
    pub what: String,
    /// As the operation's row would have it.
    pub wanted: &'a str,
    pub plan_hash: String,
    pub nonce: &'a str,
    /// Why it is asked for; empty where nobody says.
    pub reason: &'a str,
    /// What there is of the app now, for comparing; empty where nobody looked.
    pub seen: &'a str,
    /// It needs values that are kept in memory only.
    pub in_memory: bool,
}

/// Decides whether an operation may be begun now. Where it has to be approved first, a request is recorded instead; those who may approve
/// it are told. `again` tells whether a stored wish is this one.
pub fn gate(tx: &mut Tx<'_>, asked: &Asked<'_>, again: impl Fn(&str) -> bool) -> std::result::Result<Gate, Denied> {
    if let Some(known) = by_form(tx, asked, &again)? {
        return Err(known);
    }
    let begun: i64 = operations::table.filter(operations::nonce.eq(asked.nonce)).count().get_result(tx.connection())?;
    let demand = approval_rules::demand(tx.connection(), asked.app_id, asked.kind).map_err(Denied::Store)?;
    let Some(demand) = demand.filter(|_| begun == 0) else { return Ok(Gate::Clear(Cleared { request: None })) };
    removals::still_there(tx, asked.app_id)?;
    let now = tx.now();
    if asked.in_memory && demand.quiet_until(now).is_some_and(|until| until >= now + IN_MEMORY_MS) {
        let text = "this needs values that are kept for a day only, and the rule for it waits longer than that; ask whoever makes the rules";
        return Err(Denied::rule("in-memory", text));
    }
    let by = AskedBy::of(tx.actor());
    one_at_a_time(tx, asked, &by, again)?;
    let expires_at = demand.expires_at(now);
    let actor = serde_json::to_string(&by).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let row = (
        requests::app_id.eq(asked.app_id),
        requests::kind.eq(asked.kind.as_str()),
        requests::what.eq(&asked.what),
        requests::wanted.eq(asked.wanted),
        requests::plan_hash.eq(&asked.plan_hash),
        requests::actor.eq(actor),
        requests::nonce.eq(asked.nonce),
        requests::approvals.eq(demand.approvals),
        requests::quiet_hours.eq(demand.quiet_hours),
        requests::asked_at.eq(now),
        requests::expires_at.eq(if asked.in_memory { expires_at.min(now + IN_MEMORY_MS) } else { expires_at }),
        requests::state.eq(RequestState::Waiting.as_str()),
    );
    let id: i32 = diesel::insert_into(requests::table).values(row).returning(requests::id).get_result(tx.connection())?;
    let ground = (grounds::request_id.eq(id), grounds::reason.eq(asked.reason), grounds::seen.eq(asked.seen));
    diesel::insert_into(grounds::table).values(ground).execute(tx.connection())?;
    tx.waits();
    tx.detail("approval", id);
    tx.detail("needs", demand.told());
    if !asked.reason.is_empty() {
        tx.detail("reason", asked.reason);
    }
    tell_approvers(tx, id, asked, &by)?;
    Ok(Gate::Waits(id))
}

/// What is said to the form that recorded a request before.
fn by_form(tx: &mut Tx<'_>, asked: &Asked<'_>, again: impl Fn(&str) -> bool) -> std::result::Result<Option<Denied>, Denied> {
    let query = requests::table.filter(requests::nonce.eq(asked.nonce));
    let columns = (requests::id, requests::app_id, requests::kind, requests::what, requests::wanted);
    let before: Option<(i32, i32, String, String, String)> = query.select(columns).first(tx.connection()).optional()?;
    Ok(before.map(|(id, app, kind, what, wanted)| {
        let same = if wanted.is_empty() { what == asked.what } else { again(&wanted) };
        if app == asked.app_id && kind == asked.kind.as_str() && same {
            Denied::rule("waits-already", id.to_string())
        } else {
            Denied::rule("used-page", "this page was used already; open it again and send it once more")
        }
    }))
}

/// A member has one request of a kind on an app at a time: the same again is the one that waits, another one takes its place. What
/// somebody objected to, the dashboard does not ask for a second time by itself.
fn one_at_a_time(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    by: &AskedBy,
    again: impl Fn(&str) -> bool,
) -> std::result::Result<(), Denied> {
    let mine = requests::table.filter(requests::app_id.eq(asked.app_id)).filter(requests::kind.eq(asked.kind.as_str()));
    let all: Vec<(i32, String, String, String, String)> =
        mine.select((requests::id, requests::state, requests::what, requests::wanted, requests::actor)).load(tx.connection())?;
    for (id, state, what, wanted, actor) in all {
        let actor: AskedBy = serde_json::from_str(&actor).map_err(|e| StoreError::Unreadable(e.to_string()))?;
        if actor.id != by.id || actor.name != by.name {
            continue;
        }
        if state == RequestState::Waiting.as_str() {
            if again(&wanted) {
                return Err(Denied::rule("waits-already", id.to_string()));
            }
            end(tx, id, RequestState::Replaced, "something else was asked for in its place")?;
        } else if by.is_scheduler() && state == RequestState::Objected.as_str() && what == asked.what {
            return Err(Denied::rule("objected", "somebody objected to this, so it is not asked for again"));
        }
    }
    Ok(())
}

fn tell_approvers(tx: &mut Tx<'_>, id: i32, asked: &Asked<'_>, by: &AskedBy) -> std::result::Result<(), Denied> {
    let now = tx.now();
    let app: String = apps::table.find(asked.app_id).select(apps::name).first(tx.connection())?;
    let number = id.to_string();
    let reason = asked.reason.to_owned();
    let facts = mail::facts([("by", &by.name), ("what", &asked.what), ("app", &app), ("request", &number), ("reason", &reason)]);
    for (member, rights) in rights::of_all(tx.connection(), now).map_err(Denied::Store)? {
        if rights.on(&app).has(Permission::Approve) && by.id != Some(member) {
            mail::notify(tx, member, Notice::ApprovalAsked, &facts)?;
        }
    }
    Ok(())
}

/// The proof for a request that has what it needs, judged by what the database says inside this change.
pub fn release(tx: &mut Tx<'_>, id: i32, app_id: i32, again: impl Fn(&str) -> bool) -> std::result::Result<Cleared, Denied> {
    let request = waiting(tx, app_id, id)?;
    let now = tx.now();
    if now >= request.expires_at || !request.is_met(now) {
        return Err(Denied::rule("waits", "it has not what it needs"));
    }
    if !again(&request.wanted) {
        return Err(Denied::rule("other", "it is not what was approved"));
    }
    let names: Vec<&str> = request.approved_by().map(|vote| vote.name.as_str()).collect();
    if request.is_overridden() {
        tx.detail("approval_overridden", true);
    } else {
        tx.detail("approved_by", names);
    }
    tx.detail("approval", id);
    Ok(Cleared { request: Some(id) })
}

/// Notes with the operation's row that a request was carried out. Two operations can't be of one request.
#[expect(clippy::needless_pass_by_value, reason = "the proof is used up")]
pub(super) fn started(tx: &mut Tx<'_>, cleared: Cleared, operation: i32) -> std::result::Result<(), Denied> {
    let Some(id) = cleared.request else { return Ok(()) };
    let row = (
        requests::state.eq(RequestState::Started.as_str()),
        requests::ended_at.eq(tx.now()),
        requests::operation_id.eq(operation),
        requests::wanted.eq(""),
    );
    diesel::update(requests::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

/// A request of this app that waits.
pub fn waiting(tx: &mut Tx<'_>, app_id: i32, id: i32) -> std::result::Result<Request, Denied> {
    let now = tx.now();
    let found = one(tx.connection(), id, now).map_err(Denied::Store)?.filter(|request| request.app_id == app_id);
    let request = found.ok_or_else(|| Denied::rule("gone", "there is no such request for approval"))?;
    match request.state {
        RequestState::Waiting => Ok(request),
        ended => Err(Denied::rule("over", format!("it does not wait any more: it is {}", ended.as_str()))),
    }
}

/// Lets a request expire at another time.
pub fn expire_at(tx: &mut Tx<'_>, id: i32, at: Millis) -> std::result::Result<(), Denied> {
    diesel::update(requests::table.find(id)).set(requests::expires_at.eq(at)).execute(tx.connection())?;
    Ok(())
}

/// Ends a request that is not carried out, and tells who asked for it. What was wanted is forgotten.
pub fn end(tx: &mut Tx<'_>, id: i32, state: RequestState, why: &str) -> std::result::Result<(), Denied> {
    let row = (requests::state.eq(state.as_str()), requests::ended_at.eq(tx.now()), requests::why.eq(why), requests::wanted.eq(""));
    let open = requests::table.filter(requests::id.eq(id)).filter(requests::state.eq(RequestState::Waiting.as_str()));
    diesel::update(open).set(row).execute(tx.connection())?;
    let query = requests::table.inner_join(apps::table).filter(requests::id.eq(id));
    let (what, actor, app): (String, String, String) =
        query.select((requests::what, requests::actor, apps::name)).first(tx.connection())?;
    let by: AskedBy = serde_json::from_str(&actor).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    if let Some(member) = by.id.filter(|member| tx.actor().member() != Some(*member)) {
        let number = id.to_string();
        let facts = mail::facts([("what", &what), ("app", &app), ("why", why), ("request", &number)]);
        mail::notify(tx, member, Notice::ApprovalEnded, &facts)?;
    }
    Ok(())
}

/// Ends all requests of an app that wait, for something makes them pointless.
pub fn end_all(tx: &mut Tx<'_>, app_id: i32, why: &str) -> std::result::Result<(), Denied> {
    let open = requests::table.filter(requests::app_id.eq(app_id)).filter(requests::state.eq(RequestState::Waiting.as_str()));
    let open: Vec<i32> = open.select(requests::id).load(tx.connection())?;
    if !open.is_empty() {
        tx.detail("ended_approvals", open.clone());
    }
    open.into_iter().try_for_each(|id| end(tx, id, RequestState::Void, why))
}

impl Store {
    /// One request.
    pub async fn approval(&self, id: i32) -> Result<Option<Request>> {
        let now = self.clock().now();
        self.read(move |c| one(c, id, now)).await
    }

    /// The request that this very form recorded, with its app's name.
    pub async fn approval_of_form(&self, nonce: &str) -> Result<Option<(i32, String)>> {
        let nonce = nonce.to_owned();
        self.read(move |c| {
            let query = requests::table.inner_join(apps::table).filter(requests::nonce.eq(nonce));
            Ok(query.select((requests::id, apps::name)).first(c).optional()?)
        })
        .await
    }

    /// Numbers of all requests that wait, the oldest first.
    pub async fn waiting_approvals(&self) -> Result<Vec<i32>> {
        self.read(|c| {
            let query = requests::table.filter(requests::state.eq(RequestState::Waiting.as_str()));
            Ok(query.order(requests::id).select(requests::id).load(c)?)
        })
        .await
    }

    /// The newest requests on apps in sight, those that wait or those that do not; with `before` only older ones; of one app or of all.
    pub async fn approvals(
        &self,
        sight: Sight,
        app_id: Option<i32>,
        waits: bool,
        before: Option<i32>,
        limit: i64,
    ) -> Result<Vec<Request>> {
        let now = self.clock().now();
        self.read(move |c| {
            let mut query = requests::table.inner_join(apps::table).select(requests::id).into_boxed();
            query = if waits {
                query.filter(requests::state.eq(RequestState::Waiting.as_str()))
            } else {
                query.filter(requests::state.ne(RequestState::Waiting.as_str()))
            };
            if let Sight::Apps(names) = sight {
                query = query.filter(apps::name.eq_any(names));
            }
            if let Some(app) = app_id {
                query = query.filter(requests::app_id.eq(app));
            }
            if let Some(before) = before {
                query = query.filter(requests::id.lt(before));
            }
            let ids: Vec<i32> = query.order(requests::id.desc()).limit(limit).load(c)?;
            let mut found = vec![];
            for id in ids {
                found.extend(one(c, id, now)?);
            }
            Ok(found)
        })
        .await
    }

    /// How many requests wait on these apps that this member did not ask for and has not approved.
    pub async fn approvals_for(&self, sight: Sight, member: i32) -> Result<usize> {
        if sight.is_empty() {
            return Ok(0);
        }
        let waiting = self.approvals(sight, None, true, None, 100).await?;
        let said = |request: &Request| request.votes.iter().any(|vote| vote.member == member);
        Ok(waiting.iter().filter(|request| !request.is_of(Some(member)) && !said(request)).count())
    }
}

type Row = (i32, i32, String, String, String, String, String, String, String, i32, i32, Ends, String);
type Ends = (Millis, Millis, Option<Millis>, String, Option<i32>);

fn one(c: &mut SqliteConnection, id: i32, now: Millis) -> Result<Option<Request>> {
    let ends = (requests::asked_at, requests::expires_at, requests::ended_at, requests::why, requests::operation_id);
    let columns = (
        requests::id,
        requests::app_id,
        requests::kind,
        requests::what,
        requests::wanted,
        requests::plan_hash,
        requests::actor,
        requests::nonce,
        requests::state,
        requests::approvals,
        requests::quiet_hours,
        ends,
        apps::name,
    );
    let query = requests::table.inner_join(apps::table).filter(requests::id.eq(id));
    let Some(row) = query.select(columns).first::<Row>(c).optional()? else { return Ok(None) };
    let (id, app_id, kind, what, wanted, plan_hash, actor, nonce, state, approvals, quiet_hours, ends, app) = row;
    let (asked_at, expires_at, ended_at, why, operation_id) = ends;
    let unreadable = || StoreError::Unreadable(format!("request for approval {id}"));
    let state = RequestState::ALL.into_iter().find(|s| s.as_str() == state).ok_or_else(unreadable)?;
    let mut demand = Demand { approvals, quiet_hours, expires_days: i32::MAX };
    if let (RequestState::Waiting, Some(kind)) = (state, Kind::parse(&kind)) {
        // A rule that became stricter since counts, one that became milder does not.
        demand = approval_rules::demand(c, app_id, kind)?.map_or(demand, |now| demand.strictest(now));
    }
    let had: Option<String> = removed_apps::table.find(app_id).select(removed_apps::name).first(c).optional()?;
    let votes = if had.is_some() { vec![] } else { said(c, id, &app, now)? };
    let ground: Option<(String, String)> = grounds::table.find(id).select((grounds::reason, grounds::seen)).first(c).optional()?;
    let (reason, seen) = ground.unwrap_or_default();
    let asked_by = serde_json::from_str(&actor).map_err(|_bad| unreadable())?;
    Ok(Some(Request {
        id,
        app_id,
        app,
        kind,
        what,
        wanted,
        plan_hash,
        asked_by,
        reason,
        seen,
        nonce,
        demand,
        asked_at,
        expires_at,
        state,
        ended_at,
        why,
        operation_id,
        votes,
    }))
}
