//! The sections of a service, each with what the engine is sent for it.

use serde_json::{Value, json};

use super::converted;

/// What lies at `pointer` in the service that has `section`.
fn sent(section: &str, top: &str, pointer: &str) -> Result<Value, String> {
    let service = serde_json::to_value(&converted(section, top)?.desired.services[0]).unwrap();
    Ok(service.pointer(pointer).cloned().unwrap_or_default())
}

fn container(section: &str, field: &str) -> Result<Value, String> {
    sent(section, "", &format!("/TaskTemplate/ContainerSpec/{field}"))
}

#[test]
fn plain_fields_of_a_container_go_over_as_they_are() {
    for (section, field, expected) in [
        ("entrypoint: /e x", "Command", json!(["/e", "x"])),
        ("command: [a, b c]", "Args", json!(["a", "b c"])),
        ("hostname: h", "Hostname", json!("h")),
        ("working_dir: /w", "Dir", json!("/w")),
        ("user: '1:2'", "User", json!("1:2")),
        ("stop_signal: SIGINT", "StopSignal", json!("SIGINT")),
        ("tty: true", "TTY", json!(true)),
        ("stdin_open: true", "OpenStdin", json!(true)),
        ("read_only: true", "ReadOnly", json!(true)),
        ("init: false", "Init", json!(false)),
        ("labels: [a=b]", "Labels", json!({ "a": "b", "com.docker.stack.namespace": "s" })),
        ("isolation: hyperv", "Isolation", json!("hyperv")),
        ("sysctls: {a: 1}", "Sysctls", json!({ "a": "1" })),
        ("stop_grace_period: 0s", "StopGracePeriod", json!(0)),
        ("stop_grace_period: 1m30s", "StopGracePeriod", json!(90_000_000_000_i64)),
        ("environment: {C: '', A: 1, B: ~}", "Env", json!(["A=1", "B", "C="])),
        ("environment: ['B=2', 'A', 'B=3']", "Env", json!(["A", "B=3"])),
        ("extra_hosts: ['a:1.1.1.1', 'b=::1', e]", "Hosts", json!(["1.1.1.1 a", "::1 b"])),
        (
            "ulimits: {b: 3, a: {soft: 1, hard: 2}, c: 0}",
            "Ulimits",
            json!([
                { "Name": "a", "Hard": 2, "Soft": 1 }, { "Name": "b", "Hard": 3, "Soft": 3 }, { "Name": "c", "Hard": 0, "Soft": 0 },
            ]),
        ),
        ("dns: [8.8.8.8, 9.9.9.9]", "DNSConfig", json!({ "Nameservers": ["8.8.8.8", "9.9.9.9"] })),
        ("dns_search: a.org", "DNSConfig", json!({ "Search": ["a.org"] })),
        ("dns: 8.8.8.8, dns_search: [a.org]", "DNSConfig", json!({ "Nameservers": ["8.8.8.8"], "Search": ["a.org"] })),
        ("dns: []", "DNSConfig", json!({})),
        ("tty: false", "DNSConfig", Value::Null),
    ] {
        assert_eq!(container(section, field), Ok(expected), "{section}");
    }
}

#[test]
fn a_health_check_is_absent_empty_disabled_or_its_own() {
    let second = 1_000_000_000_i64;
    for (section, expected) in [
        ("tty: false", Value::Null),
        ("healthcheck: {}", json!({})),
        ("healthcheck: {disable: true}", json!({ "Test": ["NONE"] })),
        ("healthcheck: {test: curl x, retries: 2.9}", json!({ "Test": ["CMD-SHELL", "curl x"], "Retries": 2 })),
        (
            "healthcheck: {test: [CMD, x], interval: 1s, timeout: 2s, start_period: 3s, start_interval: 4s, retries: 5}",
            json!({ "Test": ["CMD", "x"], "Interval": second, "Timeout": 2 * second, "StartPeriod": 3 * second,
                    "StartInterval": 4 * second, "Retries": 5 }),
        ),
    ] {
        assert_eq!(container(section, "Healthcheck"), Ok(expected), "{section}");
    }
    let refused = container("healthcheck: {disable: true, test: x}", "Healthcheck").unwrap_err();
    assert!(refused.contains("test and disable can't be set at the same time"), "{refused}");
}

