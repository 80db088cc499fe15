//! The table: which permission an action needs. There is no wildcard arm over actions, so a new action asks for a decision here.

use super::action::ActionName;
use super::actor::Standing;
use super::grant::{Refusal, Target};
use super::permission::{Permission, Reach};
use super::rights::Rights;

/// Whether somebody of this standing may do this to that.
pub fn judge(who: Standing<'_>, what: ActionName, target: &Target) -> Result<(), Refusal> {
    let (allowed, otherwise) = match who {
        Standing::Stranger => (matches!(needs(what), Need::Nothing), Refusal::SignInFirst),
        Standing::Member(rights) => return member(rights, what, target),
        Standing::Scheduler => (scheduler(what), Refusal::Forbidden),
        Standing::System => (system(what), Refusal::Forbidden),
    };
    if allowed { Ok(()) } else { Err(otherwise) }
}

/// Whether somebody of this standing may do this to something.
pub fn allows(who: Standing<'_>, what: ActionName) -> bool {
    judge(who, what, &Target::Site).is_ok()
}

/// What belongs to no app needs the permission over everything, or, where it has a meaning on apps, on some app: then it is a list, and
/// what is in it is chosen by the same rights. Of an app that a member can't see, the member learns nothing.
fn member(rights: &Rights, what: ActionName, target: &Target) -> Result<(), Refusal> {
    let need = needs(what);
    if let Target::App(app) = target
        && need != Need::Nothing
        && !rights.on(app).has(Permission::ViewApp)
    {
        return Err(Refusal::Hidden);
    }
    let one = match need {
        Need::Nothing | Need::SignIn => return Ok(()),
        Need::Nobody => return Err(Refusal::Forbidden),
        Need::Has(one) => one,
    };
    let has = match (target, one.reach()) {
        (Target::App(app), Reach::App) => rights.on(app).has(one),
        (Target::Site, Reach::App) => rights.anywhere(one),
        (_, Reach::Site) => rights.everywhere().has(one),
    };
    if has { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// What an action needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Everybody may do it.
    Nothing,
    /// Every member may do it: it concerns nobody else.
    SignIn,
    Has(Permission),
    /// No person may do this directly.
    Nobody,
}

/// What this action needs.
pub const fn needs(what: ActionName) -> Need {
    use ActionName as A;
    use Permission as P;
    Need::Has(match what {
        A::SignIn | A::SetUp | A::ReportBlocked | A::AcceptInvitation | A::ResetPassword | A::AskPassword | A::ConfirmMail
        // Whoever gives a code gave the password before, and is nobody yet.
        | A::GiveCode => return Need::Nothing,
        A::SignOut
        | A::ListApps
        | A::ListApprovals
        // On an app that one sees; whose request it is, the command asks.
        | A::WithdrawRequest
        | A::ViewOperations
        | A::ViewOwnRights
        | A::ChangePassword
        | A::ViewAccount
        | A::EditAccount
        | A::ChangeMail
        | A::RevokeSession
        | A::LinkIdentity
        | A::UnlinkIdentity
        | A::ConfirmSession
        | A::ViewFactors
        | A::AddFactor
        | A::RemoveFactor
        | A::RenewCodes
        | A::ReviewFactors => return Need::SignIn,
        A::EditMember | A::SealAudit | A::HoldUpdate | A::EndRequest | A::NoteRepository | A::KeepRepository | A::EscrowSecret | A::Conclude | A::Record => return Need::Nobody,
        A::ViewApp
        | A::ViewActivity
        | A::ViewAccess
        | A::ViewPlan
        | A::ListDeployments
        | A::ListConfigs
        | A::ListCommands
        | A::ListUpdates
        | A::ViewUpdates
        | A::ViewApproval => P::ViewApp,
        A::GiveApproval | A::ObjectToRequest => P::Approve,
        A::OverrideApproval => P::ManageServer,
        A::ViewApprovalRules | A::EditApprovalRules => P::ConfigureApprovals,
        A::ViewSettings => P::ReadSettings,
        A::ListSecrets => P::ListSecrets,
        A::RunBackup => P::RunBackup,
        A::ReviewRestore | A::Restore => P::RestoreBackup,
        A::DownloadBackup => P::DownloadBackup,
        A::ViewBackups | A::BrowseBackup | A::ListRepositories | A::ViewDefaultSchedule => P::ViewBackups,
        A::BeginRepository
        | A::NewRepository
        | A::EditRepository
        | A::TestRepository
        | A::TakeKit
        | A::ActivateRepository
        | A::RetireRepository
        | A::CheckRepository
        | A::PinBackup
        | A::ReviewSchedule
        | A::SetSchedule
        | A::ReviewDefaultSchedule
        | A::SetDefaultSchedule
        | A::ViewRecovery
        | A::EditHolders
        | A::ProveHolder => P::ConfigureBackup,
        A::ViewLogs => P::ReadLogs,
        A::BeginApp | A::NewApp => P::NewApp,
        A::BeginImport | A::ImportApp => P::ImportApp,
        A::EditSettings | A::RemoveConfig => P::WriteSettings,
        A::SetSecret | A::ReviewRotation | A::RotateSecret | A::RemoveSecret | A::RevealSecret => P::SetSecrets,
        A::Deploy | A::Rollback | A::Reapply | A::Adopt | A::Restart | A::ReviewChange => P::Deploy,
        A::DeployChaos => P::DeployChaos,
        A::Scale => P::Scale,
        A::RunCommand | A::StopCommand | A::ReadOutput => P::RunCommand,
        A::Remove => P::RemoveApp,
        A::Undeploy | A::ReviewUndeploy => P::Undeploy,
        A::SetUpdatePolicy => P::Automate,
        A::ViewRecipes => P::ViewCatalogue,
        A::RefreshRecipe => P::SyncCatalogue,
        A::BeginRecipe | A::AddRecipe | A::AcceptTags => P::EditCatalogue,
        A::ViewAudit => P::ViewAudit,
        A::ExportAudit => P::ExportAudit,
        A::ViewSignIn | A::EditSignIn | A::TestSignIn | A::ViewMail | A::EditMail | A::TestMail => P::EditSite,
        A::ListPeople | A::ViewRights | A::ListRoles => P::ViewPeople,
        A::SuspendMember
        | A::UnsuspendMember
        | A::SignOutMember
        | A::BeginInvitation
        | A::Invite
        | A::RevokeInvitation
        | A::MakePasswordLink => P::EditPeople,
        A::ListTokens | A::BeginToken | A::NewToken | A::EndToken => P::OwnTokens,
        A::ListOthersTokens | A::EndOthersToken => P::ManageTokens,
        A::ReviewGrant | A::GiveGrant | A::TakeGrant | A::ReviewTags | A::SetTags => P::EditGrants,
        A::ReviewTeam | A::EditTeam | A::ReviewRole | A::EditRole => P::EditRoles,
    })
}

/// What the dashboard does when it is time: refresh recipes, end requests for approval, look at repositories of
/// backups, and deploy newer versions where an app's policy says so. What such a deploy
/// may ask of the host is not decided here; see `Tier::Unattended`.
const fn scheduler(what: ActionName) -> bool {
    use ActionName as A;
    matches!(what, A::RefreshRecipe | A::Deploy | A::RunBackup | A::HoldUpdate | A::EndRequest | A::NoteRepository)
}

/// What the dashboard itself does: keep the log, finish operations, obey the server's command line.
const fn system(what: ActionName) -> bool {
    use ActionName as A;
    matches!(
        what,
        A::Conclude
            | A::Record
            | A::RunBackup
            | A::NoteRepository
            | A::KeepRepository
            | A::EscrowSecret
            | A::EditMember
            | A::ImportApp
            | A::ExportAudit
            | A::SealAudit
    )
}
