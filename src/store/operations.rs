use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde::{Deserialize, Serialize};

use super::approvals::{self, Cleared};
use super::schema::{apps, operations, removed_apps};
use super::{Denied, Result, Store, StoreError, Tx, removals};
use crate::access::actor::COMMAND_LINE;
use crate::access::{Actor, SCHEDULER, Sight, Via};
use crate::clock::Millis;

/// Where an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Queued,
    Running,
    /// It reached what was wanted.
    Done,
    /// It did not.
    Failed,
}

impl State {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether it has not ended.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        [Self::Queued, Self::Running, Self::Done, Self::Failed]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| StoreError::Unreadable(format!("operation state {text}")))
    }
}

/// Who asked for an operation, kept with it so that it can be judged again when it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBy {
    pub id: Option<i32>,
    pub name: String,
    pub via: Via,
}

impl AskedBy {
    /// Takes down who acts.
    pub fn of(actor: &Actor) -> Self {
        Self { id: actor.member(), name: actor.name().to_owned(), via: actor.via().cloned().unwrap_or_default() }
    }

    /// The name for people, with the token that asked for them.
    pub fn told(&self) -> String {
        self.via.token.as_ref().map_or_else(|| self.name.clone(), |token| format!("{} by token {}", self.name, token.name))
    }

    /// Whether the dashboard asked by itself. A member of that name has an id.
    pub fn is_scheduler(&self) -> bool {
        self.id.is_none() && self.name == SCHEDULER
    }

    /// Whether somebody asked who types on the server itself.
    pub fn is_command_line(&self) -> bool {
        self.id.is_none() && self.name == COMMAND_LINE
    }
}

/// One long action on an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub id: i32,
    pub app_id: i32,
    /// The app's name; of one that was removed the name that it had.
    pub app: String,
    /// The name that the app is kept under since it was removed.
    pub kept_as: Option<String>,
    /// What it does, in the word of `Wanted::kind`: `deploy`, `rollback`, `reapply`, `adopt`, `restart`, `scale`, `remove`, `undeploy`,
    /// `secrets`, `rotate`, `secrets_removal` or `configs_removal`.
    pub kind: String,
    pub state: State,
    /// What the operation is to reach, as its kind writes it.
    pub wanted: String,
    pub asked_by: AskedBy,
    pub audit_seq: i64,
    pub asked_at: Millis,
    pub started_at: Option<Millis>,
    /// Whether it may have changed the Swarm already.
    pub touched: bool,
    /// How often it was begun: more than once after a restart of Canteen.
    pub attempts: i32,
    pub finished_at: Option<Millis>,
    /// How it ended in one word, such as `converged` or `rolled back`.
    pub outcome: String,
    /// Why, for people.
    pub cause: String,
}

type Row = (i32, i32, String, String, String, String, String, i64, i64, Option<i64>, bool, i32, Option<i64>, String, String);

/// An operation with its app's name, and the one that it had before it was removed.
type Named = (Row, String, Option<String>);

fn operation((row, app, had): Named) -> Result<Operation> {
    let (
        id,
        app_id,
        kind,
        state,
        wanted,
        actor,
        _nonce,
        audit_seq,
        asked_at,
        started_at,
        touched,
        attempts,
        finished_at,
        outcome,
        cause,
    ) = row;
    let asked_by = serde_json::from_str(&actor).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let (app, kept_as) = match had {
        Some(had) => (had, Some(app)),
        None => (app, None),
    };
    Ok(Operation {
        id,
        app_id,
        app,
        kept_as,
        kind,
        state: State::parse(&state)?,
        wanted,
        asked_by,
        audit_seq,
        asked_at,
        started_at,
        touched,
        attempts,
        finished_at,
        outcome,
        cause,
    })
}

impl Store {
    /// One operation.
    pub async fn operation(&self, id: i32) -> Result<Option<Operation>> {
        self.read(move |c| {
            let query = operations::table.inner_join(apps::table.left_join(removed_apps::table)).filter(operations::id.eq(id));
            query
                .select((operations::all_columns, apps::name, removed_apps::name.nullable()))
                .first::<Named>(c)
                .optional()?
                .map(operation)
                .transpose()
        })
        .await
    }

    /// The newest operations, of one app or of all, newest first; with `before` only those that are older than that one.
    pub async fn operations(&self, app_id: Option<i32>, before: Option<i32>, limit: i64) -> Result<Vec<Operation>> {
        self.operations_in(Sight::All, app_id, before, limit).await
    }

    /// The same of apps in sight.
    pub(super) async fn operations_in(
        &self,
        sight: Sight,
        app_id: Option<i32>,
        before: Option<i32>,
        limit: i64,
    ) -> Result<Vec<Operation>> {
        self.read(move |c| {
            let mut query = operations::table
                .inner_join(apps::table.left_join(removed_apps::table))
                .select((operations::all_columns, apps::name, removed_apps::name.nullable()))
                .order(operations::id.desc())
                .limit(limit)
                .into_boxed();
            if let Sight::Apps(names) = sight {
                query = query.filter(apps::name.eq_any(names));
            }
            if let Some(id) = app_id {
                query = query.filter(operations::app_id.eq(id));
            }
            if let Some(id) = before {
                query = query.filter(operations::id.lt(id));
            }
            query.load::<Named>(c)?.into_iter().map(operation).collect()
        })
        .await
    }

