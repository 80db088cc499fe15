//! Three real nodes: how a deploy ends is what is true of all of them, and what fails is named, with its node.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::harness::{Done, Stack, ThreeNodes};

/// Tests that take something away from a node, or keep all of them busy, have the Swarm for themselves.
pub(crate) static NODES: RwLock<()> = RwLock::new(());

const FILE: &[&str] = &["-c", "compose.yml", "--timeout", "120"];

#[test]
fn a_stack_on_three_nodes_converges_and_its_services_reach_each_other() {
    let _shared = NODES.read().unwrap_or_else(PoisonError::into_inner);
    let swarm = ThreeNodes::start();
    let mut stack = stack("three-spread");
    stack.set("IMAGE", &swarm.busybox("spread:1", &[]));
    stack.write("key", "not-a-real-key");
    stack.write("page", "{{ .Task.Name }}\n");
    stack.write("compose.yml", SPREAD);
    let first = stack.deploy(FILE).well();
    assert!(first.err.contains("three-spread: converged"), "{first:#?}");
    eprintln!("deployed on three nodes in {:?}", first.took);
    let tasks = stack.tasks();
    let again = stack.deploy(FILE).well();
    assert_eq!(stack.tasks(), tasks, "{again:#?}");

    let removed = stack.canteen(&["rm", &stack.name]).well();
    for node in 2..=3 {
        let left = swarm.docker_on(node, &["ps", "-q", "--filter", "label=com.docker.stack.namespace=three-spread"]);
        assert_eq!(left, "", "node {node} still runs something of it: {removed:#?}");
    }
    stack.deploy(FILE).well();
}

/// One web server on each node, something that looks for all of them through the network, and an agent everywhere.
const SPREAD: &str = r#"
version: "3.8"
services:
  web:
    image: ${IMAGE}
    command: httpd -f -p 8080 -h /srv
    init: true
    configs: [{source: page, target: /srv/index.html}]
    secrets: [key]
    healthcheck: {test: "wget -q -O - http://127.0.0.1:8080/ | cat && cat /run/secrets/key", interval: 1s, start_period: 30s}
    deploy: {replicas: 3, endpoint_mode: dnsrr, placement: {max_replicas_per_node: 1}}
  agent:
    image: ${IMAGE}
    command: sleep 100000
    init: true
    deploy: {mode: global}
  look:
    image: ${IMAGE}
    command:
      - sh
      - -c
      - |
        found() {
          nslookup web | busybox awk '/^Address/ {print $$NF}' |
            while read -r address; do wget -q -O - "http://$$address:8080/" 2>/dev/null; done | busybox sort -u | busybox wc -l
        }
        until [ "$$(found)" = 3 ]; do sleep 1; done
    deploy: {mode: replicated-job, restart_policy: {condition: on-failure}}
configs:
  page: {file: ./page, template_driver: golang}
secrets:
  key: {file: ./key}
"#;

#[test]
fn an_update_that_starts_first_never_runs_fewer_tasks_than_wanted() {
    let _shared = NODES.read().unwrap_or_else(PoisonError::into_inner);
    let swarm = ThreeNodes::start();
    let mut stack = stack("three-startfirst");
    stack.set("IMAGE", &swarm.busybox("startfirst:1", &[]));
    stack.set("RELEASE", "1");
    stack.write("compose.yml", START_FIRST);
    stack.deploy(FILE).well();
    stack.set("IMAGE", &swarm.busybox("startfirst:2", &["ENV NEWER=yes"]));
    stack.set("RELEASE", "2");
    let least = std::thread::scope(|scope| {
        let update = scope.spawn(|| stack.deploy(FILE));
        let mut least = usize::MAX;
        while !update.is_finished() {
            least = least.min(stack.running("web"));
            std::thread::sleep(Duration::from_millis(50));
        }
        let done = update.join().expect("the thread ends").well();
        eprintln!("updated with start-first in {:?}, with {least} tasks or more", done.took);
        least
    });
    // With stop-first it would be two, for each task takes two seconds to be healthy.
    assert_eq!(least, 3, "never fewer than wanted");
    assert_eq!(stack.running("web"), 3);
    assert!(stack.inspect("web", "{{.Spec.TaskTemplate.ContainerSpec.Env}}").contains("RELEASE=2"));
}

