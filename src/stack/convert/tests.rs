//! One table per section of a compose file.

mod always_the_same;
mod mounts;
mod objects;
mod sections;

use std::collections::BTreeMap;

use super::*;
use crate::compose::FilesError;
use crate::compose::types::{self, FileObject, FileReference, Network, Service};
use crate::stack::spec::ServiceSpec;

struct Folder;

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        match path {
            "nginx.conf" => Ok(b"server {}".to_vec()),
            _ => Err(FilesError { path: path.to_owned(), what: "no such file".to_owned() }),
        }
    }
}

fn stack() -> StackName {
    StackName::of_app("s").unwrap()
}

/// A stack with the service `app`, after `edit`.
fn with(edit: impl Fn(&mut Config, &mut Service)) -> Config {
    let mut config = Config::default();
    let mut app = Service { image: "bb:1".into(), ..Service::default() };
    edit(&mut config, &mut app);
    config.services.insert("app".into(), app);
    config
}

fn service_of(edit: impl Fn(&mut Config, &mut Service)) -> Result<ServiceSpec, String> {
    let desired = convert(&stack(), &with(edit), &Folder).map_err(|e| e.to_string())?;
    Ok(desired.services.into_iter().next().unwrap())
}

/// The stack `s` of the service `app` with the keys `service`, beside the sections `top`.
fn converted(service: &str, top: &str) -> Result<Converted, String> {
    let text = format!("services:\n  app: {{image: 'bb:1', {service}}}\n{top}\n");
    let source = crate::compose::Source { name: "c.yml".to_owned(), text };
    let loaded = crate::compose::load(&[source], &BTreeMap::new(), &Folder).map_err(|e| e.to_string())?;
    convert_all(&stack(), &loaded.config, &Folder).map_err(|e| e.to_string())
}

fn reference(source: &str, target: &str) -> FileReference {
    FileReference { source: source.into(), target: target.into(), ..FileReference::default() }
}

#[test]
fn a_bare_service_gets_prefix_labels_and_the_default_network() {
    let desired = convert(&stack(), &with(|_, _| {}), &Folder).unwrap();
    let json = serde_json::to_value(&desired.services[0]).unwrap();
    assert_eq!(json["Name"], "s_app");
    assert_eq!(json["Labels"], serde_json::json!({"com.docker.stack.image": "bb:1", "com.docker.stack.namespace": "s"}));
    assert_eq!(json["TaskTemplate"]["ContainerSpec"]["Labels"], serde_json::json!({"com.docker.stack.namespace": "s"}));
    assert_eq!(json["TaskTemplate"]["Networks"], serde_json::json!([{"Target": "s_default", "Aliases": ["app"]}]));
    assert_eq!(json["Mode"], serde_json::json!({"Replicated": {}}));
    assert_eq!((desired.networks[0].name.as_str(), desired.networks[0].driver.as_str()), ("s_default", "overlay"));
}

#[test]
fn images_are_written_in_their_short_form() {
    for (image, short) in [
        ("bb", "bb:latest"),
        ("docker.io/library/bb", "bb:latest"),
        ("index.docker.io/u/x:1", "u/x:1"),
        ("localhost/x", "localhost/x:latest"),
        ("git.example.org:5000/a/b:v1", "git.example.org:5000/a/b:v1"),
        (&format!("bb:1@sha256:{}", "a".repeat(64)), &format!("bb:1@sha256:{}", "a".repeat(64))),
        (&"a".repeat(64), &"a".repeat(64)),
    ] {
        assert_eq!(image::reference(image).as_deref(), Ok(short), "{image}");
    }
    for bad in ["", "Foo", "BAD IMAGE", "a//b", "bb:", "bb:a b", "-a", "a_.b"] {
        assert!(image::reference(bad).is_err(), "{bad}");
    }
}

#[test]
fn capabilities_are_spelled_out_and_adding_wins() {
    let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    for (add, drop, added, dropped) in [
        (
            &["net_admin", " CAP_sys_time "][..],
            &["chown", "NET_ADMIN"][..],
            &["CAP_NET_ADMIN", "CAP_SYS_TIME"][..],
            &["CAP_CHOWN"][..],
        ),
        (&["ALL", "chown"], &["ALL"], &["ALL"], &[]),
        (&["RESET"], &["RESET", "chown"], &[], &["CAP_CHOWN"]),
    ] {
        assert_eq!(capability::effective(&list(add), &list(drop)), (list(added), list(dropped)));
    }
}