#[test]
fn the_parts_of_deploy_keep_absent_and_zero_apart() {
    let second = 1_000_000_000_i64;
    for (section, pointer, expected) in [
        ("", "/TaskTemplate/Resources", json!({})),
        ("", "/TaskTemplate/Placement", json!({})),
        ("", "/UpdateConfig", Value::Null),
        ("update_config: {}", "/UpdateConfig", json!({ "Parallelism": 1 })),
        ("update_config: {parallelism: 0}", "/UpdateConfig", json!({ "Parallelism": 0 })),
        (
            "rollback_config: {parallelism: 4, delay: 1s, failure_action: pause, monitor: 2s, max_failure_ratio: 0.1, order: start-first}",
            "/RollbackConfig",
            json!({ "Parallelism": 4, "Delay": second, "FailureAction": "pause", "Monitor": 2 * second, "MaxFailureRatio": 0.1,
                    "Order": "start-first" }),
        ),
        (
            "resources: {limits: {cpus: '0.003', memory: 300000000b, pids: 5}, reservations: {cpus: '0.002', memory: 200000000b}}",
            "/TaskTemplate/Resources",
            json!({ "Limits": { "NanoCPUs": 3_000_000, "MemoryBytes": 300_000_000, "Pids": 5 },
                    "Reservations": { "NanoCPUs": 2_000_000, "MemoryBytes": 200_000_000 } }),
        ),
        ("resources: {limits: {memory: 1k}}", "/TaskTemplate/Resources", json!({ "Limits": { "MemoryBytes": 1024 } })),
        (
            "resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 2}}, {}]}}",
            "/TaskTemplate/Resources/Reservations",
            json!({ "GenericResources": [{ "DiscreteResourceSpec": { "Kind": "gpu", "Value": 2 } }, {}] }),
        ),
        ("restart_policy: {}", "/TaskTemplate/RestartPolicy", json!({})),
        (
            "restart_policy: {condition: none, delay: 0s, max_attempts: 0, window: 0s}",
            "/TaskTemplate/RestartPolicy",
            json!({ "Condition": "none", "Delay": 0, "MaxAttempts": 0, "Window": 0 }),
        ),
        (
            "placement: {constraints: [b==c, a==b], preferences: [{spread: x}], max_replicas_per_node: 2}",
            "/TaskTemplate/Placement",
            json!({ "Constraints": ["b==c", "a==b"], "Preferences": [{ "Spread": { "SpreadDescriptor": "x" } }], "MaxReplicas": 2 }),
        ),
        ("mode: global", "/Mode", json!({ "Global": {} })),
        ("mode: global-job", "/Mode", json!({ "GlobalJob": {} })),
        ("mode: replicated-job", "/Mode", json!({ "ReplicatedJob": {} })),
        ("mode: replicated-job, replicas: 3", "/Mode", json!({ "ReplicatedJob": { "MaxConcurrent": 3, "TotalCompletions": 3 } })),
        ("replicas: 0", "/Mode", json!({ "Replicated": { "Replicas": 0 } })),
        ("endpoint_mode: DNSRR", "/EndpointSpec", json!({ "Mode": "dnsrr" })),
    ] {
        assert_eq!(sent(&format!("deploy: {{{section}}}"), "", pointer), Ok(expected), "{section}");
    }
}

#[test]
fn what_deploy_can_not_be_is_told_with_the_service() {
    for (section, why) in [
        ("mode: Global", "unknown mode: Global"),
        ("mode: global, replicas: 2", "replicas can only be used with replicated or replicated-job mode"),
        ("mode: global-job, replicas: 0", "replicas can only be used with replicated or replicated-job mode"),
        ("resources: {limits: {cpus: abc}}", "failed to parse abc as a rational number"),
        ("resources: {reservations: {cpus: '0.0000000001'}}", "too precise"),
    ] {
        let refused = sent(&format!("deploy: {{{section}}}"), "", "").unwrap_err();
        assert!(refused.starts_with("service app: ") && refused.contains(why), "{refused}");
    }
}

