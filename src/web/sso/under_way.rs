use std::sync::{Mutex, PoisonError};

use subtle::ConstantTimeEq as _;

use crate::clock::Millis;
use crate::sso::Asked;
use crate::store::identities::Account;
use crate::store::sessions::token_hash;
use crate::web::throttle::network;
use crate::web::visit::Visit;

/// Somebody has so long to sign in at the provider, and then to say what the answer is for.
const WAIT_MS: Millis = 10 * 60 * 1000;
/// Questions of one network; the oldest makes room.
const PER_NETWORK: usize = 20;
/// Questions of all.
const MOST: usize = 5_000;

/// What somebody went to the provider for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To come in.
    SignIn,
    /// To link an account there with the one that is signed in.
    Link,
    /// To show again that it is them, before something sensitive. The ticket of the form that waits.
    Again { keep: String },
}

/// Questions that were put to the provider, and answers that wait for a click. In memory: a restart costs one more click, and strangers
/// write nothing into the database by opening an address.
#[derive(Default)]
pub struct UnderWay(Mutex<State>);

#[derive(Default)]
struct State {
    begun: Vec<Begun>,
    proven: Vec<Proven>,
}

/// One question.
pub struct Begun {
    pub asked: Asked,
    pub purpose: Purpose,
    /// Where to go on; a local path.
    pub next: String,
    /// What the forms of the browser are made of, hashed: another one has no use for the answer.
    browser: Vec<u8>,
    network: String,
    at: Millis,
}

/// An answer that was right, for a session.
#[derive(Clone)]
pub struct Proven {
    ticket: String,
    session: i32,
    pub account: Account,
    pub purpose: Purpose,
    at: Millis,
}

/// Why an answer has no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBegun {
    #[error("nobody asked for this answer, or it was used already, or it took more than ten minutes")]
    Unknown,
    #[error("this was begun in another browser, or before signing in or out")]
    OtherBrowser,
}

impl UnderWay {
    /// Remembers a question of this browser.
    pub fn begin(&self, visit: &Visit, asked: Asked, purpose: Purpose, next: String, now: Millis) {
        let network = network(&visit.ip);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.begun.retain(|b| b.at + WAIT_MS > now);
        let theirs = state.begun.iter().filter(|b| b.network == network).count();
        let oldest = if theirs >= PER_NETWORK {
            state.begun.iter().position(|b| b.network == network)
        } else {
            (state.begun.len() >= MOST).then_some(0)
        };
        if let Some(oldest) = oldest {
            state.begun.remove(oldest);
        }
        state.begun.push(Begun { asked, purpose, next, browser: browser(visit), network, at: now });
    }

    /// The question of this answer, once. From another browser it can be neither used nor used up.
    pub fn take(&self, visit: &Visit, answered: &str, now: Millis) -> Result<Begun, NotBegun> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.begun.retain(|b| b.at + WAIT_MS > now);
        let same = |b: &Begun| bool::from(b.asked.state.as_bytes().ct_eq(answered.as_bytes()));
        let at = state.begun.iter().position(same).ok_or(NotBegun::Unknown)?;
        if state.begun.get(at).is_none_or(|b| b.browser != browser(visit)) {
            return Err(NotBegun::OtherBrowser);
        }
        Ok(state.begun.remove(at))
    }

    /// Keeps an answer that was right until its session says what it is for. The ticket for it.
    pub fn prove(&self, session: i32, account: Account, purpose: Purpose, now: Millis) -> String {
        let ticket = crate::random::token();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One at a time is enough for a session.
        state.proven.retain(|p| p.at + WAIT_MS > now && p.session != session);
        state.proven.push(Proven { ticket: ticket.clone(), session, account, purpose, at: now });
        ticket
    }

    /// The answer of this ticket, if it is this session's.
    pub fn proven(&self, ticket: &str, session: i32, now: Millis) -> Option<Proven> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.proven.iter().find(|p| p.is(ticket, session, now)).cloned()
    }

    /// The same, once.
    pub fn spend(&self, ticket: &str, session: i32, now: Millis) -> Option<Proven> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = state.proven.iter().position(|p| p.is(ticket, session, now))?;
        Some(state.proven.remove(at))
    }
}

impl Proven {
    fn is(&self, ticket: &str, session: i32, now: Millis) -> bool {
        let same: bool = self.ticket.as_bytes().ct_eq(ticket.as_bytes()).into();
        same && self.session == session && self.at + WAIT_MS > now
    }
}

fn browser(visit: &Visit) -> Vec<u8> {
    token_hash(&crate::store::chain::hex(&visit.csrf_secret))
}
