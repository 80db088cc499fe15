//! Looking entries up: along one index at a time and by number, never by counting off, so that a page costs the same however long
//! the log is and stays where it is while entries are added.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::audit::{Entry, Row, entry};
use super::schema::audit;
use super::{Result, Store};
use crate::clock::Millis;

/// Which entries a page wants. What is empty matches everything.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    /// What the reader may see of the log.
    pub seen: Seen,
    /// Name of who acted, in whatever case.
    pub actor: String,
    pub actions: Vec<String>,
    /// Name of the app.
    pub app: String,
    /// A part of the name of what was acted on, in whatever case.
    pub text: String,
    /// Words of [`Entry::outcome`].
    pub outcomes: Option<Vec<String>>,
    /// Not before this time.
    pub from: Option<Millis>,
    /// Before this time.
    pub to: Option<Millis>,
    pub start: Start,
}

/// What a reader may see of the log.
#[derive(Clone, Debug, Default)]
pub enum Seen {
    #[default]
    Everything,
    /// Only what is about these apps, each by its name and the time since when the name is its own: another app may have had it before.
    Apps(BTreeMap<String, Millis>),
}

impl Seen {
    /// Whether the entry is among what the reader may see.
    pub fn has(&self, entry: &Entry) -> bool {
        match self {
            Self::Everything => true,
            Self::Apps(apps) => entry.target.kind == "app" && apps.get(&entry.target.name).is_some_and(|since| entry.at >= *since),
        }
    }
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    #[default]
    Newest,
    /// Older than this entry.
    Before(i64),
    /// Newer than this entry, next to it.
    After(i64),
}

/// A page of entries, newest first.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub entries: Vec<Entry>,
    /// There may be older ones that fit.
    pub older: bool,
    /// There may be newer ones that fit.
    pub newer: bool,
    /// So far was looked without filling the page; whoever wants more goes on from here.
    pub stopped_at: Option<i64>,
}

/// Values that are looked up one by one; of more, most entries fit anyway.
const MOST_VALUES: usize = 64;
/// Values of a column that are told apart.
const MOST_DISTINCT: i64 = 5000;
/// Entries that one page looks at, where no index alone tells what fits.
const MOST_LOOKED_AT: usize = 40_000;
/// Entries of each way that are looked at to choose between several.
const PROBE: usize = 100;
/// Entries that are read at once then.
const READ_AT_ONCE: usize = 2000;
/// So many entries may stand on the wrong side of a time, where a clock was set back.
const CLOCK_SLACK: i64 = 1000;

/// The queries of one column: along its index, either way, and its values.
struct Along {
    older: &'static str,
    newer: &'static str,
    values: &'static str,
}

macro_rules! along {
    ($column:literal) => {
        Along {
            older: concat!("SELECT seq FROM audit WHERE ", $column, " = ? AND seq > ? AND seq < ? ORDER BY seq DESC LIMIT ?"),
            newer: concat!("SELECT seq FROM audit WHERE ", $column, " = ? AND seq > ? AND seq < ? ORDER BY seq LIMIT ?"),
            values: concat!(
                "WITH RECURSIVE one(word) AS (SELECT MIN(",
                $column,
                ") FROM audit UNION ALL SELECT (SELECT MIN(",
                $column,
                ") FROM audit WHERE ",
                $column,
                " > one.word) FROM one WHERE one.word IS NOT NULL) SELECT word FROM one WHERE word IS NOT NULL LIMIT ?"
            ),
        }
    };
}

const TARGET: Along = along!("target");
const ACTOR: Along = along!("actor");
const ACTION: Along = along!("action");
const OUTCOME: Along = along!("outcome");
/// Without an index: the numbers themselves. The first value is not looked at.
const PLAIN_OLDER: &str = "SELECT seq FROM audit WHERE ? IS NOT NULL AND seq > ? AND seq < ? ORDER BY seq DESC LIMIT ?";
const PLAIN_NEWER: &str = "SELECT seq FROM audit WHERE ? IS NOT NULL AND seq > ? AND seq < ? ORDER BY seq LIMIT ?";
/// The first and the last entries of a span of time.
const SINCE: &str = "SELECT MIN(seq) AS seq FROM (SELECT seq FROM audit WHERE at >= ? ORDER BY at LIMIT ?)";
const UNTIL: &str = "SELECT MAX(seq) AS seq FROM (SELECT seq FROM audit WHERE at < ? ORDER BY at DESC LIMIT ?)";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

#[derive(QueryableByName)]
struct MaybeNumber {
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<i64>,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

impl Store {
    /// A page of the entries that fit, at most `limit` of them.
    pub async fn search(&self, filter: EntryFilter, limit: usize) -> Result<Found> {
        self.read(move |connection| search(connection, &filter, limit)).await
    }

    /// The newest entries that fit, newest first, at most `limit`.
    pub async fn entries(&self, filter: EntryFilter, limit: usize) -> Result<Vec<Entry>> {
        Ok(self.search(filter, limit).await?.entries)
    }

