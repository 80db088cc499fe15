//! Whose a service, network, secret or config is. Names alone don't tell: the prefix of the stack `app` is the beginning of the stack `app_two`'s.

use super::names::{StackName, descope};
use super::observed::{NAMESPACE_LABEL, Swarm};
use super::spec::Labels;

/// The label by which an app's secrets are known that are not the stack's own, so that removing the stack leaves them alone.
pub const OWNER_LABEL: &str = "coop-cloud.app";

/// How sure it is that an object belongs to an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Its label says so.
    Labelled,
    /// It has no label, and of all stacks that are known only this one's prefix fits.
    Named,
    /// It is another's, or nobody's.
    None,
}

/// What an app may claim. `others` are the names of all stacks that are known.
pub fn claim(stack: &StackName, app: &str, others: &[String], name: &str, labels: &Labels) -> Claim {
    let says = |label: &str| labels.get(label).map(String::as_str).filter(|owner| !owner.is_empty());
    match (says(NAMESPACE_LABEL), says(OWNER_LABEL)) {
        (Some(owner), _) => {
            if owner == stack.as_str() {
                Claim::Labelled
            } else {
                Claim::None
            }
        }
        (None, Some(owner)) => {
            if owner == app {
                Claim::Labelled
            } else {
                Claim::None
            }
        }
        (None, None) => {
            let longer = |other: &&String| descope(stack, other).is_some();
            let anothers = |other: &String| name.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('_'));
            if descope(stack, name).is_none() || others.iter().filter(longer).any(anothers) { Claim::None } else { Claim::Named }
        }
    }
}

/// The names of all stacks that anything on the Swarm is labelled with, sorted.
pub fn stacks(swarm: &Swarm) -> Vec<String> {
    let services = swarm.services.iter().map(|s| &s.spec.labels);
    let others = swarm.networks.iter().map(|n| &n.labels).chain(swarm.secrets.iter().map(|s| &s.labels));
    let all = services.chain(others).chain(swarm.configs.iter().map(|c| &c.labels));
    let mut stacks: Vec<String> = all.filter_map(|l| l.get(NAMESPACE_LABEL)).filter(|l| !l.is_empty()).cloned().collect();
    stacks.sort();
    stacks.dedup();
    stacks
}

/// Whether an object is part of the stack, by its label: what a deploy of the stack made, and what goes when the stack is removed.
pub fn owns(stack: &StackName, name: &str, labels: &Labels) -> bool {
    claim(stack, "", &[], name, labels) == Claim::Labelled
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap 31: `app_two`'s objects begin with the prefix of `app`.
    #[test]
    fn trap_31_a_prefix_is_no_proof() {
        let app = StackName::parse("app").unwrap();
        let others = ["app".to_owned(), "app_two".to_owned(), "apple".to_owned()];
        let by = |label: &str, owner: &str| Labels::from([(label.to_owned(), owner.to_owned())]);
        for (name, labels, expected) in [
            ("app_pw_v1", by(NAMESPACE_LABEL, "app"), Claim::Labelled),
            ("shared", by(NAMESPACE_LABEL, "app"), Claim::Labelled),
            ("app_pw_v1", by(OWNER_LABEL, "app.org"), Claim::Labelled),
            ("app_pw_v1", Labels::new(), Claim::Named),
            ("app_pw_v1", by(NAMESPACE_LABEL, ""), Claim::Named),
            ("app_two_pw_v1", Labels::new(), Claim::None),
            ("app_two_pw_v1", by(NAMESPACE_LABEL, "app_two"), Claim::None),
            ("app_pw_v1", by(NAMESPACE_LABEL, "app_two"), Claim::None),
            ("app_pw_v1", by(OWNER_LABEL, "app.two"), Claim::None),
            ("apple_pw_v1", Labels::new(), Claim::None),
            ("app", Labels::new(), Claim::None),
        ] {
            assert_eq!(claim(&app, "app.org", &others, name, &labels), expected, "{name} {labels:?}");
            let deployed = labels.get(NAMESPACE_LABEL).is_some_and(|owner| owner == "app");
            assert_eq!(owns(&app, name, &labels), deployed, "{name} {labels:?}");
        }
        let two = StackName::parse("app_two").unwrap();
        assert_eq!(claim(&two, "app.two", &others, "app_two_pw_v1", &Labels::new()), Claim::Named);
    }
}
