//! What services tell of the app that they belong to: its recipe, its version, its settings.

use std::collections::BTreeMap;

use super::labels::key;
use super::names::StackName;
use super::observed::Observed;
use super::spec::ServiceSpec;

/// The recipe by its label, which Co-op Cloud's tools put on one service of an app.
pub fn recipe<'a>(stack: &StackName, observed: &'a Observed) -> Option<&'a str> {
    label(stack, observed, "recipe")
}

/// The version that the services tell: the commit of a chaos deploy, without the mark for uncommitted changes, else the tag.
pub fn version<'a>(stack: &StackName, observed: &'a Observed) -> Option<&'a str> {
    let chaos = label(stack, observed, "chaos") == Some("true");
    let commit = label(stack, observed, "chaos-version").filter(|_| chaos).map(|text| text.trim_end_matches("+U"));
    commit.or_else(|| label(stack, observed, "version"))
}

/// The variables that every service has: the app's settings are among them, for a deploy gives all of them to all services.
/// Where services differ, for one sets such a variable itself, the value counts that most of them have.
pub fn settings<'a>(services: impl Iterator<Item = &'a ServiceSpec>) -> BTreeMap<String, String> {
    let services: Vec<_> = services.map(variables).collect();
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in services.iter().flatten() {
        values.entry(name.clone()).or_default().push(value.clone());
    }
    values.retain(|_, found| found.len() == services.len());
    values.into_iter().filter_map(|(name, found)| Some((name, most_common(&found)?.clone()))).collect()
}

/// The first of those that come most often.
fn most_common(values: &[String]) -> Option<&String> {
    let often = |value: &String| values.iter().filter(|other| *other == value).count();
    values.iter().rev().max_by_key(|value| often(value))
}

fn variables(service: &ServiceSpec) -> BTreeMap<String, String> {
    let pairs = service.task_template.container_spec.env.iter().filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn label<'a>(stack: &StackName, observed: &'a Observed, name: &str) -> Option<&'a str> {
    let key = key(stack, name);
    observed.services.iter().find_map(|s| s.spec.labels.get(&key)).map(String::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::observed::Service;

    fn stack() -> StackName {
        StackName::parse("brot_coop").unwrap()
    }

    fn service(labels: &[(&str, &str)], env: &[&str]) -> ServiceSpec {
        let labels = labels.iter().map(|(name, value)| (key(&stack(), name), (*value).to_owned())).collect();
        let mut spec = ServiceSpec { labels, ..ServiceSpec::default() };
        spec.task_template.container_spec.env = env.iter().map(|pair| (*pair).to_owned()).collect();
        spec
    }

    #[test]
    fn labels_tell_recipe_and_version() {
        let tell = |labels: &[(&str, &str)]| {
            let services = [service(&[], &[]), service(labels, &[])].map(|spec| Service { spec, ..Service::default() });
            let observed = Observed { services: services.into(), ..Observed::default() };
            (recipe(&stack(), &observed).map(str::to_owned), version(&stack(), &observed).map(str::to_owned))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(tell(&[("recipe", "bakery"), ("version", "1.0.0+2"), ("chaos", "false")]), (some("bakery"), some("1.0.0+2")));
        let chaos = [("recipe", "bakery"), ("version", "1.0.0+2"), ("chaos", "true"), ("chaos-version", "eb96de94+U")];
        assert_eq!(tell(&chaos).1, some("eb96de94"));
        assert_eq!(tell(&[("version", "")]), (None, None));
    }

    #[test]
    fn settings_are_what_all_services_have() {
        let one = service(&[], &["A=1", "B=x=y", "TZ=own", "ONE=1", "UNSET"]);
        let services = [one, service(&[], &["A=1", "B=x=y", "TZ=shared"]), service(&[], &["A=1", "B=x=y", "TZ=shared"])];
        let found = settings(services.iter());
        let pairs = [("A", "1"), ("B", "x=y"), ("TZ", "shared")];
        assert_eq!(found, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(settings([].iter()), BTreeMap::new());
    }
}
