//! The hash chain of the audit log: pure arithmetic over entries.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What stands before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The action of entries which tell that a part of the log was sealed into a file.
pub(super) const SEALED: &str = "audit.seal";

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

/// Where a chain begins: before its first entry, or behind what was sealed into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The last entry that is not here any more; 0 if all are.
    pub seq: i64,
    pub hash: String,
}

impl Default for Anchor {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

/// Checks links one after another, so that a log of any length can be checked.
pub struct Checker {
    anchor: Anchor,
    next: i64,
    head: String,
    /// What checkpoints say; those that were met are taken out.
    marks: BTreeMap<i64, String>,
    /// An entry tells that everything up to the anchor was sealed.
    vouched: bool,
}

impl Default for Checker {
    fn default() -> Self {
        Self::behind(Anchor::default(), vec![])
    }
}

/// What the checker wants to know of an entry; the hash covers the rest.
#[derive(Deserialize)]
struct Said<'a> {
    #[serde(default)]
    seq: i64,
    #[serde(default, borrow)]
    action: Cow<'a, str>,
}

/// What the entry about a sealing says of it.
#[derive(Deserialize)]
struct SealSaid {
    particulars: SealParticulars,
}

#[derive(Deserialize)]
struct SealParticulars {
    upto: i64,
    hash: String,
}

impl Checker {
    /// For a chain that begins behind `anchor`, with what checkpoints say of it.
    pub fn behind(anchor: Anchor, marks: impl IntoIterator<Item = (i64, String)>) -> Self {
        // Of two that speak of one entry the older one counts, which was written before anybody changed the log.
        let mut first = BTreeMap::new();
        for (seq, hash) in marks.into_iter().filter(|(seq, _)| *seq > anchor.seq) {
            first.entry(seq).or_insert(hash);
        }
        Self { next: anchor.seq + 1, head: anchor.hash.clone(), vouched: anchor.seq == 0, marks: first, anchor }
    }

    /// Looks at the next link. The error names the entry and says what is wrong with it.
    pub fn take(&mut self, link: &Link) -> Result<(), Checked> {
        if link.seq != self.next {
            return self.broken(&format!("it is missing; entry {} stands in its place", link.seq));
        }
        if link_hash(&self.head, &link.body) != link.hash {
            return self.broken("its hash does not match its text and the entry before it");
        }
        let Some(said) = serde_json::from_str::<Said<'_>>(&link.body).ok().filter(|said| said.seq == link.seq) else {
            return self.broken("its text names another number");
        };
        if !self.vouched && said.action == SEALED {
            let sealed = serde_json::from_str::<SealSaid>(&link.body).map(|said| said.particulars);
            self.vouched = sealed.is_ok_and(|sealed| (sealed.upto, sealed.hash.as_str()) == (self.anchor.seq, &self.anchor.hash));
        }
        self.go_on(link.seq, &link.hash)
    }

    /// Goes past entries that a filter left out; `hash` is the one of the last, `to`. The next entry proves it.
    pub fn skip(&mut self, from: i64, to: i64, hash: &str) -> Result<(), Checked> {
        if from != self.next || to < from {
            return self.broken(&format!("it is missing; what was left out begins with {from}"));
        }
        self.go_on(to, hash)
    }

    fn go_on(&mut self, seq: i64, hash: &str) -> Result<(), Checked> {
        if self.marks.remove(&seq).is_some_and(|mark| mark != hash) {
            return Err(Checked::Broken { seq, why: "it does not fit the checkpoint".to_owned() });
        }
        self.next = seq + 1;
        hash.clone_into(&mut self.head);
        Ok(())
    }

    fn broken(&self, why: &str) -> Result<(), Checked> {
        Err(Checked::Broken { seq: self.next, why: why.to_owned() })
    }

    /// What was found after the last link, where the log goes on to: that its end was not cut off, as far as checkpoints tell.
    pub fn finish(self) -> Checked {
        let entries = self.next - 1;
        if let Some((seq, _)) = self.marks.range(self.next..).next() {
            let why = format!("it is missing: the log ends at {entries}, and the checkpoint of {seq} proves that it was longer");
            return Checked::Broken { seq: self.next, why };
        }
        if !self.vouched {
            let seq = self.anchor.seq;
            return Checked::Broken { seq, why: "it is missing, and no entry tells that it was sealed into a file".to_owned() };
        }
        Checked::Whole { entries, head: self.head }
    }

    /// For a piece of a log, which need not hold the entry about its own beginning.
    #[must_use]
    pub const fn of_a_piece(mut self) -> Self {
        self.vouched = true;
        self
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
