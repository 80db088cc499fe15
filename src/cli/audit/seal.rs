//! Sealing: old entries go into a file, then out of the database.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use canteen::access::action;
use canteen::access::{Actor, Grant, Target};
use canteen::commands::audit_seal::SealAudit;
use canteen::settings::Settings;
use canteen::store::Store;
use canteen::store::audit_export::Format;
use canteen::store::audit_proof::prove;
use canteen::store::audit_seals::Sealed;
use canteen::store::audit_search::EntryFilter;
use canteen::store::audit_stream::Wish;
use canteen::web::audit::index::day;

use crate::cli::{runtime, say, serve};

#[derive(clap::Args)]
pub(in crate::cli) struct Given {
    /// Entries of earlier days are sealed, such as 2026-01-01
    #[arg(long, value_name = "DAY")]
    before: String,
    /// The file to write; keep it, for it is the only place that has them then
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Writes the file, checks it as anybody could, and only then takes the entries out.
pub(super) fn run(given: &Given, settings: &Settings) -> anyhow::Result<()> {
    let time = day(&given.before).with_context(|| format!("{:?} is no day; write it as 2026-01-01", given.before))?;
    let store = serve::open_store(settings)?;
    let may = Grant::<action::SealAudit>::judge(Actor::System("command line"), Target::Site)?;
    runtime()?.block_on(async {
        let Some((upto, hash)) = store.last_entry_before(time).await? else {
            bail!("no entry is older than {}; nothing was sealed", given.before);
        };
        let from = store.audit_anchor().await?.seq + 1;
        write(&store, upto, &given.to).await?;
        let proof = prove(BufReader::new(File::open(&given.to)?), vec![(upto, hash.clone())])
            .with_context(|| format!("{} does not prove itself, so nothing was taken out", given.to.display()))?;
        let file = given.to.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sealed = Sealed { upto, hash, file_sha256: proof.sha256.clone() };
        store.commit(&may, SealAudit { sealed, from, file }).await?;
        say(&format!("sealed: entries {from} to {upto} are in {} now, SHA-256 {}", given.to.display(), proof.sha256));
        Ok(())
    })
}

/// A file that is there already is never written over.
async fn write(store: &Store, upto: i64, path: &Path) -> anyhow::Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut out = made.with_context(|| format!("{} can't be made", path.display()))?;
    let by = "command line".to_owned();
    let wish = Wish { format: Format::Jsonl, filter: EntryFilter::default(), told: String::new(), by, upto };
    let mut file = store.export_audit(wish).await?;
    while let Some(piece) = file.next().await? {
        out.write_all(piece.as_bytes()).with_context(|| format!("{} could not be written", path.display()))?;
    }
    out.sync_all().with_context(|| format!("{} could not be written", path.display()))
}
