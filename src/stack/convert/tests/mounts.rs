//! Every kind of mount, with and without the options of every other.

use serde_json::{Value, json};

use super::converted;

const VOLUMES: &str = "volumes: {data: {labels: {l: x}}, named: {name: own, driver: nfs, driver_opts: {o: p}}, \
                       theirs: {external: true}, outer: {external: true, name: other}}";

/// The one mount of a service.
fn mount(volume: &str) -> Result<Value, String> {
    let converted = converted(&format!("volumes: [{volume}]"), VOLUMES)?;
    Ok(serde_json::to_value(&converted.desired.services[0].task_template.container_spec.mounts[0]).unwrap())
}

#[test]
fn each_type_of_mount_is_sent_with_its_own_options() {
    let labels = json!({ "com.docker.stack.namespace": "s", "l": "x" });
    let own = json!({ "com.docker.stack.namespace": "s" });
    let nfs = json!({ "Name": "nfs", "Options": { "o": "p" } });
    for (volume, expected) in [
        ("{type: volume, target: /d}", json!({ "Type": "volume", "Target": "/d" })),
        ("{type: '', target: /d}", json!({ "Type": "", "Target": "/d" })),
        (
            "{type: volume, source: data, target: /d, read_only: true, consistency: cached}",
            json!({ "Type": "volume", "Source": "s_data", "Target": "/d", "ReadOnly": true, "Consistency": "cached",
                    "VolumeOptions": { "Labels": labels } }),
        ),
        (
            "{type: volume, source: data, target: /d, volume: {nocopy: true, subpath: sub}}",
            json!({ "Type": "volume", "Source": "s_data", "Target": "/d",
                    "VolumeOptions": { "NoCopy": true, "Subpath": "sub", "Labels": labels } }),
        ),
        (
            "{type: volume, source: named, target: /d}",
            json!({ "Type": "volume", "Source": "own", "Target": "/d", "VolumeOptions": { "Labels": own, "DriverConfig": nfs } }),
        ),
        (
            "{type: volume, source: theirs, target: /d}",
            json!({ "Type": "volume", "Source": "theirs", "Target": "/d", "VolumeOptions": {} }),
        ),
        (
            "{type: volume, source: outer, target: /d, volume: {nocopy: true}}",
            json!({ "Type": "volume", "Source": "other", "Target": "/d", "VolumeOptions": { "NoCopy": true } }),
        ),
        (
            "{type: bind, source: /h, target: /d, read_only: true, bind: {propagation: shared}}",
            json!({ "Type": "bind", "Source": "/h", "Target": "/d", "ReadOnly": true, "BindOptions": { "Propagation": "shared" } }),
        ),
        ("{type: tmpfs, target: /d}", json!({ "Type": "tmpfs", "Target": "/d" })),
        (
            "{type: tmpfs, target: /d, tmpfs: {size: 1000}}",
            json!({ "Type": "tmpfs", "Target": "/d", "TmpfsOptions": { "SizeBytes": 1000 } }),
        ),
        (
            r"{type: npipe, source: '\\.\pipe\foo', target: '\\.\pipe\foo', bind: {propagation: shared}}",
            json!({ "Type": "npipe", "Source": r"\\.\pipe\foo", "Target": r"\\.\pipe\foo", "BindOptions": { "Propagation": "shared" } }),
        ),
        (
            "{type: cluster, source: 'group:g', target: /d}",
            json!({ "Type": "cluster", "Source": "group:g", "Target": "/d", "ClusterOptions": {} }),
        ),
        (
            "{type: cluster, source: data, target: /d}",
            json!({ "Type": "cluster", "Source": "s_data", "Target": "/d", "ClusterOptions": {} }),
        ),
        (
            "{type: cluster, source: named, target: /d}",
            json!({ "Type": "cluster", "Source": "own", "Target": "/d", "ClusterOptions": {} }),
        ),
        ("{type: image, source: nginx, target: /d}", json!({ "Type": "image", "Source": "nginx", "Target": "/d" })),
    ] {
        assert_eq!(mount(volume), Ok(expected), "{volume}");
    }
}

#[test]
fn options_of_another_type_and_missing_sources_are_refused() {
    for (kind, others) in [
        ("volume, source: data", &["bind", "tmpfs"][..]),
        ("bind, source: /h", &["volume", "tmpfs"]),
        ("tmpfs", &["bind", "volume"]),
        ("npipe, source: p", &["volume", "tmpfs"]),
        ("cluster, source: data", &["bind", "volume", "tmpfs"]),
        ("image, source: x", &["bind", "volume", "tmpfs"]),
    ] {
        let name = kind.split(',').next().unwrap();
        for other in others {
            let refused = mount(&format!("{{type: {kind}, target: /d, {other}: {{}}}}")).unwrap_err();
            assert!(refused.contains(&format!("service app: {other} options are incompatible with type {name}")), "{refused}");
        }
    }
    for (volume, why) in [
        ("{type: bind, source: '', target: /d}", "a bind mount needs a source"),
        ("{type: bind, source: ./x, target: /d}", "nodes don't have the recipe's files"),
        ("{type: npipe, target: /d}", "invalid npipe source, source cannot be empty"),
        ("{type: image, target: /d}", "invalid image source, source cannot be empty"),
        ("{type: cluster, target: /d}", "invalid cluster source, source cannot be empty"),
        ("{type: tmpfs, source: x, target: /d}", "invalid tmpfs source, source must be empty"),
        ("{type: volume, source: no, target: /d}", "undefined volume \"no\""),
        ("{type: cluster, source: no, target: /d}", "undefined volume \"no\""),
        ("{type: Volume, source: data, target: /d}", "volume type must be volume, bind, tmpfs, npipe, or cluster"),
        ("{type: foo, target: /d}", "volume type must be volume, bind, tmpfs, npipe, or cluster"),
    ] {
        let refused = mount(volume).unwrap_err();
        assert!(refused.contains(why), "{volume}: {refused}");
    }
}

#[test]
fn mounts_stay_in_the_order_of_the_file() {
    let converted = converted("volumes: ['data:/z', '/h:/a', /anon]", VOLUMES).unwrap();
    let mounts = &converted.desired.services[0].task_template.container_spec.mounts;
    assert_eq!(mounts.iter().map(|m| m.target.as_str()).collect::<Vec<_>>(), ["/z", "/a", "/anon"]);
    assert_eq!(converted.desired.volumes, ["s_data"]);
}