#[test]
fn restart_counts_only_without_a_policy() {
    for (section, expected) in [
        ("restart: 'no'", Value::Null),
        ("restart: always", json!({ "Condition": "any" })),
        ("restart: 'unless-stopped:3'", json!({ "Condition": "any" })),
        ("restart: on-failure", json!({ "Condition": "on-failure", "MaxAttempts": 0 })),
        ("restart: 'on-failure:4'", json!({ "Condition": "on-failure", "MaxAttempts": 4 })),
        ("restart: 'on-failure:-1'", json!({ "Condition": "on-failure", "MaxAttempts": u64::MAX })),
        ("restart: always, deploy: {restart_policy: {condition: none}}", json!({ "Condition": "none" })),
        ("restart: bogus, deploy: {restart_policy: {}}", json!({})),
    ] {
        assert_eq!(sent(section, "", "/TaskTemplate/RestartPolicy"), Ok(expected), "{section}");
    }
    for restart in ["bogus", ":3", "on-failure:x", "ALWAYS"] {
        assert!(sent(&format!("restart: '{restart}'"), "", "").unwrap_err().contains(restart), "{restart}");
    }
}

#[test]
fn ports_and_log_drivers_go_over_as_they_are() {
    let ports = "ports: [{target: 53, published: 1053, protocol: udp, mode: host}, {target: 8080, published: 80}]";
    let expected = json!([
        { "TargetPort": 8080, "PublishedPort": 80 },
        { "Protocol": "udp", "TargetPort": 53, "PublishedPort": 1053, "PublishMode": "host" },
    ]);
    assert_eq!(sent(ports, "", "/EndpointSpec/Ports"), Ok(expected));
    for (section, expected) in [
        ("tty: false", Value::Null),
        ("logging: {}", json!({})),
        ("logging: {driver: d, options: {a: 1}}", json!({ "Name": "d", "Options": { "a": "1" } })),
    ] {
        assert_eq!(sent(section, "", "/TaskTemplate/LogDriver"), Ok(expected), "{section}");
    }
}

#[test]
fn capabilities_that_are_added_are_not_dropped() {
    for (section, add, drop) in [
        ("tty: false", json!(null), json!(null)),
        (
            "cap_add: [SYS_NICE, CAP_NET_ADMIN], cap_drop: [CHOWN, CAP_NET_ADMIN, DAC_OVERRIDE, CAP_FSETID, CAP_FOWNER]",
            json!(["CAP_NET_ADMIN", "CAP_SYS_NICE"]),
            json!(["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID"]),
        ),
        ("cap_add: [ALL, CAP_NET_ADMIN], cap_drop: [CHOWN, CAP_NET_ADMIN]", json!(["ALL"]), json!(["CAP_CHOWN", "CAP_NET_ADMIN"])),
        ("cap_add: [CHOWN], cap_drop: [ALL, CAP_NET_ADMIN, CAP_FOO]", json!(["CAP_CHOWN"]), json!(["ALL"])),
    ] {
        assert_eq!((container(section, "CapabilityAdd"), container(section, "CapabilityDrop")), (Ok(add), Ok(drop)), "{section}");
    }
}

#[test]
fn attachments_are_sorted_by_the_name_of_their_network() {
    let top = "networks: {front: {external: true, name: fronttier}, back: {}, host: {external: true}}";
    for (section, top, expected) in [
        ("tty: false", "", json!([{ "Target": "s_default", "Aliases": ["app"] }])),
        ("tty: false", "networks: {default: {external: true, name: own}}", json!([{ "Target": "own", "Aliases": ["app"] }])),
        (
            "networks: {front: {aliases: [x], driver_opts: {o: v}}, back: {aliases: [app]}}",
            top,
            json!([
                { "Target": "fronttier", "Aliases": ["x", "app"], "DriverOpts": { "o": "v" } },
                { "Target": "s_back", "Aliases": ["app", "app"] },
            ]),
        ),
        ("networks: [host]", top, json!([{ "Target": "host" }])),
    ] {
        assert_eq!(sent(section, top, "/TaskTemplate/Networks"), Ok(expected), "{section}");
    }
    assert!(sent("networks: [no]", "", "").unwrap_err().contains("undefined network \"no\""));
}
