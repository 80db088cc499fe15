//! Ceremonies with passkeys (`WebAuthn`): what was asked of a browser waits here, five minutes at most, for the one answer to it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder,
};

use crate::clock::Millis;
use crate::settings::PublicUrl;
use crate::web::throttle::network;

const WAIT_MS: Millis = 5 * 60 * 1000;
const TIMEOUT: Duration = Duration::from_mins(5);
/// Ceremonies that wait at once, and those of one address; the oldest makes room.
const MOST: usize = 10_000;
const MOST_OF_ONE: usize = 200;
/// The first half of the handle under which an authenticator knows a member; the second is the row id.
const HANDLE: u128 = 0x0063_616e_7465_656e << 64;

/// Everything that waits, and who we are.
pub struct Ceremonies {
    /// `None` where the address has no host name: passkeys are bound to one.
    party: Option<Webauthn>,
    waiting: Mutex<HashMap<String, Waiting>>,
}

struct Waiting {
    since: Millis,
    browser: Vec<u8>,
    network: String,
    state: State,
}

/// With whom a ceremony is, and when.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// The secret of the browser's forms, which comes from its cookie: no other browser's answer counts.
    pub browser: &'a [u8],
    /// The browser's address.
    pub address: &'a str,
    pub now: Millis,
}

enum State {
    Adding(i32, Box<PasskeyRegistration>),
    SigningIn(Box<DiscoverableAuthentication>),
}

/// What a page hands to the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Begun {
    /// Names the ceremony when the answer comes.
    pub ticket: String,
    /// JSON, as `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` read it.
    pub options: String,
}

#[cfg(any(test, feature = "testing"))]
impl Begun {
    pub fn sample() -> Self {
        Self { ticket: "sample-ticket".to_owned(), options: r#"{"challenge":"c2FtcGxl"}"#.to_owned() }
    }
}

impl Ceremonies {
    /// Ceremonies of a dashboard at this address, and of no other.
    pub fn at(public: &PublicUrl) -> Self {
        let party = Url::parse(&public.origin).ok().and_then(|origin| {
            let host = origin.domain()?.to_owned();
            WebauthnBuilder::new(&host, &origin).ok()?.rp_name("Canteen").timeout(TIMEOUT).build().ok()
        });
        Self { party, waiting: Mutex::default() }
    }

    /// Whether passkeys can be used at all.
    pub const fn possible(&self) -> bool {
        self.party.is_some()
    }

    /// Asks for a new passkey that is none of `known`. The device shall keep it and check who uses it, so that it is enough to sign in.
    pub fn add(&self, member: i32, name: &str, known: Vec<CredentialID>, with: Asker<'_>) -> Option<Begun> {
        let (asked, state) = self.party.as_ref()?.start_passkey_registration(handle(member), name, name, Some(known)).ok()?;
        let mut options = serde_json::to_value(&asked.public_key).ok()?;
        let selection = options.get_mut("authenticatorSelection")?.as_object_mut()?;
        selection.insert("residentKey".to_owned(), "required".into());
        selection.insert("requireResidentKey".to_owned(), true.into());
        Some(Begun { ticket: self.wait(State::Adding(member, Box::new(state)), with), options: options.to_string() })
    }

    /// The new passkey, if the answer is one to what this member was asked.
    pub fn added(&self, ticket: &str, member: i32, answer: &str, with: Asker<'_>) -> Option<Passkey> {
        let State::Adding(asked, state) = self.take(ticket, with)? else { return None };
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).ok()?;
        let passkey = self.party.as_ref()?.finish_passkey_registration(&answer, &state).ok()?;
        (asked == member).then_some(passkey)
    }

    /// Asks for any passkey that the device has for us.
    pub fn sign_in(&self, with: Asker<'_>) -> Option<Begun> {
        let (asked, state) = self.party.as_ref()?.start_discoverable_authentication().ok()?;
        let options = serde_json::to_string(&asked.public_key).ok()?;
        Some(Begun { ticket: self.wait(State::SigningIn(Box::new(state)), with), options })
    }

    /// What the answer proves, if it was made with this passkey of this member, whom the device recognised, for what was asked.
    pub fn signed_in(
        &self,
        ticket: &str,
        member: i32,
        answer: &PublicKeyCredential,
        passkey: &Passkey,
        with: Asker<'_>,
    ) -> Option<AuthenticationResult> {
        let State::SigningIn(state) = self.take(ticket, with)? else { return None };
        let party = self.party.as_ref()?;
        let (claimed, _) = party.identify_discoverable_authentication(answer).ok()?;
        let proved = party.finish_discoverable_authentication_v2(answer, *state, passkey).ok()?;
        (claimed == handle(member) && proved.user_verified()).then_some(proved)
    }

    fn wait(&self, state: State, with: Asker<'_>) -> String {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, one| one.since + WAIT_MS > with.now);
        let network = network(with.address);
        let theirs = waiting.values().filter(|one| one.network == network).count();
        if theirs >= MOST_OF_ONE || waiting.len() >= MOST {
            let near = waiting.iter().filter(|(_, one)| theirs < MOST_OF_ONE || one.network == network);
            let oldest = near.min_by_key(|(_, one)| one.since).map(|(ticket, _)| ticket.clone());
            oldest.and_then(|ticket| waiting.remove(&ticket));
        }
        let ticket = crate::random::token();
        waiting.insert(ticket.clone(), Waiting { since: with.now, browser: with.browser.to_vec(), network, state });
        ticket
    }

    /// Takes what waits, whatever comes of it: an answer is tried once, and in the browser that was asked.
    fn take(&self, ticket: &str, with: Asker<'_>) -> Option<State> {
        let one = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket)?;
        (one.since + WAIT_MS > with.now && one.browser == with.browser).then_some(one.state)
    }
}

fn handle(member: i32) -> Uuid {
    Uuid::from_u128(HANDLE | u128::from(member.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(address: &str, now: Millis) -> Asker<'_> {
        Asker { browser: b"one", address, now }
    }

    fn ceremonies() -> Ceremonies {
        let public = PublicUrl { origin: "http://localhost:8080".into(), host: "localhost:8080".into(), https: false };
        Ceremonies::at(&public)
    }

    #[test]
    fn what_waits_is_taken_once_in_time_and_by_the_browser_that_was_asked() {
        let all = ceremonies();
        let begin = || all.sign_in(asker("192.0.2.1", 0)).unwrap().ticket;
        let (first, second, third) = (begin(), begin(), begin());
        assert!(all.take(&first, asker("192.0.2.1", WAIT_MS - 1)).is_some());
        assert!(all.take(&first, asker("192.0.2.1", 1)).is_none(), "once");
        assert!(all.take(&second, asker("192.0.2.1", WAIT_MS)).is_none(), "in time");
        assert!(all.take(&third, Asker { browser: b"two", ..asker("192.0.2.1", 1) }).is_none(), "another browser");
    }

    #[test]
    fn whoever_asks_without_end_makes_room_of_their_own() {
        let all = ceremonies();
        let mine = all.sign_in(asker("192.0.2.1", 0)).unwrap().ticket;
        for now in 0..300 {
            all.sign_in(asker("192.0.2.9", now)).unwrap();
        }
        assert_eq!(all.waiting.lock().unwrap().len(), MOST_OF_ONE + 1);
        assert!(all.take(&mine, asker("192.0.2.1", 300)).is_some());
    }
}
