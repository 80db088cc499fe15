use super::*;
use crate::compose::types::Config;
use crate::compose::{Files, FilesError};
use crate::stack::convert::convert;

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        Err(FilesError { path: path.to_owned(), what: "no such file".to_owned() })
    }
}

fn stack() -> Desired {
    let mut config = Config::default();
    let service = crate::compose::types::Service { image: "bb:1".into(), ..Default::default() };
    config.services.insert("app".into(), service);
    convert(&StackName::of_app("s").unwrap(), &config, &NoFiles).unwrap()
}

#[test]
fn an_ordinary_app_asks_for_nothing() {
    let mut desired = stack();
    let spec = &mut desired.services[0];
    spec.task_template.networks.push(serde_json::from_str(r#"{"Target":"proxy"}"#).unwrap());
    spec.endpoint_spec.ports.push(serde_json::from_str(r#"{"TargetPort":80,"PublishedPort":8080}"#).unwrap());
    let mount = r#"{"Type":"volume","Source":"s_data","Target":"/data","VolumeOptions":{}}"#;
    spec.task_template.container_spec.mounts.push(serde_json::from_str(mount).unwrap());
    assert_eq!(host_power(&desired), []);
}

/// A JSON patch of the service, and a word of what has to be found.
const POWERS: &[(&str, &str, &str)] = &[
    ("Mounts", r#"[{"Type":"bind","Source":"/","Target":"/h"}]"#, "mounts the folder /"),
    ("Mounts", r#"[{"Type":"BIND","Source":"/etc","Target":"/h"}]"#, "mounts the folder /etc"),
    ("Mounts", r#"[{"Type":"bind","Source":"/var/run/docker.sock","Target":"/s"}]"#, "docker.sock"),
    ("Mounts", r#"[{"Type":"npipe","Source":"x","Target":"/s"}]"#, "type npipe"),
    ("Mounts", r#"[{"Type":"volume","Source":"other_data","Target":"/d"}]"#, "volume other_data"),
    (
        "Mounts",
        r#"[{"Type":"volume","Source":"s_d","Target":"/d","VolumeOptions":{"DriverConfig":{"Options":{"o":"bind","device":"/","type":"none"}}}}]"#,
        "device=/",
    ),
    (
        "Mounts",
        r#"[{"Type":"volume","Source":"s_d","Target":"/d","VolumeOptions":{"DriverConfig":{"Options":{"o":"addr=1","type":"nfs"}}}}]"#,
        "type=nfs",
    ),
    (
        "Mounts",
        r#"[{"Type":"volume","Target":"/d","VolumeOptions":{"DriverConfig":{"Name":"local","Options":{"Device":"/"}}}}]"#,
        "Device=/",
    ),
    (
        "Mounts",
        r#"[{"Type":"volume","Source":"s_d","Target":"/d","VolumeOptions":{"DriverConfig":{"Name":"rexray"}}}]"#,
        "driver rexray",
    ),
    ("CapabilityAdd", r#"["CAP_SYS_ADMIN"]"#, "CAP_SYS_ADMIN"),
    ("Sysctls", r#"{"net.core.somaxconn":"1"}"#, "net.core.somaxconn"),
    ("Ulimits", r#"[{"Name":"nofile","Hard":-1,"Soft":-1}]"#, "ulimit nofile"),
    ("Privileges", r#"{"CredentialSpec":{"File":"x"}}"#, "privileges"),
    ("Isolation", r#""process""#, "isolation process"),
    ("Healthcheck", r#"{"Test":["NONE"]}"#, "no health check"),
    ("Hosts", r#"["169.254.169.254 meta"]"#, "169.254.169.254"),
    ("Hosts", r#"["host-gateway x"]"#, "host-gateway"),
    ("DNSConfig", r#"{"Nameservers":["127.0.0.1"]}"#, "name server 127.0.0.1"),
    ("Secrets", r#"[{"File":{},"SecretName":"other_pw"}]"#, "secret other_pw"),
    ("Configs", r#"[{"ConfigName":"other_conf"}]"#, "config other_conf"),
];

#[test]
fn every_power_of_a_container_is_found() {
    for (field, value, said) in POWERS {
        let mut desired = stack();
        let container = &mut desired.services[0].task_template.container_spec;
        let mut json = serde_json::to_value(&*container).unwrap();
        json[*field] = serde_json::from_str(value).unwrap();
        *container = serde_json::from_value(json).unwrap();
        let found = host_power(&desired);
        assert!(found.iter().any(|p| p.service == "s_app" && p.what.contains(said)), "{field} {value}: {found:?}");
    }
}

#[test]
fn every_power_of_a_service_is_found() {
    for (pointer, value, said) in [
        ("/EndpointSpec", r#"{"Ports":[{"TargetPort":1,"PublishedPort":9000,"PublishMode":"host"}]}"#, "9000/tcp on the node"),
        ("/EndpointSpec", r#"{"Ports":[{"TargetPort":1,"PublishedPort":443,"Protocol":"udp"}]}"#, "443/udp"),
        ("/EndpointSpec", r#"{"Ports":[{"TargetPort":1,"PublishedPort":25}]}"#, "25/tcp"),
        ("/Mode", r#"{"Global":{}}"#, "every node"),
        ("/TaskTemplate/Placement", r#"{"Constraints":["node.role==manager"]}"#, "node.role"),
        ("/TaskTemplate/Networks", r#"[{"Target":"host"}]"#, "network host"),
        ("/TaskTemplate/Networks", r#"[{"Target":"other_internal"}]"#, "network other_internal"),
        ("/TaskTemplate/Networks", r#"[{"Target":"s_default","DriverOpts":{"a":"b"}}]"#, "driver options"),
    ] {
        let mut desired = stack();
        let mut json = serde_json::to_value(&desired.services[0]).unwrap();
        *json.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
        desired.services[0] = serde_json::from_value(json).unwrap();
        let found = host_power(&desired);
        assert!(found.iter().any(|p| p.what.contains(said)), "{pointer} {value}: {found:?}");
    }
    let mut desired = stack();
    desired.networks[0].driver = "macvlan".into();
    assert!(host_power(&desired)[0].what.contains("macvlan"));
}
