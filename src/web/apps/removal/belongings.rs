//! What is on the Swarm of an app that is not deployed.

use crate::stack::belongings::{Claim, claim, stacks};
use crate::stack::spec::Labels;
use crate::web::Site;
use crate::web::apps::facts::Facts;
use crate::web::failure::Failure;

/// Everything that could go with the app, by full names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belongings {
    pub volumes: Vec<Belonging>,
    pub secrets: Vec<Belonging>,
    pub configs: Vec<Belonging>,
}

/// One object and whether it is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    pub name: String,
    /// Nothing but its name says that it is this app's.
    pub unsure: bool,
    pub ticked: bool,
}

impl Belongings {
    /// What the Swarm has of it now. Only what is surely this app's is ticked.
    pub(super) async fn of(facts: &Facts, site: &Site) -> Result<Self, Failure> {
        if facts.observed.at == 0 {
            let text =
                "Docker has not answered since Canteen was started, so it can’t be told what is left; try again when it is back";
            return Err(Failure::Unavailable(text.to_owned()));
        }
        let volumes = site.inspect.volumes(facts.stack.as_str()).await.map_err(|e| Failure::Unavailable(e.to_string()))?;
        let apps = site.store.apps().await?.into_iter().map(|app| app.stack);
        let others: Vec<String> = stacks(&site.feed.latest().swarm).into_iter().chain(apps).collect();
        let judge = |name: &str, labels: &Labels| match claim(&facts.stack, &facts.app.name, &others, name, labels) {
            Claim::Labelled => Some(Belonging { name: name.to_owned(), unsure: false, ticked: true }),
            Claim::Named => Some(Belonging { name: name.to_owned(), unsure: true, ticked: false }),
            Claim::None => None,
        };
        let sure = |name| Belonging { name, unsure: false, ticked: true };
        let mut found = Self {
            volumes: volumes.into_iter().map(sure).collect(),
            secrets: facts.observed.secrets.iter().filter_map(|s| judge(&s.name, &s.labels)).collect(),
            configs: facts.observed.configs.iter().filter_map(|c| judge(&c.name, &c.labels)).collect(),
        };
        for (_, list) in found.kinds() {
            list.sort_by(|a, b| (a.unsure, &a.name).cmp(&(b.unsure, &b.name)));
        }
        Ok(found)
    }

    /// The lists with the word that begins the names of their controls.
    pub(super) const fn kinds(&mut self) -> [(&'static str, &mut Vec<Belonging>); 3] {
        [("volume", &mut self.volumes), ("secret", &mut self.secrets), ("config", &mut self.configs)]
    }

    /// Nothing of it is on the Swarm.
    pub fn is_empty(&self) -> bool {
        self.volumes.is_empty() && self.secrets.is_empty() && self.configs.is_empty()
    }
}
