//! Everything that the dashboard answers. A page that is not here does not exist.

use super::table::Table;
use super::{apps, assets, audit, health, live, operations, recipes, report, session, setup};

/// The table.
pub fn routes() -> Table {
    Table::default()
        // For everybody.
        .get("/health", health::show)
        .get("/static/{file}", assets::serve)
        .post("/csp-report", report::blocked)
        // Coming in and going out.
        .get("/", session::home)
        .get("/setup", setup::form)
        .post("/setup", setup::set_up)
        .get("/session", session::form)
        .post("/session", session::sign_in)
        .post("/session/end", session::sign_out)
        // Apps.
        .get("/apps", apps::index::index)
        .get("/apps/rows", apps::index::rows)
        .get("/apps/new", apps::new::choose_recipe)
        .post("/apps/new", apps::new::choose_version)
        .get("/apps/new/address", apps::new::address)
        .post("/apps/new/address", apps::new::check_address)
        .get("/apps/new/check", apps::new::check)
        .get("/apps/new/settings", apps::new::settings)
        .post("/apps/new/settings", apps::new::create)
        .get("/apps/import", apps::imports::index)
        .get("/apps/import/{name}", apps::imports::show)
        .post("/apps/import/{name}", apps::imports::take)
        .get("/apps/{app}", apps::show::show)
        .get("/apps/{app}/live", apps::show::live)
        .get("/apps/{app}/settings", apps::settings::form)
        .post("/apps/{app}/settings", apps::settings::save)
        .get("/apps/{app}/secrets", apps::secrets::list)
        .post("/apps/{app}/secrets/generation", apps::secrets::generate)
        .post("/apps/{app}/secrets/{name}", apps::secrets::insert)
        .get("/apps/{app}/deployment", apps::deployment::plan)
        .post("/apps/{app}/deployment", apps::deployment::deploy)
        .get("/apps/{app}/deployments", apps::deployments::index)
        .get("/apps/{app}/deployments/{id}", apps::deployments::show)
        .post("/apps/{app}/deployments/{id}", apps::deployments::go_back)
        .get("/apps/{app}/logs", apps::logs::show)
        .get("/apps/{app}/logs/stream", apps::logs::stream)
        .get("/apps/{app}/logs/download", apps::logs::download)
        .get("/apps/{app}/undeployment", apps::undeployment::review)
        .post("/apps/{app}/undeployment", apps::undeployment::undeploy)
        // Operations, and the stream that tells open pages of changes.
        .get("/operations", operations::index)
        .get("/operations/rows", operations::rows)
        .get("/operations/{id}", operations::show)
        .get("/operations/{id}/live", operations::live)
        .post("/operations/{id}/reveal", apps::reveal::reveal)
        .get("/live", live::stream)
        // Recipes.
        .get("/recipes", recipes::index::index)
        .get("/recipes/new", recipes::add::form)
        .post("/recipes/new", recipes::add::add)
        .get("/recipes/{name}", recipes::show::show)
        .get("/recipes/{name}/lint", recipes::lint::report)
        .post("/recipes/{name}/refresh", recipes::show::refresh)
        .post("/recipes/{name}/alarms", recipes::alarms::see)
        .post("/catalogue/refresh", recipes::index::refresh)
        .post("/catalogue/mirrors", recipes::index::fetch_all)
        .get("/catalogue/progress", recipes::index::progress)
        // The history.
        .get("/audit", audit::index)
        .get("/audit/{id}", audit::show)
}
