//! The identity provider, and the accounts there by which members sign in.

use diesel::prelude::*;

use super::members::Member;
use super::schema::{identities, identity_provider, identity_teams, members, team_members};
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// The identity provider as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    pub issuer: String,
    pub client_id: String,
    /// The client secret, encrypted.
    pub sealed: Vec<u8>,
    /// What the button says.
    pub label: String,
    pub scopes: String,
    pub group_claim: String,
    pub strong_acr: String,
    /// Whether whoever signs in there becomes a member by it.
    pub provision: bool,
    /// Groups and the teams that they fill.
    pub teams: Vec<(String, i32)>,
}

type Row = (String, String, Vec<u8>, String, String, String, String, bool);

/// An account at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Identity {
    pub id: i32,
    pub issuer: String,
    pub subject: String,
    /// What the provider calls it.
    pub name: String,
    pub linked_at: Millis,
    pub used_at: Option<Millis>,
}

/// The key of an account at a provider, and what it is called there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub issuer: String,
    pub subject: String,
    pub name: String,
}

impl Store {
    /// The identity provider, if one is set.
    pub async fn identity_provider(&self) -> Result<Option<Provider>> {
        self.read(|c| Ok(read(c)?)).await
    }

    /// Whose account at a provider this is.
    pub async fn identity(&self, issuer: &str, subject: &str) -> Result<Option<Member>> {
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        self.read(move |c| {
            let row = identities::table.filter(identities::issuer.eq(issuer)).filter(identities::subject.eq(subject));
            Ok(row.inner_join(members::table).select(members::all_columns).first(c).optional()?)
        })
        .await
    }

    /// The accounts by which a member signs in, the first linked one first.
    pub async fn identities_of(&self, member_id: i32) -> Result<Vec<Identity>> {
        self.read(move |c| {
            let mine = identities::table.filter(identities::member_id.eq(member_id)).order(identities::id);
            Ok(mine.select(COLUMNS).load(c)?)
        })
        .await
    }

    /// How many members have no password, and so nothing but the provider.
    pub async fn without_password(&self) -> Result<i64> {
        self.read(|c| Ok(members::table.filter(members::password_hash.eq("")).count().get_result(c)?)).await
    }
}

type Columns =
    (identities::id, identities::issuer, identities::subject, identities::name, identities::linked_at, identities::used_at);
const COLUMNS: Columns =
    (identities::id, identities::issuer, identities::subject, identities::name, identities::linked_at, identities::used_at);

fn read(c: &mut SqliteConnection) -> QueryResult<Option<Provider>> {
    use identity_provider as p;
    let row =
        p::table.select((p::issuer, p::client_id, p::sealed, p::label, p::scopes, p::group_claim, p::strong_acr, p::provision));
    let Some((issuer, client_id, sealed, label, scopes, group_claim, strong_acr, provision)) = row.first::<Row>(c).optional()?
    else {
        return Ok(None);
    };
    let teams = identity_teams::table.order((identity_teams::group_name, identity_teams::team_id)).load(c)?;
    Ok(Some(Provider { issuer, client_id, sealed, label, scopes, group_claim, strong_acr, provision, teams }))
}

/// The provider, seen from inside a change.
pub fn provider(tx: &mut Tx<'_>) -> std::result::Result<Option<Provider>, Denied> {
    Ok(read(tx.connection())?)
}

/// Keeps another provider, or none.
pub fn set_provider(tx: &mut Tx<'_>, wanted: Option<&Provider>) -> std::result::Result<(), Denied> {
    use identity_provider as p;
    diesel::delete(p::table).execute(tx.connection())?;
    diesel::delete(identity_teams::table).execute(tx.connection())?;
    let Some(wanted) = wanted else { return Ok(()) };
    let row = (
        p::id.eq(1),
        p::issuer.eq(&wanted.issuer),
        p::client_id.eq(&wanted.client_id),
        p::sealed.eq(&wanted.sealed),
        p::label.eq(&wanted.label),
        p::scopes.eq(&wanted.scopes),
        p::group_claim.eq(&wanted.group_claim),
        p::strong_acr.eq(&wanted.strong_acr),
        p::provision.eq(wanted.provision),
    );
    diesel::insert_into(p::table).values(row).execute(tx.connection())?;
    for (group, team) in &wanted.teams {
        let row = (identity_teams::group_name.eq(group), identity_teams::team_id.eq(team));
        diesel::insert_or_ignore_into(identity_teams::table).values(row).execute(tx.connection())?;
    }
    Ok(())
}

/// The id of the member whose account this is.
pub fn member_of(tx: &mut Tx<'_>, account: &Account) -> std::result::Result<Option<i32>, Denied> {
    let row = identities::table.filter(identities::issuer.eq(&account.issuer)).filter(identities::subject.eq(&account.subject));
    Ok(row.select(identities::member_id).first(tx.connection()).optional()?)
}

/// Links an account with a member. Whose it was already, nobody else gets.
pub fn link(tx: &mut Tx<'_>, member_id: i32, account: &Account) -> std::result::Result<(), Denied> {
    if let Some(owner) = member_of(tx, account)? {
        let text = if owner == member_id {
            "this account is linked with yours already"
        } else {
            "this account is linked with another member"
        };
        return Err(Denied::rule("linked", text));
    }
    let row = (
        identities::member_id.eq(member_id),
        identities::issuer.eq(&account.issuer),
        identities::subject.eq(&account.subject),
        identities::name.eq(&account.name),
        identities::linked_at.eq(tx.now()),
    );
    diesel::insert_into(identities::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// Somebody signed in by an account.
pub fn used(tx: &mut Tx<'_>, account: &Account) -> std::result::Result<(), Denied> {
    let row = identities::table.filter(identities::issuer.eq(&account.issuer)).filter(identities::subject.eq(&account.subject));
    let now = tx.now();
    diesel::update(row).set((identities::used_at.eq(now), identities::name.eq(&account.name))).execute(tx.connection())?;
    Ok(())
}

/// Removes the link to an account. Refused where the member could not sign in any more.
pub fn unlink(tx: &mut Tx<'_>, member_id: i32, id: i32) -> std::result::Result<Identity, Denied> {
    let mine = identities::table.filter(identities::member_id.eq(member_id));
    let gone: Option<Identity> = mine.filter(identities::id.eq(id)).select(COLUMNS).first(tx.connection()).optional()?;
    let gone = gone.ok_or_else(|| Denied::rule("gone", "this link is not there any more"))?;
    diesel::delete(identities::table.find(id)).execute(tx.connection())?;
    let hash: String = members::table.find(member_id).select(members::password_hash).first(tx.connection())?;
    let issuer = provider(tx)?.map(|p| p.issuer).unwrap_or_default();
    let left: i64 = mine.filter(identities::issuer.eq(issuer)).count().get_result(tx.connection())?;
    if hash.is_empty() && left == 0 {
        let text = "you have no password, so this is your only way to sign in; get a password first, or link another account";
        return Err(Denied::rule("last-way", text));
    }
    Ok(gone)
}

/// The teams that a member is in.
pub fn teams_of(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<Vec<i32>, Denied> {
    let mine = team_members::table.filter(team_members::member_id.eq(member_id));
    Ok(mine.select(team_members::team_id).load(tx.connection())?)
}
