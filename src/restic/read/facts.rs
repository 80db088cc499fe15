//! Short answers.

use serde::Deserialize;

use super::milliseconds;
use crate::restic::{Lock, RepositoryConfig, Stats, Version};

/// Of `version --json`; 0.14 answers in plain text all the same.
pub(in crate::restic) fn version(text: &str) -> Option<Version> {
    #[derive(Deserialize)]
    struct Answer {
        version: String,
    }
    let number = match serde_json::from_str::<Answer>(text) {
        Ok(answer) => answer.version,
        Err(_) => text.strip_prefix("restic ")?.split_ascii_whitespace().next()?.to_owned(),
    };
    Version::parse(&number)
}

/// Of `cat config`.
pub(in crate::restic) fn config(text: &str) -> Result<RepositoryConfig, serde_json::Error> {
    #[derive(Deserialize)]
    struct Answer {
        id: String,
        version: u32,
    }
    let answer: Answer = serde_json::from_str(text)?;
    Ok(RepositoryConfig { id: answer.id, version: answer.version })
}

/// Of `stats --mode raw-data`.
pub(in crate::restic) fn stats(text: &str) -> Result<Stats, serde_json::Error> {
    #[derive(Deserialize)]
    struct Answer {
        total_size: u64,
        #[serde(default)]
        total_uncompressed_size: Option<u64>,
        #[serde(default)]
        snapshots_count: u64,
    }
    let answer: Answer = serde_json::from_str(text)?;
    let unpacked = answer.total_uncompressed_size.unwrap_or(answer.total_size);
    Ok(Stats { bytes: answer.total_size, unpacked, snapshots: answer.snapshots_count })
}

/// The ids that `list locks` prints, one a line.
pub(in crate::restic) fn lock_ids(text: &str) -> Vec<String> {
    let id = |line: &&str| line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.lines().map(str::trim).filter(id).map(str::to_owned).collect()
}

/// Of `cat lock ID`.
pub(in crate::restic) fn lock(id: &str, text: &str) -> Result<Lock, serde_json::Error> {
    #[derive(Deserialize)]
    struct Answer {
        time: String,
        #[serde(default)]
        exclusive: bool,
        #[serde(default)]
        hostname: String,
        #[serde(default)]
        username: String,
        #[serde(default)]
        pid: u32,
    }
    let answer: Answer = serde_json::from_str(text)?;
    Ok(Lock {
        id: id.to_owned(),
        host: answer.hostname,
        user: answer.username,
        pid: answer.pid,
        time: milliseconds(&answer.time),
        exclusive: answer.exclusive,
    })
}
