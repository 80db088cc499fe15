//! What backups made.

use diesel::prelude::*;

use super::schema::{backup_repositories, backup_runs as b, snapshot_marks as m};
use super::{Denied, Result, Store, StoreError, Tx};
use crate::clock::Millis;

/// What one runner made, on its way into the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    pub repository: i32,
    /// Why it was made: `scheduled`, `manual`, `pre-upgrade`, `pre-restore` or `state`.
    pub kind: String,
    /// `succeeded`, `partial`, `failed` or `cancelled`.
    pub outcome: &'static str,
    pub cause: String,
    /// The host name.
    pub node: String,
    /// Full names.
    pub volumes: Vec<String>,
    /// restic's id; empty if none was made.
    pub snapshot: String,
    pub files: i64,
    pub bytes: i64,
    /// Bytes that the repository grew by.
    pub packed: i64,
    /// Files that could not be read, and other doubts.
    pub warnings: i32,
    pub began: Millis,
    pub ended: Millis,
}

/// The same in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupRun {
    pub id: i32,
    pub operation: i32,
    /// The repository's row and name.
    pub repository: (i32, String),
    pub kind: String,
    pub outcome: String,
    pub cause: String,
    pub node: String,
    pub volumes: Vec<String>,
    /// Empty if none was made.
    pub snapshot: String,
    pub files: i64,
    pub bytes: i64,
    pub packed: i64,
    pub warnings: i32,
    pub began: Millis,
    pub ended: Millis,
    /// Since when the snapshot is in the repository no more.
    pub gone: Option<Millis>,
    /// Since when the snapshot stays whatever the schedules say, and who wants that.
    pub pinned: Option<(Millis, String)>,
}

#[cfg(any(test, feature = "testing"))]
impl BackupRun {
    /// One that succeeded, for examples.
    pub fn sample() -> Self {
        Self {
            id: 1,
            operation: 1,
            repository: (1, "Attic".to_owned()),
            kind: "manual".to_owned(),
            outcome: "succeeded".to_owned(),
            cause: String::new(),
            node: "node-1".to_owned(),
            volumes: vec![],
            snapshot: "ab".repeat(32),
            files: 1,
            bytes: 1,
            packed: 1,
            warnings: 0,
            began: 1,
            ended: 2,
            gone: None,
            pinned: None,
        }
    }
}

type Row = (
    (i32, i32, i32, String),
    (String, String, String, String, String, String),
    (i64, i64, i64, i32, Millis, Millis),
    (Option<Millis>, Option<Millis>, Option<String>),
);

impl Store {
    /// What backups of an app made, the newest first, at most `limit`.
    pub async fn backup_runs(&self, app_id: i32, limit: i64) -> Result<Vec<BackupRun>> {
        self.backups_of(app_id, None, limit).await
    }

    /// What made this snapshot of an app, by restic's whole id.
    pub async fn backup_run(&self, app_id: i32, snapshot: &str) -> Result<Option<BackupRun>> {
        if snapshot.is_empty() {
            return Ok(None);
        }
        Ok(self.backups_of(app_id, Some(snapshot.to_owned()), 1).await?.pop())
    }

    /// Snapshots of an app that stay whatever the schedules say.
    pub async fn pinned_snapshots(&self, app_id: i32) -> Result<Vec<String>> {
        let pinned = m::table.filter(m::app_id.eq(app_id)).filter(m::pinned_at.is_not_null());
        self.read(move |c| Ok(pinned.select(m::snapshot).load(c)?)).await
    }

    /// Since when a snapshot of an app stays whatever the schedules say, and who wants that.
    pub async fn pinned_since(&self, app_id: i32, snapshot: &str) -> Result<Option<(Millis, String)>> {
        let row = m::table.find((app_id, snapshot.to_owned())).select((m::pinned_at, m::pinned_by));
        let row: Option<(Option<Millis>, String)> = self.read(move |c| Ok(row.first(c).optional()?)).await?;
        Ok(row.and_then(|(at, by)| Some((at?, by))))
    }

    /// All snapshots that backups of an app made, by restic's whole ids.
    pub async fn snapshots_of(&self, app_id: i32) -> Result<Vec<String>> {
        let all = b::table.filter(b::app_id.eq(app_id)).filter(b::snapshot.ne("")).select(b::snapshot);
        self.read(move |c| Ok(all.load(c)?)).await
    }

