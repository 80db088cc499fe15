//! The hash chain of the audit log: pure arithmetic over entries.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What stands before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One line of the log as it is stored and exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub seq: i64,
    pub body: String,
    pub hash: String,
}

/// What a check of the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// All entries are as they were written.
    Whole { entries: i64, head: String },
    /// The first entry that is not.
    Broken { seq: i64, why: String },
}

/// The hash that belongs to `body` after `previous`.
pub fn link_hash(previous: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(previous.as_bytes());
    hash.update(b"\n");
    hash.update(body.as_bytes());
    hex(&hash.finalize())
}

/// Checks links one after another, so that a log of any length can be checked.
pub struct Checker {
    next: i64,
    head: String,
}

impl Default for Checker {
    fn default() -> Self {
        Self { next: 1, head: GENESIS.to_owned() }
    }
}

impl Checker {
    /// Looks at the next link. The error names the entry and says what is wrong with it.
    pub fn take(&mut self, link: &Link) -> Result<(), Checked> {
        let broken = |why: &str| Err(Checked::Broken { seq: self.next, why: why.to_owned() });
        if link.seq != self.next {
            return broken(&format!("it is missing; entry {} stands in its place", link.seq));
        }
        if link_hash(&self.head, &link.body) != link.hash {
            return broken("its hash does not match its text and the entry before it");
        }
        let said = serde_json::from_str::<Value>(&link.body).ok().and_then(|v| v.get("seq").and_then(Value::as_i64));
        if said != Some(link.seq) {
            return broken("its text names another number");
        }
        self.next += 1;
        self.head.clone_from(&link.hash);
        Ok(())
    }

    /// What was found after the last link.
    pub fn finish(self) -> Checked {
        Checked::Whole { entries: self.next - 1, head: self.head }
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        let _ok = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(n: i64) -> Vec<Link> {
        let mut head = GENESIS.to_owned();
        (1..=n)
            .map(|seq| {
                let body = format!("{{\"seq\":{seq},\"what\":\"x\"}}");
                head = link_hash(&head, &body);
                Link { seq, body, hash: head.clone() }
            })
            .collect()
    }

    fn check(links: &[Link]) -> Checked {
        let mut checker = Checker::default();
        for link in links {
            if let Err(found) = checker.take(link) {
                return found;
            }
        }
        checker.finish()
    }

    #[test]
    fn a_log_as_it_was_written_is_whole() {
        assert!(matches!(check(&log(5)), Checked::Whole { entries: 5, .. }));
    }

    #[test]
    fn every_changed_byte_is_found_and_its_entry_named() {
        for (entry, number) in (0..4).zip(1_i64..) {
            let len = log(4)[entry].body.len();
            for at in 0..len {
                let mut links = log(4);
                let mut body = links[entry].body.clone().into_bytes();
                body[at] ^= 1;
                links[entry].body = String::from_utf8_lossy(&body).into_owned();
                assert!(matches!(check(&links), Checked::Broken { seq, .. } if seq == number), "entry {entry} byte {at}");
            }
        }
    }

    #[test]
    fn a_removed_a_swapped_and_a_renumbered_entry_are_found() {
        let mut gone = log(4);
        gone.remove(1);
        assert!(matches!(check(&gone), Checked::Broken { seq: 2, .. }));
        let mut swapped = log(4);
        swapped.swap(1, 2);
        assert!(matches!(check(&swapped), Checked::Broken { seq: 2, .. }));
        let mut renumbered = log(4);
        renumbered[3].seq = 9;
        assert!(matches!(check(&renumbered), Checked::Broken { seq: 4, .. }));
    }
}
