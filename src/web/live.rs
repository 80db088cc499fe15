//! The stream of pokes of one page: `/live?since=N&topics=apps,op-4`. Names of topics only; the page fetches its fragment again.

use std::collections::VecDeque;

use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;

use super::Site;
use super::failure::Failure;
use super::form::Query;
use super::heartbeat::{Beat, Heartbeat};
use super::visit::Visit;
use crate::access::action::ListApps;
use crate::access::{Actor, Grant, Sight};
use crate::engine::feed::Attention;
use crate::ops::live::Poke;

/// Topics of one page.
const MOST_TOPICS: usize = 50;

/// Opens the stream.
pub async fn stream(
    may: Grant<ListApps>,
    visit: Visit,
    query: Query,
    request: HttpRequest,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let asked: Vec<&str> = query.get("topics").split(',').collect();
    if asked.len() > MOST_TOPICS {
        return Err(Failure::BadForm("a page can follow fifty things at most".to_owned()));
    }
    let mut topics = vec![];
    for topic in asked {
        if visible(&site, may.actor(), topic).await? {
            topics.push(topic.to_owned());
        }
    }
    let last = request.headers().get("last-event-id").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let since = last.as_deref().and_then(|id| site.epoch.since(id)).or_else(|| query.number("since"));
    // An id of another run means that anything may have happened: the page starts over.
    let since = if last.is_some() && last.as_deref().and_then(|id| site.epoch.since(id)).is_none() { None } else { since };
    let (past, receiver) = site.live.subscribe(since.unwrap_or(u64::MAX - 1));
    // One poke on every connection: a page that was hidden or cut off looks again, whatever it missed.
    let mut waiting = VecDeque::from([everything(&site)]);
    waiting.extend(past.into_iter().flatten().filter(|p| topics.contains(&p.topic)).map(|p| message(&site, &p)));
    let heartbeat = Heartbeat::of(&visit, &may, &site)?;
    let state = Stream { heartbeat, attention: site.feed.viewer(), site: site.clone(), topics, waiting, receiver };
    let body =
        stream::unfold(state, |mut state| async move { state.next().await.map(|bytes| (Ok::<_, actix_web::Error>(bytes), state)) });
    Ok(event_stream(body))
}

/// Whether somebody may hear of this topic: of an operation or a stack only where they see the app.
async fn visible(site: &Site, actor: &Actor, topic: &str) -> Result<bool, Failure> {
    if actor.sight() == Sight::All {
        return Ok(true);
    }
    let seen = site.store.seen_by(actor);
    if let Some(id) = topic.strip_prefix("op-").or_else(|| topic.strip_prefix("over-")) {
        let Ok(id) = id.parse() else { return Ok(false) };
        return Ok(seen.operation(id).await?.is_some());
    }
    match topic.strip_prefix("stack-") {
        Some(stack) => Ok(seen.overview().await?.apps.iter().any(|app| app.stack == stack)),
        None => Ok(true),
    }
}

/// An answer that goes on and is neither kept, changed nor held back on its way.
pub(super) fn event_stream(body: impl futures_util::Stream<Item = Result<Bytes, actix_web::Error>> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        .insert_header(("x-accel-buffering", "no"))
        .insert_header(ContentEncoding::Identity)
        .streaming(body)
}

struct Stream {
    heartbeat: Heartbeat,
    #[expect(dead_code, reason = "held so that the Swarm is read often while somebody looks")]
    attention: Attention,
    site: Data<Site>,
    topics: Vec<String>,
    waiting: VecDeque<Bytes>,
    receiver: tokio::sync::broadcast::Receiver<Poke>,
}

impl Stream {
    /// The next bytes; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.heartbeat.beat(&self.site).await {
                Beat::NotYet => {}
                Beat::Send(bytes) => return Some(bytes),
                Beat::Over => return None,
            }
            if let Some(bytes) = self.waiting.pop_front() {
                return Some(bytes);
            }
            if self.site.stop.is_cancelled() {
                return None;
            }
            tokio::select! {
                () = self.site.stop.cancelled() => return None,
                () = self.heartbeat.wait() => {}
                poke = self.receiver.recv() => match poke {
                    Ok(poke) if self.topics.contains(&poke.topic) => return Some(message(&self.site, &poke)),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return Some(everything(&self.site)),
                    Err(RecvError::Closed) => return None,
                },
            }
        }
    }
}

fn message(site: &Site, poke: &Poke) -> Bytes {
    let event = if poke.topic.starts_with("over-") { "over" } else { "poke" };
    Bytes::from(format!("id: {}\nevent: {event}\ndata: {}\n\n", site.epoch.id(poke.seq), poke.topic))
}

/// Tells the page to look at everything anew.
fn everything(site: &Site) -> Bytes {
    Bytes::from(format!("id: {}\nevent: poke\ndata: *\n\n", site.epoch.id(site.live.seq())))
}