    /// The operation that this very form asked for.
    pub async fn operation_of_form(&self, nonce: &str) -> Result<Option<i32>> {
        let nonce = nonce.to_owned();
        self.read(move |c| Ok(operations::table.filter(operations::nonce.eq(nonce)).select(operations::id).first(c).optional()?))
            .await
    }

    /// Who asked for what on this app, and since when, as a sentence for whoever wants something else of it; `None` while nothing is
    /// under way.
    pub async fn busy(&self, app_id: i32) -> Result<Option<String>> {
        let now = self.clock().now();
        self.read(move |c| under_way(c, app_id, now)).await
    }

    /// Operations that have not ended, oldest first.
    pub async fn live_operations(&self) -> Result<Vec<Operation>> {
        self.read(|c| {
            operations::table
                .inner_join(apps::table.left_join(removed_apps::table))
                .filter(operations::state.eq_any([State::Queued.as_str(), State::Running.as_str()]))
                .select((operations::all_columns, apps::name, removed_apps::name.nullable()))
                .order(operations::id)
                .load::<Named>(c)?
                .into_iter()
                .map(operation)
                .collect()
        })
        .await
    }
}

/// Queues an operation. Refused while another one of the same app is live, and for an app that was removed. Asking twice with one nonce
/// gives the first one's id; `again` tells whether what was wanted then is the same. `cleared` is proof that nothing has to be approved
/// before, or that it was: nobody makes one but `approvals.rs`.
pub fn insert(
    tx: &mut Tx<'_>,
    app_id: i32,
    kind: &str,
    wanted: &str,
    nonce: &str,
    again: impl Fn(&str) -> bool,
    cleared: Cleared,
) -> std::result::Result<i32, Denied> {
    let before: Option<(i32, i32, String)> = operations::table
        .filter(operations::nonce.eq(nonce))
        .select((operations::id, operations::app_id, operations::wanted))
        .first(tx.connection())
        .optional()?;
    match before {
        Some((id, app, same)) if app == app_id && again(&same) => return Err(Denied::rule("asked-already", id.to_string())),
        // All forms of a page carry one token; a second, different wish from the same page is no repetition.
        Some(_) => return Err(Denied::rule("used-page", "this page was used already; open it again and send it once more")),
        None => {}
    }
    removals::still_there(tx, app_id)?;
    match row(tx, app_id, kind, wanted, nonce) {
        Ok(id) => {
            approvals::started(tx, cleared, id)?;
            Ok(id)
        }
        Err(Denied::Store(StoreError::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))) => {
            Err(busy(tx, app_id)?)
        }
        Err(other) => Err(other),
    }
}

/// Notes an operation that is done when it is asked for: it only says what is there, and nothing is run.
pub fn note(
    tx: &mut Tx<'_>,
    app_id: i32,
    kind: &str,
    wanted: &str,
    nonce: &str,
    outcome: &str,
) -> std::result::Result<i32, Denied> {
    let id = row(tx, app_id, kind, wanted, nonce)?;
    finish(tx, id, State::Done, outcome, "")?;
    Ok(id)
}

fn row(tx: &mut Tx<'_>, app_id: i32, kind: &str, wanted: &str, nonce: &str) -> std::result::Result<i32, Denied> {
    let actor = serde_json::to_string(&AskedBy::of(tx.actor())).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let row = (
        operations::app_id.eq(app_id),
        operations::kind.eq(kind),
        operations::state.eq(State::Queued.as_str()),
        operations::wanted.eq(wanted),
        operations::actor.eq(actor),
        operations::nonce.eq(nonce),
        operations::audit_seq.eq(tx.seq()),
        operations::asked_at.eq(tx.now()),
    );
    Ok(diesel::insert_into(operations::table).values(row).returning(operations::id).get_result(tx.connection())?)
}

fn busy(tx: &mut Tx<'_>, app_id: i32) -> std::result::Result<Denied, Denied> {
    let now = tx.now();
    let text = under_way(tx.connection(), app_id, now).map_err(Denied::Store)?;
    Ok(Denied::rule("busy", text.unwrap_or_else(|| "something else was under way on this app; look at it again".to_owned())))
}

/// Who asked for what, and since when, in a sentence for whoever comes second; `None` while nothing is under way.
fn under_way(c: &mut SqliteConnection, app_id: i32, now: Millis) -> Result<Option<String>> {
    let live: Option<(i32, String, String, Millis)> = operations::table
        .filter(operations::app_id.eq(app_id))
        .filter(operations::state.eq_any([State::Queued.as_str(), State::Running.as_str()]))
        .select((operations::id, operations::kind, operations::actor, operations::asked_at))
        .first(c)
        .optional()?;
    let Some((id, kind, actor, asked_at)) = live else { return Ok(None) };
    let who = serde_json::from_str::<AskedBy>(&actor).map(|a| a.name).unwrap_or_default();
    let (what, since) = (spoken(&kind), ago(now - asked_at));
    Ok(Some(format!(
        "{who} asked for {what} of this app {since} (operation {id}), and it has not ended. Nothing else was started; wait for it, then \
         look again"
    )))
}

