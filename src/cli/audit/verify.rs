//! Checking the log: a database, an export, or sealed files and what goes on behind them.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use canteen::signer::{Signer, is_signed};
use canteen::store::audit_proof::{Proof, prove};
use canteen::store::chain::{Anchor, Checked};
use canteen::store::checkpoints::{self, Checkpoint};
use canteen::store::ledger::Ledger;

use crate::cli::say;

#[derive(clap::Args)]
pub(in crate::cli) struct Given {
    /// The database; the dashboard's own if it is not named
    #[arg(long, conflicts_with = "from")]
    database: Option<PathBuf>,
    /// An export instead of a database
    #[arg(long, alias = "export", value_name = "FILE")]
    from: Option<PathBuf>,
    /// A checkpoint from the dashboard's log, as NUMBER:HASH; tells whether the end was cut off
    #[arg(long)]
    expect: Option<String>,
    /// A file with checkpoints, or a log of the dashboard that has them; the dashboard's own for its own database
    #[arg(long, value_name = "FILE")]
    checkpoints: Option<PathBuf>,
    /// What `canteen audit key` prints: checkpoints that it did not sign are refused
    #[arg(long)]
    key: Option<String>,
    /// Files that `canteen audit seal` wrote, the oldest first: the log goes on where they end
    #[arg(long, value_name = "FILE")]
    segment: Vec<PathBuf>,
}

impl Given {
    pub(super) const fn is_by_file(&self) -> bool {
        self.database.is_some() || self.from.is_some()
    }
}

/// Checks the chain of a database or of an export; `data` is the dashboard's own folder where neither is named.
pub(super) fn run(given: &Given, data: Option<&Path>) -> anyhow::Result<()> {
    let marks = marks(given, data)?;
    let sealed = segments(&given.segment, &marks)?;
    if let Some(file) = &given.from {
        let proof = proof(file, &marks)?;
        goes_on(sealed.as_ref(), &proof.anchor)?;
        tell(proof.last, &proof.head, &proof.anchor, sealed.is_some(), marks.len());
        if !proof.filter.is_empty() {
            say(&format!(
                "{} entries are as they were written. {} others were left out by the filter {:?}: their numbers and hashes close the \
                 chain, but that none of them fits the filter can't be proven from this file",
                proof.entries, proof.skipped, proof.filter
            ));
        }
        return Ok(());
    }
    let path = match (&given.database, data) {
        (Some(path), _) => path.clone(),
        (None, Some(data)) => data.join("canteen.db"),
        (None, None) => bail!("name a database or an export"),
    };
    if !path.is_file() {
        bail!("there is no database {}; name another one with --database", path.display());
    }
    let mut ledger = Ledger::open(&path)?;
    let anchor = ledger.anchor()?;
    goes_on(sealed.as_ref(), &anchor)?;
    match ledger.check(marks.clone())? {
        Checked::Broken { seq, why } => bail!("entry {seq} was changed: {why}"),
        Checked::Whole { entries, head } => tell(entries, &head, &anchor, sealed.is_some(), marks.len()),
    }
    let missing = ledger.missing_guards()?;
    if !missing.is_empty() {
        bail!("somebody took out what keeps the log as it is: {}; the entries themselves are whole", missing.join(", "));
    }
    Ok(())
}

fn tell(entries: i64, head: &str, anchor: &Anchor, with_segments: bool, marks: usize) {
    say(&format!("ok: {entries} entries, head {head}"));
    if anchor.seq > 0 && !with_segments {
        say(&format!("entries 1 to {} are in files that were sealed; --segment checks them too", anchor.seq));
    }
    if marks > 0 {
        say(&format!("nothing speaks against {marks} checkpoints"));
    }
}

/// What checkpoints say. Each must bear the signature of the key, where one is named.
fn marks(given: &Given, data: Option<&Path>) -> anyhow::Result<Vec<(i64, String)>> {
    let own = data.map(checkpoints::file).filter(|path| path.is_file());
    let mut all = match given.checkpoints.as_ref().or(own.as_ref()) {
        Some(path) => checkpoints::read(path).with_context(|| format!("{} can't be read", path.display()))?,
        None => vec![],
    };
    if given.checkpoints.is_some() && all.is_empty() {
        bail!("the file of checkpoints holds none");
    }
    let key = given.key.clone().or_else(|| Signer::open(data?).ok().flatten().map(|signer| signer.public()));
    if let Some(key) = key {
        let signed = |mark: &Checkpoint| match &mark.signature {
            Some(signature) => is_signed(&key, &mark.statement(), signature),
            None => given.key.is_none(),
        };
        if let Some(wrong) = all.iter().find(|mark| !signed(mark)) {
            bail!("the checkpoint of entry {} was not signed by this key", wrong.seq);
        }
    }
    if let Some(text) = &given.expect {
        all.push(Checkpoint::parse(text).context("write the checkpoint as NUMBER:HASH")?);
    }
    Ok(all.into_iter().map(|mark| (mark.seq, mark.hash)).collect())
}

fn proof(file: &Path, marks: &[(i64, String)]) -> anyhow::Result<Proof> {
    let open = File::open(file).with_context(|| format!("{} can't be read", file.display()))?;
    prove(BufReader::new(open), marks.to_vec()).with_context(|| file.display().to_string())
}

/// Checks sealed files, each the continuation of the one before. The answer is where they end.
fn segments(files: &[PathBuf], marks: &[(i64, String)]) -> anyhow::Result<Option<Anchor>> {
    let mut end: Option<Anchor> = None;
    for file in files {
        // A checkpoint of what comes later does not speak against a file that ends before.
        let upto = proof(file, &[])?.last;
        let known: Vec<_> = marks.iter().filter(|(seq, _)| *seq <= upto).cloned().collect();
        let proof = proof(file, &known)?;
        let begins = end.take().unwrap_or_default();
        if proof.anchor != begins || proof.skipped > 0 {
            bail!("{} does not begin where entry {} ends; name all files, the oldest first", file.display(), begins.seq);
        }
        end = Some(Anchor { seq: proof.last, hash: proof.head });
    }
    Ok(end)
}

fn goes_on(sealed: Option<&Anchor>, anchor: &Anchor) -> anyhow::Result<()> {
    match sealed {
        Some(end) if end != anchor => bail!("entry {} was changed: the sealed files end with {}", anchor.seq, end.seq),
        _ => Ok(()),
    }
}
