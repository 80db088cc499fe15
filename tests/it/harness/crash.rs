//! Moments at which a process can be killed: around each statement of whoever writes to a database.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, Once, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

/// A place between two statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The statement, and what is bound to it.
    pub(crate) statement: String,
    /// Whether it was carried out, or is about to be.
    pub(crate) done: bool,
    /// It is part of what the dashboard notes by itself, such as what it fetched.
    pub(crate) by_itself: bool,
}

impl Moment {
    /// Whether a kill here differs from one at the moment before: nothing was begun yet; all rows are written but the entry; the entry as
    /// well; all of it is kept and nobody was told; and before each line of an operation's journal. What the dashboard notes by itself
    /// in between does not count.
    pub(crate) fn counts(&self, inside: bool) -> bool {
        let begins = |words: &[&str]| words.iter().any(|word| self.statement.starts_with(word));
        match (self.done, inside) {
            _ if self.by_itself => false,
            (true, _) => inside && begins(&["COMMIT"]),
            (false, true) => begins(&["COMMIT", "INSERT INTO `audit`"]),
            (false, false) => begins(&["BEGIN IMMEDIATE", "INSERT INTO `operation_events`", "UPDATE `operations`"]),
        }
    }
}

/// Is called on the thread that writes, which goes on afterwards. The second argument says whether a transaction is open.
type Watcher = Arc<dyn Fn(&Moment, bool) + Send + Sync>;

/// By the path of the database.
static WATCHERS: Mutex<BTreeMap<String, Watcher>> = Mutex::new(BTreeMap::new());

/// From now on whoever opens a database can be watched.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_default_instrumentation(|| Some(teller())).unwrap());
}

/// Watches whoever opened this database after [`prepare`].
pub(crate) fn watch(database: &Path, watcher: impl Fn(&Moment, bool) + Send + Sync + 'static) {
    let mut watchers = WATCHERS.lock().unwrap_or_else(PoisonError::into_inner);
    watchers.insert(database.to_str().unwrap().to_owned(), Arc::new(watcher));
}

/// Nobody is watched any more.
pub(crate) fn leave(database: &Path) {
    WATCHERS.lock().unwrap_or_else(PoisonError::into_inner).remove(database.to_str().unwrap());
}

fn teller() -> Box<dyn Instrumentation> {
    let (mut database, mut inside) = (String::new(), false);
    // `Store::commit` begins its transactions itself; those that diesel announces are housekeeping.
    let (mut announced, mut by_itself) = (false, false);
    Box::new(move |event: InstrumentationEvent<'_>| {
        let (query, done) = match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                url.clone_into(&mut database);
                return;
            }
            InstrumentationEvent::BeginTransaction { .. } => {
                announced = true;
                return;
            }
            InstrumentationEvent::CommitTransaction { .. } | InstrumentationEvent::RollbackTransaction { .. } => {
                announced = false;
                return;
            }
            InstrumentationEvent::StartQuery { query, .. } => (query, false),
            InstrumentationEvent::FinishQuery { query, error: None, .. } => (query, true),
            _ => return,
        };
        let watcher = WATCHERS.lock().unwrap_or_else(PoisonError::into_inner).get(&database).cloned();
        let Some(watcher) = watcher else { return };
        let statement = query.to_string().trim_start().to_owned();
        // Whoever only reads has nothing to lose.
        if ["SELECT", "PRAGMA", "WITH"].iter().any(|word| statement.starts_with(word)) {
            return;
        }
        if statement.starts_with("BEGIN") {
            (inside, by_itself) = (done, announced);
        }
        let moment = Moment { statement, done, by_itself };
        watcher(&moment, inside);
        let word = moment.statement.split([' ', ';']).next().unwrap_or_default();
        if done && matches!(word, "COMMIT" | "ROLLBACK") {
            (inside, by_itself) = (false, false);
        }
    })
}