const START_FIRST: &str = r#"
version: "3.8"
services:
  web:
    image: ${IMAGE}
    command: sh -c "sleep 2; echo up >/tmp/up; exec sleep 100000"
    init: true
    environment: [RELEASE]
    healthcheck: {test: "cat /tmp/up", interval: 1s, start_period: 30s}
    deploy:
      replicas: 3
      update_config: {order: start-first, parallelism: 1, monitor: 2s, failure_action: rollback}
"#;

#[test]
fn a_node_that_dies_in_the_middle_of_an_update_ends_in_the_right_verdict() {
    let _alone = NODES.write().unwrap_or_else(PoisonError::into_inner);
    let swarm = ThreeNodes::start();
    let image = swarm.busybox("dying:1", &[]);
    let stack_of = |name: &str, deploy: &str, lines: &str| {
        let mut stack = stack(name);
        stack.set("IMAGE", &image);
        stack.set("RELEASE", "1");
        stack.write("compose.yml", &sleeper(&format!("replicas: 3, {deploy}"), &format!("environment: [RELEASE]\n    {lines}")));
        stack
    };
    // The delay is long enough for the Swarm to find out that the node is gone, and for this test to meet all three half-way.
    let mut movable = stack_of("three-movable", "update_config: {parallelism: 2, delay: 40s, monitor: 2s}", "");
    let bound = "update_config: {parallelism: 2, delay: 40s, monitor: 2s}, placement: {max_replicas_per_node: 1}";
    let mut bound = stack_of("three-bound", bound, "");
    let mut stuck = stack("three-stuck");
    stuck.set("IMAGE", &image);
    stuck.set("SECONDS", "0");
    stuck.write("compose.yml", SLOW);
    let _all = at_once([&movable, &bound, &stuck]).map(Done::well);
    movable.set("RELEASE", "2");
    bound.set("RELEASE", "2");
    stuck.set("SECONDS", "15");
    let patient = ["-c", "compose.yml", "--timeout", "180"];
    let (_node, movable_done, bound_done, stuck_done) = std::thread::scope(|scope| {
        let (one, two) = (scope.spawn(|| movable.deploy(&patient)), scope.spawn(|| bound.deploy(&patient)));
        let three = scope.spawn(|| stuck.deploy(&patient));
        stuck.wait_for("new tasks on every node", || (stuck.tasks().len() == 6).then_some(()));
        for stack in [&movable, &bound] {
            stack.wait_for("the first new tasks", || (stack.tasks().len() == 5 && stack.running("app") == 3).then_some(()));
            assert_eq!(stack.inspect("app", "{{.UpdateStatus.State}}"), "updating");
        }
        let node = swarm.crash(3);
        (node, one.join().expect("the thread ends"), two.join().expect("the thread ends"), three.join().expect("the thread ends"))
    });
    eprintln!("a node died, tasks may move: {:?} {}", movable_done.took, movable_done.err);
    eprintln!("a node died, tasks may not move: {:?} {}", bound_done.took, bound_done.err);
    eprintln!("a node died, and the engine's update waits for it: {:?} {}", stuck_done.took, stuck_done.err);
    // The engine says for ever that it updates; what is wanted runs nevertheless.
    let stuck_done = stuck_done.well();
    assert!(stuck_done.err.contains("three-stuck: converged"), "{stuck_done:#?}");
    let movable_done = movable_done.well();
    assert!(movable_done.err.contains("three-movable: converged"), "{movable_done:#?}");
    let where_and_how = ["--filter", "desired-state=running", "--format", "{{.Node}} {{.CurrentState}}", "three-movable_app"];
    let tasks = swarm.docker(&[&["service", "ps"], where_and_how.as_slice()].concat());
    assert_eq!(tasks.lines().filter(|l| l.contains("Running") && !l.starts_with("node3")).count(), 3, "{tasks}");
    bound_done.badly(&["app: every node already runs as many tasks as the service allows per node", "three-bound: failed"]);
}

