//! Slows down whoever guesses passwords. Nobody is locked out for good, and whoever signed in with this browser before is not kept out by
//! what others try elsewhere.

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

/// Tries of unknown browsers at once, and after that one each tenth of a second: whoever tries from everywhere leaves turns to others.
const AT_ONCE: Millis = 40;
const ONE_EACH_MS: Millis = 100;

/// What tries are counted by.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// The name that was typed, whether there is such a member or not.
    Name(&'a str),
    /// A browser in which the member signed in before.
    Device(&'a str),
}

/// Remembers tries.
#[derive(Default)]
pub struct Throttle(Mutex<State>);

#[derive(Default)]
struct State {
    names: HashMap<String, Wrong>,
    addresses: HashMap<String, (Millis, u32)>,
    /// When the tries of all unknown browsers will have had their turns.
    turns: Millis,
}

#[derive(Clone, Copy)]
struct Wrong {
    count: u32,
    last: Millis,
}

impl Throttle {
    /// Takes down a try. The error is how many seconds to wait first.
    pub fn try_now(&self, by: By<'_>, address: &str, now: Millis) -> Result<(), u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget(now);
        if let Some(wrong) = state.names.get(&key(by)) {
            let until = wrong.last + wait(wrong.count);
            if until > now {
                return Err(seconds(until - now));
            }
        }
        if matches!(by, By::Device(_)) {
            return Ok(());
        }
        let (since, count) = state.addresses.entry(network(address)).or_insert((now, 0));
        if now - *since >= MINUTE_MS {
            (*since, *count) = (now, 0);
        }
        if *count >= PER_ADDRESS {
            return Err(seconds(*since + MINUTE_MS - now));
        }
        *count += 1;
        let turns = state.turns.max(now) + ONE_EACH_MS;
        if turns - now > AT_ONCE * ONE_EACH_MS {
            return Err(1);
        }
        state.turns = turns;
        Ok(())
    }

    /// The try was wrong. Returns how many were wrong in a row.
    pub fn wrong(&self, by: By<'_>, now: Millis) -> u32 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wrong = state.names.entry(key(by)).or_insert(Wrong { count: 0, last: now });
        wrong.count = wrong.count.saturating_add(1);
        wrong.last = now;
        wrong.count
    }

    /// Takes down a wrong API token. The error is how many seconds to wait before the next one is looked at again. Nobody with a right
    /// one waits: 256 bits are not guessed, so it is the log alone that is spared.
    pub fn wrong_token(&self, address: &str, now: Millis) -> Result<(), u64> {
        // Such a name can't be a member's.
        let name = format!("\u{0} {}", network(address));
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget(now);
        let wrong = state.names.entry(key(By::Name(&name))).or_insert(Wrong { count: 0, last: now });
        let until = wrong.last + wait(wrong.count);
        if until > now {
            return Err(seconds(until - now));
        }
        if wrong.last + FORGET_MS <= now {
            wrong.count = 0;
        }
        (wrong.count, wrong.last) = (wrong.count.saturating_add(1), now);
        Ok(())
    }

    /// The try was right.
    pub fn right(&self, by: By<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).names.remove(&key(by));
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

fn key(by: By<'_>) -> String {
    match by {
        By::Name(name) => format!("name {}", name.trim().to_lowercase().chars().take(100).collect::<String>()),
        By::Device(device) => format!("device {device}"),
    }
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

    const ANA: By<'_> = By::Name("ana");

    #[test]
    fn the_wait_doubles_after_five_wrong_tries_and_ends_at_fifteen_minutes() {
        let throttle = Throttle::default();
        for n in 0..5 {
            assert_eq!(throttle.try_now(ANA, &format!("10.0.0.{n}"), 0), Ok(()));
            throttle.wrong(ANA, 0);
        }
        assert_eq!(throttle.try_now(By::Name("ANA "), "10.0.0.9", 0), Err(2));
        throttle.wrong(ANA, 0);
        assert_eq!(throttle.try_now(ANA, "10.0.0.9", 0), Err(4));
        for _ in 0..40 {
            throttle.wrong(ANA, 0);
        }
        assert_eq!(throttle.try_now(ANA, "10.0.0.9", 0), Err(900));
        throttle.right(ANA);
        assert_eq!(throttle.try_now(ANA, "10.0.0.9", 0), Ok(()));
    }

    #[test]
    fn a_network_with_wrong_tokens_waits_longer_and_longer() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            assert_eq!(throttle.wrong_token("2001:db8::1", 0), Ok(()));
        }
        assert_eq!(throttle.wrong_token("2001:db8::2", 1_000), Err(1));
        assert_eq!(throttle.wrong_token("2001:db8:0:1::2", 1_000), Ok(()), "another network");
        assert_eq!(throttle.wrong_token("2001:db8::2", 2_000), Ok(()));
        assert_eq!(throttle.wrong_token("2001:db8::2", 2_000), Err(4));
        assert_eq!(throttle.wrong_token("2001:db8::2", 2_000 + FORGET_MS), Ok(()));
        assert_eq!(throttle.wrong_token("2001:db8::2", 2_000 + FORGET_MS), Ok(()));
    }

    #[test]
    fn one_address_has_twenty_tries_a_minute_whatever_the_names() {
        let throttle = Throttle::default();
        for n in 0..20 {
            assert_eq!(throttle.try_now(By::Name(&format!("n{n}")), "2001:db8::1", 0), Ok(()));
        }
        assert_eq!(throttle.try_now(By::Name("x"), "2001:db8::2", 0), Err(60));
        assert_eq!(throttle.try_now(By::Name("x"), "2001:db8:0:1::2", 0), Ok(()));
        assert_eq!(throttle.try_now(By::Name("x"), "2001:db8::2", MINUTE_MS), Ok(()));
    }

    #[test]
    fn a_thousand_wrong_tries_elsewhere_do_not_keep_the_owner_out() {
        let (throttle, mut now) = (Throttle::default(), 0);
        for n in 0..1000 {
            now += 50;
            if throttle.try_now(ANA, &format!("10.0.0.{}", n % 100), now).is_ok() {
                throttle.wrong(ANA, now);
            }
        }
        assert!(throttle.try_now(ANA, "192.0.2.1", now).is_err(), "an unknown browser has to wait");
        let own = By::Device("kept");
        assert_eq!(throttle.try_now(own, "10.0.0.1", now), Ok(()));
        for _ in 0..6 {
            throttle.wrong(own, now);
        }
        assert_eq!(throttle.try_now(own, "10.0.0.1", now), Err(4), "who has the device may not guess on either");
        assert_eq!(throttle.try_now(By::Name("device kept"), "10.0.0.1", now), Ok(()), "a name is no device");
    }

    #[test]
    fn all_unknown_browsers_together_have_forty_tries_at_once_and_ten_a_second() {
        let throttle = Throttle::default();
        let tries = |now: Millis, from: u32| {
            (0..60)
                .filter(|n| {
                    let name = format!("n{}", from + n);
                    throttle.try_now(By::Name(&name), &format!("10.0.{from}.{n}"), now).is_ok()
                })
                .count()
        };
        assert_eq!((tries(0, 0), tries(0, 1), tries(1000, 2), tries(60_000, 3)), (40, 0, 10, 40));
        assert_eq!(throttle.try_now(By::Device("kept"), "10.0.0.1", 60_000), Ok(()));
    }
}
