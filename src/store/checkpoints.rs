//! Checkpoints: number and hash of what was the newest entry at some time. They lie outside of the database, so they tell when its
//! end was cut off.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// What stands before a checkpoint in the process's log.
const LOGGED: &str = "audit checkpoint: ";

/// Number and hash of an entry, with a signature where there is a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub seq: i64,
    pub hash: String,
    pub signature: Option<String>,
}

impl Checkpoint {
    /// Reads a line of the file of checkpoints or of the process's log. `None` for a line that is about something else.
    pub fn parse(line: &str) -> Option<Self> {
        let said = line.split_once(LOGGED).map_or(line, |(_, said)| said);
        let mut words = said.split([' ', ':']).filter(|word| !word.is_empty());
        let (seq, hash) = (words.next()?.parse().ok()?, words.next()?);
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        is_hash.then(|| Self { seq, hash: hash.to_owned(), signature: words.next().map(str::to_owned) })
    }

    /// What a signature is made over.
    pub fn statement(&self) -> String {
        format!("{LOGGED}{} {}", self.seq, self.hash)
    }

    /// The line for the process's log.
    pub fn logged(&self) -> String {
        format!("{LOGGED}{self}")
    }
}

/// The file of checkpoints below a data folder.
pub fn file(data: &Path) -> PathBuf {
    data.join("audit-checkpoints")
}

/// The checkpoints that stand in a file, the oldest first: in one of ours, or in a log of the process.
pub fn read(path: &Path) -> std::io::Result<Vec<Checkpoint>> {
    let bytes = std::fs::read(path)?;
    Ok(String::from_utf8_lossy(&bytes).lines().filter_map(Checkpoint::parse).collect())
}

/// Adds a checkpoint to the file, durably.
pub fn add(path: &Path, checkpoint: &Checkpoint) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.write_all(format!("{checkpoint}\n").as_bytes())?;
    file.sync_data()
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.seq, self.hash)?;
        self.signature.iter().try_for_each(|signature| write!(out, " {signature}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_found_in_its_file_and_in_a_log_and_nowhere_else() {
        let hash = "0a".repeat(32);
        let plain = Checkpoint { seq: 7, hash: hash.clone(), signature: None };
        let signed = Checkpoint { signature: Some("c2ln".to_owned()), ..plain.clone() };
        assert_eq!(Checkpoint::parse(&plain.to_string()), Some(plain.clone()));
        assert_eq!(Checkpoint::parse(&format!("7:{hash}")), Some(plain));
        assert_eq!(Checkpoint::parse(&format!("2026-11-23 INFO {}", signed.logged())), Some(signed));
        for other in ["", "7", "7 abc", "INFO canteen answers at https://x", &format!("x {hash}")] {
            assert_eq!(Checkpoint::parse(other), None, "{other}");
        }
    }
}
