use super::Jobs;
use crate::access::action::RunBackup;
use crate::access::{Actor, Grant, Target};
use crate::ops::backup::{self, BackupWanted};
use crate::ops::backup_turns::{InTurn, Rule, due_rules};

/// Asks for the backups whose time has come.
pub(super) async fn run(jobs: Jobs) {
    match due_rules(&jobs.store, jobs.up_since).await {
        Ok(rules) => {
            for rule in rules {
                ask(&jobs, &rule).await;
            }
        }
        Err(error) => tracing::error!(%error, "schedules of backups could not be looked at"),
    }
}

async fn ask(jobs: &Jobs, rule: &Rule) {
    let app = match jobs.store.app_by_id(rule.app.app_id).await {
        Ok(Some(app)) => app,
        Ok(None) => return,
        Err(error) => return tracing::error!(%error, "an app with a schedule of backups can’t be read"),
    };
    let Ok(may) = Grant::<RunBackup>::judge(Actor::Scheduler, Target::App(app.name.clone())) else {
        return tracing::error!(app = app.name, "the scheduler may not back up");
    };
    let wanted = BackupWanted::scheduled(&rule.policy, &app.stack);
    let nonce = format!("schedule-{}-{}-{}", rule.id, app.id, jobs.store.clock().now());
    // Somebody may have asked for something else in this moment; then its turn is later.
    match jobs.store.commit(&may, InTurn::of(rule, backup::order(app.id, wanted, nonce))).await {
        Ok(_asked) => jobs.bell.notify_one(),
        Err(error) => tracing::warn!(%error, app = app.name, "a backup by schedule was not begun"),
    }
}
