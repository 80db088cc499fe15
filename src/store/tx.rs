//! The one way to write. A command says which action it needs; whoever holds the grant for it may commit it; the audit entry goes
//! into the same transaction, and without the entry nothing happens.

use std::sync::Arc;

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::audit::{self, NewEntry, Phase};
use super::removals::Removed;
use super::{Store, StoreError, rights};
use crate::access::policy::{self, Need};
use crate::access::{Action, ActionName, Actor, Book, Grant, Permission, Permissions, Refusal, Rights, Standing, Target};
use crate::clock::Millis;

/// A short write to the database.
pub trait Command: Send + 'static {
    /// The action that a grant must be for.
    type Needs: Action;
    type Output: Send + 'static;

    /// What the entry says beside who, what and when. Never a secret.
    fn particulars(&self) -> Map<String, Value>;

    /// Whether the entry speaks of a change that is done, of one that is intended, or of an end.
    fn phase(&self) -> Phase {
        Phase::Done
    }

    /// Makes the change. On an error nothing stays, not even the entry.
    fn apply(self, tx: &mut Tx<'_>) -> Result<Self::Output, Denied>;
}

/// An open write. There is no other way to get one than [`Store::commit`].
pub struct Tx<'a> {
    connection: &'a mut SqliteConnection,
    seq: i64,
    now: Millis,
    actor: Actor,
    target: Target,
    details: Map<String, Value>,
    waits: bool,
}

impl Tx<'_> {
    /// The number of the entry that this change will have.
    pub const fn seq(&self) -> i64 {
        self.seq
    }

    /// When the change happens.
    pub const fn now(&self) -> Millis {
        self.now
    }

    /// Who makes the change.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The change itself shows who makes it: the first admin was nobody before, and who signs in was a stranger.
    pub fn acted_by(&mut self, id: i32, name: &str) {
        let via = self.actor.via().cloned().unwrap_or_default();
        self.actor = Actor::Member { id, name: name.to_owned(), rights: Arc::new(Rights::default()), via };
    }

    /// Adds to the entry what is known only now.
    pub fn detail(&mut self, key: &str, value: impl Into<Value>) {
        self.details.insert(key.to_owned(), value.into());
    }

    /// What was asked for waits for approval, and is not begun.
    pub(super) const fn waits(&mut self) {
        self.waits = true;
    }

    /// Says what members may do after the change and could not before, and the other way round.
    pub fn changed_rights(&mut self, before: &Book, after: &Book) {
        let words = |set: Permissions| set.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ");
        let lines = before.difference(after, self.now).into_iter().flat_map(|change| {
            let name = after.members.get(&change.member).cloned().unwrap_or_default();
            change.places.into_iter().map(move |place| {
                let app = place.app.unwrap_or_else(|| "everything".to_owned());
                let (gained, lost) = (words(place.gained), words(place.lost));
                json!({ "member": name, "on": app, "gained": gained, "lost": lost })
            })
        });
        self.details.insert("rights".to_owned(), lines.collect());
    }

    /// The change is about this app, though the page that asks for it is not one of the app's.
    pub fn about_app(&mut self, name: &str) {
        self.target = Target::App(name.to_owned());
    }

    pub(super) const fn connection(&mut self) -> &mut SqliteConnection {
        self.connection
    }
}

/// A command was not carried out because of what the database holds.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// A rule forbids it; the text is for people. `what` is a stable word for the code that shows it.
    #[error("{text}")]
    Rule { what: &'static str, text: String },
    /// The app that it was to change was removed.
    #[error("{} removed the app {}, so nothing was changed", .0.by, .0.name)]
    Removed(Box<Removed>),
    /// Whoever asks may not do it any more: the right was there with the page, and is gone.
    #[error("{why}")]
    Refused { action: ActionName, why: Refusal },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Denied {
    /// A rule with the word for code and the text for people.
    pub fn rule(what: &'static str, text: impl Into<String>) -> Self {
        Self::Rule { what, text: text.into() }
    }
}

impl From<diesel::result::Error> for Denied {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What `commit` answers when nothing was changed.
pub type CommitError = Denied;

impl Store {
    /// Carries the command out, with its audit entry, or does nothing.
    pub async fn commit<C: Command>(&self, by: &Grant<C::Needs>, command: C) -> Result<C::Output, CommitError> {
        self.inner.room.check(<C::Needs as Action>::NAME)?;
        let (actor, target, now) = (by.actor().clone(), by.target().clone(), self.clock().now());
        let changed = Arc::clone(&self.inner.changed);
        let done = self.inner.writer.run(move |connection| transact(connection, actor, target, now, command, &changed)).await?;
        match &done {
            Ok(_) => self.inner.room.learn(None),
            Err(Denied::Store(error)) => self.inner.room.learn(Some(error)),
            Err(Denied::Rule { .. } | Denied::Removed(_) | Denied::Refused { .. }) => {}
        }
        done
    }
}

fn transact<C: Command>(
    connection: &mut SqliteConnection,
    actor: Actor,
    target: Target,
    now: Millis,
    command: C,
    changed: &watch::Sender<i64>,
) -> Result<C::Output, CommitError> {
    connection.batch_execute("BEGIN IMMEDIATE").map_err(StoreError::from)?;
    let done = judged_anew::<C::Needs>(connection, actor, &target, now).and_then(|(actor, before)| {
        let output = write(connection, actor, target, now, command)?;
        let after = rights::state(connection)?;
        connection.batch_execute("COMMIT")?;
        if after != before {
            changed.send_replace(after);
        }
        Ok(output)
    });
    if done.is_err() {
        // A commit that failed has rolled itself back in some cases; then this says so and is of no interest.
        let _already = connection.batch_execute("ROLLBACK");
    }
    done
}

/// The right may have gone since the page was asked for, or run out: what counts is what the database says now, inside the change. Returns
/// the actor with these rights, and the number of the state of all grants. What no person may do directly was let through for another
/// reason than a right, and what everybody may do needs none.
fn judged_anew<A: Action>(
    connection: &mut SqliteConnection,
    actor: Actor,
    target: &Target,
    now: Millis,
) -> Result<(Actor, i64), Denied> {
    let state = rights::state(connection)?;
    match actor {
        Actor::Member { id, name, rights, via }
            if matches!(policy::needs(A::NAME), Need::Has(_)) && !rights.still_so(state, now) =>
        {
            let mut fresh = rights::work_out(connection, id, now)?;
            if let Some(bounds) = rights.bounds() {
                fresh = fresh.within(bounds.clone());
            }
            let judged = policy::judge(Standing::Member(&fresh), A::NAME, target);
            judged.map_err(|why| Denied::Refused { action: A::NAME, why })?;
            Ok((Actor::Member { id, name, rights: Arc::new(fresh), via }, state))
        }
        actor => Ok((actor, state)),
    }
}

fn write<C: Command>(
    connection: &mut SqliteConnection,
    actor: Actor,
    target: Target,
    now: Millis,
    command: C,
) -> Result<C::Output, CommitError> {
    let seq = audit::next_seq(connection)?;
    let (mut phase, mut particulars) = (command.phase(), command.particulars());
    let mut tx = Tx { connection, seq, now, actor, target, details: Map::new(), waits: false };
    let output = command.apply(&mut tx)?;
    let Tx { actor, target, mut details, waits, .. } = tx;
    if waits {
        phase = Phase::Waits;
    }
    particulars.append(&mut details);
    let entry = NewEntry { seq, at: now, actor: &actor, action: <C::Needs as Action>::NAME, target: &target, phase, particulars };
    audit::append(connection, &entry)?;
    Ok(output)
}
