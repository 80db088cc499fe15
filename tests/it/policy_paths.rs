//! Folders by an oracle that knows nothing of the policy's own way: it walks down a tree as the kernel would, by `std::path`.

use std::path::{Component, Path, PathBuf};

use canteen::stack::desired::Desired;
use canteen::stack::names::StackName;
use canteen::stack::observed::Observed;
use canteen::stack::policy::{Severity, verdict};
use canteen::stack::spec::{Driver, Mount, ServiceSpec, VolumeOptions};
use proptest::prelude::*;

/// What nobody may open without a word from an admin, as the documentation of hosts names it.
const GRAVE: &[&str] = &[
    "/etc",
    "/proc",
    "/sys",
    "/dev",
    "/root",
    "/boot",
    "/usr",
    "/lib",
    "/run/docker.sock",
    "/var/lib/docker",
    "/var/lib/canteen",
    "/var/run",
];

fn opened(path: &str) -> PathBuf {
    let mut at = PathBuf::from("/");
    for part in Path::new(path).components() {
        match part {
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
            Component::ParentDir => {
                at.pop();
            }
            Component::Normal(name) => at.push(name),
        }
        if at == Path::new("/var/run") {
            at = PathBuf::from("/run");
        }
    }
    at
}

/// Grave is what lies within something grave, or holds something grave. `/var/run` is a link to `/run`.
fn is_grave(path: &str) -> bool {
    let at = opened(path);
    let touches = |grave: &str| at.starts_with(grave) || Path::new(grave).starts_with(&at);
    at.starts_with("/run") || GRAVE.iter().any(|g| touches(g)) || at.ends_with("docker.sock")
}

fn severity(mount: Mount) -> Option<Severity> {
    let mut service = ServiceSpec { name: "s_app".to_owned(), ..ServiceSpec::default() };
    "x:1".clone_into(&mut service.task_template.container_spec.image);
    service.task_template.container_spec.mounts = vec![mount];
    let stack = StackName::parse("s").unwrap();
    verdict(&Desired { services: vec![service], ..Desired::empty(stack) }, &Observed::default()).severity()
}

fn path() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        3 => prop::sample::select(vec!["..", ".", ""]),
        2 => prop::sample::select(vec!["etc", "var", "run", "lib", "docker", "docker.sock", "proc", "root", "usr", "canteen"]),
        2 => prop::sample::select(vec!["home", "srv", "data", "etcetera", "runner", "opt"]),
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| format!("/{}", parts.join("/")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_folder_is_as_grave_as_what_the_kernel_opens(path in path(), read_only in any::<bool>()) {
        let wanted = if is_grave(&path) { Severity::Machine } else { Severity::Beyond };
        let bind = Mount { kind: "bind".to_owned(), source: path.clone(), target: "/x".to_owned(), read_only, ..Mount::default() };
        prop_assert_eq!(severity(bind), Some(wanted), "{} is {:?}", path, opened(&path));
        let options = [("type", "none"), ("o", "bind"), ("device", path.as_str())];
        let options = options.map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter().collect();
        let driver_config = Some(Driver { name: String::new(), options });
        let volume = Mount {
            kind: "volume".to_owned(),
            source: "s_data".to_owned(),
            target: "/x".to_owned(),
            volume_options: Some(VolumeOptions { driver_config, ..VolumeOptions::default() }),
            ..Mount::default()
        };
        prop_assert_eq!(severity(volume), Some(wanted), "{} as a volume's device", path);
    }
}
