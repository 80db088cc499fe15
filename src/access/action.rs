//! Every verb of the product. A verb is a type, so that a permission to do one thing can't be handed to code that does another.

/// What an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// The dashboard as a whole.
    Site,
    /// One app, named by `{app}` in the path.
    App,
}

/// A verb as a type.
pub trait Action: Send + Sync + 'static {
    const NAME: ActionName;
    const ON: On;
}

/// A verb that changes something. Only these may stand behind POST.
#[diagnostic::on_unimplemented(
    message = "`{Self}` only reads, and only an action that writes may stand behind POST",
    note = "see CONTRIBUTING.md, \"Add an action\""
)]
pub trait WriteAction: Action {}

macro_rules! actions {
    ($( $(#[$doc:meta])* $kind:ident $on:ident $name:ident $text:literal; )*) => {
        /// The name of a verb, as a value: what the policy decides on and the audit log stores.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ActionName { $( $(#[$doc])* $name, )* }

        impl ActionName {
            /// Every verb there is.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// The stable word of the audit log and of `canteen routes`.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $text, )* }
            }

            /// Whether the verb changes something.
            pub const fn writes(self) -> bool {
                match self { $( Self::$name => actions!(@writes $kind), )* }
            }
        }

        $(
            $(#[$doc])*
            pub struct $name;
            impl Action for $name {
                const NAME: ActionName = ActionName::$name;
                const ON: On = On::$on;
            }
            actions!(@mark $kind $name);
        )*
    };
    (@writes read) => { false };
    (@writes write) => { true };
    (@mark read $name:ident) => {};
    (@mark write $name:ident) => { impl WriteAction for $name {} };
}

actions! {
    /// See the list of apps and the state of each.
    read Site ListApps "app.list";
    /// See one app.
    read App ViewApp "app.view";
    /// See an app's settings; secret-like values are masked for those who can't edit them.
    read App ViewSettings "app.settings.view";
    /// See which secrets an app needs and has. Never their values.
    read App ListSecrets "app.secrets.list";
    /// See what a backup of an app would hold.
    read App ViewBackups "app.backups.view";
    /// See the form of an app's schedule of backups.
    read App ReviewSchedule "app.backups.schedule.review";
    /// Say when an app is backed up by itself, how, and how long backups are kept.
    write App SetSchedule "app.backups.schedule";
    /// See when apps without a schedule of their own are backed up.
    read Site ViewDefaultSchedule "backup.schedule.view";
    /// See the form of the schedule that such apps follow.
    read Site ReviewDefaultSchedule "backup.schedule.review";
    /// Say when such apps are backed up, how, and how long backups are kept.
    write Site SetDefaultSchedule "backup.schedule";
    /// Back an app up.
    write App RunBackup "app.backup";
    /// Have a backup of an app stay for good, or no longer.
    write App PinBackup "app.backup.pin";
    /// Look into a backup of an app: what it holds, folder by folder.
    read App BrowseBackup "app.backup.browse";
    /// Take files out of a backup of an app.
    write App DownloadBackup "app.backup.download";
    /// See what putting an app's data back to a backup would do.
    read App ReviewRestore "app.restore.review";
    /// Put an app's data back to a backup.
    write App Restore "app.restore";
    /// Read what an app's tasks write.
    read App ViewLogs "app.logs.view";
    /// See what a deploy would change.
    read App ViewPlan "app.plan.view";
    /// Begin the new-app wizard.
    read Site BeginApp "app.new.begin";
    /// Make an app of a recipe.
    write Site NewApp "app.new";
    /// See which stacks can become apps.
    read Site BeginImport "app.import.begin";
    /// Make an app of what was deployed without the dashboard.
    write Site ImportApp "app.import";
    /// Change an app's settings.
    write App EditSettings "app.settings.edit";
    /// Generate or insert an app's secrets.
    write App SetSecret "app.secret.set";
    /// See the review of a rotation.
    read App ReviewRotation "app.secret.rotate.review";
    /// Put a new version of a secret into use.
    write App RotateSecret "app.secret.rotate";
    /// Remove secrets of an app that nothing reads.
    write App RemoveSecret "app.secret.remove";
    /// See the configs of an app.
    read App ListConfigs "app.configs.list";
    /// Remove configs of an app that nothing uses.
    write App RemoveConfig "app.config.remove";
    /// See generated values, once, right after they were made.
    write Site RevealSecret "app.secret.reveal";
    /// Deploy an app, or another version of it.
    write App Deploy "app.deploy";
    /// Deploy a commit of an app's recipe that is no release.
    write App DeployChaos "app.deploy.chaos";
    /// See an app's earlier deployments.
    read App ListDeployments "app.deployments.list";
    /// Put an app back to an earlier deployment.
    write App Rollback "app.rollback";
    /// Put back what was deployed, where somebody changed it past the dashboard.
    write App Reapply "app.reapply";
    /// Take what runs as the record.
    write App Adopt "app.adopt";
    /// Give services of an app new tasks.
    write App Restart "app.restart";
    /// Choose how many tasks services of an app have.
    write App Scale "app.scale";
    /// See which commands an app's recipe has, and the form to run one.
    read App ListCommands "app.commands.list";
    /// Run a command of the recipe in an app's container.
    write App RunCommand "app.command.run";
    /// Read what commands of an operation wrote.
    read Site ReadOutput "operation.output";
    /// End a command that runs.
    write Site StopCommand "app.command.stop";
    /// Remove an app, with what was chosen of its data.
    write App Remove "app.remove";
    /// See the pages before an app is restarted, scaled or removed.
    read App ReviewChange "app.change.review";
    /// Stop an app; its data stays.
    write App Undeploy "app.undeploy";
    /// See the review of an undeploy.
    read App ReviewUndeploy "app.undeploy.review";
    /// See operations and follow them.
    read Site ViewOperations "operation.view";
    /// See which apps have newer versions.
    read Site ListUpdates "update.list";
    /// See an app's newer versions, and what becomes of them.
    read App ViewUpdates "app.updates.view";
    /// Say how far the dashboard may update an app by itself, and when.
    write App SetUpdatePolicy "app.updates.set";
    /// Write down why the dashboard did not update an app by itself.
    write App HoldUpdate "app.updates.hold";
    /// See the catalogue and its recipes.
    read Site ViewRecipes "recipe.view";
    /// See the form that adds a recipe.
    read Site BeginRecipe "recipe.add.begin";
    /// Add a recipe by the URL of its git repository.
    write Site AddRecipe "recipe.add";
    /// Fetch a recipe, or the whole catalogue, anew.
    write Site RefreshRecipe "recipe.refresh";
    /// Say that versions which changed after they were published are all right.
    write Site AcceptTags "recipe.tags.accept";
    /// See what was done with an app, and by whom.
    read App ViewActivity "app.activity.view";
    /// See what a member may do, and why.
    read Site ViewRights "rights.view";
    /// See what oneself may do, and why.
    read Site ViewOwnRights "rights.own";
    /// See what giving or taking a role would change.
    read Site ReviewGrant "grant.review";
    /// Give a member or a team a role.
    write Site GiveGrant "grant.give";
    /// Take a role away from a member or a team.
    write Site TakeGrant "grant.take";
    /// See teams and roles.
    read Site ListRoles "role.list";
    /// See what another team would change.
    read Site ReviewTeam "team.review";
    /// Make, rename, fill and remove teams.
    write Site EditTeam "team.edit";
    /// See what another role would change.
    read Site ReviewRole "role.review";
    /// Make, change and remove roles of the co-op's own.
    write Site EditRole "role.edit";
    /// See who may do what to an app.
    read App ViewAccess "app.access.view";
    /// See what other tags of an app would change.
    read App ReviewTags "app.tags.review";
    /// Give an app its tags.
    write App SetTags "app.tags.set";
    /// Read the audit log.
    read Site ViewAudit "audit.view";
    /// Take the audit log away as a file.
    write Site ExportAudit "audit.export";
    /// Take old entries out of the audit log, once a file holds them, from the server's command line.
    write Site SealAudit "audit.seal";
    /// See the members.
    read Site ListPeople "people.list";
    /// Keep a member out, until somebody lets them in again.
    write Site SuspendMember "people.suspend";
    /// Let a suspended member in again.
    write Site UnsuspendMember "people.unsuspend";
    /// End all sessions of a member.
    write Site SignOutMember "people.sign_out";
    /// See the form that invites somebody.
    read Site BeginInvitation "invitation.begin";
    /// Invite somebody.
    write Site Invite "invitation.make";
    /// Take an open invitation back.
    write Site RevokeInvitation "invitation.revoke";
    /// Become a member by the link of an invitation.
    write Site AcceptInvitation "invitation.accept";
    /// Make a link by which a member chooses a new password.
    write Site MakePasswordLink "password.link";
    /// Choose a new password by a link.
    write Site ResetPassword "password.reset";
    /// Exchange one's own password.
    write Site ChangePassword "password.change";
    /// See one's own account.
    read Site ViewAccount "account.view";
    /// Change one's own profile.
    write Site EditAccount "account.edit";
    /// Name another address for one's own letters.
    write Site ChangeMail "account.mail.change";
    /// End sessions of one's own.
    write Site RevokeSession "session.revoke";
    /// Ask for a link to a new password by mail.
    write Site AskPassword "password.ask";
    /// Show by a link that an address is one's own.
    write Site ConfirmMail "account.mail.confirm";
    /// See which server takes letters.
    read Site ViewMail "settings.mail.view";
    /// Say which server takes letters.
    write Site EditMail "settings.mail.edit";
    /// Have a letter sent to see whether mail works.
    write Site TestMail "settings.mail.test";
    /// See what waits for approval, and what did.
    read Site ListApprovals "approval.list";
    /// See one request for approval.
    read App ViewApproval "approval.view";
    /// Approve what somebody else asked for.
    write App GiveApproval "approval.give";
    /// Object to what somebody else asked for.
    write App ObjectToRequest "approval.object";
    /// Take back what oneself asked for, while it waits for approval.
    write App WithdrawRequest "approval.withdraw";
    /// Have what waits for approval done without it.
    write App OverrideApproval "approval.override";
    /// Write down that a request for approval came to nothing.
    write App EndRequest "approval.end";
    /// See what needs approval.
    read Site ViewApprovalRules "approval.rules.view";
    /// Say what needs approval.
    write Site EditApprovalRules "approval.rules.edit";
    /// See which identity provider members may sign in with.
    read Site ViewSignIn "settings.sign_in.view";
    /// Say which identity provider members may sign in with.
    write Site EditSignIn "settings.sign_in.edit";
    /// Ask the identity provider what it says of itself.
    write Site TestSignIn "settings.sign_in.test";
    /// Link an account at the identity provider with one's own.
    write Site LinkIdentity "identity.link";
    /// Remove the link to an account at the identity provider.
    write Site UnlinkIdentity "identity.unlink";
    /// See who holds recovery keys.
    read Site ViewRecovery "backup.recovery.view";
    /// Say who holds recovery keys.
    write Site EditHolders "backup.recovery.edit";
    /// Show that a holder can use their recovery key.
    write Site ProveHolder "backup.recovery.prove";
    /// Keep a secret encrypted to the holders of recovery keys.
    write App EscrowSecret "secret.escrow";
    /// See one's own API tokens.
    read Site ListTokens "token.list";
    /// Begin to make an API token.
    read Site BeginToken "token.new.begin";
    /// Make an API token.
    write Site NewToken "token.new";
    /// End an API token of one's own.
    write Site EndToken "token.end";
    /// See the API tokens of all members.
    read Site ListOthersTokens "token.others.list";
    /// End an API token of another member.
    write Site EndOthersToken "token.others.end";
    /// See the repositories that backups go to. Never what opens them.
    read Site ListRepositories "backup.repository.list";
    /// See the form that adds a repository.
    read Site BeginRepository "backup.repository.new.begin";
    /// Add a repository that backups go to.
    write Site NewRepository "backup.repository.new";
    /// Change what is known of a repository, or what lets us in there.
    write Site EditRepository "backup.repository.edit";
    /// Ask a repository whether it answers, and make it where there is none yet.
    write Site TestRepository "backup.repository.test";
    /// Take a repository's recovery kit away, with its password.
    write Site TakeKit "backup.repository.kit";
    /// Have a repository take backups, once its kit is in good hands.
    write Site ActivateRepository "backup.repository.activate";
    /// Have a repository take no backups any more.
    write Site RetireRepository "backup.repository.retire";
    /// Have a repository checked, or tidied, before its time.
    write Site CheckRepository "backup.repository.check";
    /// Look after a repository by itself: check it, and remove what no backup needs.
    write Site KeepRepository "backup.repository.keep";
    /// Write down how a repository answered.
    write Site NoteRepository "backup.repository.note";
    /// Sign in.
    write Site SignIn "session.begin";
    /// Give the code that a sign-in waits for.
    write Site GiveCode "session.code";
    /// Give password and code again, before something sensitive.
    write Site ConfirmSession "session.confirm";
    /// See one's own second factors, and the page that adds one.
    read Site ViewFactors "factor.view";
    /// Add a second factor of one's own.
    write Site AddFactor "factor.add";
    /// Remove a second factor of one's own.
    write Site RemoveFactor "factor.remove";
    /// Make new recovery codes for oneself.
    write Site RenewCodes "factor.codes";
    /// Say that one's own factors are right, after signing in with a recovery code.
    write Site ReviewFactors "factor.review";
    /// Sign out.
    write Site SignOut "session.end";
    /// Make the first admin, with the one-time code.
    write Site SetUp "site.setup";
    /// Add a member or give a new password, from the server's command line.
    write Site EditMember "member.edit";
    /// Tell the dashboard that a browser blocked something (Content-Security-Policy reports).
    write Site ReportBlocked "csp.report";
    /// Write down how an operation ended.
    write Site Conclude "operation.conclude";
    /// Write down that something was refused or failed.
    write Site Record "audit.record";
}
