//! Where backups go.

use diesel::prelude::*;

use super::schema::backup_repositories as r;
use super::{Denied, Result, Store, StoreError, Tx};
use crate::clock::Millis;

/// How far a repository has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepositoryState {
    /// Nobody has seen it yet.
    New,
    /// It answered, and waits for its recovery kit.
    Ready,
    /// It takes backups.
    Active,
    /// It was ready or active, and something is wrong with it.
    Broken,
    /// It takes no backups any more. Its data stays.
    Retired,
}

impl RepositoryState {
    pub const ALL: [Self; 5] = [Self::New, Self::Ready, Self::Active, Self::Broken, Self::Retired];

    /// The stable word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ready => "ready",
            Self::Active => "active",
            Self::Broken => "broken",
            Self::Retired => "retired",
        }
    }
}

/// A repository as it is kept. What opens it is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRepository {
    pub id: i32,
    pub name: String,
    /// The place as JSON, without anything that lets somebody in.
    pub place: String,
    pub sealed: Sealed,
    /// It was there before, and its password was brought.
    pub adopted: bool,
    /// Nothing that lies there can be removed by us.
    pub append_only: bool,
    pub state: RepositoryState,
    /// restic's own id of it; empty while it is new.
    pub restic_id: String,
    /// A keyed hash of the check code on its newest recovery kit.
    pub kit_hash: Option<Vec<u8>>,
    pub kit_at: Option<Millis>,
    pub made_at: Millis,
    pub activated_at: Option<Millis>,
    /// When it answered last.
    pub checked_at: Option<Millis>,
    /// What went wrong the last time, for people; empty if nothing did.
    pub trouble: String,
    pub trouble_at: Option<Millis>,
}

/// What opens a repository, encrypted for its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub password: Vec<u8>,
    pub credentials: Vec<u8>,
}

/// What people say of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    pub name: String,
    pub place: String,
    pub append_only: bool,
    pub adopted: bool,
}

#[derive(Queryable)]
struct Row {
    id: i32,
    name: String,
    place: String,
    password: Vec<u8>,
    credentials: Vec<u8>,
    adopted: bool,
    append_only: bool,
    state: String,
    restic_id: String,
    kit_hash: Option<Vec<u8>>,
    kit_at: Option<Millis>,
    made_at: Millis,
    activated_at: Option<Millis>,
    checked_at: Option<Millis>,
    trouble: String,
    trouble_at: Option<Millis>,
}

fn kept(row: Row) -> Result<KeptRepository> {
    let state = RepositoryState::ALL.into_iter().find(|state| state.as_str() == row.state);
    Ok(KeptRepository {
        state: state.ok_or_else(|| StoreError::Unreadable(format!("state of repository {}", row.id)))?,
        id: row.id,
        name: row.name,
        place: row.place,
        sealed: Sealed { password: row.password, credentials: row.credentials },
        adopted: row.adopted,
        append_only: row.append_only,
        restic_id: row.restic_id,
        kit_hash: row.kit_hash,
        kit_at: row.kit_at,
        made_at: row.made_at,
        activated_at: row.activated_at,
        checked_at: row.checked_at,
        trouble: row.trouble,
        trouble_at: row.trouble_at,
    })
}

impl Store {
    /// All repositories by name, those that take no backups any more last.
    pub async fn repositories(&self) -> Result<Vec<KeptRepository>> {
        self.read(|c| {
            let rows = r::table.order((r::state.eq("retired"), r::name)).load(c)?;
            rows.into_iter().map(kept).collect()
        })
        .await
    }

    /// One repository.
    pub async fn repository(&self, id: i32) -> Result<Option<KeptRepository>> {
        self.read(move |c| r::table.find(id).first(c).optional()?.map(kept).transpose()).await
    }
}

/// One repository, from inside a change.
pub fn repository(tx: &mut Tx<'_>, id: i32) -> std::result::Result<KeptRepository, Denied> {
    let found: Option<Row> = r::table.find(id).first(tx.connection()).optional()?;
    Ok(kept(found.ok_or_else(|| Denied::rule("gone", "there is no such repository"))?)?)
}

