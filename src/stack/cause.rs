//! Why a task doesn't run, in plain words.

use super::observed::{Health, Node, Task};
use super::placement::fits;
use super::spec::ServiceSpec;

/// Longest part of the engine's own words that is shown.
const WORDS_MAX: usize = 300;

/// One sentence, without a full stop, for a task that failed, was rejected or waits. Empty if there is nothing to say.
pub fn sentence(task: &Task, spec: &ServiceSpec, nodes: &[Node], health: Option<&Health>) -> String {
    let words = if task.error.is_empty() { &task.message } else { &task.error };
    let place = nodes.iter().find(|n| n.id == task.node).map_or_else(String::new, |n| format!(" on node {}", n.hostname));
    if is_unplaceable(task) {
        return no_node(words, spec, nodes);
    }
    if let Some(text) = image(words, &spec.task_template.container_spec.image, &place) {
        return text;
    }
    if words.contains("unhealthy container") {
        return unhealthy(health, &place);
    }
    if let Some(text) = missing(words, &place) {
        return text;
    }
    if let Some(text) = exit(task, words, &place) {
        return text;
    }
    match (task.error.is_empty(), task.state.as_str()) {
        (false, _) => format!("{}{place}", short(words)),
        (true, "failed" | "rejected" | "orphaned") => format!("its task failed{place}, and the engine gives no reason"),
        // What the engine says of a task that is well is no reason.
        (true, _) => String::new(),
    }
}

/// The Swarm finds no node for the task.
pub fn is_unplaceable(task: &Task) -> bool {
    matches!(task.state.as_str(), "new" | "allocated" | "pending")
        && (task.error.contains("no suitable node") || task.message.contains("no suitable node"))
}

/// No node has room for the task, but one may have as soon as other tasks have stopped: they hold a port, memory or a place.
pub fn frees_itself(task: &Task) -> bool {
    let words = format!("{} {}", task.error, task.message).to_lowercase();
    ["host-mode port", "insufficient resources", "max replicas"].iter().any(|mark| words.contains(mark))
}

/// The task was rejected because its image can't be had.
pub fn is_image_missing(task: &Task) -> bool {
    image(if task.error.is_empty() { &task.message } else { &task.error }, "", "").is_some()
}

/// What the last probe of a health check said.
pub fn probe(health: &Health) -> Option<String> {
    let (code, output) = health.last.as_ref()?;
    let output = short(output);
    Some(match (*code, output.is_empty()) {
        (0, _) => return None,
        (code, true) => format!("the last probe ended with code {code} and no output"),
        (code, false) => format!("the last probe ended with code {code}: {output}"),
    })
}

fn unhealthy(health: Option<&Health>, place: &str) -> String {
    match health.and_then(probe) {
        Some(said) => format!("the health check fails{place}; {said}"),
        None => format!("the health check fails{place}"),
    }
}

fn image(words: &str, image: &str, place: &str) -> Option<String> {
    let lower = words.to_lowercase();
    let name = match image {
        "" => "",
        digest => digest.split('@').next().unwrap_or(digest),
    };
    let any = |marks: &[&str]| marks.iter().any(|m| lower.contains(m));
    let text = if any(&["toomanyrequests", "too many requests"]) {
        format!("the registry takes no more pulls for now, so the image {name} can't be had{place}")
    } else if any(&["pull access denied", "unauthorized", "authentication required", "no basic auth credentials"]) {
        format!("the registry refuses the image {name}{place}: it does not exist or needs a login")
    } else if lower.contains("no such image") {
        // What the registry said to the node stays in the node's own log.
        format!("the image {name} was not found{place}, nor could it be pulled")
    } else if any(&["manifest unknown", "manifest for ", "repository does not exist", "name unknown"]) {
        format!("the image {name} was not found{place}")
    } else if any(&["no matching manifest", "exec format error"]) {
        format!("the image {name} is not made for the kind of machine that runs{place}")
    } else {
        return None;
    };
    Some(text)
}

fn no_node(words: &str, spec: &ServiceSpec, nodes: &[Node]) -> String {
    let lower = words.to_lowercase();
    let constraints = &spec.task_template.placement.constraints;
    let usable = || nodes.iter().filter(|n| n.state == "ready" && n.availability == "active");
    if lower.contains("scheduling constraints") {
        let unmet = constraints.iter().find(|c| usable().all(|n| fits(n, c) == Some(false)));
        return match unmet.map(|c| (c, c.trim().strip_prefix("node.labels.").and_then(|l| l.split_once("==")))) {
            Some((_, Some((label, value)))) => format!("no node has the label {}={}", label.trim(), value.trim()),
            Some((constraint, None)) => format!("no node fits the constraint {constraint}"),
            None => format!("no node fits all constraints: {}", constraints.join(", ")),
        };
    }
    if lower.contains("insufficient resources") {
        return "no node has as much memory or CPU left as the service reserves".to_owned();
    }
    if lower.contains("host-mode port") {
        return "a port that the service wants is in use on every node that could run it".to_owned();
    }
    if lower.contains("max replicas") {
        return "every node already runs as many tasks as the service allows per node".to_owned();
    }
    if lower.contains("unsupported platform") {
        return "the image is not made for the kind of machine that any node is".to_owned();
    }
    if lower.contains("missing plugin") {
        return "no node has the driver that a volume, network or log of the service needs".to_owned();
    }
    if usable().next().is_none() { "no node takes tasks at the moment".to_owned() } else { short(words) }
}

