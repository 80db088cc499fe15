use diesel::prelude::*;

use super::operations::State;
use super::schema::{deployments, operations};
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// What a deployment was, whole.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Deployment {
    pub id: i32,
    pub app_id: i32,
    pub operation_id: i32,
    pub recipe: String,
    pub version: String,
    /// The recipe's commit, 40 hexadecimal digits.
    pub commit_id: String,
    pub env_number: i32,
    /// The rendered stack as JSON.
    pub stack: String,
    /// Image and digest of each service as JSON.
    pub images: String,
    pub at: Millis,
    /// `converged`, `rolled back`, `paused`, `failed`, `failed, put back`, `timed out`, `still waiting` or `undeployed`.
    pub outcome: String,
}

/// What to go back to after something went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// The operation that went wrong.
    pub failed: i32,
    /// The newest deployment that worked.
    pub deployment: Deployment,
}

/// What an operation's outcome says where it worked.
pub const CONVERGED: &str = "converged";

/// What is left of a deployment's objects when the settings that they were made of are forgotten.
pub(super) const FORGOTTEN: &str = "{}";

/// The operation that takes an app for good. From its beginning on there is nothing to go back to: what it left may not be whole.
const REMOVAL: &str = "remove";

/// Kinds of operations that bring or take an app's services, or say what of them is on record.
const CHANGES: [&str; 8] = ["deploy", "rollback", "reapply", "adopt", "import", "undeploy", REMOVAL, "rotate"];

impl Store {
    /// Kind and state of the newest operation that brought or took an app's services. One that failed before it had begun to is none.
    pub async fn last_change(&self, app_id: i32) -> Result<Option<(String, State)>> {
        self.read(move |c| Ok(newest_change(c, app_id)?.map(|(_, kind, state)| (kind, state)))).await
    }

    /// The newest deployments of an app, newest first; with `before` only those that are older than that one.
    pub async fn deployments(&self, app_id: i32, before: Option<i32>, limit: i64) -> Result<Vec<Deployment>> {
        self.read(move |c| {
            let mut query =
                deployments::table.filter(deployments::app_id.eq(app_id)).order(deployments::id.desc()).limit(limit).into_boxed();
            if let Some(id) = before {
                query = query.filter(deployments::id.lt(id));
            }
            Ok(query.load(c)?)
        })
        .await
    }

    /// One deployment of an app.
    pub async fn deployment(&self, app_id: i32, id: i32) -> Result<Option<Deployment>> {
        self.read(move |c| Ok(deployments::table.filter(deployments::app_id.eq(app_id)).find(id).first(c).optional()?)).await
    }

    /// The newest deployment of an app that worked.
    pub async fn last_converged(&self, app_id: i32) -> Result<Option<Deployment>> {
        self.read(move |c| converged(c, app_id)).await
    }

    /// What an app can go back to, if the newest operation that brings or takes its services failed after it had begun to change the
    /// Swarm. Nothing, if that was a removal. What was asked for since and refused before it began changes nothing of that.
    pub async fn fallback(&self, app_id: i32) -> Result<Option<Fallback>> {
        self.read(move |c| match newest_change(c, app_id)? {
            Some((failed, kind, State::Failed)) if kind != REMOVAL => {
                Ok(converged(c, app_id)?.map(|deployment| Fallback { failed, deployment }))
            }
            _ => Ok(None),
        })
        .await
    }
}

/// Number, kind and state of the newest operation of [`CHANGES`] that waits, runs, worked, or failed half-way.
fn newest_change(c: &mut SqliteConnection, app_id: i32) -> Result<Option<(i32, String, State)>> {
    let newest: Option<(i32, String, String)> = operations::table
        .filter(operations::app_id.eq(app_id))
        .filter(operations::kind.eq_any(CHANGES))
        .filter(operations::touched.eq(true).or(operations::state.ne(State::Failed.as_str())))
        .order(operations::id.desc())
        .select((operations::id, operations::kind, operations::state))
        .first(c)
        .optional()?;
    let Some((id, kind, state)) = newest else { return Ok(None) };
    Ok(Some((id, kind, State::parse(&state)?)))
}

fn converged(c: &mut SqliteConnection, app_id: i32) -> Result<Option<Deployment>> {
    let query = deployments::table.filter(deployments::app_id.eq(app_id)).filter(deployments::outcome.eq(CONVERGED));
    let query = query.filter(deployments::stack.ne(FORGOTTEN));
    Ok(query.order(deployments::id.desc()).first(c).optional()?)
}

/// The version of the newest deployment that worked: what an app is on before something else is asked for.
pub fn newest_version(tx: &mut Tx<'_>, app_id: i32) -> std::result::Result<Option<String>, Denied> {
    Ok(converged(tx.connection(), app_id).map_err(Denied::Store)?.map(|d| d.version))
}

/// What is kept of a deployment when its operation ends.
pub struct NewDeployment {
    pub app_id: i32,
    pub operation_id: i32,
    pub recipe: String,
    pub version: String,
    pub commit_id: String,
    pub env_number: i32,
    pub stack: String,
    pub images: String,
    pub outcome: String,
}

/// Keeps a deployment.
pub fn insert(tx: &mut Tx<'_>, new: &NewDeployment) -> std::result::Result<(), Denied> {
    let row = (
        deployments::app_id.eq(new.app_id),
        deployments::operation_id.eq(new.operation_id),
        deployments::recipe.eq(&new.recipe),
        deployments::version.eq(&new.version),
        deployments::commit_id.eq(&new.commit_id),
        deployments::env_number.eq(new.env_number),
        deployments::stack.eq(&new.stack),
        deployments::images.eq(&new.images),
        deployments::at.eq(tx.now()),
        deployments::outcome.eq(&new.outcome),
    );
    diesel::insert_into(deployments::table).values(row).execute(tx.connection())?;
    Ok(())
}