    /// Looks a filter up, for whoever goes through the entries by himself.
    pub async fn wanted(&self, filter: EntryFilter) -> Result<Wanted> {
        self.read(move |connection| Wanted::of(connection, &filter)).await
    }

    /// Every name that acted.
    pub async fn audit_actors(&self) -> Result<Vec<String>> {
        self.read(|connection| values(connection, &ACTOR)).await
    }

    /// Every word for how something ended.
    pub async fn audit_outcomes(&self) -> Result<Vec<String>> {
        self.read(|connection| values(connection, &OUTCOME)).await
    }
}

/// A filter, looked up once: the values that fit, column by column; `None` where all do.
#[derive(Clone, Debug)]
pub struct Wanted {
    targets: Option<BTreeSet<String>>,
    actors: Option<BTreeSet<String>>,
    actions: Option<BTreeSet<String>>,
    outcomes: Option<BTreeSet<String>>,
    seen: Seen,
    from: Millis,
    to: Millis,
}

impl Wanted {
    fn of(connection: &mut SqliteConnection, filter: &EntryFilter) -> Result<Self> {
        let set = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
        let mut targets: Option<BTreeSet<String>> = match &filter.seen {
            Seen::Everything => None,
            Seen::Apps(apps) => Some(apps.keys().cloned().collect()),
        };
        let mut narrow = |fits: BTreeSet<String>| {
            targets = Some(match targets.take() {
                Some(before) => before.intersection(&fits).cloned().collect(),
                None => fits,
            });
        };
        if !filter.app.is_empty() {
            narrow([filter.app.clone()].into());
        }
        if !filter.text.is_empty() {
            let part = filter.text.to_lowercase();
            narrow(values(connection, &TARGET)?.into_iter().filter(|v| v.to_lowercase().contains(&part)).collect());
        }
        let actors = match filter.actor.to_lowercase() {
            name if name.is_empty() => None,
            name => Some(values(connection, &ACTOR)?.into_iter().filter(|v| v.to_lowercase() == name).collect()),
        };
        let actions = Some(set(&filter.actions)).filter(|a| !a.is_empty());
        let (from, to) = (filter.from.unwrap_or(Millis::MIN), filter.to.unwrap_or(Millis::MAX));
        let (outcomes, seen) = (filter.outcomes.as_deref().map(set), filter.seen.clone());
        Ok(Self { targets, actors, actions, outcomes, seen, from, to })
    }

    /// Whether an entry fits.
    pub fn fits(&self, entry: &Entry) -> bool {
        let has = |wanted: &Option<BTreeSet<String>>, word: &String| wanted.as_ref().is_none_or(|set| set.contains(word));
        self.seen.has(entry)
            && has(&self.targets, &entry.target.name)
            && has(&self.actors, &entry.actor.name)
            && has(&self.actions, &entry.action)
            && has(&self.outcomes, &entry.outcome)
            && (self.from..self.to).contains(&entry.at)
    }