fn missing(words: &str, place: &str) -> Option<String> {
    let lower = words.to_lowercase();
    let after = |mark: &str| words.split_once(mark).map(|(_, rest)| rest.trim().trim_end_matches(['"', '.', ')']).to_owned());
    if let Some(path) = after("bind source path does not exist:") {
        return Some(format!("the folder {path} does not exist{place}"));
    }
    for what in ["secret", "config", "network"] {
        if lower.contains(&format!("{what} ")) && (lower.contains("not found") || lower.contains("no such")) {
            let name = words.split_whitespace().skip_while(|w| !w.to_lowercase().ends_with(what)).nth(1).unwrap_or_default();
            let name = if name == "reference" {
                words.split_whitespace().skip_while(|w| *w != "reference").nth(1).unwrap_or_default()
            } else {
                name
            };
            return Some(format!("the {what} {} is missing{place}", name.trim_matches(['"', '\'', ':', ','])));
        }
    }
    if lower.contains("executable file not found") || (lower.contains("starting container") && lower.contains("no such file")) {
        return Some(format!("the command to run is not in the image{place}: {}", short(words)));
    }
    if lower.contains("no space left on device") {
        return Some(format!("the disk is full{place}"));
    }
    if lower.contains("addresses may be exhausted") {
        return Some(format!("a network of the service has no free address left{place}"));
    }
    if lower.contains("port is already allocated") || lower.contains("address already in use") {
        return Some(format!("a port that the service wants is in use{place}"));
    }
    None
}

fn exit(task: &Task, words: &str, place: &str) -> Option<String> {
    if task.state == "complete" {
        return Some(format!("it ends by itself (exit code 0) and is started again{place}"));
    }
    let told = words.split_once("non-zero exit (").and_then(|(_, rest)| rest.split_once(')'));
    let counted = task.exit_code.filter(|code| *code != 0 && task.error.is_empty()).map(|code| code.to_string());
    let (code, detail) = told.or(counted.as_deref().map(|code| (code, "")))?;
    let detail = detail.trim_start_matches(':').trim();
    let known = match code {
        "137" => " (killed: it ran out of memory, or did not stop in time)",
        "139" => " (it crashed)",
        "126" => " (its command can't be run)",
        "127" => " (its command was not found)",
        _ => "",
    };
    let detail = if detail.is_empty() { String::new() } else { format!(": {}", short(detail)) };
    Some(format!("it ended with exit code {code}{known}{place}{detail}"))
}

fn short(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= WORDS_MAX {
        return line;
    }
    line.chars().take(WORDS_MAX).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::spec::{ContainerSpec, Placement, TaskSpec};

    #[test]
    fn the_words_of_the_engine_become_plain_sentences() {
        let node =
            Node { id: "1".into(), hostname: "b".into(), state: "ready".into(), availability: "active".into(), ..Node::default() };
        let container_spec = ContainerSpec { image: "redis:9@sha256:ab".into(), ..ContainerSpec::default() };
        let placement = Placement { constraints: vec!["node.labels.disk == ssd".into()], ..Placement::default() };
        let task_template = TaskSpec { container_spec, placement, ..TaskSpec::default() };
        let spec = ServiceSpec { task_template, ..ServiceSpec::default() };
        let health = Health { last: Some((1, "curl: (7)  refused\n".into())), ..Health::default() };
        for (state, error, said) in [
            ("rejected", "No such image: redis:9", "the image redis:9 was not found on node b, nor could it be pulled"),
            ("rejected", "write /var/lib/x: no space left on device", "the disk is full on node b"),
            ("pending", "no suitable node (scheduling constraints not satisfied on 1 node)", "no node has the label disk=ssd"),
            (
                "pending",
                "no suitable node (insufficient resources on 1 node)",
                "no node has as much memory or CPU left as the service reserves",
            ),
            (
                "failed",
                "task: non-zero exit (137): dockerexec: unhealthy container",
                "the health check fails on node b; the last probe ended with code 1: curl: (7) refused",
            ),
            ("failed", "task: non-zero exit (2)", "it ended with exit code 2 on node b"),
            ("rejected", "secret reference c_org_pw_v1 not found", "the secret c_org_pw_v1 is missing on node b"),
            (
                "rejected",
                "invalid mount config for type \"bind\": bind source path does not exist: /srv/x",
                "the folder /srv/x does not exist on node b",
            ),
            ("rejected", "something new", "something new on node b"),
        ] {
            let task = Task { state: state.into(), error: error.into(), node: "1".into(), ..Task::default() };
            assert_eq!(sentence(&task, &spec, std::slice::from_ref(&node), Some(&health)), said);
        }
    }
}
