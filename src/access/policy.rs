//! The table: who may do what. There is no wildcard arm over actions, so a new action asks for a decision here.

use super::action::ActionName;
use super::actor::Standing;
use super::role::Role;

/// Whether somebody of this standing may do this.
pub const fn allows(who: Standing, what: ActionName) -> bool {
    let who = match who {
        Standing::Stranger => Needs::Nothing,
        Standing::Member(Role::Viewer) => Needs::Viewer,
        Standing::Member(Role::Admin) => Needs::Admin,
        Standing::Scheduler => return scheduler(what),
        Standing::System => return system(what),
    };
    (who as u8) >= (needs(what) as u8)
}

/// The least standing that an action needs.
#[derive(Clone, Copy)]
enum Needs {
    Nothing = 0,
    Viewer = 1,
    Admin = 2,
    /// No person may do this directly.
    Nobody = 3,
}

const fn needs(what: ActionName) -> Needs {
    use ActionName as A;
    match what {
        A::SignIn | A::SetUp | A::ReportBlocked => Needs::Nothing,
        A::ListApps
        | A::ViewApp
        | A::ViewSettings
        | A::ListSecrets
        | A::ViewLogs
        | A::ListConfigs
        | A::ListCommands
        | A::ViewPlan
        | A::ListDeployments
        | A::ViewOperations
        | A::ViewRecipes
        | A::ViewAudit
        | A::ListUpdates
        | A::ViewUpdates
        | A::SignOut => Needs::Viewer,
        A::BeginApp
        | A::NewApp
        | A::BeginImport
        | A::ImportApp
        | A::EditSettings
        | A::SetSecret
        | A::ReviewRotation
        | A::RotateSecret
        | A::RemoveSecret
        | A::RemoveConfig
        | A::RevealSecret
        | A::Deploy
        | A::DeployChaos
        | A::Rollback
        | A::Reapply
        | A::Adopt
        | A::Restart
        | A::Scale
        | A::RunCommand
        | A::StopCommand
        | A::ReadOutput
        | A::Remove
        | A::ReviewChange
        | A::Undeploy
        | A::ReviewUndeploy
        | A::BeginRecipe
        | A::AddRecipe
        | A::RefreshRecipe
        | A::AcceptTags
        | A::SetUpdatePolicy => Needs::Admin,
        A::EditMember | A::HoldUpdate | A::Conclude | A::Record => Needs::Nobody,
    }
}

/// What the dashboard does when it is time: refresh recipes, and deploy newer versions where an app's policy says so. What such a deploy
/// may ask of the host is not decided here; see `Tier::Unattended`.
const fn scheduler(what: ActionName) -> bool {
    use ActionName as A;
    matches!(what, A::RefreshRecipe | A::Deploy | A::HoldUpdate)
}

/// What the dashboard itself does: keep the log, finish operations, obey the server's command line.
const fn system(what: ActionName) -> bool {
    use ActionName as A;
    matches!(what, A::Conclude | A::Record | A::EditMember | A::ImportApp)
}
