//! Lines to come, for one page: `/apps/{app}/logs/stream?after=CURSOR`, with the page's filter. Each message is HTML for the end of
//! the list; its id is the cursor from which a browser that was cut off goes on.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template as _;
use futures_util::stream;
use tokio::time::Instant;

use super::hub::{Batch, Follower};
use super::names::Names;
use super::query::Asked;
use super::rows::{LinesView, Row, row, skipped};
use crate::access::Grant;
use crate::access::action::ViewLogs;
use crate::engine::feed::Attention;
use crate::logs::merge::Placed;
use crate::logs::text::plain;
use crate::logs::{Cursor, Filter, Pace};
use crate::stack::names::StackName;
use crate::stack::observed::Swarm;
use crate::web::Site;
use crate::web::apps::facts::facts;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::heartbeat::{Beat, Heartbeat};
use crate::web::live::event_stream;
use crate::web::visit::Visit;

/// Lines a second that a page takes.
const MOST_A_SECOND: u32 = 2_000;
/// So long after the beginning, lines may still come that the page has.
const SETTLING: Duration = Duration::from_secs(10);
/// Skipped lines are told of at most this late.
const SOON: Duration = Duration::from_secs(1);

/// Opens the stream.
pub async fn stream(
    may: Grant<ViewLogs>,
    visit: Visit,
    query: Query,
    request: HttpRequest,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let asked = Asked::of(&query);
    let filter = asked.filter_or_refuse(&facts.stack, &facts.observed, site.store.clock().now())?;
    let last = request.headers().get("last-event-id").and_then(|v| v.to_str().ok()).and_then(Cursor::parse);
    let again = last.is_some();
    let from = last.or_else(|| Cursor::parse(query.get("after"))).unwrap_or_default();
    let swarm = site.feed.latest().swarm;
    let state = Stream {
        heartbeat: Heartbeat::of(&visit, &may, &site)?,
        attention: site.feed.viewer(),
        follower: site.logs.follow(&site, &facts.stack),
        names: Names::of(&facts.observed, &facts.stack),
        site: site.clone(),
        stack: facts.stack,
        swarm,
        filter,
        seen: from.clone(),
        from,
        met: again.then(BTreeSet::new),
        pace: Pace::new(MOST_A_SECOND),
        // Something to begin with tells the page that it is connected.
        waiting: VecDeque::from([Bytes::from_static(b"event: following\ndata: now\n\n")]),
        begun: Instant::now(),
    };
    let body =
        stream::unfold(state, |mut state| async move { state.next().await.map(|bytes| (Ok::<_, actix_web::Error>(bytes), state)) });
    Ok(event_stream(body))
}

struct Stream {
    heartbeat: Heartbeat,
    #[expect(dead_code, reason = "held so that the Swarm is read often while somebody looks")]
    attention: Attention,
    follower: Follower,
    site: Data<Site>,
    stack: StackName,
    /// The reading that the names are from.
    swarm: Arc<Swarm>,
    names: Names,
    filter: Filter,
    /// What the page has already.
    from: Cursor,
    seen: Cursor,
    /// After a break: tasks of which something came that the page has. Of the others lines may be missing.
    met: Option<BTreeSet<String>>,
    pace: Pace,
    waiting: VecDeque<Bytes>,
    begun: Instant,
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
            if let Some(lines) = self.pace.told(self.now()) {
                return self.message(vec![skipped(lines)]);
            }
            let stop = self.site.stop.clone();
            tokio::select! {
                () = stop.cancelled() => return None,
                () = self.heartbeat.wait() => {}
                () = tokio::time::sleep(SOON), if self.pace.is_behind() => {}
                told = self.follower.next() => {
                    let (missed, batch) = told?;
                    let rows = self.rows(missed, &batch);
                    if !rows.is_empty() {
                        return self.message(rows);
                    }
                }
            }
        }
    }

    fn rows(&mut self, missed: u64, batch: &Batch) -> Vec<Row> {
        self.refresh_names();
        let mut rows: Vec<Row> = (missed > 0).then(|| skipped(missed)).into_iter().collect();
        rows.extend(batch.notices.iter().map(|text| Row::Note(format!("Docker says: {}", plain(text)))));
        let settling = self.begun.elapsed() < SETTLING;
        for Placed { item: line, late } in batch.lines.iter() {
            if settling && !self.from.is_behind(line) {
                if let Some(met) = &mut self.met {
                    met.insert(line.task.clone());
                }
                continue;
            }
            self.seen.note(line);
            if !self.filter.takes(line) {
                continue;
            }
            if settling && self.from.knows(&line.task) && self.met.as_ref().is_some_and(|met| !met.contains(&line.task)) {
                self.met = None;
                rows.push(Row::Note(
                    "This page was away for a while: lines may be missing here. Open it again to see them".to_owned(),
                ));
            }
            let now = self.now();
            if let Some(lines) = self.pace.told(now) {
                rows.push(skipped(lines));
            }
            if self.pace.admit(now) {
                rows.push(row(line, *late, &self.names));
            }
        }
        rows
    }

    /// New tasks get their names with the next reading.
    fn refresh_names(&mut self) {
        let latest = self.site.feed.latest().swarm;
        if !Arc::ptr_eq(&latest, &self.swarm) {
            self.names = Names::of(&latest.stack(&self.stack), &self.stack);
            self.swarm = latest;
        }
    }

    fn message(&self, rows: Vec<Row>) -> Option<Bytes> {
        let html = LinesView { rows }.render().ok()?;
        let mut message = format!("id: {}\n", self.seen);
        for line in html.lines().filter(|l| !l.is_empty()) {
            message.extend(["data: ", line, "\n"]);
        }
        message.push('\n');
        Some(Bytes::from(message))
    }

    fn now(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}
