//! The same stack with other versions of some secrets, and with nothing else changed.

use crate::stack::desired::Desired;

use super::order::{EnvTurn, RotateWanted, Turn};

/// Versions of secrets that take the place of others, everywhere in a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Full names before and after, with the name in the compose files.
    secrets: Vec<(String, String, String)>,
    /// Services, and a line of their environment before and after.
    env: Vec<(String, Option<String>, Option<String>)>,
}

impl Exchange {
    /// From the old versions to the new ones.
    pub fn new(turns: &[Turn], env: &[EnvTurn]) -> Self {
        Self {
            secrets: turns.iter().map(|t| (t.from.clone(), t.to.clone(), t.local.clone())).collect(),
            env: env.iter().map(|t| (t.service.clone(), t.before.clone(), Some(t.after.clone()))).collect(),
        }
    }

    /// The one that a rotation makes.
    pub fn of(wanted: &RotateWanted) -> Self {
        Self::new(&wanted.turns, &wanted.env)
    }

    /// The other way round.
    #[must_use]
    pub fn back(self) -> Self {
        Self {
            secrets: self.secrets.into_iter().map(|(from, to, local)| (to, from, local)).collect(),
            env: self.env.into_iter().map(|(service, before, after)| (service, after, before)).collect(),
        }
    }

    /// Carries it out. A line that is not as it was expected is somebody else's, and stays.
    pub fn carry_out(&self, desired: &mut Desired) {
        let other = |name: &str| self.secrets.iter().find(|(from, ..)| from == name).map(|(_, to, local)| (to, local));
        for service in &mut desired.services {
            let container = &mut service.task_template.container_spec;
            for secret in &mut container.secrets {
                if let Some((to, _)) = other(&secret.name) {
                    secret.name.clone_from(to);
                    secret.id.clear();
                }
            }
            for (_, before, after) in self.env.iter().filter(|(name, ..)| *name == service.name) {
                exchange(&mut container.env, before.as_ref(), after.as_ref());
            }
        }
        for secret in &mut desired.secrets {
            if let Some((to, local)) = other(&secret.name) {
                (secret.name, secret.local) = (to.clone(), local.clone());
            }
        }
    }
}

fn exchange(env: &mut Vec<String>, before: Option<&String>, after: Option<&String>) {
    match (before, after) {
        (Some(before), Some(after)) => {
            env.iter_mut().filter(|pair| *pair == before).for_each(|pair| pair.clone_from(after));
        }
        (Some(before), None) => env.retain(|pair| pair != before),
        (None, Some(after)) => {
            let same = |pair: &String| key(pair) == key(after);
            if !env.iter().any(same) {
                env.push(after.clone());
            }
        }
        (None, None) => {}
    }
}

/// The lines of the services' environments that differ: those that name the version.
pub fn env_turns(before: &Desired, after: &Desired) -> Vec<EnvTurn> {
    let mut turns = vec![];
    for now in &after.services {
        let Some(then) = before.services.iter().find(|s| s.name == now.name) else { continue };
        let (then, env) = (&then.task_template.container_spec.env, &now.task_template.container_spec.env);
        for pair in env.iter().filter(|pair| !then.contains(pair)) {
            let before = then.iter().find(|old| key(old) == key(pair)).cloned();
            turns.push(EnvTurn { service: now.name.clone(), before, after: pair.clone() });
        }
    }
    turns
}

fn key(pair: &str) -> &str {
    pair.split('=').next().unwrap_or(pair)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::desired::SecretUse;
    use crate::stack::names::StackName;
    use crate::stack::spec::{SecretRef, ServiceSpec};

    fn stack(version: &str, env: &[&str]) -> Desired {
        let mut desired = Desired::empty(StackName::parse("pad").unwrap());
        let name = format!("pad_pw_{version}");
        let mut spec = ServiceSpec { name: "pad_app".into(), ..ServiceSpec::default() };
        let secret = |name: &str| SecretRef { name: name.into(), ..SecretRef::default() };
        spec.task_template.container_spec.secrets = vec![secret(&name), secret("pad_pw_v10")];
        spec.task_template.container_spec.env = env.iter().map(|pair| (*pair).to_owned()).collect();
        desired.services.push(spec);
        desired.secrets.push(SecretUse { local: "pw".into(), name, services: vec!["app".into()] });
        desired
    }

    #[test]
    fn only_what_turns_is_other_and_the_way_back_ends_where_it_began() {
        let turn = |v: &str| format!("pad_pw_{v}");
        let turns = [Turn { local: "pw".into(), from: turn("v1"), to: turn("v2"), given: false, about: String::new() }];
        // The version may be a default of the recipe, which the settings did not name.
        for then in [vec!["V=v1", "W=v1", "SECRET_PW=v1"], vec!["V=v1", "W=v1"]] {
            let (before, after) = (stack("v1", &then), stack("v2", &["V=v1", "W=v1", "SECRET_PW=v2"]));
            let exchange = Exchange::new(&turns, &env_turns(&before, &after));
            let mut desired = before.clone();
            exchange.carry_out(&mut desired);
            assert_eq!(desired, after);
            exchange.back().carry_out(&mut desired);
            assert_eq!(desired, before);
        }
    }
}
