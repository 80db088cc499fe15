//! The task lists through which the Docker client's own progress bars are tested, and whether the service counts as up after each.
//! The client looks at one service only and at tasks of the present spec only, so no verdict is asked for here.

use super::course::play;
use crate::stack::converge::ServiceState;

const CLIENT: &str = include_str!("../../../../tests/data/converge/client.txt");

#[test]
fn short_task_lists_are_judged_as_the_client_judges_them() {
    let cases: Vec<&str> = CLIENT.split("\n== ").skip(1).collect();
    assert_eq!(cases.len(), 4);
    cases.into_iter().for_each(check);
}

#[test]
fn fifty_replicas_are_up_when_the_last_one_runs() {
    let mut lines = vec!["many replicas".to_owned(), "service app replicas=50".to_owned(), "0 -> no".to_owned()];
    for slot in 1..=50 {
        let (node, at) = (if slot % 2 == 0 { "bravo" } else { "alfa" }, slot * 2);
        lines.push(format!("{at} app.{slot}=new on {node} -> no"));
        lines.push(format!("{} app.{slot}=running on {node} -> {}", at + 1, yes_if(slot == 50)));
    }
    check(&lines.join("\n"));
}

#[test]
fn a_global_service_is_up_when_the_last_of_fifty_nodes_runs_it() {
    let mut lines = many_nodes("service app global");
    lines.push(format!("1 {} -> no", each(|node| format!("app.{node}=new"))));
    lines.extend((1..=50).map(|n| format!("{} app.n{n}=running -> {}", n + 1, yes_if(n == 50))));
    check(&lines.join("\n"));
}

#[test]
fn a_large_job_is_done_when_the_last_run_is_complete() {
    let mut steps: Vec<String> = (0..10).map(|slot| format!("job.{slot}=new")).collect();
    steps.extend((0..40).flat_map(|slot| [format!("job.{slot}=complete"), format!("job.{}=new", slot + 10)]));
    steps.extend((40..50).map(|slot| format!("job.{slot}=complete")));
    let last = steps.len() - 1;
    let mut lines =
        vec!["large job".to_owned(), "service job job concurrent=10 total=50 iteration=0".to_owned(), "0 -> no".to_owned()];
    lines.extend(steps.iter().enumerate().map(|(at, step)| format!("{at} {step} desired=complete -> {}", yes_if(at == last))));
    check(&lines.join("\n"));
}

#[test]
fn a_large_global_job_is_done_when_the_last_node_is_through() {
    let mut lines = many_nodes("service job globaljob iteration=1");
    lines.push(format!("1 {} -> no", each(|node| format!("job.{node}=new desired=complete"))));
    lines.extend((1..=50).map(|n| format!("{} job.n{n}=complete desired=complete -> {}", n + 1, yes_if(n == 50))));
    check(&lines.join("\n"));
}

fn many_nodes(service: &str) -> Vec<String> {
    let joins = each(|node| format!("node {node} joins"));
    let first = format!("0 node alfa drain ; node bravo drain ; {joins} -> no");
    vec!["many nodes".to_owned(), service.to_owned(), first]
}

fn each(change: impl Fn(&str) -> String) -> String {
    (1..=50).map(|n| change(&format!("n{n}"))).collect::<Vec<_>>().join(" ; ")
}

fn yes_if(up: bool) -> String {
    if up { "yes" } else { "no" }.to_owned()
}

fn check(case: &str) {
    play(case, |progress, _| yes_if(matches!(progress[0].state, ServiceState::Ready | ServiceState::Stable)));
}
