//! Plans over a small stack; tests/data/plan/reported.json is a service as an engine of version 20.10 reports it.

use super::*;
use crate::stack::desired::SecretUse;
use crate::stack::names::StackName;
use crate::stack::observed::{Config, Named, Node};
use crate::stack::spec::{ConfigSpec, Empty, Labels, Mount, NetworkSpec, ServiceMode};

const REPORTED: &str = include_str!("../../../tests/data/plan/reported.json");
const WISH: &str = include_str!("../../../tests/data/plan/wish.json");

fn labels(stack: &str) -> Labels {
    [(NAMESPACE_LABEL.to_owned(), stack.to_owned())].into()
}

fn desired() -> Desired {
    let stack = StackName::of_app("s").unwrap();
    let network = NetworkSpec { name: "s_default".into(), driver: "overlay".into(), labels: labels("s"), ..NetworkSpec::default() };
    let config = ConfigSpec { name: "s_app_conf_v3".into(), data: b"new".to_vec(), labels: labels("s"), ..ConfigSpec::default() };
    Desired {
        services: vec![serde_json::from_str(WISH).unwrap()],
        networks: vec![network],
        external_networks: vec!["proxy".into()],
        configs: vec![config],
        secrets: vec![SecretUse { local: "pw".into(), name: "s_pw_v1".into(), services: vec!["app".into()] }],
        volumes: vec!["s_data".into()],
        ..Desired::empty(stack)
    }
}

/// The Swarm after a deploy of [`desired`].
fn observed() -> Observed {
    let network = |id: &str, name: &str, of: &str| Network {
        id: id.into(),
        name: name.into(),
        scope: "swarm".into(),
        driver: "overlay".into(),
        labels: if of.is_empty() { Labels::new() } else { labels(of) },
    };
    Observed {
        nodes: vec![Node { manager: true, state: "ready".into(), ..Node::default() }],
        services: vec![Service { id: "1".into(), spec: serde_json::from_str(REPORTED).unwrap(), ..Service::default() }],
        networks: vec![network("net1", "s_default", "s"), network("net2", "proxy", "")],
        configs: vec![Config { name: "s_app_conf_v3".into(), data: b"new".to_vec(), labels: labels("s"), ..Config::default() }],
        secrets: vec![Named { name: "s_pw_v1".into(), ..Named::default() }],
        ..Observed::default()
    }
}

#[test]
fn a_second_deploy_of_the_same_changes_nothing() {
    let plan = plan(&desired(), &observed());
    assert_eq!(plan.steps.iter().flat_map(|s| &s.changes).collect::<Vec<_>>(), Vec::<&Change>::new());
    assert!(plan.is_empty(), "{plan:#?}");
    assert_eq!((plan.blockers.as_slice(), plan.steps.len()), (&[][..], 5));
    assert!(equal(&desired().services[0], &observed().services[0].spec, &observed().networks));
}

#[test]
fn a_label_more_or_less_is_one_change() {
    let wish: ServiceSpec = serde_json::from_str(WISH).unwrap();
    let mut more = wish.clone();
    more.labels.insert("by".to_owned(), "hand".to_owned());
    for (before, after) in [(&wish, &more), (&more, &wish)] {
        let paths: Vec<String> = changes::between(before, after).into_iter().map(|change| change.path).collect();
        assert_eq!(paths, ["deploy.labels.by"]);
    }
}

