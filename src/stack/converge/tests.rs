//! Courses of deploys from tests/data/converge, and what must hold for every course.

mod client;
mod course;
mod properties;

use super::*;
use crate::stack::health::health;
use crate::stack::plan::stopped_half_way;
use course::{START, expected, play, play_on, service, swarm, task};

const CASES: &str = include_str!("../../../tests/data/converge/cases.txt");
const RESTS: &str = include_str!("../../../tests/data/converge/rests.txt");
const ENDS: &str = include_str!("../../../tests/data/converge/ends.txt");

#[test]
fn every_recorded_course_ends_as_it_should() {
    check(CASES, 50);
}

#[test]
fn every_end_that_the_docker_client_gets_wrong_is_told_in_time() {
    check(ENDS, 20);
}

/// Traps 26 and 27: verdict, health, and whether another deploy of the same would send a service once more.
#[test]
fn what_rests_or_ends_by_itself_is_well_unless_it_failed() {
    for case in courses(RESTS, 20) {
        play_on(case, |observed, _, verdict| {
            let health = health(observed);
            let again = observed.services.iter().any(|s| stopped_half_way(s, observed));
            let state = serde_json::to_value(health.state).unwrap();
            let parts = [told(verdict), format!("{}, {}", state.as_str().unwrap(), health.sentence)];
            (parts.join(" | ") + if again { " | again" } else { "" }).trim().to_owned()
        });
    }
}

/// After each reading: the verdict with its causes, or nothing.
fn check(file: &str, at_least: usize) {
    for case in courses(file, at_least) {
        play(case, |_, verdict| told(verdict));
    }
}

fn courses(file: &str, at_least: usize) -> Vec<&str> {
    let courses: Vec<&str> = file.split("\n== ").skip(1).collect();
    assert!(courses.len() >= at_least, "{} courses", courses.len());
    courses
}

fn told(verdict: Option<Verdict>) -> String {
    verdict.map_or_else(String::new, |v| {
        let causes = v.causes.iter().map(|c| format!(": {}: {}", c.service, c.text));
        v.outcome.as_str().to_owned() + &causes.collect::<String>()
    })
}

#[test]
fn a_reading_that_began_before_the_watch_is_not_judged() {
    let service = service("service app");
    let mut watch = Watch::new(vec![expected(&service, "")], START, 300_000);
    let mut observed = swarm(vec![service]);
    observed.tasks.push(task("app.1=running", 0, &[]));
    for second in 0..60 {
        observed.at = START - 60_000 + second * 1_000;
        watch.observe(&observed, START + second * 1_000);
    }
    assert_eq!(watch.verdict(), None);
}

#[test]
fn a_reading_that_comes_again_and_again_proves_nothing_new() {
    let service = service("service app");
    let mut watch = Watch::new(vec![expected(&service, "")], START, 300_000);
    let mut observed = swarm(vec![service]);
    observed.at = START + 1_000;
    observed.tasks.push(task("app.1=running", 0, &[]));
    for second in 1..60 {
        watch.observe(&observed, START + second * 1_000);
    }
    assert_eq!(watch.verdict(), None, "the tasks were seen once only");
    observed.services.clear();
    observed.at = START + 60_000;
    for second in 60..90 {
        watch.observe(&observed, START + second * 1_000);
    }
    assert_eq!(watch.verdict(), None, "the service was missed once only");
}

#[test]
fn a_reading_that_comes_too_late_is_left_out() {
    let service = service("service app");
    let mut watch = Watch::new(vec![expected(&service, "")], START, 300_000);
    let mut observed = swarm(vec![service]);
    observed.at = START + 10_000;
    watch.observe(&observed, START + 10_000);
    observed.tasks.push(task("app.1=running", 0, &[]));
    for second in 0..9 {
        observed.at = START + second * 1_000;
        assert_eq!(watch.observe(&observed, START + 11_000)[0].running, 0);
    }
    assert_eq!(watch.verdict(), None);
}

#[test]
fn the_last_probe_explains_an_unhealthy_service() {
    let service = service("service app");
    let mut watch = Watch::new(vec![expected(&service, "")], START, 300_000);
    let mut observed = swarm(vec![service]);
    observed.tasks.push(task("app.1=starting", 0, &[]));
    let mut note = |watch: &mut Watch, second: i64| {
        observed.at = START + second * 1_000;
        watch.observe(&observed, observed.at)[0].note.clone()
    };
    assert_eq!(note(&mut watch, 0), "it starts", "nobody knows of a health check");
    watch.note_health("app", &Health { status: "starting".into(), ..Health::default() });
    assert_eq!(note(&mut watch, 1), "it starts, and its health check has not passed yet");
    watch.note_health("app", &Health { last: Some((1, "connection refused".into())), ..Health::default() });
    let said = "its health check has not passed yet; the last probe ended with code 1: connection refused";
    assert_eq!(note(&mut watch, 2), said);
    note(&mut watch, 300);
    assert_eq!(watch.verdict().unwrap().causes[0].text, said);
}

#[test]
fn a_watch_over_nothing_has_converged() {
    assert_eq!(Watch::new(vec![], START, 1).verdict().unwrap().outcome, Outcome::Converged);
    assert_eq!(Watch::new(vec![], START, 1).leave().outcome, Outcome::Converged);
}
