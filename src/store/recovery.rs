//! Holders of recovery keys.

use diesel::prelude::*;

use super::mail::{self, Notice, facts};
use super::schema::recovery_holders as holders;
use super::{Denied, Result, Store, Tx, rights};
use crate::access::Permission;
use crate::clock::Millis;

/// Holders that there have to be before recovery counts as ready: one key alone is lost with one drawer.
pub const ENOUGH: usize = 2;

/// Somebody who holds, or held, a recovery key.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Holder {
    pub id: i32,
    pub name: String,
    /// The public half, `age1…`.
    pub recipient: String,
    pub fingerprint: String,
    /// The armoured text whose word shows that they have the key.
    pub challenge: String,
    /// SHA-256 of the word.
    pub digest: Vec<u8>,
    pub added_at: Millis,
    pub added_by: String,
    /// When they last showed that they have the key.
    pub proven_at: Option<Millis>,
    /// When what is new began not to be encrypted to them any more.
    pub removed_at: Option<Millis>,
    pub removed_by: String,
}

/// What is stored of a new one.
pub struct NewHolder {
    pub name: String,
    pub recipient: String,
    pub fingerprint: String,
    pub challenge: String,
    pub digest: Vec<u8>,
}

impl Store {
    /// All who hold a key, by name.
    pub async fn holders(&self) -> Result<Vec<Holder>> {
        self.read(|c| Ok(holders::table.filter(holders::removed_at.is_null()).order((holders::name, holders::id)).load(c)?)).await
    }

    /// Those who were removed, the newest first, 100 at most.
    pub async fn former_holders(&self) -> Result<Vec<Holder>> {
        self.read(|c| {
            let former = holders::table.filter(holders::removed_at.is_not_null());
            Ok(former.order(holders::removed_at.desc()).limit(100).load(c)?)
        })
        .await
    }
}

/// Somebody holds a key from now on. Refused are a name and a key that there are already.
pub fn add(tx: &mut Tx<'_>, new: &NewHolder) -> std::result::Result<(), Denied> {
    let present: Vec<Holder> = holders::table.filter(holders::removed_at.is_null()).load(tx.connection())?;
    if present.iter().any(|holder| holder.name.eq_ignore_ascii_case(&new.name)) {
        return Err(Denied::rule(
            "name",
            format!("{} holds a key already; remove that one first, or write another name", new.name),
        ));
    }
    if let Some(holder) = present.iter().find(|holder| holder.recipient == new.recipient) {
        return Err(Denied::rule("recipient", format!("this is the key of {} already; each holder needs their own", holder.name)));
    }
    let row = (
        holders::name.eq(&new.name),
        holders::recipient.eq(&new.recipient),
        holders::fingerprint.eq(&new.fingerprint),
        holders::challenge.eq(&new.challenge),
        holders::digest.eq(&new.digest),
        holders::added_at.eq(tx.now()),
        holders::added_by.eq(tx.actor().name().to_owned()),
    );
    diesel::insert_into(holders::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// Nothing new is encrypted to this holder. Returns who it was.
pub fn remove(tx: &mut Tx<'_>, id: i32) -> std::result::Result<Holder, Denied> {
    let holder = present(tx, id)?;
    let removed = (holders::removed_at.eq(tx.now()), holders::removed_by.eq(tx.actor().name().to_owned()));
    diesel::update(holders::table.find(id)).set(removed).execute(tx.connection())?;
    Ok(holder)
}

/// Somebody said the word of this digest. Returns whose it was; the next time another word is asked for.
pub fn prove(tx: &mut Tx<'_>, id: i32, said: &[u8], next: (&str, &[u8])) -> std::result::Result<Holder, Denied> {
    let holder = present(tx, id)?;
    if holder.digest != said {
        let text =
            format!("this is not what the text for {} says; decrypt the text as it stands here now, for it changes", holder.name);
        return Err(Denied::rule("word", text));
    }
    let proven = (holders::proven_at.eq(tx.now()), holders::challenge.eq(next.0), holders::digest.eq(next.1));
    diesel::update(holders::table.find(id)).set(proven).execute(tx.connection())?;
    Ok(holder)
}

fn present(tx: &mut Tx<'_>, id: i32) -> std::result::Result<Holder, Denied> {
    let found = holders::table.find(id).filter(holders::removed_at.is_null()).first(tx.connection()).optional()?;
    found.ok_or_else(|| Denied::rule("gone", "this holder was removed meanwhile; open the page again"))
}

/// Tells everybody who decides about backups, so that nobody adds a key of their own unseen.
pub fn tell(tx: &mut Tx<'_>, holder: &str, what: &str) -> std::result::Result<(), Denied> {
    let (now, by) = (tx.now(), tx.actor().name().to_owned());
    let about = facts([("by", &by), ("holder", holder), ("what", what)]);
    for (member, rights) in rights::of_all(tx.connection(), now).map_err(Denied::Store)? {
        if rights.everywhere().has(Permission::ConfigureBackup) {
            mail::notify(tx, member, Notice::HoldersChanged, &about)?;
        }
    }
    Ok(())
}
