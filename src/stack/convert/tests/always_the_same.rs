//! The same files give the same objects, in whatever order their keys stand.

use proptest::prelude::*;

use super::{Folder, stack};
use crate::compose::{self, Source};
use crate::stack::convert::convert_all;

/// Keys of a service, each with a value that has more than one part where order could show.
const KEYS: &[&str] = &[
    "environment: {Z: 1, A: ~, M: x}",
    "labels: {z: 1, a: 2}",
    "networks: {n2: {aliases: [q, a]}, n1: ~, ext: ~}",
    "secrets: [s2, s1, {source: s1, target: t}]",
    "configs: [c2, c1]",
    "ports: ['80:80', '443:443/udp', '81-95:80', '90']",
    "volumes: ['v2:/b', 'v1:/a', '/h:/c']",
    "ulimits: {z: 1, a: 2}",
    "sysctls: {z: 1, a: 2}",
    "cap_add: [net_admin, chown]",
    "logging: {driver: d, options: {z: 1, a: 2}}",
    "credential_spec: {config: c1}",
    "deploy: {labels: {z: 1, a: 2}, placement: {constraints: [b, a]}}",
];

/// Top-level sections, whose own keys are in an order that is not theirs.
const SECTIONS: &[&str] = &[
    "networks: {n2: {labels: {z: 1, a: 2}}, n1: {driver_opts: {z: 1, a: 2}}, ext: {external: true}}",
    "volumes: {v2: {driver_opts: {z: 1, a: 2}}, v1: ~}",
    "secrets: {s2: {file: nginx.conf}, s1: {driver: d, driver_opts: {z: 1, a: 2}}}",
    "configs: {c2: {file: nginx.conf}, c1: {external: true}}",
];

fn json(text: &str) -> String {
    let source = Source { name: "c.yml".to_owned(), text: text.to_owned() };
    let loaded = compose::load(&[source], &std::collections::BTreeMap::new(), &Folder).unwrap();
    let converted = convert_all(&stack(), &loaded.config, &Folder).unwrap();
    let secrets: Vec<_> = converted.secrets.iter().map(|s| (&s.name, &s.labels, s.data.to_vec(), &s.driver)).collect();
    serde_json::to_string(&(&converted.desired, secrets)).unwrap()
}

fn file(services: &[(usize, Vec<&str>)], sections: &[&str]) -> String {
    let services: Vec<String> =
        services.iter().map(|(name, keys)| format!("  app{name}: {{image: bb, {}}}\n", keys.join(", "))).collect();
    format!("services:\n{}{}\n", services.concat(), sections.join("\n"))
}

proptest! {
    #[test]
    fn the_order_of_keys_changes_nothing(
        (there, shuffled) in prop::collection::vec(prop::sample::subsequence(KEYS, 1..=KEYS.len()), 1..4).prop_flat_map(|services| {
            let services: Vec<(usize, Vec<&str>)> = services.into_iter().enumerate().collect();
            let keys = services.iter().map(|(name, keys)| (Just(*name), Just(keys.clone()).prop_shuffle())).collect::<Vec<_>>();
            (Just(services), keys.prop_shuffle())
        }),
        sections in Just(SECTIONS.to_vec()).prop_shuffle(),
    ) {
        let (once, twice) = (json(&file(&there, SECTIONS)), json(&file(&there, SECTIONS)));
        prop_assert_eq!(&once, &twice);
        prop_assert_eq!(once, json(&file(&shuffled, &sections)));
    }
}
