use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use webauthn_rs::prelude::{Passkey, PublicKeyCredential};

use super::ceremony::Asker;
use crate::clock::Millis;
use crate::factor::{TotpSecret, Typed, typed};
use crate::keys::Owner;
use crate::store::StoreError;
use crate::store::factors::Proof;
use crate::store::members::Member;
use crate::web::Site;
use crate::web::visit::Visit;

/// Codes that one member may try within [`WINDOW_MS`], right or wrong.
const PER_WINDOW: u32 = 5;
const WINDOW_MS: Millis = 5 * 60 * 1000;
/// What an app's secret is sealed for.
pub(super) const TOTP: &str = "totp";
const RECOVERY: &str = "recovery code";

/// Counts the codes that each member tries.
#[derive(Default)]
pub struct CodeTries(Mutex<HashMap<i32, (Millis, u32)>>);

impl CodeTries {
    /// Takes down a try before it is looked at, so that many at once are no way around. The error is how many seconds to wait first.
    pub fn try_now(&self, member: i32, now: Millis) -> Result<(), u64> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|_, (since, _)| *since + WINDOW_MS > now);
        let (since, count) = tries.entry(member).or_insert((now, 0));
        if *count >= PER_WINDOW {
            return Err(u64::try_from((*since + WINDOW_MS - now + 999) / 1000).unwrap_or(1).max(1));
        }
        *count += 1;
        Ok(())
    }

    /// A code was right.
    pub fn right(&self, member: i32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&member);
    }
}

/// Why a code is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Wrong {
    #[error("this code is not right; the app shows another one every 30 seconds")]
    Code,
    #[error("too many wrong codes; try again in {0} s")]
    Slow(u64),
    #[error("the key that your app was added with is gone; whoever runs the server can help: canteen member reset-factors NAME")]
    Key,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the member typed, as proof that is still to be spent. A right code counts as a try until it is.
pub(super) async fn prove(site: &Site, member: i32, text: &str) -> Result<Proof, Wrong> {
    let now = site.store.clock().now();
    site.codes.try_now(member, now).map_err(Wrong::Slow)?;
    match typed(text) {
        Typed::App(code) => {
            let app = site.store.totp(member).await?.ok_or(Wrong::Code)?;
            let opened = site.key.unseal(&app.sealed, Owner { row: member, purpose: TOTP }).ok_or(Wrong::Key)?;
            let secret = TotpSecret::from_slice(&opened).ok_or(Wrong::Key)?;
            step(&secret, &code, now).map(Proof::Step)
        }
        Typed::Recovery(code) => Ok(Proof::Recovery(recovery_hash(site, member, &code))),
        Typed::Other => Err(Wrong::Code),
    }
}

/// The passkey that a device answered with, whose it is, and the proof that is still to be spent.
pub(super) struct Shown {
    pub name: String,
    pub member: Member,
    pub proof: Proof,
}

/// What this browser's answer to a ceremony shows. `None`, whatever is wrong with it.
pub(super) async fn shown(site: &Site, visit: &Visit, ticket: &str, answer: &str) -> Result<Option<Shown>, StoreError> {
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(None) };
    let Some((stored, member)) = site.store.passkey(answer.get_credential_id()).await? else { return Ok(None) };
    let Ok(mut passkey) = serde_json::from_str::<Passkey>(&stored.text) else { return Ok(None) };
    let found = site.ceremonies.signed_in(ticket, member.id, &answer, &passkey, asker(site, visit));
    let Some(found) = found else { return Ok(None) };
    passkey.update_credential(&found);
    let Ok(text) = serde_json::to_string(&passkey) else { return Ok(None) };
    let proof = Proof::Passkey { id: stored.id, was: stored.text, text };
    Ok(Some(Shown { name: stored.name, member, proof }))
}

/// With whom a ceremony is.
pub(in crate::web) fn asker<'a>(site: &Site, visit: &'a Visit) -> Asker<'a> {
    Asker { browser: &visit.csrf_secret, address: &visit.ip, now: site.store.clock().now() }
}

/// The step of an app's code.
pub(super) fn step(secret: &TotpSecret, code: &str, now: Millis) -> Result<i64, Wrong> {
    let seconds = u64::try_from(now / 1000).unwrap_or(0);
    secret.step_of(code, seconds).and_then(|step| i64::try_from(step).ok()).ok_or(Wrong::Code)
}

/// What is stored of a recovery code. A fast hash is enough for 80 random bits, and the key keeps a copy of the database from being tried
/// at all; with a slow one, ten codes would take seconds.
pub(super) fn recovery_hash(site: &Site, member: i32, spelling: &str) -> Vec<u8> {
    site.key.digest(spelling.as_bytes(), Owner { row: member, purpose: RECOVERY })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_codes_in_five_minutes_for_each_member() {
        let tries = CodeTries::default();
        for n in 0..5 {
            assert_eq!(tries.try_now(1, n), Ok(()));
        }
        assert_eq!(tries.try_now(1, 60_000), Err(240));
        assert_eq!(tries.try_now(2, 60_000), Ok(()));
        assert_eq!(tries.try_now(1, WINDOW_MS), Ok(()));
        for n in 0..20 {
            tries.right(1);
            assert_eq!(tries.try_now(1, n), Ok(()));
        }
    }
}
