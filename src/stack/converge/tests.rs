//! Runs tests/data/converge/cases.txt, whose head explains the format.

use super::*;
use crate::stack::observed::{Service, Task, UpdateStatus};
use crate::stack::spec::{Empty, Replicated, ReplicatedJob, RestartPolicy, UpdateConfig};

const CASES: &str = include_str!("../../../tests/data/converge/cases.txt");
const START: Millis = 1_000_000_000;

#[test]
fn every_recorded_course_ends_as_it_should() {
    let cases: Vec<&str> = CASES.split("\n== ").skip(1).collect();
    assert!(cases.len() > 30);
    cases.into_iter().for_each(check);
}

#[test]
fn a_reading_that_began_before_the_watch_is_not_judged() {
    let service = service("service app");
    let mut watch = Watch::new(vec![expected(&service, "")], START, 300_000);
    let mut observed = swarm(vec![service]);
    observed.tasks.push(task("app.1=running", 0, &[]));
    for second in 0..60 {
        observed.at = START - 1;
        watch.observe(&observed, START + second * 1_000);
    }
    assert_eq!(watch.verdict(), None);
}

#[test]
fn the_last_probe_explains_an_unhealthy_service() {
    let service = service("service app");
    let mut watch = Watch::new(vec![expected(&service, "")], START, 1_000);
    let mut observed = swarm(vec![service]);
    observed.tasks.push(task("app.1=starting", 0, &[]));
    observed.at = START + 1_000;
    watch.note_health("app", &Health { last: Some((1, "connection refused".into())), ..Health::default() });
    let progress = watch.observe(&observed, START + 1_000);
    let said = "its health check has not passed yet; the last probe ended with code 1: connection refused";
    assert_eq!((progress[0].note.as_str(), progress[0].state), (said, ServiceState::Starting));
    assert_eq!(watch.verdict().unwrap().causes[0].text, said);
}

#[test]
fn a_watch_over_nothing_has_converged() {
    assert_eq!(Watch::new(vec![], START, 1).verdict().unwrap().outcome, Outcome::Converged);
}

fn check(case: &str) {
    let mut lines = case.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    let name = lines.next().unwrap();
    let (services, readings): (Vec<&str>, Vec<&str>) = lines.partition(|l| l.starts_with("service "));
    let mut observed = swarm(services.iter().map(|l| service(l)).collect());
    let expected = observed.services.iter().zip(&services).map(|(s, l)| expected(s, l)).collect();
    let mut watch = Watch::new(expected, START, 300_000);
    for line in readings {
        let (changes, verdict) = line.split_once("->").unwrap_or((line, ""));
        let (second, changes) = changes.split_once(' ').unwrap_or((changes, ""));
        let second: i64 = second.parse().unwrap();
        changes.split(" ; ").map(str::trim).filter(|c| !c.is_empty()).for_each(|c| change(&mut observed, c, second));
        observed.at = START + second * 1_000;
        watch.observe(&observed, observed.at);
        let found = watch.verdict().map_or_else(String::new, |v| {
            let causes = v.causes.iter().map(|c| format!(": {}: {}", c.service, c.text));
            v.outcome.as_str().to_owned() + &causes.collect::<String>()
        });
        assert_eq!(found, verdict.trim(), "{name}, second {second}");
    }
}

fn change(observed: &mut Observed, change: &str, second: i64) {
    let words: Vec<&str> = change.split(' ').collect();
    match words[..] {
        ["node", name, state] => observed.nodes.iter_mut().find(|n| n.hostname == name).unwrap().state = state.to_owned(),
        [name, "gone"] => observed.services.retain(|s| s.id != name),
        [name, when @ ("is" | "was"), state] => {
            let started = if when == "is" { START } else { START - 600_000 };
            let status = UpdateStatus { state: state.to_owned(), message: String::new(), started };
            observed.services.iter_mut().find(|s| s.id == name).unwrap().update = Some(status);
        }
        _ => {
            let mut new = task(change, second, &observed.nodes);
            if let Some(at) = observed.tasks.iter().position(|t| t.id == new.id) {
                new.created = observed.tasks.remove(at).created;
            }
            observed.tasks.push(new);
        }
    }
}

fn task(text: &str, second: i64, nodes: &[Node]) -> Task {
    let (facts, error) = text.split_once(" \"").map_or((text, ""), |(facts, error)| (facts, error.trim_end_matches('"')));
    let words: Vec<&str> = facts.split(' ').collect();
    let (id, state) = words[0].split_once('=').unwrap();
    let (service, place) = id.split_once('.').unwrap();
    let slot = place.trim_end_matches(char::is_alphabetic).parse().unwrap_or(0);
    let ended = matches!(state, "failed" | "rejected" | "complete" | "shutdown");
    let desired = words.iter().find_map(|w| w.strip_prefix("desired=")).unwrap_or(if ended { "shutdown" } else { "running" });
    let host = words.windows(2).find(|w| w[0] == "on").map_or(if slot == 0 { place } else { "alfa" }, |w| w[1]);
    Task {
        id: id.to_owned(),
        service: service.to_owned(),
        slot,
        node: nodes.iter().find(|n| n.hostname == host).map(|n| n.id.clone()).unwrap_or_default(),
        state: state.to_owned(),
        desired: desired.to_owned(),
        error: error.to_owned(),
        current: !words.contains(&"old"),
        created: START + second * 1_000 - if words.contains(&"before") { 600_000 } else { 0 },
        ..Task::default()
    }
}

fn service(line: &str) -> Service {
    let words: Vec<&str> = line.split(' ').collect();
    let text = |key: &str| words.iter().find_map(|w| w.strip_prefix(key)?.strip_prefix('='));
    let number = |key: &str| text(key).map(|t| t.parse::<i64>().unwrap());
    let mut spec = ServiceSpec { name: words[1].to_owned(), ..ServiceSpec::default() };
    spec.task_template.container_spec.image = "bb:1".to_owned();
    spec.task_template.placement.constraints = text("constraint").map(str::to_owned).into_iter().collect();
    spec.task_template.restart_policy = Some(RestartPolicy {
        condition: text("condition").unwrap_or_default().to_owned(),
        delay: number("delay").map(|s| s * 1_000_000_000),
        max_attempts: number("attempts").map(i64::unsigned_abs),
        window: None,
    });
    spec.update_config = Some(UpdateConfig {
        failure_action: text("action").unwrap_or_default().to_owned(),
        monitor: number("monitor").unwrap_or(0) * 1_000_000_000,
        ..UpdateConfig::default()
    });
    if words.contains(&"global") {
        spec.mode.global = Some(Empty {});
    } else if words.contains(&"job") && words.len() > 2 && words[2] == "job" {
        spec.mode.replicated_job = Some(ReplicatedJob::default());
    } else {
        spec.mode.replicated = Some(Replicated { replicas: number("replicas").map(i64::unsigned_abs) });
    }
    Service { id: words[1].to_owned(), spec, ..Service::default() }
}

fn expected(service: &Service, line: &str) -> Expected {
    let update = line.split(' ').any(|w| w == "update").then_some(START);
    Expected { name: service.spec.name.clone(), id: service.id.clone(), spec: service.spec.clone(), update }
}

fn swarm(services: Vec<Service>) -> Observed {
    let node = |id: &str, hostname: &str| Node {
        id: id.to_owned(),
        hostname: hostname.to_owned(),
        manager: true,
        state: "ready".to_owned(),
        availability: "active".to_owned(),
        ..Node::default()
    };
    Observed { services, nodes: vec![node("1", "alfa"), node("2", "bravo")], ..Observed::default() }
}