/// A kind of operation as a thing that somebody asks for.
fn spoken(kind: &str) -> &str {
    match kind {
        "deploy" => "a deploy",
        "rollback" => "going back to an earlier deploy",
        "reapply" => "putting back what was deployed",
        "adopt" => "keeping what runs",
        "restart" => "a restart",
        "scale" => "another number of tasks",
        "remove" => "the removal",
        "undeploy" => "an undeploy",
        "secrets" => "new secrets",
        "rotate" => "the rotation of a secret",
        "command" => "a command",
        "backup" => "a backup",
        "secrets_removal" => "the removal of secrets",
        "configs_removal" => "the removal of configs",
        other => other,
    }
}

fn ago(ms: Millis) -> String {
    let count = |number: Millis, unit: &str| format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" });
    match ms / 60_000 {
        ..1 => "less than a minute ago".to_owned(),
        minutes @ 1..60 => count(minutes, "minute"),
        minutes => count(minutes / 60, "hour"),
    }
}

/// Ends an operation.
pub fn finish(tx: &mut Tx<'_>, id: i32, state: State, outcome: &str, cause: &str) -> std::result::Result<(), Denied> {
    let row = (
        operations::state.eq(state.as_str()),
        operations::outcome.eq(outcome),
        operations::cause.eq(cause),
        operations::finished_at.eq(tx.now()),
    );
    diesel::update(operations::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Grant, Role, Target, action};
    use crate::clock::TestClock;
    use crate::commands::app_new::NewApp;
    use crate::ops::order;

    fn ana() -> Actor {
        Actor::Member { id: 1, name: "ana".into(), rights: Role::Admin.into(), via: Via::default() }
    }

    async fn app(store: &Store, name: &str) -> i32 {
        let new =
            NewApp { name: name.into(), stack: name.into(), recipe: "pad".into(), version: "1.0.0".into(), env: String::new() };
        store.commit(&Grant::<action::NewApp>::judge(ana(), Target::Site).unwrap(), new).await.unwrap()
    }

    async fn ask(store: &Store, app: i32, nonce: &str) -> std::result::Result<i32, Denied> {
        let may = Grant::<action::Undeploy>::judge(ana(), Target::App("a".into())).unwrap();
        store.commit(&may, order::undeploy(app, format!("stack{app}"), nonce.into())).await.map(|asked| asked.begun().unwrap())
    }

    #[tokio::test]
    async fn an_app_has_one_live_operation_and_a_form_asks_once() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("canteen.db"), TestClock::at(5)).unwrap();
        let (a, b) = (app(&store, "a").await, app(&store, "b").await);
        let first = ask(&store, a, "form").await.unwrap();
        let said = |done: std::result::Result<i32, Denied>| match done {
            Err(Denied::Rule { what, text }) => (what, text),
            other => panic!("{other:?}"),
        };
        assert_eq!(said(ask(&store, a, "form").await), ("asked-already", first.to_string()));
        assert_eq!(said(ask(&store, b, "form").await).0, "used-page");
        let (what, text) = said(ask(&store, a, "another").await);
        assert!(what == "busy" && text.contains("ana asked for an undeploy of this app less than a minute ago"), "{text}");
        assert_eq!(store.audit_head().await.unwrap().0, 3, "what was refused left no entry");
    }

    #[tokio::test]
    async fn a_form_with_values_that_comes_twice_is_one_wish_and_another_form_of_its_page_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("canteen.db"), TestClock::at(5)).unwrap();
        let id = app(&store, "a").await;
        let ask = async |name: &str, ticket: &str| {
            let order = order::secrets(id, vec![], vec![name.into()], vec![], ticket.into(), "form".into());
            let may = Grant::<action::SetSecret>::judge(ana(), Target::App("a".into())).unwrap();
            store.commit(&may, order).await.map(|asked| asked.begun().unwrap())
        };
        let first = ask("a_key_v1", "ticket").await.unwrap();
        for (name, expected) in [("a_key_v1", "asked-already"), ("a_other_v1", "used-page")] {
            assert!(matches!(ask(name, "another").await, Err(Denied::Rule { what, .. }) if what == expected), "{name}");
        }
        assert!(
            store.operation(first).await.unwrap().unwrap().wanted.contains("\"ticket\""),
            "the values of the first wait for it"
        );
    }

    #[tokio::test]
    async fn a_long_list_is_read_page_by_page() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("canteen.db"), TestClock::at(5)).unwrap();
        for n in 0..5 {
            let id = app(&store, &format!("app{n}")).await;
            ask(&store, id, &format!("form{n}")).await.unwrap();
        }
        let page = async |before| store.operations(None, before, 2).await.unwrap().iter().map(|o| o.id).collect::<Vec<_>>();
        assert_eq!(page(None).await, [5, 4]);
        assert_eq!(page(Some(4)).await, [3, 2]);
        assert_eq!(page(Some(1)).await, Vec::<i32>::new());
    }
}
