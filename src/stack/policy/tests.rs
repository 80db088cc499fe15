//! What no compose file can say, and objects that are read back could. Everything else is in `tests/data/policy/`.

use serde_json::json;

use super::super::names::StackName;
use super::*;

fn stack() -> Desired {
    let mut service = ServiceSpec { name: "s_app".to_owned(), ..ServiceSpec::default() };
    service.task_template.container_spec.image = "bb:1".to_owned();
    Desired { services: vec![service], ..Desired::empty(StackName::parse("s").unwrap()) }
}

fn with(pointer: &str, field: &str, value: &serde_json::Value) -> Desired {
    let mut desired = stack();
    let mut json = serde_json::to_value(&desired.services[0]).unwrap();
    json.pointer_mut(pointer).unwrap()[field] = value.clone();
    desired.services[0] = serde_json::from_value(json).unwrap();
    desired
}

#[test]
fn what_is_unknown_is_for_nobody_but_root() {
    let container = "/TaskTemplate/ContainerSpec";
    for (pointer, field, value) in [
        (container, "Mounts", json!([{"Type": "teleport", "Source": "x", "Target": "/t"}])),
        (container, "Mounts", json!([{"Type": "cluster", "Source": "s_x", "Target": "/t", "ClusterOptions": {"Root": true}}])),
        (container, "Privileges", json!({"CredentialSpec": null, "SELinuxContext": null, "NoNewPrivileges": false, "All": true})),
        (container, "Privileges", json!("all")),
        (container, "Configs", json!([{"ConfigName": "s_c", "Runtime": {"Run": "it"}}])),
        ("/TaskTemplate/Placement", "Preferences", json!([{"Spread": {"SpreadDescriptor": "node.id", "On": "managers"}}])),
        ("/TaskTemplate/Resources", "Limits", json!({"GenericResources": [{"Everything": 1}]})),
        ("/EndpointSpec", "Ports", json!([{"TargetPort": 1, "PublishedPort": 9000, "PublishMode": "elsewhere"}])),
    ] {
        let desired = with(pointer, field, &value);
        let verdict = verdict(&desired, &Observed::default());
        assert_eq!(verdict.allowed_for, Tier::Server, "{field} {value}: {:?}", verdict.powers);
        let lines: Vec<String> = verdict.powers.iter().map(Power::line).collect();
        let admin = Who { tier: Tier::Admin, confirmed: &lines };
        assert!(matches!(verdict.refusal(&admin), Some(Refused::Nobody { .. })), "{field} {value}");
        assert!(admit(&desired, &Observed::default(), &Who { tier: Tier::Server, confirmed: &[] }).is_ok());
    }
}

#[test]
fn what_the_engine_reports_in_capitals_is_the_same() {
    let container = "/TaskTemplate/ContainerSpec";
    for (pointer, field, value, kind) in [
        (container, "Mounts", json!([{"Type": "BIND", "Source": "/etc", "Target": "/h"}]), Kind::SystemFolder),
        (container, "Healthcheck", json!({"Test": ["none"]}), Kind::Unwatched),
        (container, "Privileges", json!({"Seccomp": {"Mode": "unconfined"}}), Kind::Kernel),
        (container, "DNSConfig", json!({"Nameservers": ["[::1]"]}), Kind::Address),
        ("/EndpointSpec", "Ports", json!([{"TargetPort": 1, "PublishMode": "HOST"}]), Kind::Port),
        ("/TaskTemplate", "Networks", json!([{"Target": "s_default", "DriverOpts": {"a": "b"}}]), Kind::NetworkShape),
        ("", "Name", json!("other_app"), Kind::Foreign),
    ] {
        let found = powers(&with(pointer, field, &value), &Observed::default());
        assert_eq!(found.iter().map(|p| p.kind).collect::<Vec<_>>(), [kind], "{field} {value}: {found:?}");
    }
    assert_eq!(powers(&stack(), &Observed::default()), []);
}
