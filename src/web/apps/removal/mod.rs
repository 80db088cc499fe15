//! Removing an app for good: the choice of what goes with it, and what is left to read afterwards.

mod ask;
mod belongings;
mod history;
#[cfg(any(test, feature = "testing"))]
mod samples;

pub use ask::remove;
pub use belongings::{Belonging, Belongings};
pub use history::{RemovedDeploy, RemovedView, removed};

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ReviewChange;
use crate::recipe::abra_command::Task;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// What goes with the app.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/removal.html")]
pub struct RemovalView {
    pub shell: Shell,
    pub app: AppHeader,
    /// It runs, so it has to be undeployed first.
    pub deployed: bool,
    pub belongings: Belongings,
    /// The settings go too.
    pub settings: bool,
    /// There are other nodes, whose volumes can't be seen from here.
    pub other_nodes: bool,
    /// What was typed to confirm.
    pub typed: String,
    pub problems: Problems,
}

/// The form.
pub async fn review(may: Grant<ReviewChange>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let belongings = Belongings::of(&facts, &site).await?;
    let filled = Filled { belongings, settings: true, typed: String::new() };
    page(&view(&facts, &visit, &site, filled, Problems::none()).await)
}

/// What stands in the form.
struct Filled {
    belongings: Belongings,
    settings: bool,
    typed: String,
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, filled: Filled, problems: Problems) -> RemovalView {
    let volumes = filled.belongings.volumes.iter().filter(|b| b.ticked).map(|b| b.name.clone()).collect();
    RemovalView {
        shell: shell(site, visit, format!("Remove {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Overview, None).doing(&[Task::Remove { volumes }]),
        deployed: !facts.observed.services.is_empty(),
        belongings: filled.belongings,
        settings: filled.settings,
        other_nodes: facts.observed.nodes.len() > 1,
        typed: filled.typed,
        problems,
    }
}
