//! How sure the dashboard wants to be of who somebody is: which actions ask for the password again, who needs a second factor, and what
//! is open to whoever has to add one first.

use super::action::ActionName;
use super::actor::Standing;
use super::permission::{Permission, Permissions};

/// THE table of sensitive actions, each with what is about to be done, in members' words. They ask for password and code again, where
/// those were given more than ten minutes ago.
const SENSITIVE: &[(ActionName, &str)] = &[
    (ActionName::SetSecret, "set secrets of an app"),
    (ActionName::RevealSecret, "look at new secrets"),
    (ActionName::RotateSecret, "put a new version of a secret into use"),
    (ActionName::RemoveSecret, "remove secrets of an app"),
    (ActionName::Remove, "remove an app"),
    (ActionName::DownloadBackup, "take data out of a backup"),
    (ActionName::Restore, "replace an app’s data by a backup"),
    (ActionName::GiveGrant, "give a role"),
    (ActionName::TakeGrant, "take a role away"),
    (ActionName::EditTeam, "change a team"),
    (ActionName::EditRole, "change a role"),
    (ActionName::SetTags, "change the tags of an app"),
    (ActionName::GiveApproval, "approve what somebody asked for"),
    (ActionName::OverrideApproval, "do something without the approval that it needs"),
    (ActionName::EditApprovalRules, "change what needs approval"),
    (ActionName::Invite, "invite somebody"),
    (ActionName::MakePasswordLink, "make a link to a new password"),
    (ActionName::EditMail, "change the mail server"),
    (ActionName::ChangeMail, "change where your letters go"),
    (ActionName::EditSignIn, "change single sign-on"),
    (ActionName::LinkIdentity, "link another way to sign in"),
    (ActionName::UnlinkIdentity, "remove a way to sign in"),
    (ActionName::EditHolders, "change who can recover the co-op’s secrets"),
    (ActionName::NewToken, "make an API token"),
    (ActionName::NewRepository, "add a repository of backups"),
    (ActionName::EditRepository, "change a repository of backups"),
    (ActionName::TakeKit, "take a recovery kit, with the password of all backups"),
    (ActionName::RetireRepository, "retire a repository of backups"),
    (ActionName::AddFactor, "add a second factor"),
    (ActionName::RemoveFactor, "remove a second factor"),
    (ActionName::RenewCodes, "make new recovery codes"),
];

/// What is about to be done, where it is something that asks for the password again.
pub fn sensitive(what: ActionName) -> Option<&'static str> {
    SENSITIVE.iter().find(|(action, _)| *action == what).map(|(_, words)| *words)
}

/// Whether this stays open to a member who first has to add a second factor, or to look through the factors.
pub const fn open_before_factors(what: ActionName) -> bool {
    use ActionName as A;
    matches!(
        what,
        A::SignIn
            | A::GiveCode
            | A::SignOut
            | A::ConfirmSession
            | A::ViewFactors
            | A::AddFactor
            | A::RemoveFactor
            | A::RenewCodes
            | A::ReviewFactors
            | A::ReportBlocked
            | A::SetUp
    )
}

/// Permissions that change nothing of others and give no secrets away.
const HARMLESS: Permissions = {
    use Permission as P;
    Permissions::of(&[
        P::ViewApp,
        P::ReadLogs,
        P::ReadSettings,
        P::ListSecrets,
        P::ViewBackups,
        P::ViewCatalogue,
        P::ViewAudit,
        P::ExportAudit,
        P::ViewPeople,
        P::ViewServer,
        P::OwnTokens,
    ])
};

/// Whether somebody of this standing holds any permission that changes something.
pub fn may_change(who: Standing<'_>) -> bool {
    match who {
        Standing::Member(rights) => !rights.somewhere().without(HARMLESS).is_empty(),
        Standing::Stranger | Standing::Scheduler | Standing::System => false,
    }
}

/// Whether somebody of this standing gives rights to others or changes the dashboard itself.
pub fn administers(who: Standing<'_>) -> bool {
    use Permission as P;
    match who {
        Standing::Member(rights) => {
            let chief = Permissions::of(&[P::EditGrants, P::EditPeople, P::EditRoles, P::ManageServer, P::EditSite]);
            !rights.somewhere().common(chief).is_empty()
        }
        Standing::Stranger | Standing::Scheduler | Standing::System => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::rights::{Held, Rights};
    use super::super::role::Role;
    use super::*;

    #[test]
    fn whoever_can_change_something_is_told_from_those_who_look() {
        let changing = Role::ALL.map(|role| {
            let held = Held { role: role.to_string(), permissions: role.permissions(), app: None, until: None };
            let rights = Rights::of(&[held], 0, 1);
            (may_change(Standing::Member(&rights)), administers(Standing::Member(&rights)))
        });
        assert_eq!(changing, [(false, false), (false, false), (true, false), (true, false), (true, true)]);
    }

    #[test]
    fn only_what_changes_something_asks_for_the_password_again_and_asking_itself_does_not() {
        for (action, words) in SENSITIVE {
            assert!(action.writes(), "{words}");
        }
        assert_eq!(sensitive(ActionName::ConfirmSession), None);
        assert!(open_before_factors(ActionName::SignOut) && !open_before_factors(ActionName::Deploy));
    }
}