    async fn backups_of(&self, app_id: i32, snapshot: Option<String>, limit: i64) -> Result<Vec<BackupRun>> {
        self.read(move |c| {
            let marks = m::table.on(m::app_id.eq(b::app_id).and(m::snapshot.eq(b::snapshot)));
            let mut query =
                b::table.inner_join(backup_repositories::table).left_join(marks).filter(b::app_id.eq(app_id)).into_boxed();
            if let Some(snapshot) = snapshot {
                query = query.filter(b::snapshot.eq(snapshot));
            }
            let rows: Vec<Row> = query
                .order(b::id.desc())
                .limit(limit)
                .select((
                    (b::id, b::operation_id, b::repository_id, backup_repositories::name),
                    (b::kind, b::outcome, b::cause, b::node, b::volumes, b::snapshot),
                    (b::files, b::bytes, b::packed, b::warnings, b::began_at, b::ended_at),
                    (m::gone_at.nullable(), m::pinned_at.nullable(), m::pinned_by.nullable()),
                ))
                .load(c)?;
            rows.into_iter().map(run).collect()
        })
        .await
    }
}

fn run(
    ((id, operation, repository, name), (kind, outcome, cause, node, volumes, snapshot), numbers, stays): Row,
) -> Result<BackupRun> {
    let volumes = serde_json::from_str(&volumes).map_err(|_| StoreError::Unreadable(format!("volumes of backup {id}")))?;
    let (files, bytes, packed, warnings, began, ended) = numbers;
    let repository = (repository, name);
    Ok(BackupRun {
        id,
        operation,
        repository,
        kind,
        outcome,
        cause,
        node,
        volumes,
        snapshot,
        files,
        bytes,
        packed,
        warnings,
        began,
        ended,
        gone: stays.0,
        pinned: stays.1.map(|at| (at, stays.2.unwrap_or_default())),
    })
}

/// Writes down what a runner of an operation made.
pub fn add(tx: &mut Tx<'_>, operation: i32, app_id: i32, run: &NewRun) -> std::result::Result<(), Denied> {
    let volumes = serde_json::to_string(&run.volumes).map_err(|e| Denied::rule("unreadable", e.to_string()))?;
    let row = (
        (b::operation_id.eq(operation), b::app_id.eq(app_id), b::repository_id.eq(run.repository)),
        (b::kind.eq(&run.kind), b::outcome.eq(run.outcome), b::cause.eq(&run.cause), b::node.eq(&run.node)),
        (b::volumes.eq(volumes), b::snapshot.eq(&run.snapshot), b::files.eq(run.files), b::bytes.eq(run.bytes)),
        (b::packed.eq(run.packed), b::warnings.eq(run.warnings), b::began_at.eq(run.began), b::ended_at.eq(run.ended)),
    );
    diesel::insert_into(b::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// Snapshots of an app are in their repository no more.
pub fn gone(tx: &mut Tx<'_>, app_id: i32, snapshots: &[String]) -> std::result::Result<(), Denied> {
    for snapshot in snapshots {
        let row = (m::app_id.eq(app_id), m::snapshot.eq(snapshot), m::gone_at.eq(tx.now()));
        let write = diesel::insert_into(m::table).values(row).on_conflict((m::app_id, m::snapshot));
        write.do_update().set(m::gone_at.eq(tx.now())).execute(tx.connection())?;
    }
    Ok(())
}

/// A snapshot of an app stays whatever the schedules say, or does not any more. Refused where it is gone.
pub fn pin(tx: &mut Tx<'_>, app_id: i32, snapshot: &str, stays: bool) -> std::result::Result<(), Denied> {
    let gone = m::table.find((app_id, snapshot)).select(m::gone_at).first::<Option<Millis>>(tx.connection()).optional()?;
    if gone.flatten().is_some() {
        return Err(Denied::rule("gone", "this snapshot is in the repository no more"));
    }
    let by = if stays { tx.actor().name().to_owned() } else { String::new() };
    let row = (m::pinned_at.eq(stays.then(|| tx.now())), m::pinned_by.eq(by));
    let write = diesel::insert_into(m::table).values((m::app_id.eq(app_id), m::snapshot.eq(snapshot), row.clone()));
    write.on_conflict((m::app_id, m::snapshot)).do_update().set(row).execute(tx.connection())?;
    Ok(())
}