#[test]
fn changes_are_told_in_the_words_of_a_compose_file() {
    for (edit, path, before, after, restarts) in [
        ("bb:1", "image", Some("bb:1"), Some("bb:2"), true),
        ("A=1", "environment.A", Some("1"), Some("2"), true),
        ("DB_PASSWORD=old", "environment.DB_PASSWORD", Some("«hidden»"), Some("«hidden»"), true),
        (r#""Replicas":1"#, "deploy.replicas", Some("1"), Some("2"), false),
        (r#""Interval":30000000000"#, "healthcheck.interval", Some("30s"), Some("60s"), true),
        (r#""traefik.x":"y""#, "deploy.labels.traefik.x", Some("y"), None, false),
        (r#""Target":"/data""#, "volumes./data.target", Some("/data"), None, true),
    ] {
        let wish = match path {
            "image" => WISH.replace("\"bb:1\"", "\"bb:2\""),
            "environment.A" => WISH.replace(edit, "A=2"),
            "environment.DB_PASSWORD" => WISH.replace(edit, "DB_PASSWORD=new"),
            "deploy.replicas" => WISH.replace(edit, "\"Replicas\":2"),
            "healthcheck.interval" => WISH.replace(edit, "\"Interval\":60000000000"),
            "deploy.labels.traefik.x" => WISH.replace(&format!(",{edit}"), ""),
            _ => WISH.replace(edit, "\"Target\":\"/other\""),
        };
        assert_ne!(wish, WISH, "{path}");
        let wish = Desired { services: vec![serde_json::from_str(&wish).unwrap()], ..desired() };
        let plan = plan(&wish, &observed());
        let step = plan.steps.iter().find(|s| s.object == Object::Service).unwrap();
        let change = step.changes.iter().find(|c| c.path == path).unwrap_or_else(|| panic!("{path} in {:#?}", step.changes));
        assert_eq!((change.before.as_deref(), change.after.as_deref(), step.restarts), (before, after, restarts), "{path}");
        assert_eq!(step.action, Action::Update);
    }
}

#[test]
fn constraints_replace_tasks_only_where_their_nodes_do_not_meet_them() {
    for (constraint, restarts) in [("node.role == manager", false), ("node.role == worker", true)] {
        let (mut wish, mut swarm) = (desired(), observed());
        swarm.nodes = vec![Node { id: "n1".into(), manager: true, state: "ready".into(), ..Node::default() }];
        let service = swarm.services[0].id.clone();
        swarm.tasks = vec![Task { service, node: "n1".into(), desired: "running".into(), ..Task::default() }];
        wish.services[0].task_template.placement.constraints = vec![constraint.to_owned()];
        let plan = plan(&wish, &swarm);
        let step = plan.steps.iter().find(|s| s.object == Object::Service).unwrap();
        assert_eq!((step.action, step.restarts), (Action::Update, restarts), "{constraint}");
    }
}

#[test]
fn a_secret_of_another_stack_may_be_used() {
    let mut swarm = observed();
    swarm.secrets[0].labels = labels("t");
    assert_eq!(plan(&desired(), &swarm).blockers, []);
}

#[test]
fn the_first_deploy_creates_everything_and_leftovers_go_before_services() {
    let mut swarm = observed();
    swarm.services[0].spec.name = "s_old".into();
    swarm.services[0].spec.task_template.container_spec.mounts =
        vec![Mount { kind: "volume".into(), source: "s_gone".into(), ..Mount::default() }];
    swarm.networks.retain(|n| n.name == "proxy");
    swarm.configs.clear();
    let plan = plan(&desired(), &swarm);
    let steps: Vec<String> = plan.steps.iter().map(|s| format!("{:?} {:?} {}", s.action, s.object, s.name)).collect();
    let expected = [
        "Create Network s_default",
        "Create Config s_app_conf_v3",
        "Keep Secret s_pw_v1",
        "Create Volume s_data",
        "Remove Service s_old",
        "Create Service s_app",
    ];
    assert_eq!(steps, expected);
    assert_eq!(plan.warnings, ["the volume s_gone is not used any more; its data stays on the nodes"]);
    assert_ne!(plan.hash(), super::plan(&desired(), &observed()).hash());
}

#[test]
fn what_would_fail_half_way_is_said_before() {
    let check = |edit: &dyn Fn(&mut Desired, &mut Observed), what: &str, hint: &str| {
        let (mut wish, mut swarm) = (desired(), observed());
        edit(&mut wish, &mut swarm);
        let found = plan(&wish, &swarm).blockers;
        let fits = |b: &Blocker| b.what.contains(what) && b.hint.contains(hint);
        assert!(found.len() == 1 && fits(&found[0]), "{what}: {found:?}");
    };
    check(&|_, o| o.nodes.iter_mut().for_each(|n| n.state = "down".into()), "no manager", "swarm init");
    check(&|_, o| o.networks.retain(|n| n.name != "proxy"), "network proxy is missing", "create -d overlay proxy");
    check(&|_, o| o.networks[1].scope = "local".into(), "on one node only", "overlay");
    check(&|_, o| o.secrets.clear(), "secret s_pw_v1 is missing", "generate or insert the secret pw");
    let own = |d: &mut Desired, o: &mut Observed| {
        d.own_secrets = vec![o.secrets[0].name.clone()];
        o.secrets[0].labels = labels("t");
    };
    check(&own, "belongs to the stack t", "another name");
    check(&|_, o| o.networks[0].labels = labels("t"), "network s_default belongs to the stack t", "another name");
    check(&|_, o| o.configs[0].labels = labels("t"), "config s_app_conf_v3 belongs to the stack t", "another name");
    check(&|_, o| o.configs[0].data = b"old".to_vec(), "exists with other content", "raise APP_CONF_VERSION");
    check(&|d, _| d.configs[0].name = "s_".to_owned() + &"x".repeat(65), "has 67 characters", "shorter");
    check(
        &|d, o| {
            d.configs[0].data.clear();
            o.configs.clear();
        },
        "is empty",
        "content",
    );
    let global = ServiceMode { global: Some(Empty {}), ..ServiceMode::default() };
    check(&|d, _| d.services[0].mode = global.clone(), "replicated and would become global", "undeploy");
}

#[test]
fn the_hash_is_the_same_for_two_readings_and_another_for_another_wish() {
    let (mut later, mut other) = (observed(), desired());
    later.at = 5;
    later.services[0].version = 9;
    assert_eq!(plan(&desired(), &observed()).hash(), plan(&desired(), &later).hash());
    other.configs[0].data = b"other".to_vec();
    assert_ne!(plan(&other, &observed()).hash(), plan(&desired(), &observed()).hash());
}

#[test]
fn a_digest_counts_only_if_it_is_wished_for() {
    let mut swarm = observed();
    let mut wish = desired();
    swarm.services[0].spec.task_template.container_spec.image = "bb:1@sha256:aa".into();
    assert!(plan(&wish, &swarm).is_empty());
    wish.services[0].task_template.container_spec.image = "bb:1@sha256:bb".into();
    assert!(!plan(&wish, &swarm).is_empty());
}

#[test]
fn blank_privileges_and_the_id_of_a_credential_spec_are_no_difference() {
    let (mut wish, mut swarm) = (desired(), observed());
    let privileges = |json: &str| Some(serde_json::from_str(json).unwrap());
    wish.services[0].task_template.container_spec.privileges = privileges(r#"{"CredentialSpec":{"File":"a"}}"#);
    assert!(!plan(&wish, &swarm).is_empty());
    swarm.services[0].spec.task_template.container_spec.privileges =
        privileges(r#"{"CredentialSpec":{"Config":"","File":"a","Registry":""},"SELinuxContext":null,"NoNewPrivileges":false}"#);
    assert!(plan(&wish, &swarm).is_empty());
}
