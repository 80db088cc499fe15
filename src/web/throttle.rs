//! Slows down whoever guesses passwords. Nobody is locked out for good.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;

/// Wrong tries for one name that cost nothing.
const FREE: u32 = 5;
/// The first wait, doubled with each further wrong try.
const FIRST_WAIT_MS: Millis = 2_000;
const LONGEST_WAIT_MS: Millis = 15 * 60 * 1000;
/// Tries from one address within a minute, right or wrong.
const PER_ADDRESS: u32 = 20;
const MINUTE_MS: Millis = 60 * 1000;
/// A name that nobody tried for so long starts anew.
const FORGET_MS: Millis = 60 * 60 * 1000;
/// Names and addresses that are remembered; beyond that the stalest are forgotten.
const MOST: usize = 10_000;

/// Remembers tries.
#[derive(Default)]
pub struct Throttle(Mutex<State>);

#[derive(Default)]
struct State {
    names: HashMap<String, Wrong>,
    addresses: HashMap<String, (Millis, u32)>,
}

#[derive(Clone, Copy)]
struct Wrong {
    count: u32,
    last: Millis,
}

impl Throttle {
    /// Takes down a try. The error is how many seconds to wait first.
    pub fn try_now(&self, name: &str, address: &str, now: Millis) -> Result<(), u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget(now);
        if let Some(wrong) = state.names.get(&key(name)) {
            let until = wrong.last + wait(wrong.count);
            if until > now {
                return Err(seconds(until - now));
            }
        }
        let (since, count) = state.addresses.entry(network(address)).or_insert((now, 0));
        if now - *since >= MINUTE_MS {
            (*since, *count) = (now, 0);
        }
        if *count >= PER_ADDRESS {
            return Err(seconds(*since + MINUTE_MS - now));
        }
        *count += 1;
        Ok(())
    }

    /// The try was wrong. Returns how many were wrong in a row.
    pub fn wrong(&self, name: &str, now: Millis) -> u32 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wrong = state.names.entry(key(name)).or_insert(Wrong { count: 0, last: now });
        wrong.count = wrong.count.saturating_add(1);
        wrong.last = now;
        wrong.count
    }

    /// The try was right.
    pub fn right(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).names.remove(&key(name));
    }
}

impl State {
    fn forget(&mut self, now: Millis) {
        if self.names.len() < MOST && self.addresses.len() < MOST {
            return;
        }
        self.names.retain(|_, wrong| wrong.last + FORGET_MS > now);
        self.addresses.retain(|_, (since, _)| *since + MINUTE_MS > now);
        if self.names.len() >= MOST {
            self.names.clear();
        }
        if self.addresses.len() >= MOST {
            self.addresses.clear();
        }
    }
}

fn key(name: &str) -> String {
    name.trim().to_lowercase().chars().take(100).collect()
}

/// One person has a whole /64 of version 6.
pub(super) fn network(address: &str) -> String {
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V6(v6)) => format!("{:x?}", v6.segments().iter().take(4).collect::<Vec<_>>()),
        _ => address.to_owned(),
    }
}

fn wait(count: u32) -> Millis {
    match count.checked_sub(FREE) {
        None => 0,
        Some(more) => FIRST_WAIT_MS.saturating_mul(1_i64.checked_shl(more.min(20)).unwrap_or(i64::MAX)).min(LONGEST_WAIT_MS),
    }
}

fn seconds(ms: Millis) -> u64 {
    u64::try_from((ms + 999) / 1000).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_after_five_wrong_tries_and_ends_at_fifteen_minutes() {
        let throttle = Throttle::default();
        for n in 0..5 {
            assert_eq!(throttle.try_now("ana", &format!("10.0.0.{n}"), 0), Ok(()));
            throttle.wrong("ana", 0);
        }
        assert_eq!(throttle.try_now("ANA ", "10.0.0.9", 0), Err(2));
        throttle.wrong("ana", 0);
        assert_eq!(throttle.try_now("ana", "10.0.0.9", 0), Err(4));
        for _ in 0..40 {
            throttle.wrong("ana", 0);
        }
        assert_eq!(throttle.try_now("ana", "10.0.0.9", 0), Err(900));
        throttle.right("ana");
        assert_eq!(throttle.try_now("ana", "10.0.0.9", 0), Ok(()));
    }

    #[test]
    fn one_address_has_twenty_tries_a_minute_whatever_the_names() {
        let throttle = Throttle::default();
        for n in 0..20 {
            assert_eq!(throttle.try_now(&format!("n{n}"), "2001:db8::1", 0), Ok(()));
        }
        assert_eq!(throttle.try_now("x", "2001:db8::2", 0), Err(60));
        assert_eq!(throttle.try_now("x", "2001:db8:0:1::2", 0), Ok(()));
        assert_eq!(throttle.try_now("x", "2001:db8::2", MINUTE_MS), Ok(()));
    }
}
