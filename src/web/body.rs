//! The body of a request: never larger than its sender may make it, and never longer on its way than it needs.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};

use super::failure::Failure;
use crate::access::action::{RotateSecret, SetSecret};
use crate::access::{Actor, Grant, Target};
use crate::secret::SecretValue;

/// Bytes of a form.
const FORM_LIMIT: usize = 256 * 1024;
/// Bytes of a form of somebody who is not signed in: a name and a password, or a browser's report.
const STRANGERS_LIMIT: usize = 16 * 1024;
/// Bytes of a form that brings a secret: 500 KB, three characters for each byte that a form can't carry as it is.
const SECRET_FORM_LIMIT: usize = 1536 * 1024;
/// A body may be on its way so long, from its first byte to its last, however steadily it comes. The largest one arrives in time over
/// 25 KB a second; who sends more slowly than that holds a connection that others may need.
pub(super) const ON_ITS_WAY: Duration = Duration::from_mins(1);

/// By then the answer to a request that was refused is on its way.
const ANSWERED: Duration = Duration::from_secs(5);

/// Bytes that `actor` may send to `path`. Strangers have little to say, and as many of them may come as there are connections. Only
/// whoever may set secrets of the app may send as much as a secret needs.
pub(super) fn limit(actor: &Actor, path: &str) -> usize {
    // What the API is sent is a few words.
    if matches!(actor, Actor::Stranger { .. }) || super::api::is_ours(path) {
        return STRANGERS_LIMIT;
    }
    let app = path.strip_prefix("/apps/").and_then(|rest| rest.split_once("/secrets/")).map(|(app, _)| app);
    let may = |app: &str| {
        let target = || Target::App(app.to_owned());
        Grant::<SetSecret>::judge(actor.clone(), target()).is_ok() || Grant::<RotateSecret>::judge(actor.clone(), target()).is_ok()
    };
    if app.is_some_and(may) { SECRET_FORM_LIMIT } else { FORM_LIMIT }
}

/// The whole body. `length` is what the request says of it; a body that says it is too large is not waited for.
pub(super) async fn read(
    payload: impl Stream<Item = Result<Bytes, PayloadError>>,
    length: usize,
    limit: usize,
    within: Duration,
) -> Result<SecretValue, Failure> {
    if length > limit {
        return Err(Failure::TooLarge(limit / 1024));
    }
    let whole = async {
        let mut payload = std::pin::pin!(payload);
        // In one piece from the start: what grows leaves copies behind, and a secret may be in it.
        let mut body = Vec::with_capacity(length);
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|e| Failure::BadForm(format!("the form did not arrive whole: {e}")))?;
            if body.len() + chunk.len() > limit {
                return Err(Failure::TooLarge(limit / 1024));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(SecretValue::from(body))
    };
    tokio::time::timeout(within, whole).await.map_err(|_late| Failure::TooSlow(within.as_secs()))?
}

/// Ends the connection behind the answer instead of waiting for the rest of a body. The framework reads what is left of a body in
/// chunks for as long as it comes, unless somebody still holds the body when the answer goes out.
pub(super) fn hang_up(payload: Payload) {
    if !matches!(payload, Payload::None) {
        actix_web::rt::spawn(async move {
            tokio::time::sleep(ANSWERED).await;
            drop(payload);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, Via};
    use futures_util::stream;

    fn chunk(n: usize) -> Bytes {
        Bytes::from(vec![b'x'; n])
    }

    #[tokio::test]
    async fn a_body_that_trickles_in_is_given_up_however_steadily_it_comes() {
        let within = Duration::from_millis(60);
        let steady = stream::unfold(tokio::time::interval(Duration::from_millis(5)), async |mut tick| {
            tick.tick().await;
            Some((Ok::<_, PayloadError>(chunk(1)), tick))
        });
        assert!(matches!(read(steady, 0, FORM_LIMIT, within).await, Err(Failure::TooSlow(_))));
        assert!(matches!(read(stream::pending(), 9, FORM_LIMIT, within).await, Err(Failure::TooSlow(_))));
        let whole = read(stream::iter([chunk(2), chunk(3)].map(Ok)), 5, FORM_LIMIT, within).await;
        assert_eq!(whole.ok().unwrap().expose(), b"xxxxx");
    }

    #[tokio::test]
    async fn a_body_that_is_or_says_it_is_too_large_is_not_waited_for() {
        for (length, limit) in [(0, 4), (5, 4)] {
            let sent = read(stream::iter([chunk(3), chunk(2)].map(Ok)).chain(stream::pending()), length, limit, ON_ITS_WAY).await;
            assert!(matches!(sent, Err(Failure::TooLarge(0))), "{length}");
        }
    }

    #[test]
    fn only_who_may_set_a_secret_may_send_one() {
        let via = Via::default;
        let member = |role: Role| Actor::Member { id: 1, name: "ana".into(), rights: role.into(), via: via() };
        let path = "/apps/pad.example.org/secrets/key";
        assert_eq!(limit(&member(Role::Admin), path), SECRET_FORM_LIMIT);
        for (actor, path) in [
            (member(Role::Viewer), path),
            (member(Role::Admin), "/apps/pad.example.org/settings"),
            (member(Role::Admin), "/x/secrets/"),
        ] {
            assert_eq!(limit(&actor, path), FORM_LIMIT, "{actor:?} {path}");
        }
        assert_eq!(limit(&Actor::Stranger { via: via() }, path), STRANGERS_LIMIT);
    }
}