/// All of its tasks are replaced at once, and take some seconds to be healthy.
const SLOW: &str = r#"
version: "3.8"
services:
  app:
    image: ${IMAGE}
    command: sh -c "sleep ${SECONDS}; echo up >/tmp/up; exec sleep 100000"
    init: true
    stop_grace_period: 1s
    healthcheck: {test: "cat /tmp/up", interval: 1s, start_period: 60s}
    deploy:
      replicas: 3
      update_config: {parallelism: 0, monitor: 2s}
"#;

#[test]
fn an_image_that_one_node_can_t_have_is_named_with_the_node() {
    let _alone = NODES.write().unwrap_or_else(PoisonError::into_inner);
    let swarm = ThreeNodes::start();
    let mut everywhere = stack("three-image");
    everywhere.set("IMAGE", &swarm.busybox("image:1", &[]));
    let update = "mode: global, update_config: {failure_action: rollback, monitor: 2s}";
    everywhere.write("compose.yml", &sleeper(update, ""));
    everywhere.deploy(FILE).well();
    let digest = everywhere.inspect("app", "{{.Spec.TaskTemplate.ContainerSpec.Image}}");

    let newer = swarm.busybox("image:2", &["ENV NEWER=yes"]);
    let _cut = swarm.cut(3);
    let said = format!("the image {newer} was not found on node node3");
    let of_newer = |name: &str, deploy: &str| {
        let mut stack = stack(name);
        stack.set("IMAGE", &newer);
        stack.write("compose.yml", &sleeper(deploy, ""));
        stack
    };
    let first = of_newer("three-image-first", "mode: global");
    let anywhere = of_newer("three-image-anywhere", "replicas: 3, restart_policy: {delay: 1s}");
    everywhere.set("IMAGE", &newer);
    let [first, update, elsewhere] = at_once([&first, &everywhere, &anywhere]);
    eprintln!("an image that a node can't have, first deploy: {:?} {}", first.took, first.err);
    eprintln!("an image that a node can't have, update: {:?} {}", update.took, update.err);
    eprintln!("an image that a node can't have, others can: {:?} {}", elsewhere.took, elsewhere.err);
    first.badly(&[&format!("app: {said}"), "three-image-first: failed"]);
    // The Swarm may miss that a task was rejected at once, if that was the first of the update; then it does not go back.
    let went_back = everywhere.inspect("app", "{{.Spec.TaskTemplate.ContainerSpec.Image}}") == digest;
    update.badly(&[&said, if went_back { "three-image: rolled back" } else { "three-image: failed" }]);
    // Where other nodes may take the task, the Swarm tries those, and it ends well.
    elsewhere.well();
}

#[test]
fn a_constraint_that_no_node_meets_is_named() {
    let _shared = NODES.read().unwrap_or_else(PoisonError::into_inner);
    let swarm = ThreeNodes::start();
    let image = swarm.busybox("placeless:1", &[]);
    let placed = |stack: &mut Stack, constraint: &str| {
        stack.set("IMAGE", &image);
        stack.write("compose.yml", &sleeper(&format!("replicas: 2, placement: {{constraints: ['{constraint}']}}"), ""));
    };
    let (mut new, mut old) = (stack("three-placeless"), stack("three-misplaced"));
    placed(&mut old, "node.hostname == node2");
    old.deploy(FILE).well();
    placed(&mut old, "node.hostname == node9");
    placed(&mut new, "node.labels.zone == moon");
    let [new, old] = at_once([&new, &old]);
    eprintln!("a constraint that nobody meets, first deploy: {:?} {}", new.took, new.err);
    eprintln!("a constraint that nobody meets, update: {:?} {}", old.took, old.err);
    new.badly(&["app: no node has the label zone=moon", "three-placeless: failed"]);
    old.badly(&["app: no node fits the constraint node.hostname == node9", "three-misplaced: failed"]);
}

