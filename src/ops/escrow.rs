//! A secret that was just made is kept for the holders of recovery keys, before its value is forgotten: the Swarm gives no value back,
//! and a server that is lost would take it along.

use crate::access::action::EscrowSecret as Escrow;
use crate::access::{Actor, Grant, Target};
use crate::commands::secret_escrow::EscrowSecret;
use crate::escrow::{Recipient, seal};
use crate::secret::SecretValue;
use crate::store::escrow::NewEscrowed;

use super::ended::OpError;
use super::run::Run;
use super::secrets::Of;

/// A secret as it stands on the Swarm.
pub(super) struct Made<'a> {
    pub(super) name: &'a str,
    /// Its id there.
    pub(super) swarm_id: String,
    /// `generated` or `inserted`.
    pub(super) source: &'static str,
}

/// Encrypts the value to all holders and keeps that. Where there are none nothing is kept. Where it can't be done the operation goes on
/// all the same, for the secret is made and works; it says so, and the page of secrets does.
pub(super) async fn keep(run: &Run, of: &Of<'_>, made: Made<'_>, value: &SecretValue) -> Result<(), OpError> {
    let name = made.name;
    match try_to(of, made, value).await {
        Ok(None) => Ok(()),
        Ok(Some(holders)) => run.note(&format!("{name} is kept for the holders of recovery keys: {}", holders.join(", "))).await,
        Err(why) => {
            run.warn(&format!("{name} could not be kept for the holders of recovery keys: {why}; rotate it to try again")).await
        }
    }
}

/// The names of those who can read it; `None` where nobody holds a key.
async fn try_to(of: &Of<'_>, made: Made<'_>, value: &SecretValue) -> Result<Option<Vec<String>>, String> {
    let holders = of.store.holders().await.map_err(|e| e.to_string())?;
    if holders.is_empty() {
        return Ok(None);
    }
    let keys: Result<Vec<Recipient>, _> = holders.iter().map(|holder| Recipient::parse(&holder.recipient)).collect();
    let keys = keys.map_err(|e| e.to_string())?;
    let secret = NewEscrowed {
        app_id: of.operation.app_id,
        name: made.name.to_owned(),
        swarm_id: made.swarm_id,
        version: version(made.name).to_owned(),
        ciphertext: seal(value.expose(), &keys).map_err(|e| e.to_string())?,
        recipients: keys.iter().map(Recipient::fingerprint).collect(),
        source: made.source,
    };
    let holders: Vec<String> = holders.into_iter().map(|holder| holder.name).collect();
    let on = Target::App(of.operation.app.clone());
    let may = Grant::<Escrow>::judge(Actor::System("operations"), on).map_err(|e| e.to_string())?;
    let command = EscrowSecret { secret, holders: holders.clone(), operation: of.operation.id };
    of.store.commit(&may, command).await.map_err(|e| e.to_string())?;
    Ok(Some(holders))
}

/// The version at the end of a name, such as `v1` of `pad_password_v1`; empty for a name without one.
fn version(name: &str) -> &str {
    name.rsplit_once('_').map(|(_, end)| end).filter(|end| end.strip_prefix('v').is_some_and(is_number)).unwrap_or_default()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
