//! The labels and variables by which Co-op Cloud's tools recognise an app on the Swarm.

use std::collections::BTreeMap;

use super::desired::Desired;
use super::names::{StackName, scope};
use super::spec::ServiceSpec;

/// What a deployment says of itself on its services.
#[derive(Clone, Debug)]
pub struct Stamp<'a> {
    pub recipe: &'a str,
    /// The released version that is deployed. A chaos deploy keeps the version that the compose file names.
    pub version: &'a str,
    pub chaos: bool,
    /// Short commit of a chaos deploy, with `+U` for uncommitted changes.
    pub chaos_version: Option<String>,
    /// The app's whole environment.
    pub env: &'a BTreeMap<String, String>,
}

/// Puts the labels on the service `app` and the environment on every service that doesn't set a variable itself.
///
/// Some recipes keep their version label on another service than `app`. It is brought up to date there too, so that no service
/// tells an old version. Without either, the first service carries the labels.
pub fn stamp(desired: &mut Desired, stamp: &Stamp<'_>) {
    let version_key = key(&desired.stack, "version");
    let app = scope(&desired.stack, "app");
    let carries = |s: &ServiceSpec| s.name == app || s.labels.contains_key(&version_key);
    let fallback = desired.services.iter().map(|s| s.name.clone()).min().filter(|_| !desired.services.iter().any(carries));
    for service in &mut desired.services {
        if carries(service) || fallback.as_ref() == Some(&service.name) {
            label(service, &desired.stack, stamp);
        }
        expose(service, stamp);
    }
}

/// Seconds that the recipe gives a deploy to come up, from its `timeout` label.
pub fn timeout_s(desired: &Desired) -> Option<u64> {
    let key = key(&desired.stack, "timeout");
    let app = scope(&desired.stack, "app");
    let (first, others): (Vec<&ServiceSpec>, Vec<&ServiceSpec>) = desired.services.iter().partition(|s| s.name == app);
    first.into_iter().chain(others).find_map(|s| s.labels.get(&key)?.trim().parse().ok()).filter(|s| *s > 0)
}

/// `coop-cloud.<stack>.<name>`.
pub fn key(stack: &StackName, name: &str) -> String {
    format!("coop-cloud.{stack}.{name}")
}

fn label(service: &mut ServiceSpec, stack: &StackName, stamp: &Stamp<'_>) {
    let mut put = |name: &str, value: &str| service.labels.insert(key(stack, name), value.to_owned());
    put("recipe", stamp.recipe);
    put("chaos", if stamp.chaos { "true" } else { "false" });
    if !stamp.chaos {
        put("version", stamp.version);
    }
    if let (true, Some(commit)) = (stamp.chaos, stamp.chaos_version.as_deref()) {
        put("chaos-version", commit);
    }
}

fn expose(service: &mut ServiceSpec, stamp: &Stamp<'_>) {
    let env = &mut service.task_template.container_spec.env;
    let version = stamp.chaos_version.as_deref().filter(|_| stamp.chaos).unwrap_or(stamp.version);
    for (name, value) in stamp.env {
        if env.iter().any(|pair| pair.split('=').next() == Some(name.as_str())) {
            continue;
        }
        if matches!(name.as_str(), "TYPE" | "RECIPE") && !version.is_empty() {
            env.push(format!("{name}={}:{version}", stamp.recipe));
        } else {
            env.push(format!("{name}={value}"));
        }
    }
    env.sort();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desired(services: &[&str]) -> Desired {
        let mut desired = Desired::empty(StackName::of_app("c.org").unwrap());
        for name in services {
            desired.services.push(ServiceSpec { name: scope(&desired.stack, name), ..ServiceSpec::default() });
        }
        desired
    }

    #[test]
    fn the_app_service_tells_recipe_and_version() {
        let mut stack = desired(&["app", "db"]);
        let env = BTreeMap::from([("TYPE".to_owned(), "nextcloud".to_owned()), ("A".to_owned(), "1".to_owned())]);
        stack.services[1].task_template.container_spec.env = vec!["A=own".to_owned(), "Z".to_owned()];
        stamp(&mut stack, &Stamp { recipe: "nextcloud", version: "2.0.0+1", chaos: false, chaos_version: None, env: &env });
        assert_eq!(stack.services[0].labels["coop-cloud.c_org.version"], "2.0.0+1");
        assert_eq!(stack.services[0].labels["coop-cloud.c_org.chaos"], "false");
        assert!(stack.services[1].labels.is_empty());
        assert_eq!(stack.services[0].task_template.container_spec.env, ["A=1", "TYPE=nextcloud:2.0.0+1"]);
        assert_eq!(stack.services[1].task_template.container_spec.env, ["A=own", "TYPE=nextcloud:2.0.0+1", "Z"]);
    }

    #[test]
    fn a_chaos_deploy_keeps_the_version_of_the_compose_file() {
        let mut stack = desired(&["db", "web"]);
        stack.services[1].labels.insert("coop-cloud.c_org.version".to_owned(), "1.0.0+1".to_owned());
        let env = BTreeMap::new();
        stamp(
            &mut stack,
            &Stamp { recipe: "x", version: "9", chaos: true, chaos_version: Some("eb96de94+U".to_owned()), env: &env },
        );
        assert_eq!(stack.services[1].labels["coop-cloud.c_org.version"], "1.0.0+1");
        assert_eq!(stack.services[1].labels["coop-cloud.c_org.chaos-version"], "eb96de94+U");
        assert!(stack.services[0].labels.is_empty());
    }

    #[test]
    fn the_timeout_is_read_from_the_recipe() {
        let mut stack = desired(&["app"]);
        assert_eq!(timeout_s(&stack), None);
        for (text, seconds) in [("600", Some(600)), ("", None), ("soon", None), ("0", None)] {
            stack.services[0].labels.insert("coop-cloud.c_org.timeout".to_owned(), text.to_owned());
            assert_eq!(timeout_s(&stack), seconds, "{text}");
        }
    }
}
