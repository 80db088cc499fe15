use diesel::prelude::*;

use super::schema::deployments;
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
    /// `converged`, `rolled back`, `paused`, `failed`, `timed out` or `undeployed`.
    pub outcome: String,
}

impl Store {
    /// The newest deployments of an app, newest first.
    pub async fn deployments(&self, app_id: i32, limit: i64) -> Result<Vec<Deployment>> {
        self.read(move |c| {
            Ok(deployments::table.filter(deployments::app_id.eq(app_id)).order(deployments::id.desc()).limit(limit).load(c)?)
        })
        .await
    }

    /// The newest deployment of every app.
    pub async fn last_deployments(&self) -> Result<Vec<Deployment>> {
        self.read(|c| {
            let newest: Vec<Option<i32>> =
                deployments::table.group_by(deployments::app_id).select(diesel::dsl::max(deployments::id)).load(c)?;
            Ok(deployments::table.filter(deployments::id.eq_any(newest.into_iter().flatten())).load(c)?)
        })
        .await
    }
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
