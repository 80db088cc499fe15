//! How many streams a member has open. Each holds a connection for as long as its page is open, and there is an end of connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Streams of one member: a page has one or two. Whoever opens more tabs has pages that are as old as they are.
const MOST: usize = 20;

/// Those that are open, by member.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<i32, usize>>>);

/// One that is open, until it is dropped.
pub(super) struct Open {
    streams: Streams,
    member: i32,
}

impl Streams {
    /// Opens one more, unless this member has too many.
    pub(super) fn open(&self, member: i32) -> Option<Open> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(member).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Open { streams: self.clone(), member })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let streams = Streams::default();
        let mut open: Vec<Open> = (0..MOST + 5).map_while(|_| streams.open(1)).collect();
        assert_eq!(open.len(), MOST);
        assert!(streams.open(2).is_some());
        open.pop();
        open.extend(streams.open(1));
        assert_eq!(open.len(), MOST);
        drop(open);
        assert!(streams.0.lock().unwrap().is_empty(), "nothing is left of those that ended");
    }
}
