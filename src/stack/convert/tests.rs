//! One table per section of a compose file.

use std::collections::BTreeMap;

use super::*;
use crate::compose::FilesError;
use crate::compose::types::{self, FileObject, FileReference, Network, Service, Volume, VolumeMount};
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
fn cpus_are_billionths_and_stay_exact() {
    let limit = |cpus: &str| {
        let cpus = cpus.to_owned();
        service_of(move |_, s| {
            s.deploy.resources.limits = Some(types::Limits { cpus: cpus.clone(), memory: 5, pids: 7 });
        })
        .map(|s| s.task_template.resources.limits.unwrap().nano_cpus)
    };
    for (text, nano) in
        [("0.5", 500_000_000), ("1/2", 500_000_000), ("5e-1", 500_000_000), (".25", 250_000_000), ("2", 2_000_000_000), ("", 0)]
    {
        assert_eq!(limit(text), Ok(nano), "{text}");
    }
    for bad in ["abc", "1/3", "0.0000000001", "1/0", ".", "1.2.3"] {
        assert!(limit(bad).unwrap_err().starts_with("service app: "), "{bad}");
    }
}

#[test]
fn restart_policies_come_from_deploy_or_else_from_restart() {
    let of = |text: &str| restart::policy(text, None);
    assert_eq!(of("no").unwrap(), None);
    assert_eq!(of("unless-stopped").unwrap().unwrap().condition, "any");
    let policy = of("on-failure:3").unwrap().unwrap();
    assert_eq!((policy.condition.as_str(), policy.max_attempts), ("on-failure", Some(3)));
    for bad in ["bogus", ":3", "on-failure:x"] {
        assert!(of(bad).is_err(), "{bad}");
    }
    let deploy = types::RestartPolicy { condition: "none".into(), ..types::RestartPolicy::default() };
    assert_eq!(restart::policy("always", Some(&deploy)).unwrap().unwrap().condition, "none");
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
fn mounts_take_the_full_name_of_their_volume() {
    let mount = |kind: &str, source: &str| {
        let (kind, source) = (kind.to_owned(), source.to_owned());
        service_of(move |c, s| {
            let nfs = BTreeMap::from([("o".to_owned(), "addr=x".to_owned())]);
            c.volumes.insert("data".into(), Volume { driver_opts: nfs, ..Volume::default() });
            c.volumes.insert("theirs".into(), Volume { name: "t".into(), external: true, ..Volume::default() });
            let (kind, source) = (kind.clone(), source.clone());
            s.volumes = vec![VolumeMount { kind, source, target: "/d".into(), ..VolumeMount::default() }];
        })
        .map(|s| serde_json::to_string(&s.task_template.container_spec.mounts[0]).unwrap())
    };
    let own = r#"{"Type":"volume","Source":"s_data","Target":"/d","VolumeOptions":{"Labels":{"com.docker.stack.namespace":"s"},"DriverConfig":{"Options":{"o":"addr=x"}}}}"#;
    for (kind, source, json) in [
        ("volume", "data", own),
        ("volume", "theirs", r#"{"Type":"volume","Source":"t","Target":"/d","VolumeOptions":{}}"#),
        ("volume", "", r#"{"Type":"volume","Target":"/d"}"#),
        ("bind", "/srv", r#"{"Type":"bind","Source":"/srv","Target":"/d"}"#),
        ("tmpfs", "", r#"{"Type":"tmpfs","Target":"/d"}"#),
    ] {
        assert_eq!(mount(kind, source).as_deref(), Ok(json));
    }
    for (kind, source) in [("volume", "no"), ("bind", ""), ("bind", "./x"), ("tmpfs", "x"), ("npipe", ""), ("Volume", "data")] {
        assert!(mount(kind, source).is_err(), "{kind} {source}");
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
