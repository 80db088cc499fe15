//! How many streams a member has open. Each holds a connection for as long as its page is open, and there is an end of connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Streams of one member: a page has one or two. Whoever opens more tabs has pages that are as old as they are.
const MOST: usize = 20;

/// Downloads out of backups of one member: each is a process of restic's.
const MOST_DOWNLOADS: usize = 2;
/// And of all members.
const ALL_DOWNLOADS: usize = 6;

/// Those that are open, by member.
#[derive(Clone)]
pub struct Streams {
    open: Arc<Mutex<HashMap<i32, usize>>>,
    /// Of one member.
    most: usize,
    /// Of all.
    all: usize,
}

/// One that is open, until it is dropped.
pub(super) struct Open {
    streams: Streams,
    member: i32,
}

impl Streams {
    /// Those of pages that follow something.
    pub fn of_pages() -> Self {
        Self { open: Arc::default(), most: MOST, all: usize::MAX }
    }

    /// Those that carry files out of backups.
    pub fn of_downloads() -> Self {
        Self { open: Arc::default(), most: MOST_DOWNLOADS, all: ALL_DOWNLOADS }
    }

    /// Opens one more, unless this member has too many.
    pub(super) fn open(&self, member: i32) -> Option<Open> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let count = open.get(&member).copied().unwrap_or_default();
        if count >= self.most || all >= self.all {
            return None;
        }
        open.insert(member, count + 1);
        Some(Open { streams: self.clone(), member })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.member) {
            *count -= 1;
        }
        open.retain(|_, count| *count > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_has_so_many_streams_and_others_have_theirs() {
        let streams = Streams::of_pages();
        let mut open: Vec<Open> = (0..MOST + 5).map_while(|_| streams.open(1)).collect();
        assert_eq!(open.len(), MOST);
        assert!(streams.open(2).is_some());
        open.pop();
        open.extend(streams.open(1));
        assert_eq!(open.len(), MOST);
        drop(open);
        assert!(streams.open.lock().unwrap().is_empty(), "nothing is left of those that ended");
    }

    #[test]
    fn downloads_are_counted_together_as_well() {
        let downloads = Streams::of_downloads();
        let open: Vec<Open> = (0..9).flat_map(|member| [downloads.open(member), downloads.open(member)]).flatten().collect();
        assert_eq!(open.len(), ALL_DOWNLOADS);
        assert!(downloads.open(99).is_none());
    }
}
