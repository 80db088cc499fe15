//! `canteen audit …`: checks and exports the log, with or without a running dashboard.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use canteen::clock::SystemClock;
use canteen::store::Store;
use canteen::store::chain::{Checked, Checker, Link};

use super::{runtime, say};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Check that no entry of the audit log was changed, removed or put between
    Verify {
        /// The database; the dashboard's own if it is not named
        #[arg(long, conflicts_with = "export")]
        database: Option<PathBuf>,
        /// A file that `canteen audit export` wrote, instead of a database
        #[arg(long)]
        export: Option<PathBuf>,
        /// A checkpoint from the dashboard's log, as NUMBER:HASH; tells whether the end was cut off
        #[arg(long)]
        expect: Option<String>,
    },
    /// Write every entry to standard output, one JSON object per line
    Export,
}

/// Checks the chain of a database or of an export.
pub(super) fn verify(database: &Path, expect: Option<&str>, export: Option<&Path>) -> anyhow::Result<()> {
    let links = match export {
        Some(file) => read_export(file)?,
        None => read_database(database)?,
    };
    let expected = expect.map(checkpoint).transpose()?;
    let mut checker = Checker::default();
    for link in &links {
        if let Err(Checked::Broken { seq, why }) = checker.take(link) {
            bail!("entry {seq} was changed: {why}");
        }
    }
    let Checked::Whole { entries, head } = checker.finish() else { return Ok(()) };
    if let Some((seq, hash)) = expected {
        match links.iter().find(|l| l.seq == seq) {
            None => bail!("entry {seq} is missing: the log ends at {entries}, and the checkpoint proves that it was longer"),
            Some(link) if link.hash != hash => bail!("entry {seq} was changed: it does not fit the checkpoint"),
            Some(_) => {}
        }
    }
    say(&format!("ok: {entries} entries, head {head}"));
    Ok(())
}

/// Writes every entry with its hash.
pub(super) fn export(database: &Path) -> anyhow::Result<()> {
    for link in read_database(database)? {
        say(&serde_json::to_string(&link)?);
    }
    Ok(())
}

fn read_database(database: &Path) -> anyhow::Result<Vec<Link>> {
    if !database.is_file() {
        bail!("there is no database {}; name another one with --database", database.display());
    }
    let store = Store::open(database, Arc::new(SystemClock))?;
    runtime()?.block_on(async {
        let (mut all, mut after) = (vec![], i64::MIN);
        loop {
            let some = store.links(after).await?;
            let Some(last) = some.last() else { return Ok(all) };
            after = last.seq;
            all.extend(some);
        }
    })
}

fn read_export(file: &Path) -> anyhow::Result<Vec<Link>> {
    let open = std::fs::File::open(file).with_context(|| format!("{} can't be read", file.display()))?;
    let lines = std::io::BufReader::new(open).lines().enumerate();
    lines
        .map(|(n, line)| {
            serde_json::from_str(&line?).with_context(|| format!("{}, line {}: this is no entry", file.display(), n + 1))
        })
        .collect()
}

fn checkpoint(text: &str) -> anyhow::Result<(i64, String)> {
    let (seq, hash) = text.split_once([':', ' ']).context("write the checkpoint as NUMBER:HASH")?;
    Ok((seq.parse().context("write the checkpoint as NUMBER:HASH")?, hash.to_owned()))
}
