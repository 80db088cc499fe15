//! Networks, secrets and configs that a stack creates, and how services refer to them.

use serde_json::{Value, json};

use super::converted;

#[test]
fn networks_are_made_with_what_the_file_says() {
    let top = "networks:\n  normal: {driver: overlay, driver_opts: {opt: value}, labels: {l: x}, internal: true,\n    \
               ipam: {driver: d, config: [{subnet: 10.0.0.0/8}]}}\n  \
               outside: {external: true, name: special}\n  open: {driver: weave, attachable: true}\n  named: {name: othername}\n  \
               unused: {}\n";
    let converted = converted("networks: [normal, outside, default, open, named]", top).unwrap();
    let labels = json!({ "com.docker.stack.namespace": "s" });
    let expected = json!([
        { "Name": "othername", "Driver": "overlay", "Labels": labels },
        { "Name": "s_default", "Driver": "overlay", "Labels": labels },
        { "Name": "s_normal", "Driver": "overlay", "Internal": true, "Options": { "opt": "value" },
          "Labels": { "com.docker.stack.namespace": "s", "l": "x" },
          "IPAM": { "Driver": "d", "Config": [{ "Subnet": "10.0.0.0/8" }] } },
        { "Name": "s_open", "Driver": "weave", "Attachable": true, "Labels": labels },
    ]);
    assert_eq!(serde_json::to_value(&converted.desired.networks).unwrap(), expected);
    assert_eq!(converted.desired.external_networks, ["special"]);
}

#[test]
fn secrets_come_from_files_and_drivers() {
    let top = "secrets:\n  one: {file: nginx.conf, labels: {monster: mash}}\n  \
               two: {driver: vault, driver_opts: {k: v}, name: own, template_driver: golang}\n  ext: {external: true}\n";
    let converted = converted("secrets: [one]", top).unwrap();
    let [two, one] = converted.secrets.as_slice() else { panic!("{:?}", converted.secrets) };
    assert_eq!((one.name.as_str(), one.data.as_slice()), ("s_one", b"server {}".as_slice()));
    assert_eq!(json!(one.labels), json!({ "com.docker.stack.namespace": "s", "monster": "mash" }));
    assert_eq!((&one.driver, &one.templating), (&None, &None));
    assert_eq!((two.name.as_str(), two.data.len()), ("own", 0));
    assert_eq!(serde_json::to_value(&two.driver).unwrap(), json!({ "Name": "vault", "Options": { "k": "v" } }));
    assert_eq!(serde_json::to_value(&two.templating).unwrap(), json!({ "Name": "golang" }));
    assert_eq!(converted.desired.secrets[0].name, "s_one");
    assert!(!format!("{converted:?}").contains("server"), "the value is printed");
}

#[test]
fn what_a_secret_or_config_is_made_of_must_be_there() {
    for (section, kind) in [("secrets", "secret"), ("configs", "config")] {
        let missing = converted("tty: false", &format!("{section}: {{x: {{file: gone}}}}")).unwrap_err();
        assert!(missing.starts_with(&format!("{kind} x: ")) && missing.contains("no such file"), "{missing}");
        let top = format!("{section}: {{x: {{file: nginx.conf, name: n}}, y: {{file: nginx.conf, name: n, labels: {{l: x}}}}}}");
        let clash = converted("tty: false", &top).unwrap_err();
        assert!(clash.contains(&format!("two {kind}s have the name n")), "{clash}");
        let same = format!("{section}: {{x: {{file: nginx.conf, name: n}}, y: {{file: nginx.conf, name: n}}}}");
        assert!(converted("tty: false", &same).is_ok());
    }
}

/// What a container is sent for its secrets and configs.
fn references(section: &str, top: &str) -> Result<[Value; 3], String> {
    let converted = converted(section, top)?;
    let container = serde_json::to_value(&converted.desired.services[0].task_template.container_spec).unwrap();
    let credential = container["Privileges"]["CredentialSpec"].clone();
    Ok([container["Secrets"].clone(), container["Configs"].clone(), credential])
}

#[test]
fn references_have_defaults_and_an_order() {
    let file = |name: &str| json!({ "Name": name, "UID": "0", "GID": "0", "Mode": 0o444 });
    let top = "secrets: {foo: {file: nginx.conf}, bar: {external: true, name: abc}}\nconfigs: {foo: {file: nginx.conf}}";
    let [secrets, configs, _] =
        references("secrets: [foo, bar], configs: [{source: foo, target: /t, uid: u, gid: g, mode: 420}]", top).unwrap();
    assert_eq!(secrets, json!([{ "File": file("bar"), "SecretName": "abc" }, { "File": file("foo"), "SecretName": "s_foo" }]));
    let given = json!({ "Name": "/t", "UID": "u", "GID": "g", "Mode": 420 });
    assert_eq!(configs, json!([{ "File": given, "ConfigName": "s_foo" }]));
    for (section, why) in [
        ("secrets: [none]", "undefined secret \"none\""),
        ("configs: [none]", "undefined config \"none\""),
        ("secrets: [foo, {source: bar, target: foo}]", "duplicate secret target for abc not allowed"),
        ("configs: [foo, foo]", "duplicate config target for s_foo not allowed"),
        ("configs: [foo, {source: foo, uid: '1'}]", "duplicate config target for s_foo not allowed"),
    ] {
        match references(section, top) {
            // Two items that are the same are no list for the schema.
            Err(said) => assert!(said.contains(why) || said.contains("are the same"), "{section}: {said}"),
            Ok(sent) => panic!("{section}: {sent:?}"),
        }
    }
}

#[test]
fn a_credential_spec_is_one_of_three() {
    let spec = |kind: &str, value: &str| {
        let mut all = json!({ "Config": "", "File": "", "Registry": "" });
        all[kind] = value.into();
        all
    };
    let top =
        "configs: {foo: {file: nginx.conf}, bar: {file: nginx.conf}, ext: {external: true}, other: {file: nginx.conf, name: own}}";
    for (section, expected) in [
        ("tty: false", Value::Null),
        ("credential_spec: {file: f.json}", spec("File", "f.json")),
        ("credential_spec: {registry: r}", spec("Registry", "r")),
        ("credential_spec: {config: foo}", spec("Config", "s_foo")),
        ("credential_spec: {config: ext}", spec("Config", "ext")),
    ] {
        assert_eq!(references(section, top).unwrap()[2], expected, "{section}");
    }
    let [_, configs, _] = references("configs: [foo, bar], credential_spec: {config: foo}", top).unwrap();
    let seen: Vec<_> =
        configs.as_array().unwrap().iter().map(|c| (c["ConfigName"].as_str().unwrap(), c["Runtime"].is_object())).collect();
    assert_eq!(seen, [("s_bar", false), ("s_foo", false), ("s_foo", true)]);
    for (section, why) in [
        ("{config: foo, file: f}", "cannot specify both \"Config\" and \"File\""),
        ("{config: foo, registry: r}", "cannot specify both \"Config\" and \"Registry\""),
        ("{file: f, registry: r}", "cannot specify both \"File\" and \"Registry\""),
        ("{config: none}", "undefined config \"none\""),
        ("{config: other}", "the config other has another name"),
    ] {
        let refused = references(&format!("credential_spec: {section}"), top).unwrap_err();
        assert!(refused.contains(why), "{section}: {refused}");
    }
}
