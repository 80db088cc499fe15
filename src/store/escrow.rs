//! Secrets that are kept for the holders of recovery keys. What is here can't be read here.

use diesel::prelude::*;

use super::schema::secret_escrow as escrow;
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// What the Swarm has no longer is kept so long all the same, for an older backup may ask for it: 400 days, which is longer than the
/// twelve months that backups are kept by default.
pub const KEPT_MS: Millis = 400 * 24 * 60 * 60 * 1000;

/// A secret that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Escrowed {
    pub id: i32,
    pub app_id: i32,
    /// The name on the Swarm.
    pub name: String,
    /// The id there.
    pub swarm_id: String,
    /// Empty for a name without one.
    pub version: String,
    /// Armoured text of age.
    pub ciphertext: String,
    /// Fingerprints of the keys that open it, with blanks between.
    pub recipients: String,
    /// `generated`, `inserted` or `harvested`.
    pub source: String,
    pub at: Millis,
    /// Since when the Swarm has it no longer, as far as was seen.
    pub gone_at: Option<Millis>,
}

/// One to keep.
pub struct NewEscrowed {
    pub app_id: i32,
    pub name: String,
    pub swarm_id: String,
    pub version: String,
    pub ciphertext: String,
    pub recipients: Vec<String>,
    pub source: &'static str,
}

impl Store {
    /// What is kept of an app's secrets, by name and the newest first.
    pub async fn escrowed(&self, app_id: i32) -> Result<Vec<Escrowed>> {
        self.read(move |c| Ok(escrow::table.filter(escrow::app_id.eq(app_id)).order((escrow::name, escrow::id.desc())).load(c)?))
            .await
    }

    /// How many kept secrets each key opens, by fingerprints.
    pub async fn opened_by(&self) -> Result<std::collections::BTreeMap<String, usize>> {
        let all = self.read(|c| Ok(escrow::table.select(escrow::recipients).load::<String>(c)?)).await?;
        let mut counts = std::collections::BTreeMap::new();
        for fingerprint in all.iter().flat_map(|keys| keys.split(' ')) {
            *counts.entry(fingerprint.to_owned()).or_default() += 1;
        }
        Ok(counts)
    }
}

/// Keeps one.
pub fn keep(tx: &mut Tx<'_>, new: &NewEscrowed) -> std::result::Result<(), Denied> {
    let row = (
        escrow::app_id.eq(new.app_id),
        escrow::name.eq(&new.name),
        escrow::swarm_id.eq(&new.swarm_id),
        escrow::version.eq(&new.version),
        escrow::ciphertext.eq(&new.ciphertext),
        escrow::recipients.eq(new.recipients.join(" ")),
        escrow::source.eq(new.source),
        escrow::at.eq(tx.now()),
    );
    diesel::insert_into(escrow::table).values(row).execute(tx.connection())?;
    Ok(())
}
