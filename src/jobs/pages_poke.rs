use std::collections::BTreeMap;

use super::Jobs;
use crate::stack::observed::{Service, Swarm, Task};

/// Tells open pages when something that they show has changed on the Swarm.
pub(super) async fn run(jobs: Jobs) {
    let mut readings = jobs.feed.subscribe();
    let (mut before, mut away) = (BTreeMap::new(), false);
    while readings.changed().await.is_ok() {
        let reading = readings.borrow_and_update().clone();
        let now = fingerprints(&reading.swarm);
        let mut changed = reading.problem.is_some() != away;
        away = reading.problem.is_some();
        for (stack, print) in &now {
            if before.get(stack) != Some(print) {
                jobs.live.poke(&format!("stack-{stack}"));
                changed = true;
            }
        }
        for stack in before.keys().filter(|s| !now.contains_key(*s)) {
            jobs.live.poke(&format!("stack-{stack}"));
            changed = true;
        }
        if changed {
            jobs.live.poke("apps");
        }
        before = now;
    }
}

/// What the pages show of each stack, as one text.
fn fingerprints(swarm: &Swarm) -> BTreeMap<String, String> {
    let mut prints: BTreeMap<String, String> = BTreeMap::new();
    let owners: BTreeMap<&str, &Service> = swarm.services.iter().map(|s| (s.id.as_str(), s)).collect();
    for service in &swarm.services {
        let Some(stack) = service.stack() else { continue };
        prints.entry(stack.to_owned()).or_default().extend([service.id.as_str(), " ", &service.version.to_string(), ";"]);
    }
    for task in &swarm.tasks {
        let Some(stack) = owners.get(task.service.as_str()).and_then(|s| s.stack()) else { continue };
        prints.entry(stack.to_owned()).or_default().push_str(&line(task));
    }
    prints
}

fn line(task: &Task) -> String {
    format!("{} {} {} {};", task.id, task.state, task.desired, task.error)
}
