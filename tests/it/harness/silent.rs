use std::sync::Arc;

use async_trait::async_trait;
use canteen::engine::fake::FakeEngine;
use canteen::ops::OpError;
use canteen::ops::apply::Leftovers;
use canteen::ops::journal::{Journal, Level};
use canteen::ops::pins::Resolve;
use canteen::ops::terminal::{Terminal, Wanted};
use canteen::stack::desired::Desired;

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

/// Puts a stack on the Swarm in memory beside the dashboard, as another tool would.
pub(crate) async fn deploy_beside(engine: &FakeEngine, desired: Desired) {
    let terminal = Terminal::open(Arc::new(engine.clone()), Arc::new(Silent), None);
    let wanted = Wanted { desired, secrets: vec![], resolve: Resolve::Always, leftovers: Leftovers::Remove };
    let prepared = terminal.prepare(wanted).await.unwrap();
    assert!(prepared.plan.blockers.is_empty(), "{:?}", prepared.plan.blockers);
    terminal.apply(&prepared).await.unwrap();
}
