//! What the app needs held against what is on the Swarm.

use std::collections::BTreeSet;

use crate::ops::unused::secret_readers;
use crate::secret::{Entry, Own, Owner, Present, SecretNeed, stock as held};
use crate::stack::belongings::{Claim, claim, stacks};
use crate::stack::observed::Swarm;
use crate::web::Site;
use crate::web::apps::facts::Facts;
use crate::web::failure::Failure;
use crate::web::setup::sentence;

/// The secrets of an app.
pub(super) struct Stock {
    pub(super) entries: Vec<Entry>,
    /// The recipe has them, and no service of the chosen compose files uses them.
    pub(super) skipped: Vec<String>,
    /// Why it can't be told what the recipe needs.
    pub(super) trouble: Option<String>,
}

impl Stock {
    /// What the recipe needs and the Swarm has not.
    pub(super) fn missing(&self) -> impl Iterator<Item = &SecretNeed> {
        self.entries.iter().filter(|e| e.present.is_none()).filter_map(|e| e.need.as_ref())
    }

    /// The need of this local name.
    pub(super) fn need(&self, local: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.need.is_some() && e.local == local)
    }
}

pub(super) async fn stock(facts: &Facts, site: &Site) -> Result<Stock, Failure> {
    let env = facts.revision(site).await?.text;
    let (needs, declared, trouble) = match facts.render(site, &facts.app.version, &env).await? {
        Ok((_, rendered)) => (rendered.needs, rendered.declared, None),
        Err(error) => (vec![], BTreeSet::new(), Some(sentence(&error.to_string()))),
    };
    let swarm = site.feed.latest().swarm;
    let owner = Owner { stack: facts.stack.as_str(), declared: &declared };
    // Where the recipe can't be read, nothing can be told from what it needs.
    let entries = if trouble.is_some() { vec![] } else { held(&owner, &needs, &present(facts, site, &swarm).await?) };
    let skipped = declared.iter().filter(|local| needs.iter().all(|n| n.local != **local)).cloned().collect();
    Ok(Stock { entries, skipped, trouble })
}

async fn present(facts: &Facts, site: &Site, swarm: &Swarm) -> Result<Vec<Present>, Failure> {
    let apps = site.store.apps().await?.into_iter().map(|app| app.stack);
    let others: Vec<String> = stacks(swarm).into_iter().chain(apps).collect();
    let one = |s: &crate::stack::observed::Named| Present {
        name: s.name.clone(),
        own: match claim(&facts.stack, &facts.app.name, &others, &s.name, &s.labels) {
            Claim::Labelled => Own::Yes,
            Claim::Named => Own::Perhaps,
            Claim::None => Own::No,
        },
        used_by: secret_readers(swarm, &s.name),
        created: s.created,
    };
    Ok(swarm.secrets.iter().map(one).collect())
}
