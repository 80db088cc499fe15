//! What the app needs held against what is on the Swarm.

use std::collections::BTreeSet;

use crate::ops::unused::secret_readers;
use crate::secret::{Entry, Owner, Present, SecretNeed, stock as held};
use crate::stack::belongings::OWNER_LABEL;
use crate::stack::observed::{NAMESPACE_LABEL, Swarm};
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
    let others = other_stacks(facts, site, &swarm).await?;
    let owner = Owner { app: &facts.app.name, stack: facts.stack.as_str(), others: &others, declared: &declared };
    // Where the recipe can't be read, nothing can be told from what it needs.
    let entries = if trouble.is_some() { vec![] } else { held(&owner, &needs, &present(&swarm)) };
    let skipped = declared.iter().filter(|local| needs.iter().all(|n| n.local != **local)).cloned().collect();
    Ok(Stock { entries, skipped, trouble })
}

fn present(swarm: &Swarm) -> Vec<Present> {
    let one = |s: &crate::stack::observed::Named| Present {
        name: s.name.clone(),
        app: s.labels.get(OWNER_LABEL).cloned(),
        stack: s.labels.get(NAMESPACE_LABEL).filter(|l| !l.is_empty()).cloned(),
        used_by: secret_readers(swarm, &s.name),
        created: s.created,
    };
    swarm.secrets.iter().map(one).collect()
}

/// Every stack that an app of ours has, or that something on the Swarm names, but for this one.
async fn other_stacks(facts: &Facts, site: &Site, swarm: &Swarm) -> Result<BTreeSet<String>, Failure> {
    let labels = swarm.services.iter().map(|s| &s.spec.labels).chain(swarm.networks.iter().map(|n| &n.labels));
    let labels = labels.chain(swarm.secrets.iter().map(|s| &s.labels)).chain(swarm.configs.iter().map(|c| &c.labels));
    let mut names: BTreeSet<String> = labels.filter_map(|l| l.get(NAMESPACE_LABEL)).cloned().collect();
    names.extend(site.store.apps().await?.into_iter().map(|a| a.stack));
    names.remove(facts.stack.as_str());
    Ok(names)
}
