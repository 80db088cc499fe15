//! Every page with made-up contents: empty, full and after an error. Tests read them; nothing else does.

use askama::Template;

use super::{
    account, approvals, apps, audit, backups, error, factors, forgot, links, operations, people, recipes, recovery, rights,
    schedules, session, settings, setup, tokens, updates,
};

/// Name and HTML of every sample of every page.
pub fn all() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    add(&mut pages, "sign-in", &session::SignInView::samples());
    add(&mut pages, "sign-in-code", &factors::sign_in::CodeView::samples());
    add(&mut pages, "again", &factors::again::AgainView::samples());
    add(&mut pages, "factors", &factors::list::FactorsView::samples());
    add(&mut pages, "factors-app", &factors::app::AppView::samples());
    add(&mut pages, "sign-in-passkey", &factors::passkey_sign_in::PasskeySignInView::samples());
    add(&mut pages, "factors-passkey", &factors::passkeys::PasskeyView::samples());
    add(&mut pages, "factors-codes", &factors::codes::CodesView::samples());
    add(&mut pages, "setup", &setup::SetupView::samples());
    add(&mut pages, "setup-done", &setup::SetupDoneView::samples());
    add(&mut pages, "apps", &apps::index::AppsView::samples());
    add(&mut pages, "new-recipe", &apps::new::ChooseRecipeView::samples());
    add(&mut pages, "new-address", &apps::new::AddressView::samples());
    add(&mut pages, "new-settings", &apps::new::SettingsView::samples());
    add(&mut pages, "new-secrets", &apps::new::SecretsStepView::samples());
    add(&mut pages, "imports", &apps::imports::ImportsView::samples());
    add(&mut pages, "import", &apps::imports::ImportView::samples());
    add(&mut pages, "app", &apps::show::AppView::samples());
    add(&mut pages, "app-settings", &apps::settings::AppSettingsView::samples());
    add(&mut pages, "app-settings-review", &apps::settings::ReviewView::samples());
    add(&mut pages, "app-settings-text", &apps::settings::SettingsTextView::samples());
    add(&mut pages, "app-settings-revisions", &apps::settings::RevisionsView::samples());
    add(&mut pages, "app-settings-revision", &apps::settings::RevisionView::samples());
    add(&mut pages, "app-secrets", &apps::secrets::AppSecretsView::samples());
    add(&mut pages, "rotation", &apps::secrets::RotationView::samples());
    add(&mut pages, "configs", &apps::configs::ConfigsView::samples());
    add(&mut pages, "reveal", &apps::reveal::RevealView::samples());
    add(&mut pages, "plan", &apps::deployment::PlanView::samples());
    add(&mut pages, "deploys", &apps::deployments::DeploymentsView::samples());
    add(&mut pages, "go-back", &apps::deployments::GoBackView::samples());
    add(&mut pages, "backups", &apps::backups::BackupsView::samples());
    add(&mut pages, "found-backups", &apps::backups::FoundView::samples());
    add(&mut pages, "snapshot", &apps::backups::SnapshotView::samples());
    add(&mut pages, "restoration", &apps::backups::RestorationView::samples());
    add(&mut pages, "schedules", &schedules::SchedulesView::samples());
    add(&mut pages, "schedule", &schedules::ScheduleView::samples());
    add(&mut pages, "logs", &apps::logs::LogsView::samples());
    add(&mut pages, "commands", &apps::commands::CommandsView::samples());
    add(&mut pages, "command", &apps::commands::CommandView::samples());
    add(&mut pages, "drift", &apps::drift::DriftView::samples());
    add(&mut pages, "restart", &apps::restart::RestartView::samples());
    add(&mut pages, "scale", &apps::scale::ScaleView::samples());
    add(&mut pages, "removal", &apps::removal::RemovalView::samples());
    add(&mut pages, "removed", &apps::removal::RemovedView::samples());
    add(&mut pages, "undeploy", &apps::undeployment::UndeployView::samples());
    add(&mut pages, "app-updates", &apps::updates::AppUpdatesView::samples());
    add(&mut pages, "app-activity", &apps::activity::ActivityView::samples());
    add(&mut pages, "updates", &updates::UpdatesView::samples());
    add(&mut pages, "operations", &operations::OperationsView::samples());
    add(&mut pages, "operation", &operations::OperationView::samples());
    add(&mut pages, "catalogue", &recipes::index::CatalogueView::samples());
    add(&mut pages, "recipe", &recipes::show::RecipeView::samples());
    add(&mut pages, "recipe-lint", &recipes::lint::LintView::samples());
    add(&mut pages, "recipe-add", &recipes::add::AddRecipeView::samples());
    add(&mut pages, "rights", &rights::RightsView::samples());
    add(&mut pages, "rights-review", &rights::ReviewView::samples());
    add(&mut pages, "access", &rights::AccessView::samples());
    add(&mut pages, "recovery", &recovery::RecoveryView::samples());
    add(&mut pages, "recovery-made", &recovery::MadeKeyView::samples());
    add(&mut pages, "teams", &rights::TeamsView::samples());
    add(&mut pages, "team", &rights::TeamView::samples());
    add(&mut pages, "roles", &rights::RolesView::samples());
    add(&mut pages, "role", &rights::RoleView::samples());
    add(&mut pages, "audit", &audit::AuditView::samples());
    add(&mut pages, "audit-entry", &audit::EntryView::samples());
    add(&mut pages, "people", &people::PeopleView::samples());
    add(&mut pages, "invite", &people::InviteView::samples());
    add(&mut pages, "invited", &people::InvitedView::samples());
    add(&mut pages, "link-invitation", &links::invitation::InvitationView::samples());
    add(&mut pages, "link-password", &links::password::PasswordLinkView::samples());
    add(&mut pages, "password-made", &people::PasswordMadeView::samples());
    add(&mut pages, "account", &account::AccountView::samples());
    add(&mut pages, "account-password", &account::PasswordView::samples());
    add(&mut pages, "link-mail", &links::mail::ConfirmView::samples());
    add(&mut pages, "forgot", &forgot::ForgotView::samples());
    add(&mut pages, "settings-mail", &settings::mail::MailView::samples());
    add(&mut pages, "settings-sign-in", &settings::sign_in::SignInSettingsView::samples());
    add(&mut pages, "account-identities", &account::identities::IdentitiesView::samples());
    add(&mut pages, "link-gone", &links::GoneView::samples());
    add(&mut pages, "person", &people::PersonView::samples());
    add(&mut pages, "tokens", &tokens::TokensView::samples());
    add(&mut pages, "token-new", &tokens::NewTokenView::samples());
    add(&mut pages, "token-made", &tokens::MadeView::samples());
    add(&mut pages, "tokens-all", &tokens::AllTokensView::samples());
    add(&mut pages, "approvals", &approvals::ApprovalsView::samples());
    add(&mut pages, "approval", &approvals::ApprovalView::samples());
    add(&mut pages, "approval-why", &approvals::WhyView::samples());
    add(&mut pages, "approval-rules", &approvals::RulesView::samples());
    add(&mut pages, "approval-rule", &approvals::RuleView::samples());
    add(&mut pages, "backups-home", &backups::BackupsHomeView::samples());
    add(&mut pages, "repository-new", &backups::NewRepositoryView::samples());
    add(&mut pages, "repository", &backups::RepositoryView::samples());
    add(&mut pages, "recovery-kit", &backups::KitView::samples());
    add(&mut pages, "error", &error::ErrorView::samples());
    pages
}

fn add<T: Template>(pages: &mut Vec<(String, String)>, name: &str, samples: &[T]) {
    for (number, sample) in samples.iter().enumerate() {
        pages.push((format!("{name}-{number}"), sample.render().unwrap_or_else(|error| format!("not rendered: {error}"))));
    }
}

#[cfg(test)]
mod tests;
