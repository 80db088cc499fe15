use diesel::prelude::*;

use super::members::{self, Member};
use super::schema::{apps, members as people, tokens};
use super::{Denied, Result, Store, Tx};
use crate::access::{Permissions, TokenLimits};
use crate::clock::Millis;

/// A token is good for so long at most, in days.
pub const LONGEST_DAYS: i64 = 365;
/// Tokens that a member may have at a time.
pub const MOST: i64 = 50;
/// Tokens in a list.
const LISTED: i64 = 500;

/// An API token, but for the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: i32,
    /// The part that it is spoken of by.
    pub public: String,
    pub member_id: i32,
    /// The owner's name.
    pub member: String,
    pub name: String,
    pub limits: TokenLimits,
    /// Addresses that it may come from, such as `10.0.0.0/8`; `None` where it may come from everywhere.
    pub network: Option<String>,
    pub created_at: Millis,
    pub expires_at: Millis,
    /// When it was ended, if it was.
    pub ended_at: Option<Millis>,
    /// Who ended it.
    pub ended_by: String,
    pub last_used_at: Option<Millis>,
    pub last_used_ip: String,
}

impl Token {
    /// Whether it was neither ended nor has run out.
    pub const fn lives(&self, now: Millis) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

/// What is stored of a new token.
pub struct NewToken {
    pub public: String,
    /// SHA-256 of the whole.
    pub hash: Vec<u8>,
    pub name: String,
    pub limits: TokenLimits,
    pub network: Option<String>,
    pub days: i64,
}

type Columns = (
    (tokens::id, tokens::public, tokens::member_id, people::name, tokens::name, tokens::scopes),
    diesel::dsl::Nullable<apps::name>,
    (tokens::network, tokens::created_at, tokens::expires_at, tokens::ended_at, tokens::ended_by),
    (tokens::last_used_at, tokens::last_used_ip),
);

type Row = (
    (i32, String, i32, String, String, String),
    Option<String>,
    (Option<String>, Millis, Millis, Option<Millis>, String),
    (Option<Millis>, String),
);

fn columns() -> Columns {
    (
        (tokens::id, tokens::public, tokens::member_id, people::name, tokens::name, tokens::scopes),
        apps::name.nullable(),
        (tokens::network, tokens::created_at, tokens::expires_at, tokens::ended_at, tokens::ended_by),
        (tokens::last_used_at, tokens::last_used_ip),
    )
}

fn token(row: Row) -> Token {
    let ((id, public, member_id, member, name, scopes), app, limits, (last_used_at, last_used_ip)) = row;
    let (network, created_at, expires_at, ended_at, ended_by) = limits;
    // A permission that there is no more allows nothing.
    let scopes: Vec<_> = scopes.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let limits = TokenLimits { scopes: Permissions::of(&scopes), app };
    Token {
        id,
        public,
        member_id,
        member,
        name,
        limits,
        network,
        created_at,
        expires_at,
        ended_at,
        ended_by,
        last_used_at,
        last_used_ip,
    }
}

impl Store {
    /// The token of this hash with its owner, be it dead.
    pub async fn token_of(&self, hash: Vec<u8>) -> Result<Option<(Token, Member)>> {
        self.read(move |c| {
            let joined = tokens::table.inner_join(people::table).left_join(apps::table);
            let found = joined.filter(tokens::hash.eq(hash)).select(columns()).first::<Row>(c).optional()?;
            let Some(token) = found.map(token) else { return Ok(None) };
            Ok(members::by_id(c, token.member_id)?.map(|owner| (token, owner)))
        })
        .await
    }

    /// One token, be it dead.
    pub async fn token(&self, id: i32) -> Result<Option<Token>> {
        self.read(move |c| {
            let joined = tokens::table.inner_join(people::table).left_join(apps::table);
            Ok(joined.filter(tokens::id.eq(id)).select(columns()).first::<Row>(c).optional()?.map(token))
        })
        .await
    }

    /// The tokens of a member, or of all; those that were ended come last, and among equals the newest first.
    pub async fn tokens(&self, member_id: Option<i32>) -> Result<Vec<Token>> {
        self.read(move |c| {
            let joined = tokens::table.inner_join(people::table).left_join(apps::table);
            let mut query =
                joined.select(columns()).order((tokens::ended_at.is_not_null(), tokens::id.desc())).limit(LISTED).into_boxed();
            if let Some(id) = member_id {
                query = query.filter(tokens::member_id.eq(id));
            }
            Ok(query.load::<Row>(c)?.into_iter().map(token).collect())
        })
        .await
    }
}

/// Keeps a new token of a member, and returns its row id. Refused are a name that another living token of the member has, an app that
/// there is not, and one token too many.
pub fn insert(tx: &mut Tx<'_>, member_id: i32, new: &NewToken) -> std::result::Result<i32, Denied> {
    let now = tx.now();
    let living = || {
        let own = tokens::table.filter(tokens::member_id.eq(member_id));
        own.filter(tokens::ended_at.is_null()).filter(tokens::expires_at.gt(now))
    };
    let same: i64 = living().filter(tokens::name.eq(&new.name)).count().get_result(tx.connection())?;
    if same > 0 {
        return Err(Denied::rule("name-taken", format!("You have a token called {} already", new.name)));
    }
    let count: i64 = living().count().get_result(tx.connection())?;
    if count >= MOST {
        return Err(Denied::rule("too-many", format!("You have {MOST} tokens; end one of them first")));
    }
    let app_id = match &new.limits.app {
        None => None,
        Some(name) => Some(app_id(tx, name)?),
    };
    let words: Vec<&str> = new.limits.scopes.iter().map(crate::access::Permission::as_str).collect();
    let row = (
        tokens::public.eq(&new.public),
        tokens::hash.eq(&new.hash),
        tokens::member_id.eq(member_id),
        tokens::name.eq(&new.name),
        tokens::scopes.eq(words.join(" ")),
        tokens::app_id.eq(app_id),
        tokens::network.eq(&new.network),
        tokens::created_at.eq(now),
        tokens::expires_at.eq(now + new.days.clamp(1, LONGEST_DAYS) * DAY_MS),
    );
    Ok(diesel::insert_into(tokens::table).values(row).returning(tokens::id).get_result(tx.connection())?)
}

const DAY_MS: Millis = 24 * 60 * 60 * 1000;

fn app_id(tx: &mut Tx<'_>, name: &str) -> std::result::Result<i32, Denied> {
    let found: Option<i32> = apps::table.filter(apps::name.eq(name)).select(apps::id).first(tx.connection()).optional()?;
    found.ok_or_else(|| Denied::rule("no-app", format!("There is no app called {name}")))
}

/// Ends a token, of this member or, without one, of anybody. Returns its name and its owner's; `None` where there is no such token that
/// has not been ended.
pub fn end(tx: &mut Tx<'_>, id: i32, of: Option<i32>) -> std::result::Result<Option<(String, String)>, Denied> {
    let mut query = tokens::table
        .inner_join(people::table)
        .filter(tokens::id.eq(id))
        .filter(tokens::ended_at.is_null())
        .select((tokens::name, people::name))
        .into_boxed();
    if let Some(member) = of {
        query = query.filter(tokens::member_id.eq(member));
    }
    let found: Option<(String, String)> = query.first(tx.connection()).optional()?;
    if found.is_some() {
        let ended = (tokens::ended_at.eq(tx.now()), tokens::ended_by.eq(tx.actor().name().to_owned()));
        diesel::update(tokens::table.find(id)).set(ended).execute(tx.connection())?;
    }
    Ok(found)
}
