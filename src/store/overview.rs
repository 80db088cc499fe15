use std::sync::{Arc, PoisonError};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

use super::operations::State;
use super::schema::{apps, operations};
use super::{Result, Store, StoreError};
use crate::clock::Millis;

/// What every page and the list of apps show of the database. It is read at once and kept until something is written: the list is
/// looked at far more often than it changes.
#[derive(Debug)]
pub struct Overview {
    /// By name.
    pub apps: Vec<AppLine>,
    /// The app of each operation that has not ended, by the name that it is kept under.
    pub live: Vec<String>,
    /// Repositories of backups that somebody has to look at.
    pub alarms: Vec<Alarm>,
}

/// A repository of backups with which something is wrong.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Alarm {
    #[diesel(sql_type = Integer)]
    pub repository: i32,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// A check found damage; else it can't be used.
    #[diesel(sql_type = Bool)]
    pub damaged: bool,
}

/// One app with what is told beside it in a list.
#[derive(Clone, Debug, QueryableByName)]
pub struct AppLine {
    #[diesel(sql_type = Integer)]
    pub id: i32,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub stack: String,
    #[diesel(sql_type = Text)]
    pub recipe: String,
    /// The version that is chosen for the next deploy.
    #[diesel(sql_type = Text)]
    pub version: String,
    /// The recipe's newest version that is known, empty if none.
    #[diesel(sql_type = Text)]
    pub newest: String,
    /// When the last operation ended, or was asked for if it has not.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub changed_at: Option<Millis>,
    /// Who asked for it.
    #[diesel(sql_type = Text)]
    pub changed_by: String,
}

/// The last operation of each app is found by its index, however many there were.
const APPS: &str = "
    SELECT apps.id, apps.name, apps.stack, apps.recipe, apps.version, COALESCE(recipes.newest, '') AS newest,
           COALESCE(last.finished_at, last.asked_at) AS changed_at, COALESCE(json_extract(last.actor, '$.name'), '') AS changed_by
    FROM apps
    LEFT JOIN recipes ON recipes.name = apps.recipe
    LEFT JOIN operations AS last ON last.id = (SELECT MAX(id) FROM operations WHERE app_id = apps.id)
    WHERE apps.id NOT IN (SELECT app_id FROM removed_apps)
    ORDER BY apps.name";

/// One that is broken, and one in which the newest check of some kind found damage.
const ALARMS: &str = "
    SELECT r.id AS repository, r.name, EXISTS (
        SELECT 1 FROM repository_upkeep AS u WHERE u.outcome = 'damaged' AND u.id IN (
            SELECT MAX(id) FROM repository_upkeep WHERE repository_id = r.id AND ended_at IS NOT NULL GROUP BY work)) AS damaged
    FROM backup_repositories AS r
    WHERE r.state <> 'retired' AND (r.state = 'broken' OR damaged)
    ORDER BY r.name";

/// The overview, with the connection that it was read on and what that connection's counter said then.
pub(super) type Kept = std::sync::Mutex<Option<(SqliteConnection, i64, Arc<Overview>)>>;

/// A connection's own counter: another number means that another connection has written since, be it of another process, such as
/// `canteen app import`. It stands in memory that all of them share, so asking reads no file.
#[derive(QueryableByName)]
struct Counter {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

fn counter(connection: &mut SqliteConnection) -> Result<i64> {
    Ok(diesel::sql_query("PRAGMA data_version").get_result::<Counter>(connection)?.data_version)
}

impl Store {
    /// The overview as the last write left it, whoever wrote.
    pub async fn overview(&self) -> Result<Arc<Overview>> {
        let inner = Arc::clone(&self.inner);
        let look = move || {
            let mut kept = inner.overview.lock().unwrap_or_else(PoisonError::into_inner);
            let (mut connection, before) = match kept.take() {
                Some((connection, at, overview)) => (connection, Some((at, overview))),
                None => (super::reader(&inner.path)?, None),
            };
            // The counter comes before the reading: a write in between makes the next one read again.
            let now = counter(&mut connection)?;
            let overview = match before {
                Some((at, overview)) if at == now => overview,
                _ => Arc::new(read(&mut connection)?),
            };
            *kept = Some((connection, now, Arc::clone(&overview)));
            Ok(overview)
        };
        tokio::task::spawn_blocking(look).await.map_err(|e| StoreError::Unreadable(e.to_string()))?
    }
}

fn read(c: &mut SqliteConnection) -> Result<Overview> {
    let live = operations::state.eq_any([State::Queued.as_str(), State::Running.as_str()]);
    let live = operations::table.inner_join(apps::table).filter(live).select(apps::name).load(c)?;
    let apps = diesel::sql_query(APPS).load(c)?;
    let alarms = diesel::sql_query(ALARMS).load(c)?;
    Ok(Overview { apps, live, alarms })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Actor, Grant, Role, Target, Via, action};
    use crate::clock::TestClock;
    use crate::commands::app_new::NewApp;
    use crate::ops::order;

    fn ana() -> Actor {
        Actor::Member { id: 1, name: "ana".into(), rights: Role::Admin.into(), via: Via::default() }
    }

    #[tokio::test]
    async fn what_another_process_writes_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Store::open(&dir.path().join("canteen.db"), TestClock::at(5)).unwrap();
        let (dashboard, terminal) = (open(), open());
        assert!(dashboard.overview().await.unwrap().apps.is_empty());
        let (name, stack) = ("pad.example.org".to_owned(), "pad".to_owned());
        let app = NewApp { name, stack, recipe: "pad".into(), version: String::new(), env: String::new() };
        terminal.commit(&Grant::<action::NewApp>::judge(ana(), Target::Site).unwrap(), app).await.unwrap();
        let seen = dashboard.overview().await.unwrap();
        assert_eq!(seen.apps.len(), 1);
        assert!(Arc::ptr_eq(&seen, &dashboard.overview().await.unwrap()), "and it is kept again");
    }

    #[tokio::test]
    async fn the_overview_is_kept_until_something_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("canteen.db"), TestClock::at(5)).unwrap();
        let empty = store.overview().await.unwrap();
        assert!(empty.apps.is_empty() && Arc::ptr_eq(&empty, &store.overview().await.unwrap()));

        let (name, stack) = ("pad.example.org".to_owned(), "pad".to_owned());
        let app =
            NewApp { name: name.clone(), stack: stack.clone(), recipe: "pad".into(), version: "1.0.0".into(), env: String::new() };
        let id = store.commit(&Grant::<action::NewApp>::judge(ana(), Target::Site).unwrap(), app).await.unwrap();
        let one = store.overview().await.unwrap();
        assert_eq!((one.apps[0].name.as_str(), one.apps[0].changed_at, one.live.len()), (name.as_str(), None, 0));

        let may = Grant::<action::Undeploy>::judge(ana(), Target::App(name)).unwrap();
        store.commit(&may, order::undeploy(id, stack, "n".into())).await.unwrap();
        let busy = store.overview().await.unwrap();
        assert_eq!((busy.apps[0].changed_at, busy.apps[0].changed_by.as_str(), busy.live.len()), (Some(5), "ana", 1));
    }
}