    /// The columns that an index can be gone along, with the values that are looked for.
    fn ways(&self) -> Vec<(&'static Along, &BTreeSet<String>)> {
        [(&TARGET, &self.targets), (&ACTOR, &self.actors), (&ACTION, &self.actions), (&OUTCOME, &self.outcomes)]
            .into_iter()
            .filter_map(|(along, set)| Some((along, set.as_ref()?)))
            .filter(|(_, set)| set.len() <= MOST_VALUES)
            .collect()
    }
}

/// The way on which the fewest entries lie: a look at the next ones tells how far apart they are.
fn rarest<'a>(
    connection: &mut SqliteConnection,
    ways: Vec<(&'static Along, &'a BTreeSet<String>)>,
    bounds: (i64, i64),
    forward: bool,
) -> Result<Option<(&'static Along, &'a BTreeSet<String>)>> {
    if ways.len() < 2 {
        return Ok(ways.into_iter().next());
    }
    let mut best: Option<(u64, (&'static Along, &BTreeSet<String>))> = None;
    for way in ways {
        let next = numbers(connection, Some(way), bounds, PROBE, forward)?;
        let span = match (next.first(), next.last()) {
            (Some(first), Some(last)) if next.len() == PROBE => first.abs_diff(*last),
            // It ends so soon that nothing can be better.
            _ => u64::MAX,
        };
        if best.as_ref().is_none_or(|(widest, _)| span > *widest) {
            best = Some((span, way));
        }
    }
    Ok(best.map(|(_, way)| way))
}

fn search(connection: &mut SqliteConnection, filter: &EntryFilter, limit: usize) -> Result<Found> {
    let wanted = Wanted::of(connection, filter)?;
    let (mut above, mut below) = span(connection, filter)?;
    let forward = match filter.start {
        Start::Newest => false,
        Start::Before(seq) => {
            below = below.min(seq);
            false
        }
        Start::After(seq) => {
            above = above.max(seq);
            true
        }
    };
    let way = rarest(connection, wanted.ways(), (above, below), forward)?;
    let (mut entries, mut looked, mut at_once, mut stopped_at) = (vec![], 0, limit + 1, None);
    while entries.len() <= limit {
        let numbers = numbers(connection, way, (above, below), at_once, forward)?;
        let Some(last) = numbers.last().copied() else { break };
        looked += numbers.len();
        let mut rows = load(connection, &numbers)?;
        if forward {
            rows.reverse();
        }
        entries.extend(rows.into_iter().filter(|entry| wanted.fits(entry)));
        if numbers.len() < at_once {
            break;
        }
        if forward {
            above = last;
        } else {
            below = last;
        }
        if looked >= MOST_LOOKED_AT && entries.len() <= limit {
            stopped_at = Some(last);
            break;
        }
        at_once = (at_once * 4).min(READ_AT_ONCE);
    }
    let more = entries.len() > limit || stopped_at.is_some();
    entries.truncate(limit);
    if forward {
        entries.reverse();
    }
    let (older, newer) = if forward { (true, more) } else { (more, filter.start != Start::Newest) };
    Ok(Found { entries, older, newer, stopped_at })
}

/// Between which numbers, both left out, the wanted time lies.
fn span(connection: &mut SqliteConnection, filter: &EntryFilter) -> Result<(i64, i64)> {
    let mut bound = |query: &str, at: Option<Millis>, never: i64| -> Result<Option<i64>> {
        let Some(at) = at else { return Ok(None) };
        let found: MaybeNumber =
            diesel::sql_query(query).bind::<BigInt, _>(at).bind::<BigInt, _>(CLOCK_SLACK).get_result(connection)?;
        Ok(Some(found.seq.unwrap_or(never)))
    };
    let above = bound(SINCE, filter.from, i64::MAX)?.map_or(i64::MIN, |seq| seq.saturating_sub(1));
    let below = bound(UNTIL, filter.to, i64::MIN)?.map_or(i64::MAX, |seq| seq.saturating_add(1));
    Ok((above, below))
}

/// The next numbers that may fit, in the order in which they are gone along.
fn numbers(
    connection: &mut SqliteConnection,
    along: Option<(&Along, &BTreeSet<String>)>,
    (above, below): (i64, i64),
    limit: usize,
    forward: bool,
) -> Result<Vec<i64>> {
    let any = BTreeSet::from([String::new()]);
    let (query, words) = match along {
        Some((along, words)) => (if forward { along.newer } else { along.older }, words),
        None => (if forward { PLAIN_NEWER } else { PLAIN_OLDER }, &any),
    };
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut all = vec![];
    for word in words {
        let some = diesel::sql_query(query)
            .bind::<Text, _>(word)
            .bind::<BigInt, _>(above)
            .bind::<BigInt, _>(below)
            .bind::<BigInt, _>(most)
            .load::<Number>(connection)?;
        all.extend(some.into_iter().map(|number| number.seq));
    }
    all.sort_unstable();
    if !forward {
        all.reverse();
    }
    all.truncate(limit);
    Ok(all)
}

/// These entries, newest first.
fn load(connection: &mut SqliteConnection, numbers: &[i64]) -> Result<Vec<Entry>> {
    let query = audit::table.filter(audit::seq.eq_any(numbers)).order(audit::seq.desc());
    let rows = query.select((audit::seq, audit::body, audit::hash)).load::<Row>(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn values(connection: &mut SqliteConnection, along: &Along) -> Result<Vec<String>> {
    let words = diesel::sql_query(along.values).bind::<BigInt, _>(MOST_DISTINCT).load::<Word>(connection)?;
    Ok(words.into_iter().map(|word| word.word).collect())
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;

    use super::*;

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    fn log() -> SqliteConnection {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        for up in [
            include_str!("../../migrations/2026-11-23-000001_first/up.sql"),
            include_str!("../../migrations/2026-11-23-000020_audit_lookup/up.sql"),
        ] {
            connection.batch_execute(up).unwrap();
        }
        connection
    }

    fn plan(connection: &mut SqliteConnection, query: &str) -> Vec<String> {
        let text = format!("EXPLAIN QUERY PLAN {query}");
        diesel::sql_query(text).load::<Step>(connection).unwrap().into_iter().map(|step| step.detail).collect()
    }

    /// A step that reads the table reads it by number, and one that reads an index begins where the wanted values begin.
    #[test]
    fn no_filter_scans_the_table_or_an_index() {
        let mut log = log();
        let mut queries = vec![PLAIN_OLDER, PLAIN_NEWER, SINCE, UNTIL];
        for along in [&TARGET, &ACTOR, &ACTION, &OUTCOME] {
            queries.extend([along.older, along.newer, along.values]);
        }
        for query in queries {
            let steps = plan(&mut log, query);
            assert!(steps.iter().any(|step| step.starts_with("SEARCH audit USING")), "{query}: {steps:#?}");
            assert!(
                !steps.iter().any(|step| step.starts_with("SCAN audit") || step.contains("TEMP B-TREE")),
                "{query}: {steps:#?}"
            );
        }
    }
}
