//! Second factors of members: what authenticator apps share with the dashboard, encrypted, and hashes of recovery codes.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::schema::{passkeys, recovery_codes, totp_factors};
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// The word of [`Denied::Rule`] for a code that can't be used, or not again.
pub const SPENT: &str = "code-spent";

/// A member's authenticator app.
pub struct Totp {
    /// The shared secret, encrypted.
    pub sealed: Vec<u8>,
    pub added_at: Millis,
}

/// Which second factors a member has. Recovery codes stand in for one, and are none themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// An authenticator app.
    pub app: bool,
    pub passkey: bool,
}

impl Factors {
    /// Whether there is one.
    pub const fn any(self) -> bool {
        self.app || self.passkey
    }
}

/// How many recovery codes a member has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    pub left: i64,
    pub used: i64,
}

/// What is stored of a new factor or of new codes: bytes, and the id of the key that made them.
pub struct Sealed {
    pub bytes: Vec<u8>,
    pub key_id: String,
}

/// What was given as second factor. It is right; whether it was used before is known only inside the change.
#[derive(Clone)]
pub enum Proof {
    /// The step of an app's code.
    Step(i64),
    /// The hash of a recovery code.
    Recovery(Vec<u8>),
    /// The row of a passkey, what was stored of it when it was checked, and what is stored from now on.
    Passkey { id: i32, was: String, text: String },
}

impl Store {
    /// Which second factors the member has.
    pub async fn factors(&self, member_id: i32) -> Result<Factors> {
        self.read(move |c| Ok(of_member(c, member_id)?)).await
    }

    /// The member's authenticator app.
    pub async fn totp(&self, member_id: i32) -> Result<Option<Totp>> {
        self.read(move |c| {
            let row = totp_factors::table.find(member_id).select((totp_factors::sealed, totp_factors::added_at));
            Ok(row.first(c).optional()?.map(|(sealed, added_at)| Totp { sealed, added_at }))
        })
        .await
    }

    /// The member's recovery codes.
    pub async fn recovery(&self, member_id: i32) -> Result<Recovery> {
        self.read(move |c| {
            let mine = recovery_codes::table.filter(recovery_codes::member_id.eq(member_id));
            let all: i64 = mine.select(count_star()).first(c)?;
            let left: i64 = mine.filter(recovery_codes::used_at.is_null()).select(count_star()).first(c)?;
            Ok(Recovery { left, used: all - left })
        })
        .await
    }

    /// The ids of all keys with which something is encrypted or hashed.
    pub async fn key_ids(&self) -> Result<Vec<String>> {
        self.read(|c| {
            let mut ids: Vec<String> = totp_factors::table.select(totp_factors::key_id).distinct().load(c)?;
            ids.extend(recovery_codes::table.select(recovery_codes::key_id).distinct().load::<String>(c)?);
            ids.sort();
            ids.dedup();
            Ok(ids)
        })
        .await
    }
}

/// Which second factors a member has.
pub(super) fn of_member(c: &mut SqliteConnection, member_id: i32) -> QueryResult<Factors> {
    let apps: i64 = totp_factors::table.filter(totp_factors::member_id.eq(member_id)).count().get_result(c)?;
    let keys: i64 = passkeys::table.filter(passkeys::member_id.eq(member_id)).count().get_result(c)?;
    Ok(Factors { app: apps > 0, passkey: keys > 0 })
}

/// A factor of the member is gone. Without any other the recovery codes go too, for they stand in for one; and where the member may not do
/// without, nothing goes at all.
pub fn one_went(tx: &mut Tx<'_>, member_id: i32, required: bool) -> std::result::Result<(), Denied> {
    if of_member(tx.connection(), member_id)?.any() {
        return Ok(());
    }
    if required {
        let text = "your rights need a second factor, and this is the last one; add another one first";
        return Err(Denied::rule("last-factor", text));
    }
    remove_codes(tx, member_id)
}

/// Gives a member an authenticator app in place of the one before. The code that confirmed it was of this step.
pub fn put_totp(tx: &mut Tx<'_>, member_id: i32, app: &Sealed, step: i64) -> std::result::Result<(), Denied> {
    let row = (
        totp_factors::member_id.eq(member_id),
        totp_factors::sealed.eq(&app.bytes),
        totp_factors::key_id.eq(&app.key_id),
        totp_factors::last_step.eq(step),
        totp_factors::added_at.eq(tx.now()),
    );
    diesel::replace_into(totp_factors::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// Takes the app from a member. `false` if there was none.
pub fn remove_totp(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<bool, Denied> {
    Ok(diesel::delete(totp_factors::table.find(member_id)).execute(tx.connection())? > 0)
}

/// Gives a member other recovery codes; the ones before are void.
pub fn put_codes(tx: &mut Tx<'_>, member_id: i32, codes: &[Sealed]) -> std::result::Result<(), Denied> {
    let now = tx.now();
    remove_codes(tx, member_id)?;
    for code in codes {
        let row = (
            recovery_codes::member_id.eq(member_id),
            recovery_codes::hash.eq(&code.bytes),
            recovery_codes::key_id.eq(&code.key_id),
            recovery_codes::made_at.eq(now),
        );
        diesel::insert_into(recovery_codes::table).values(row).execute(tx.connection())?;
    }
    Ok(())
}

/// Takes all recovery codes from a member.
pub fn remove_codes(tx: &mut Tx<'_>, member_id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::member_id.eq(member_id))).execute(tx.connection())?;
    Ok(())
}

/// Uses what was given, once: of two who give the same at the same time one is refused.
pub fn spend(tx: &mut Tx<'_>, member_id: i32, proof: &Proof) -> std::result::Result<(), Denied> {
    let now = tx.now();
    let (spent, why) = match proof {
        Proof::Passkey { id, was, text } => return super::passkeys::used(tx, member_id, *id, (was, text)),
        Proof::Step(step) => {
            let unused = totp_factors::table.find(member_id).filter(totp_factors::last_step.lt(*step));
            let spent = diesel::update(unused).set(totp_factors::last_step.eq(*step)).execute(tx.connection())?;
            (spent, "this code was used already; wait for the next one that the app shows")
        }
        Proof::Recovery(hash) => {
            let mine = recovery_codes::table.filter(recovery_codes::member_id.eq(member_id));
            let unused = mine.filter(recovery_codes::hash.eq(hash)).filter(recovery_codes::used_at.is_null());
            let ids: Vec<i32> = unused.select(recovery_codes::id).load(tx.connection())?;
            let found = recovery_codes::table.filter(recovery_codes::id.eq_any(ids));
            let spent = diesel::update(found).set(recovery_codes::used_at.eq(now)).execute(tx.connection())?;
            (spent, "this recovery code is not right, or was used already")
        }
    };
    if spent == 0 { Err(Denied::rule(SPENT, why)) } else { Ok(()) }
}
