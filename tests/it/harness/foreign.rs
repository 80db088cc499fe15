//! Stacks on the Swarm in memory that something else than the dashboard deployed.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use canteen::engine::fake::FakeEngine;
use canteen::engine::{Mutate as _, NewSecret};
use canteen::envfile::EnvFile;
use canteen::ops::OpError;
use canteen::ops::apply::Leftovers;
use canteen::ops::journal::{Journal, Level};
use canteen::ops::pins::Resolve;
use canteen::ops::render::{RecipeAt, render};
use canteen::ops::terminal::{Terminal, Wanted};
use canteen::recipe::RecipeName;
use canteen::stack::desired::Desired;
use canteen::stack::names::StackName;

use super::{Browser, Site};

const RECIPE: &str = "notice-board";
const VERSION: &str = "1.0.0+1.35.0";

/// A journal that nobody reads.
pub(crate) struct Silent;

#[async_trait]
impl Journal for Silent {
    async fn line(&self, _step: &str, _level: Level, _text: &str) -> Result<(), OpError> {
        Ok(())
    }

    async fn touch(&self) -> Result<(), OpError> {
        Ok(())
    }
}

/// The notice board as another tool deployed it with these settings, whose secret has version v2. Gives the name of the stack.
pub(crate) async fn foreign_board(site: &Site, admin: &Browser, domain: &str, settings: &str) -> String {
    let secret = format!("{}_admin_password_v2", StackName::of_app(domain).unwrap());
    site.engine.create_secret(NewSecret::plain(&secret, &BTreeMap::new(), b"seven quiet otters")).await.unwrap();
    foreign_stack(site, admin, (RECIPE, VERSION), domain, settings).await
}

/// A recipe at a version as another tool deployed it with these settings. Gives the name of the stack.
pub(crate) async fn foreign_stack(
    site: &Site,
    admin: &Browser,
    (recipe, version): (&str, &str),
    domain: &str,
    settings: &str,
) -> String {
    admin.page(&format!("/apps/new?recipe={recipe}")).await;
    let name = RecipeName::parse(recipe).unwrap();
    let at = RecipeAt { commit: site.shelf.resolve(&name, version).unwrap(), name, version: version.to_owned() };
    let stack = StackName::of_app(domain).unwrap();
    let rendered = render(&site.shelf, &at, &stack, &EnvFile::parse(settings).unwrap()).unwrap();
    site.fresh().await;
    deploy_beside(&site.engine, rendered.desired).await;
    site.fresh().await;
    stack.as_str().to_owned()
}

async fn deploy_beside(engine: &FakeEngine, desired: Desired) {
    let terminal = Terminal::open(Arc::new(engine.clone()), Arc::new(Silent), None);
    let wanted = Wanted { desired, secrets: vec![], resolve: Resolve::Always, leftovers: Leftovers::Remove };
    let prepared = terminal.prepare(wanted).await.unwrap();
    assert!(prepared.plan.blockers.is_empty(), "{:?}", prepared.plan.blockers);
    terminal.apply(&prepared).await.unwrap();
}
