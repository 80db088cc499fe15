//! Who comes to the API: the owner of the token in `Authorization`, limited by what the token says. Nothing else counts: no cookie, and
//! no token at another place.

use actix_web::dev::ServiceRequest;
use actix_web::http::{StatusCode, header};

use super::{Fault, Problem};
use crate::access::token_text::{PREFIX, masked, public_part};
use crate::access::{Actor, ByToken, Via};
use crate::settings::Network;
use crate::store::members::Member;
use crate::store::sessions::token_hash;
use crate::store::tokens::Token;
use crate::web::failure::Failure;
use crate::web::{Site, cookies};

/// Parameters by which other APIs take tokens.
const NAMES: [&str; 3] = ["access_token", "token", "api_key"];

/// Refuses a token where none belongs: in the address, which proxies and browsers write down, or beside a session, where it would not be
/// clear who acts.
pub(in crate::web) fn misplaced(site: &Site, request: &ServiceRequest) -> Result<(), Failure> {
    let query: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string()).unwrap_or_default();
    let leaked = query.iter().map(|(_, value)| value).chain([&request.path().to_owned()]).find_map(|text| shown(text));
    let named = super::is_ours(request.path()) && query.iter().any(|(name, _)| NAMES.contains(&name.as_str()));
    if leaked.is_some() || named {
        let text = "A token belongs into the header Authorization and nowhere else. One that stood in an address may stand in logs now: \
                    end it and make another";
        let told = vec![("why", "in the address".to_owned()), ("token", leaked.unwrap_or_default())];
        return Err(Problem { told, ..Problem::new(StatusCode::BAD_REQUEST, "token-in-address", text) }.into());
    }
    let ours = presented(request).is_ok_and(|token| token.is_some_and(|t| super::is_ours(request.path()) || t.starts_with(PREFIX)));
    if ours && cookies::session(&site.settings, request).is_some() {
        let text = "A token and a session came together, so it is not clear who acts. Send one of them";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "token-and-session", text).into());
    }
    Ok(())
}

/// What may be told of a token in this text, if there is one.
fn shown(text: &str) -> Option<String> {
    let masked = masked(text);
    (masked != text).then_some(masked)
}

/// The token that was sent, if one was.
fn presented(request: &ServiceRequest) -> Result<Option<&str>, Failure> {
    let mut all = request.headers().get_all(header::AUTHORIZATION);
    let Some(first) = all.next() else { return Ok(None) };
    let bad = || Problem::new(StatusCode::UNAUTHORIZED, "bad-token", "The header Authorization is not: Bearer, a blank, a token");
    let (scheme, token) = first.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(bad)?;
    if all.next().is_some() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(bad().into());
    }
    Ok(Some(token.trim()))
}

/// Who comes. Whoever brings no token is a stranger, and so is whoever brings one that does not hold; then it is told why.
pub(in crate::web) async fn who(site: &Site, request: &ServiceRequest, via: Via) -> (Actor, Result<(), Failure>) {
    let text = match presented(request) {
        Ok(Some(text)) => text,
        Ok(None) => return (Actor::Stranger { via }, Ok(())),
        Err(failure) => return (Actor::Stranger { via }, Err(failure)),
    };
    let refused = match holds(site, text, &via.ip).await {
        Ok((token, owner)) => {
            let by = ByToken { id: token.id, name: token.name, limits: token.limits };
            let via = Via { way: "token".to_owned(), token: Some(by), ..via };
            return match site.store.rights(owner.id).await {
                Ok(rights) => (Actor::Member { id: owner.id, name: owner.name, rights, via }, Ok(())),
                Err(error) => (Actor::Stranger { via }, Err(error.into())),
            };
        }
        Err(refused) => refused,
    };
    let failure = match refused {
        Refused::Store(failure) => failure,
        Refused::Wrong { why, token } => {
            if let Err(seconds) = site.throttle.wrong_token(&via.ip, site.store.clock().now()) {
                Failure::TooMany(seconds)
            } else {
                let told = vec![("why", why.to_owned()), ("token", token)];
                let text = format!("The token can’t be used: {why}");
                Problem { told, ..Problem::new(StatusCode::UNAUTHORIZED, "bad-token", text) }.into()
            }
        }
    };
    (Actor::Stranger { via }, Err(failure))
}

enum Refused {
    Store(Failure),
    /// `token` is what may be told of it.
    Wrong {
        why: &'static str,
        token: String,
    },
}

async fn holds(site: &Site, text: &str, ip: &str) -> Result<(Token, Member), Refused> {
    let wrong = |why, token| Refused::Wrong { why, token };
    let Some(public) = public_part(text) else { return Err(wrong("it is mistyped, or none of ours", String::new())) };
    let public = public.to_owned();
    let found = site.store.token_of(token_hash(text)).await.map_err(|e| Refused::Store(e.into()))?;
    let Some((token, owner)) = found else { return Err(wrong("there is none like it", public)) };
    let from = ip.parse().ok();
    let inside = |network: &String| {
        let network = network.parse::<Network>().ok();
        network.zip(from).is_some_and(|(network, from): (_, std::net::IpAddr)| network.contains(&from))
    };
    let account = site.store.account(owner.id).await.map_err(|e| Refused::Store(e.into()))?;
    if account.suspended_at.is_some() {
        return Err(wrong("its owner is suspended", public));
    }
    if token.ended_at.is_some() {
        return Err(wrong("it was ended", public));
    }
    if !token.lives(site.store.clock().now()) {
        return Err(wrong("it has run out", public));
    }
    if !token.network.as_ref().is_none_or(inside) {
        return Err(wrong("it may not be used from this address", public));
    }
    Ok((token, owner))
}

/// Characters of the longest `Idempotency-Key`.
const LONGEST_KEY: usize = 128;

/// What tells a request from itself sent twice: the header `Idempotency-Key`, which counts for one token, or something that never comes
/// again.
pub(in crate::web) fn nonce(request: &ServiceRequest, actor: &Actor) -> Result<String, Failure> {
    let Some(key) = request.headers().get("idempotency-key") else { return Ok(crate::random::token()) };
    let fits = |key: &&str| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    let key = key.to_str().ok().filter(fits).ok_or_else(|| {
        let detail = format!("It may have 1 to {LONGEST_KEY} characters, letters, digits and signs");
        Problem::faulty(vec![Fault { pointer: None, parameter: Some("Idempotency-Key".to_owned()), detail }])
    })?;
    let token = actor.via().and_then(|via| via.token.as_ref()).map_or(0, |token| token.id);
    Ok(format!("token {token} {key}"))
}
