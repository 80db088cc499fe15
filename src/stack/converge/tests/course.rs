//! Reads the courses that tests/data/converge/cases.txt explains, and plays them.

use crate::stack::converge::{Expected, ServiceProgress, Verdict, Watch};
use crate::stack::observed::{Millis, Network, Node, Observed, Service, Task, UpdateStatus};
use crate::stack::spec::{
    Empty, Healthcheck, Mount, NetworkAttachment, Port, Replicated, ReplicatedJob, RestartPolicy, ServiceMode, ServiceSpec,
    UpdateConfig, VolumeOptions,
};

pub(super) const START: Millis = 1_000_000_000;
const LONG_AGO: Millis = 600_000;

/// Plays one course; what `found` makes of each reading is held against the text after `->`.
pub(super) fn play(case: &str, found: impl Fn(&[ServiceProgress], Option<Verdict>) -> String) {
    play_on(case, |_, progress, verdict| found(progress, verdict));
}

/// The same with the Swarm as it was read.
pub(super) fn play_on(case: &str, found: impl Fn(&Observed, &[ServiceProgress], Option<Verdict>) -> String) {
    let mut lines = case.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    let name = lines.next().unwrap();
    let (services, readings): (Vec<&str>, Vec<&str>) = lines.partition(|l| l.starts_with("service "));
    let mut observed = swarm(services.iter().map(|l| service(l)).collect());
    let expected = observed.services.iter().zip(&services).map(|(s, l)| expected(s, l)).collect();
    let mut watch = Watch::new(expected, START, 300_000);
    for line in readings {
        let (changes, wanted) = line.split_once("->").unwrap_or((line, ""));
        let (second, changes) = changes.split_once(' ').unwrap_or((changes, ""));
        let second: i64 = second.parse().unwrap();
        let changes: Vec<&str> = changes.split(" ; ").map(str::trim).filter(|c| !c.is_empty()).collect();
        let now = START + second * 1_000;
        match changes[..] {
            ["silence"] => {}
            ["leave"] => drop(watch.leave()),
            _ => {
                for one in changes {
                    change(&mut observed, one, second);
                }
                observed.at = now;
            }
        }
        let progress = watch.observe(&observed, now);
        assert_eq!(found(&observed, &progress, watch.verdict()), wanted.trim(), "{name}, second {second}");
    }
}

fn change(observed: &mut Observed, change: &str, second: i64) {
    let words: Vec<&str> = change.split(' ').collect();
    match words[..] {
        ["node", name, "joins"] => observed.nodes.push(node(name, name)),
        ["node", name, how] => {
            let node = observed.nodes.iter_mut().find(|n| n.hostname == name).unwrap();
            let of = if matches!(how, "active" | "drain" | "pause") { &mut node.availability } else { &mut node.state };
            how.clone_into(of);
        }
        [name, "gone"] => observed.services.retain(|s| s.id != name),
        [name, "replaced"] => observed.services.iter_mut().filter(|s| s.id == name).for_each(|s| s.id = "another".to_owned()),
        [name, when @ ("is" | "was"), state] => {
            let started = if when == "is" { START } else { START - LONG_AGO };
            let status = UpdateStatus { state: state.to_owned(), message: String::new(), started };
            find(observed, name).update = Some(status);
        }
        [name, "becomes", what] => becomes(&mut find(observed, name).spec, what),
        [name, "stored"] => {
            let network =
                Network { id: "n1".to_owned(), name: "inner".to_owned(), scope: "swarm".to_owned(), ..Network::default() };
            observed.networks.push(network);
            as_stored(&mut find(observed, name).spec);
        }
        _ => {
            let mut new = task(change, second, &observed.nodes);
            let iteration = words.iter().find_map(|w| w.strip_prefix("iteration=")).map(|n| n.parse().unwrap());
            new.job_iteration = iteration.or(find(observed, &new.service).job_iteration);
            if let Some(at) = observed.tasks.iter().position(|t| t.id == new.id) {
                new.created = observed.tasks.remove(at).created;
            }
            observed.tasks.push(new);
        }
    }
}

/// What somebody else makes of a service.
fn becomes(spec: &mut ServiceSpec, what: &str) {
    let task = &mut spec.task_template;
    match what.split_once('=').unwrap() {
        ("replicas", n) => spec.mode.replicated = Some(Replicated { replicas: n.parse().ok() }),
        ("mode", "global") => spec.mode = ServiceMode { global: Some(Empty {}), ..ServiceMode::default() },
        ("force", n) => task.force_update = n.parse().unwrap(),
        ("image", image) => image.clone_into(&mut task.container_spec.image),
        ("env", value) => task.container_spec.env.push(format!("A={value}")),
        ("network", target) => target.clone_into(&mut task.networks[0].target),
        ("label", value) => drop(spec.labels.insert("a".to_owned(), value.to_owned())),
        ("monitor", seconds) => spec.update_config.as_mut().unwrap().monitor = seconds.parse::<i64>().unwrap() * 1_000_000_000,
        ("port", port) => {
            let port = Port { target_port: 80, published_port: port.parse().unwrap(), ..Port::default() };
            spec.endpoint_spec.ports.push(port);
        }
        (key, _) => panic!("{key}"),
    }
}

/// The engine's spelling of what was sent: defaults are filled in, a network has its id, and some values are left out.
fn as_stored(spec: &mut ServiceSpec) {
    let task = &mut spec.task_template;
    task.container_spec.isolation = "default".to_owned();
    task.container_spec.stop_grace_period.get_or_insert(10_000_000_000);
    task.container_spec.image += "@sha256:1";
    task.container_spec.healthcheck.iter_mut().for_each(|check| check.start_interval = 0);
    for mount in &mut task.container_spec.mounts {
        mount.consistency.clear();
        mount.volume_options = None;
    }
    let policy = task.restart_policy.get_or_insert_default();
    policy.condition = "any".to_owned();
    policy.max_attempts.get_or_insert(0);
    for network in &mut task.networks {
        network.target = if network.target == "inner" { "n1" } else { "n2" }.to_owned();
    }
    spec.endpoint_spec.mode = "vip".to_owned();
}

