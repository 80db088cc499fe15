use std::sync::Arc;

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::factors::Factors;
use super::members::Member;
use super::schema::{members, sessions};
use super::{Denied, Result, Store, Tx, factors, rights};
use crate::access::Rights;
use crate::clock::Millis;

/// A session is over when nobody used it for so long.
pub const IDLE_MS: Millis = 60 * 60 * 1000;
/// A session is over so long after signing in, used or not.
pub const ABSOLUTE_MS: Millis = 24 * 60 * 60 * 1000;

/// Who gave the password has so long to give the code.
pub const HALF_MS: Millis = 10 * 60 * 1000;
/// So long after password and code were given, sensitive actions do not ask for them again.
pub const FRESH_MS: Millis = 10 * 60 * 1000;

/// How far a sign-in came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the code is still missing. Such a session may do nothing but give it.
    Code,
    /// Came in by a recovery code, and has to look through the factors before anything else.
    Review,
    Full,
}

impl Stage {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Review => "review",
            Self::Full => "full",
        }
    }
}

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: i32,
    pub member: Member,
    /// What the member may do now.
    pub rights: Arc<Rights>,
    /// The secret that form tokens are made of.
    pub csrf: Vec<u8>,
    pub last_active_at: Millis,
    pub stage: Stage,
    /// When password, and code where there is a factor, were last given.
    pub confirmed_at: Millis,
    /// Which second factors the member has.
    pub factors: Factors,
    /// The identity provider by which it began; empty for a password.
    pub issuer: String,
    /// Whether that provider says that more than a password was given.
    pub strong: bool,
}

/// The word for a sign-in by a password, or by a provider, and nothing else.
pub const NO_FACTOR: &str = "none";
/// The word for a sign-in by a passkey and nothing else.
pub const PASSKEY_ALONE: &str = "passkey alone";

/// What an identity provider says of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    pub issuer: String,
    /// More than a password was given there.
    pub strong: bool,
    /// When that was; unknown counts as long ago.
    pub at: Option<Millis>,
}

impl Session {
    /// Whether sensitive actions may go on without asking for the password again.
    pub const fn is_fresh(&self, now: Millis) -> bool {
        now - self.confirmed_at < FRESH_MS
    }

    /// By which provider it began.
    pub fn vouched(&self) -> Option<Vouched> {
        let at = Some(self.confirmed_at);
        let vouched = || Vouched { issuer: self.issuer.clone(), strong: self.strong, at };
        (!self.issuer.is_empty()).then(vouched)
    }
}

/// What a new session starts with. The token itself is never stored.
pub struct NewSession {
    pub token_hash: Vec<u8>,
    pub csrf: Vec<u8>,
    pub ip: String,
    pub agent: String,
    pub stage: Stage,
    /// The identity provider's word, where it began by that and not by a password.
    pub vouched: Option<Vouched>,
    /// What was given beside that: [`NO_FACTOR`], `app`, `recovery code`, `passkey`; or [`PASSKEY_ALONE`].
    pub factor: &'static str,
}

/// What is stored instead of a token.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

impl Store {
    /// The live session of this token hash, with its member.
    pub async fn session(&self, token_hash: Vec<u8>) -> Result<Option<Session>> {
        let (now, inner) = (self.clock().now(), Arc::clone(&self.inner));
        self.read(move |c| {
            let found = sessions::table
                .inner_join(members::table)
                .filter(sessions::token_hash.eq(token_hash))
                .filter(sessions::created_at.gt(now - ABSOLUTE_MS))
                .filter(sessions::last_active_at.gt(now - IDLE_MS))
                .filter(sessions::stage.ne(Stage::Code.as_str()).or(sessions::created_at.gt(now - HALF_MS)))
                .select((
                    (sessions::id, sessions::csrf, sessions::last_active_at, sessions::stage, sessions::confirmed_at),
                    (sessions::issuer, sessions::strong),
                    members::all_columns,
                ))
                .first::<((i32, Vec<u8>, i64, String, i64), (String, bool), Member)>(c)
                .optional()?;
            let Some(((id, csrf, last_active_at, stage, confirmed_at), (issuer, strong), member)) = found else { return Ok(None) };
            let stage = match stage.as_str() {
                "full" => Stage::Full,
                "review" => Stage::Review,
                // What is not known may do the least.
                _ => Stage::Code,
            };
            let rights = rights::of_member(c, &inner.rights, member.id, now)?;
            let factors = factors::of_member(c, member.id)?;
            Ok(Some(Session { id, member, rights, csrf, last_active_at, stage, confirmed_at, factors, issuer, strong }))
        })
        .await
    }
}

/// Begins a session and returns its id.
pub fn insert(tx: &mut Tx<'_>, member_id: i32, new: &NewSession) -> std::result::Result<i32, Denied> {
    // Somebody may have signed in at the provider long before they came here.
    let confirmed_at = new.vouched.as_ref().map_or(Some(tx.now()), |v| v.at).map_or(0, |at| at.min(tx.now()));
    let row = (
        sessions::issuer.eq(new.vouched.as_ref().map_or("", |v| v.issuer.as_str())),
        sessions::strong.eq(new.vouched.as_ref().is_some_and(|v| v.strong)),
        sessions::factor.eq(new.factor),
        sessions::token_hash.eq(&new.token_hash),
        sessions::member_id.eq(member_id),
        sessions::csrf.eq(&new.csrf),
        sessions::created_at.eq(tx.now()),
        sessions::last_active_at.eq(tx.now()),
        sessions::ip.eq(&new.ip),
        sessions::agent.eq(&new.agent),
        sessions::stage.eq(new.stage.as_str()),
        sessions::confirmed_at.eq(confirmed_at),
    );
    Ok(diesel::insert_into(sessions::table).values(row).returning(sessions::id).get_result(tx.connection())?)
}