/// Refuses a name that another one has, and a place where one in use lies already. `id` is the row of the one that is changed.
pub fn distinct(tx: &mut Tx<'_>, id: Option<i32>, described: &Described) -> std::result::Result<(), Denied> {
    let others = r::table.filter(r::id.ne(id.unwrap_or(0)));
    let named: i64 = others.filter(r::name.eq(&described.name)).count().get_result(tx.connection())?;
    if named > 0 {
        return Err(Denied::rule("name", format!("there is a repository called {} already", described.name)));
    }
    let there = others.filter(r::place.eq(&described.place)).filter(r::state.ne("retired"));
    if let Some(name) = there.select(r::name).first::<String>(tx.connection()).optional()? {
        return Err(Denied::rule("place", format!("the repository {name} lies there already")));
    }
    Ok(())
}

/// Keeps a new one, and returns its row. What opens it follows, for it is encrypted for that row.
pub fn add(tx: &mut Tx<'_>, described: &Described) -> std::result::Result<i32, Denied> {
    let empty = || Vec::<u8>::new();
    let row = (
        described_row(described),
        r::password.eq(empty()),
        r::credentials.eq(empty()),
        r::state.eq("new"),
        r::made_at.eq(tx.now()),
    );
    Ok(diesel::insert_into(r::table).values(row).returning(r::id).get_result(tx.connection())?)
}

type DescribedRow<'a> = (
    diesel::dsl::Eq<r::name, &'a String>,
    diesel::dsl::Eq<r::place, &'a String>,
    diesel::dsl::Eq<r::append_only, bool>,
    diesel::dsl::Eq<r::adopted, bool>,
);

fn described_row(d: &Described) -> DescribedRow<'_> {
    (r::name.eq(&d.name), r::place.eq(&d.place), r::append_only.eq(d.append_only), r::adopted.eq(d.adopted))
}

/// Says something else of it.
pub fn describe(tx: &mut Tx<'_>, id: i32, described: &Described) -> std::result::Result<(), Denied> {
    diesel::update(r::table.find(id)).set(described_row(described)).execute(tx.connection())?;
    Ok(())
}

/// Keeps what opens it.
pub fn seal(tx: &mut Tx<'_>, id: i32, sealed: &Sealed) -> std::result::Result<(), Denied> {
    let row = (r::password.eq(&sealed.password), r::credentials.eq(&sealed.credentials));
    diesel::update(r::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

/// It answered, with this id of restic's.
pub fn answered(tx: &mut Tx<'_>, id: i32, state: RepositoryState, restic_id: &str) -> std::result::Result<(), Denied> {
    let row = (
        r::state.eq(state.as_str()),
        r::restic_id.eq(restic_id),
        r::checked_at.eq(tx.now()),
        r::trouble.eq(""),
        r::trouble_at.eq(None::<Millis>),
    );
    diesel::update(r::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

/// Something went wrong with it.
pub fn troubled(tx: &mut Tx<'_>, id: i32, state: RepositoryState, trouble: &str) -> std::result::Result<(), Denied> {
    let row = (r::state.eq(state.as_str()), r::trouble.eq(trouble), r::trouble_at.eq(tx.now()));
    diesel::update(r::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

/// A recovery kit was taken, with a check code of this hash.
pub fn kit_taken(tx: &mut Tx<'_>, id: i32, hash: &[u8]) -> std::result::Result<(), Denied> {
    let row = (r::kit_hash.eq(hash), r::kit_at.eq(tx.now()));
    diesel::update(r::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

/// It takes backups from now on.
pub fn activated(tx: &mut Tx<'_>, id: i32) -> std::result::Result<(), Denied> {
    let row = (r::state.eq("active"), r::activated_at.eq(tx.now()));
    diesel::update(r::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

/// It takes no backups any more.
pub fn retired(tx: &mut Tx<'_>, id: i32) -> std::result::Result<(), Denied> {
    diesel::update(r::table.find(id)).set(r::state.eq("retired")).execute(tx.connection())?;
    Ok(())
}
