//! An import: the app, its settings, and what runs as its first deployment, at once. The Swarm is not touched, so nothing is carried out
//! behind the page; the operation is there so that the app's history begins with it.

use serde_json::{Map, Value};

use crate::access::action;
use crate::commands::app_import::ImportApp;
use crate::stack::desired::Desired;
use crate::store::deployments::{CONVERGED, NewDeployment};
use crate::store::{Command, Denied, Tx, deployments, operations, replicas};

use super::deployed::images;
use super::order::{Scaled, Wanted};

/// What runs of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    pub version: String,
    /// 40 hexadecimal digits.
    pub commit: String,
    pub desired: Desired,
    /// Numbers of tasks that are not the recipe's; later deploys keep them.
    pub numbers: Vec<Scaled>,
}

/// Makes an app of what something else deployed.
pub struct TakeOver {
    pub app: ImportApp,
    /// Absent where nothing of it runs, or where it can't be told what.
    pub runs: Option<Runs>,
}

impl Command for TakeOver {
    type Needs = action::ImportApp;
    /// The app's row id.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        let mut told = self.app.particulars();
        let Some(runs) = &self.runs else { return told };
        told.insert("runs".to_owned(), runs.version.clone().into());
        if !runs.numbers.is_empty() {
            let number = |one: &Scaled| format!("{} {} instead of {}", one.service, one.after, one.before);
            told.insert("tasks".to_owned(), runs.numbers.iter().map(number).collect());
        }
        told
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let recipe = self.app.recipe.clone();
        let app_id = self.app.apply(tx)?;
        let Some(Runs { version, commit, desired, numbers }) = self.runs else { return Ok(app_id) };
        let unreadable = |e: serde_json::Error| Denied::rule("unreadable", e.to_string());
        let wanted = Wanted::Import { version: version.clone() };
        let text = serde_json::to_string(&wanted).map_err(unreadable)?;
        let nonce = format!("import {}", tx.seq());
        let operation_id = operations::note(tx, app_id, wanted.kind(), &text, &nonce, "imported")?;
        tx.detail("operation", operation_id);
        let kept = NewDeployment {
            app_id,
            operation_id,
            recipe,
            version,
            commit_id: commit,
            env_number: 1,
            stack: serde_json::to_string(&desired).map_err(unreadable)?,
            images: images(&desired),
            outcome: CONVERGED.to_owned(),
        };
        deployments::insert(tx, &kept)?;
        for one in &numbers {
            replicas::choose(tx, app_id, &one.service, Some(one.after))?;
        }
        Ok(app_id)
    }
}