/// Ends a session.
pub fn delete(tx: &mut Tx<'_>, id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(sessions::table.find(id)).execute(tx.connection())?;
    Ok(())
}

/// Ends one session of a member. Returns how many ended.
pub fn delete_own(tx: &mut Tx<'_>, member_id: i32, id: i32) -> std::result::Result<usize, Denied> {
    Ok(diesel::delete(sessions::table.find(id).filter(sessions::member_id.eq(member_id))).execute(tx.connection())?)
}

/// Ends the oldest sessions of a member who has more than `most`. Returns how many ended.
pub fn keep_newest(tx: &mut Tx<'_>, member_id: i32, most: usize) -> std::result::Result<usize, Denied> {
    let theirs = sessions::table.filter(sessions::member_id.eq(member_id)).order(sessions::id.desc());
    let ids: Vec<i32> = theirs.select(sessions::id).load(tx.connection())?;
    let old: Vec<i32> = ids.into_iter().skip(most).collect();
    Ok(diesel::delete(sessions::table.filter(sessions::id.eq_any(old))).execute(tx.connection())?)
}

/// Ends the sessions of a member, but for one that is named. Returns how many ended.
pub fn delete_all(tx: &mut Tx<'_>, member_id: i32, but: Option<i32>) -> std::result::Result<usize, Denied> {
    let theirs = sessions::table.filter(sessions::member_id.eq(member_id)).filter(sessions::id.ne(but.unwrap_or(-1)));
    Ok(diesel::delete(theirs).execute(tx.connection())?)
}

/// Password and code were given again: the session has another token from now on, and the one before it is worth nothing. The secret of its
/// forms stays, for other pages of it are open. `false` if it ended meanwhile.
pub fn confirm(tx: &mut Tx<'_>, id: i32, token_hash: &[u8], stage: Stage) -> std::result::Result<bool, Denied> {
    let now = tx.now();
    let confirmed = diesel::update(sessions::table.find(id))
        .set((sessions::token_hash.eq(token_hash), sessions::confirmed_at.eq(now), sessions::stage.eq(stage.as_str())))
        .execute(tx.connection())?;
    Ok(confirmed > 0)
}

/// The factors were looked through, or exchanged.
pub fn reviewed(tx: &mut Tx<'_>, id: i32) -> std::result::Result<(), Denied> {
    let review = sessions::table.find(id).filter(sessions::stage.eq(Stage::Review.as_str()));
    diesel::update(review).set(sessions::stage.eq(Stage::Full.as_str())).execute(tx.connection())?;
    Ok(())
}

/// Ends every session of a member.
pub fn delete_of_member(tx: &mut Tx<'_>, name: &str) -> std::result::Result<(), Denied> {
    let ids = members::table.filter(members::name.eq(name.to_owned())).select(members::id);
    diesel::delete(sessions::table.filter(sessions::member_id.eq_any(ids))).execute(tx.connection())?;
    Ok(())
}

/// A live session as pages list it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Listed {
    pub id: i32,
    pub ip: String,
    pub agent: String,
    pub created_at: Millis,
    pub last_active_at: Millis,
    pub came: Came,
}

/// How a session came in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable)]
pub struct Came {
    /// The identity provider; empty for none.
    pub issuer: String,
    /// Whether more than a password was given there.
    pub strong: bool,
    /// The word of [`NewSession::factor`]; empty where it is not known.
    pub factor: String,
}

impl Store {
    /// The live sessions of a member, the last used one first.
    pub async fn sessions_of(&self, member_id: i32) -> Result<Vec<Listed>> {
        let now = self.clock().now();
        self.read(move |c| {
            Ok(sessions::table
                .filter(sessions::member_id.eq(member_id))
                .filter(sessions::created_at.gt(now - ABSOLUTE_MS))
                .filter(sessions::last_active_at.gt(now - IDLE_MS))
                .order(sessions::last_active_at.desc())
                .select((
                    sessions::id,
                    sessions::ip,
                    sessions::agent,
                    sessions::created_at,
                    sessions::last_active_at,
                    (sessions::issuer, sessions::strong, sessions::factor),
                ))
                .load(c)?)
        })
        .await
    }

    /// What the member of a session may do now; `None` where it has ended or run out.
    pub async fn session_rights(&self, id: i32) -> Result<Option<Arc<Rights>>> {
        let (now, inner) = (self.clock().now(), Arc::clone(&self.inner));
        self.read(move |c| {
            let live: Option<i32> = sessions::table
                .find(id)
                .filter(sessions::created_at.gt(now - ABSOLUTE_MS))
                .filter(sessions::last_active_at.gt(now - IDLE_MS))
                .select(sessions::member_id)
                .first(c)
                .optional()?;
            live.map(|member| rights::of_member(c, &inner.rights, member, now)).transpose()
        })
        .await
    }
}