#[test]
fn a_health_check_that_fails_is_named_and_a_rollback_is_no_success() {
    let _shared = NODES.read().unwrap_or_else(PoisonError::into_inner);
    let swarm = ThreeNodes::start();
    let image = swarm.busybox("ill:1", &[]);
    let checked = |stack: &mut Stack, test: &str, action: &str| {
        let deploy = format!(
            "replicas: 2, update_config: {{failure_action: {action}, monitor: 5s}}, restart_policy: {{delay: 1s}}, placement: {{constraints: [node.role == worker]}}"
        );
        stack.set("IMAGE", &image);
        let check = format!("healthcheck: {{test: '{test}', interval: 1s, timeout: 5s, retries: 2}}");
        stack.write("compose.yml", &sleeper(&deploy, &check));
    };
    let [mut new, mut back, mut half] = ["three-ill", "three-ill-back", "three-ill-half"].map(stack);
    for old in [&mut back, &mut half] {
        checked(old, "ls /bin", "rollback");
    }
    let _both = at_once([&back, &half]).map(Done::well);
    checked(&mut new, "ls /nothing-here", "rollback");
    checked(&mut back, "ls /nothing-here", "rollback");
    checked(&mut half, "ls /nothing-here", "pause");
    let [first, rolled, paused] = at_once([&new, &back, &half]);
    eprintln!("a health check that fails, first deploy: {:?} {}", first.took, first.err);
    eprintln!("a health check that fails, update: {:?} {}", rolled.took, rolled.err);
    eprintln!("a health check that fails, update that pauses: {:?} {}", paused.took, paused.err);
    first.badly(&["app: the health check fails on node node", "three-ill: failed"]);
    rolled.badly(&["runs again: the health check fails", "three-ill-back: rolled back"]);
    paused.badly(&["half-way: the health check fails", "three-ill-half: paused"]);
    let test = "{{json .Spec.TaskTemplate.ContainerSpec.Healthcheck.Test}}";
    assert!(back.inspect("app", test).contains("ls /bin"), "the version before runs again");
    assert!(half.inspect("app", test).contains("ls /nothing-here"));
}

#[test]
fn a_worker_says_that_it_is_no_manager() {
    let swarm = ThreeNodes::start();
    let mut stack = stack("three-worker");
    stack.set("DOCKER_HOST", &swarm.worker(2));
    stack.set("IMAGE", "bb:1");
    stack.write("compose.yml", &sleeper("replicas: 1", ""));
    for args in [["deploy", "-c", "compose.yml", "three-worker"].as_slice(), &["rm", "three-worker"]] {
        let begun = Instant::now();
        stack.canteen(args).badly(&["this node is a worker of its Swarm; point DOCKER_HOST at a manager"]);
        assert!(begun.elapsed() < Duration::from_secs(15));
    }
}

/// Deploys all of them at the same time.
fn at_once<const N: usize>(stacks: [&Stack; N]) -> [Done; N] {
    std::thread::scope(|scope| {
        stacks.map(|stack| scope.spawn(|| stack.deploy(FILE))).map(|run| run.join().expect("the thread ends"))
    })
}

/// One service `app` that sleeps, with these settings of its `deploy` and further lines.
fn sleeper(deploy: &str, lines: &str) -> String {
    format!(
        "version: '3.8'\nservices:\n  app:\n    image: ${{IMAGE}}\n    command: sleep 100000\n    init: true\n    stop_grace_period: 2s\n    deploy: {{{deploy}}}\n    {lines}\n"
    )
}

fn stack(name: &str) -> Stack {
    let swarm = ThreeNodes::start();
    Stack::new(&swarm.host, swarm.folder(), name)
}