#[test]
fn secrets_are_external_and_named() {
    let declared = |external: bool| FileObject { name: "s_pw_v1".into(), external, file: "pw".into(), ..FileObject::default() };
    let edit = |c: &mut Config, s: &mut Service| {
        c.secrets.insert("pw".into(), declared(true));
        s.secrets = vec![reference("pw", "second"), reference("pw", "")];
    };
    let desired = convert(&stack(), &with(edit), &Folder).unwrap();
    assert_eq!(desired.secrets, [SecretUse { local: "pw".into(), name: "s_pw_v1".into(), services: vec!["app".into()] }]);
    let refs = &desired.services[0].task_template.container_spec.secrets;
    let seen: Vec<(&str, u32)> = refs.iter().map(|r| (r.file.name.as_str(), r.file.mode)).collect();
    assert_eq!(seen, [("pw", 0o444), ("second", 0o444)]);
    let refused = service_of(|c, _| drop(c.secrets.insert("pw".into(), declared(false)))).unwrap_err();
    assert!(refused.contains("external: true"), "{refused}");
    assert!(service_of(|_, s| s.secrets = vec![reference("none", "")]).is_err());
    assert!(
        service_of(|c, s| {
            edit(c, s);
            s.secrets[0].target = "pw".into();
        })
        .unwrap_err()
        .contains("duplicate secret target")
    );
}

#[test]
fn configs_carry_the_bytes_of_their_file() {
    let edit = |file: &str| {
        let file = file.to_owned();
        with(move |c, s| {
            let declared = FileObject {
                name: "s_nginx_v1".into(),
                file: file.clone(),
                template_driver: "golang".into(),
                ..FileObject::default()
            };
            c.configs.insert("nginx".into(), declared);
            s.configs = vec![reference("nginx", "/etc/nginx.conf")];
        })
    };
    let desired = convert(&stack(), &edit("nginx.conf"), &Folder).unwrap();
    let json = serde_json::to_value(&desired.configs[0]).unwrap();
    assert_eq!((json["Data"].as_str(), json["Templating"]["Name"].as_str()), (Some("c2VydmVyIHt9"), Some("golang")));
    assert_eq!(serde_json::from_value::<Desired>(serde_json::to_value(&desired).unwrap()).unwrap(), desired);
    assert!(convert(&stack(), &edit("gone"), &Folder).unwrap_err().to_string().contains("gone: no such file"));
}

#[test]
fn external_networks_are_not_created() {
    let desired = convert(
        &stack(),
        &with(|c, s| {
            c.networks.insert("proxy".into(), Network { name: "proxy".into(), external: true, ..Network::default() });
            c.networks.insert("internal".into(), Network { internal: true, ..Network::default() });
            c.networks.insert("unused".into(), Network::default());
            s.networks = [("proxy".into(), None), ("internal".into(), None)].into();
        }),
        &Folder,
    )
    .unwrap();
    assert_eq!(desired.external_networks, ["proxy"]);
    assert_eq!(desired.networks.iter().map(|n| (n.name.as_str(), n.internal)).collect::<Vec<_>>(), [("s_internal", true)]);
    assert!(service_of(|_, s| s.networks = [("nowhere".into(), None)].into()).unwrap_err().contains("undefined network"));
}

#[test]
fn modes_updates_and_checks_keep_their_zeros() {
    let spec = service_of(|_, s| {
        s.deploy.replicas = Some(0);
        s.deploy.update_config = Some(types::UpdateConfig { max_failure_ratio: 0.1, ..types::UpdateConfig::default() });
        s.healthcheck = Some(types::HealthCheck { disable: true, ..types::HealthCheck::default() });
        s.environment = [("B".into(), Some("1".into())), ("A".into(), None)].into();
        s.extra_hosts = vec!["c:::1".into()];
    })
    .unwrap();
    assert_eq!(serde_json::to_string(&spec.mode).unwrap(), r#"{"Replicated":{"Replicas":0}}"#);
    let update = spec.update_config.unwrap();
    assert_eq!((update.parallelism, update.max_failure_ratio.to_string().as_str()), (1, "0.1"));
    let container = spec.task_template.container_spec;
    assert_eq!(container.healthcheck.unwrap().test, ["NONE"]);
    assert_eq!((container.env.join(" "), container.hosts.join(",")), ("A B=1".into(), "::1 c".into()));
    for mode in ["bogus", "Global"] {
        assert!(service_of(|_, s| s.deploy.mode = mode.into()).is_err());
    }
    assert!(
        service_of(|_, s| {
            s.deploy.mode = "global".into();
            s.deploy.replicas = Some(2);
        })
        .is_err()
    );
}