fn find<'a>(observed: &'a mut Observed, name: &str) -> &'a mut Service {
    observed.services.iter_mut().find(|s| s.id == name).unwrap_or_else(|| panic!("{name}"))
}

pub(super) fn task(text: &str, second: i64, nodes: &[Node]) -> Task {
    let (facts, error) = text.split_once(" \"").map_or((text, ""), |(facts, error)| (facts, error.trim_end_matches('"')));
    let words: Vec<&str> = facts.split(' ').collect();
    let (id, state) = words[0].split_once('=').unwrap();
    let (service, place) = id.split_once('.').unwrap();
    let slot = place.trim_end_matches(char::is_alphabetic).parse().unwrap_or(0);
    let ended = matches!(state, "failed" | "rejected" | "complete" | "shutdown");
    let desired = words.iter().find_map(|w| w.strip_prefix("desired=")).unwrap_or(if ended { "shutdown" } else { "running" });
    let host = words.windows(2).find(|w| w[0] == "on").map_or(if slot == 0 { place } else { "alfa" }, |w| w[1]);
    let created = START + second * 1_000 - if words.contains(&"before") { LONG_AGO } else { 0 };
    Task {
        id: id.to_owned(),
        service: service.to_owned(),
        slot,
        node: nodes.iter().find(|n| n.hostname == host).map(|n| n.id.clone()).unwrap_or_default(),
        state: state.to_owned(),
        desired: desired.to_owned(),
        error: error.to_owned(),
        current: !words.contains(&"old"),
        created,
        updated: created,
        ..Task::default()
    }
}

pub(super) fn service(line: &str) -> Service {
    let words: Vec<&str> = line.split(' ').collect();
    let text = |key: &str| words.iter().find_map(|w| w.strip_prefix(key)?.strip_prefix('='));
    let number = |key: &str| text(key).map(|t| t.parse::<i64>().unwrap());
    let count = |key: &str| number(key).map(i64::unsigned_abs);
    let updated = number("updated").map_or(0, |second| START + second * 1_000);
    let mut service = Service { id: words[1].to_owned(), job_iteration: count("iteration"), updated, ..Service::default() };
    let spec = &mut service.spec;
    words[1].clone_into(&mut spec.name);
    let container = &mut spec.task_template.container_spec;
    container.image = "bb:1".to_owned();
    container.stop_grace_period = number("grace").map(|s| s * 1_000_000_000);
    container.healthcheck = number("check").map(|s| Healthcheck {
        test: vec!["CMD".to_owned(), "true".to_owned()],
        start_period: s * 1_000_000_000,
        ..Healthcheck::default()
    });
    if words.contains(&"unkept") {
        container.healthcheck.get_or_insert_default().start_interval = 1_000_000_000;
        let volume_options = Some(VolumeOptions { subpath: "a".to_owned(), ..VolumeOptions::default() });
        let mount = Mount { kind: "volume".to_owned(), consistency: "cached".to_owned(), volume_options, ..Mount::default() };
        container.mounts.push(mount);
    }
    let network = |name: &str| NetworkAttachment { target: name.to_owned(), ..NetworkAttachment::default() };
    spec.task_template.networks = text("networks").map(|t| t.split(',').map(network).collect()).unwrap_or_default();
    spec.task_template.force_update = count("force").unwrap_or_default();
    spec.task_template.placement.constraints = text("constraint").map(str::to_owned).into_iter().collect();
    spec.task_template.restart_policy = Some(RestartPolicy {
        condition: text("condition").unwrap_or_default().to_owned(),
        delay: number("delay").map(|s| s * 1_000_000_000),
        max_attempts: count("attempts"),
        window: None,
    });
    spec.update_config = Some(UpdateConfig {
        failure_action: text("action").unwrap_or_default().to_owned(),
        monitor: number("monitor").unwrap_or(0) * 1_000_000_000,
        ..UpdateConfig::default()
    });
    if words.contains(&"timed") {
        let labels = [("swarm.cronjob.enable", "true"), ("swarm.cronjob.schedule", "0 4 * * *")];
        spec.labels.extend(labels.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
    match words.get(2) {
        Some(&"global") => spec.mode.global = Some(Empty {}),
        Some(&"globaljob") => spec.mode.global_job = Some(Empty {}),
        Some(&"job") => {
            let job = ReplicatedJob { max_concurrent: count("concurrent"), total_completions: count("total") };
            spec.mode.replicated_job = Some(job);
        }
        _ => spec.mode.replicated = Some(Replicated { replicas: count("replicas") }),
    }
    service
}

pub(super) fn expected(service: &Service, line: &str) -> Expected {
    let update = line.split(' ').any(|w| w == "update").then_some(START);
    Expected { name: service.spec.name.clone(), id: service.id.clone(), spec: service.spec.clone(), update }
}

pub(super) fn swarm(services: Vec<Service>) -> Observed {
    Observed { services, nodes: vec![node("1", "alfa"), node("2", "bravo")], ..Observed::default() }
}

fn node(id: &str, hostname: &str) -> Node {
    Node {
        id: id.to_owned(),
        hostname: hostname.to_owned(),
        manager: true,
        state: "ready".to_owned(),
        availability: "active".to_owned(),
        ..Node::default()
    }
}
