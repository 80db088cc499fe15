//! `canteen stack …` on a real engine: what changes when the files change, what is refused, and what is listed.

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Duration;

use crate::harness::{Engine, Registry, Stack};

#[test]
fn a_service_that_was_scaled_by_hand_has_the_number_of_the_file_again() {
    let stack = stack("cli-scale");
    stack.write("compose.yml", &file(&[("web", "")], ""));
    stack.deploy(FILE).well();
    stack.docker(&["service", "scale", "--detach", "cli-scale_web=3"]);
    stack.wait_for("three tasks", || (stack.running("web") == 3).then_some(()));
    stack.deploy(FILE).well();
    assert_eq!(stack.running("web"), 1, "it waited until the others were gone");
    assert_eq!(stack.inspect("web", "{{.Spec.Mode.Replicated.Replicas}}"), "1");
}

#[test]
fn prune_takes_away_the_services_that_the_file_lost_and_nothing_else() {
    let stack = stack("cli-prune");
    stack.write("words", "a config");
    let parts = "configs: {words: {file: ./words}}\nnetworks: {aside: {}}\n";
    let aside = "networks: [aside]\n    configs: [words]";
    stack.write("compose.yml", &file(&[("old", aside), ("web", "")], parts));
    stack.deploy(FILE).well();
    let neighbour = self::stack("cli-prune_more");
    neighbour.write("compose.yml", &file(&[("old", "")], ""));
    neighbour.deploy(FILE).well();
    let web = stack.tasks_of(&["web".to_owned()]);

    // A service that is called otherwise from now on is one that the file lost and one that is new.
    stack.write("compose.yml", &file(&[("new", aside), ("web", "")], parts));
    let kept = stack.deploy(FILE).well();
    assert_eq!(stack.services(), ["new", "old", "web"], "nothing goes unless it is asked for: {kept:?}");
    let plan = stack.deploy(&["-c", "compose.yml", "--prune", "--plan"]).well();
    assert!(plan.out.contains("- remove service cli-prune_old"), "{plan:#?}");
    assert_eq!(stack.services(), ["new", "old", "web"], "a plan changes nothing");
    let pruned = stack.deploy(&["-c", "compose.yml", "--prune"]).well();
    assert!(pruned.out.contains("Removing service cli-prune_old"), "{pruned:#?}");
    assert_eq!(stack.services(), ["new", "web"]);
    assert_eq!(stack.tasks_of(&["web".to_owned()]), web, "what the file still has goes on");
    assert_eq!(neighbour.services(), ["old"], "a stack whose name begins alike is another stack");

    stack.write("compose.yml", &file(&[("web", "")], ""));
    stack.deploy(&["-c", "compose.yml", "--prune"]).well();
    let left = stack.dump();
    assert!(left["networks"].get("cli-prune_aside").is_some() && left["configs"].get("cli-prune_words").is_some(), "{left:#}");
}

#[test]
fn a_config_with_other_content_is_refused_with_the_remedy_and_a_new_version_rolls_in() {
    let mut stack = stack("cli-config");
    stack.set("VERSION", "v1");
    stack.set("PLAIN", "plain");
    stack.write("motd", "good morning");
    stack.write("plain", "as it is");
    let service = "configs: [motd, plain]\n    environment: [GREETING]";
    let configs =
        "configs: {motd: {name: 'cli-config_motd_${VERSION}', file: ./motd}, plain: {name: 'cli-config_${PLAIN}', file: ./plain}}";
    stack.set("GREETING", "one");
    stack.write("compose.yml", &file(&[("web", service)], configs));
    stack.deploy(FILE).well();
    let (before, tasks) = (stack.dump(), stack.tasks());

    stack.set("GREETING", "two");
    stack.write("motd", "good evening");
    let refused = stack.deploy(FILE).badly(&["cli-config_motd_v1", "other content", "raise MOTD_VERSION"]);
    eprintln!("a changed config: {}", refused.err);
    stack.write("motd", "good morning");
    stack.write("plain", "not as it was");
    let refused = stack.deploy(FILE).badly(&["cli-config_plain", "other content", "another name"]);
    eprintln!("a changed config without a version: {}", refused.err);
    assert_eq!((stack.dump(), stack.tasks()), (before, tasks), "what is refused changes nothing");

    stack.write("motd", "good evening");
    stack.set("VERSION", "v2");
    stack.set("PLAIN", "plainer");
    stack.deploy(FILE).well();
    let used = stack.inspect("web", "{{range .Spec.TaskTemplate.ContainerSpec.Configs}}{{.ConfigName}} {{end}}");
    assert_eq!(used, "cli-config_motd_v2 cli-config_plainer");
    assert!(stack.inspect("web", "{{.Spec.TaskTemplate.ContainerSpec.Env}}").contains("GREETING=two"));
}

#[test]
fn a_secret_takes_new_labels_and_refuses_new_content() {
    let stack = stack("cli-secret");
    stack.write("key", "sesame");
    let with = |turn: &str, greeting: &str| {
        let service = format!("secrets: [key]\n    environment: {{GREETING: {greeting}}}");
        let secrets = format!("secrets: {{key: {{file: ./key, labels: {{turn: {turn}}}}}}}");
        stack.write("compose.yml", &file(&[("web", &service)], &secrets));
    };
    with("weekly", "one");
    stack.deploy(FILE).well();
    let tasks = stack.tasks();
    with("monthly", "one");
    stack.deploy(FILE).well();
    assert_eq!(stack.docker(&["secret", "inspect", "-f", "{{.Spec.Labels.turn}}", "cli-secret_key"]), "monthly");
    assert_eq!(stack.tasks(), tasks, "a label of a secret is no reason for an outage");

    with("monthly", "two");
    stack.write("key", "open sesame");
    let before = stack.dump();
    let refused = stack.deploy(FILE).badly(&["cli-secret_key", "other content", "another name"]);
    eprintln!("a changed secret: {}", refused.err);
    assert!(!refused.err.contains("sesame"), "a secret is never shown: {refused:?}");
    assert_eq!((stack.dump(), stack.tasks()), (before, tasks), "what is refused changes nothing");
}

#[test]
fn what_belongs_to_another_stack_is_not_taken() {
    let owner = stack("cli-owner");
    let shared = "configs: {c: {name: cli-shared-config, file: ./c}}\nsecrets: {s: {name: cli-shared-secret, file: ./c}}\nnetworks: {n: {name: cli-shared-network}}";
    let service = "configs: [c]\n    secrets: [s]\n    networks: [n]";
    owner.write("c", "mine");
    owner.write("compose.yml", &file(&[("web", service)], shared));
    owner.deploy(FILE).well();
    let before = owner.dump();
    for (kind, service, part) in [
        ("config", "configs: [c]", "configs: {c: {name: cli-shared-config, file: ./c}}"),
        ("secret", "secrets: [s]", "secrets: {s: {name: cli-shared-secret, file: ./c}}"),
        ("network", "networks: [n]", "networks: {n: {name: cli-shared-network}}"),
    ] {
        let taker = stack("cli-taker");
        taker.write("c", "mine");
        taker.write("compose.yml", &file(&[("web", service)], part));
        let refused = taker.deploy(FILE).badly(&[&format!("{kind} cli-shared-{kind}"), "stack cli-owner"]);
        eprintln!("a {kind} of another stack: {}", refused.err);
        assert!(taker.is_gone(), "nothing was made");
    }
    assert_eq!(owner.dump(), before);
}

#[test]
fn a_stack_comes_up_right_after_docker_s_client_removed_it() {
    let stack = stack("cli-again");
    stack.write("compose.yml", &file(&[("web", "stop_grace_period: 3s\n    init: false")], ""));
    stack.deploy(FILE).well();
    // It returns at once; the network is listed until the container has stopped.
    stack.docker(&["stack", "rm", &stack.name]);
    stack.deploy(FILE).well();
    assert_eq!(stack.running("web"), 1);
    let removed = stack.canteen(&["rm", &stack.name, "cli-nowhere"]).well();
    assert!(removed.err.contains("Nothing found in stack: cli-nowhere"), "{removed:#?}");
    assert!(stack.is_gone());
}

#[test]
fn a_tag_that_moved_is_pulled_anew_only_if_registries_are_asked() {
    let registry = Registry::start();
    let image = registry.busybox("cli-moving:1");
    let mut stack = stack("cli-resolve");
    stack.set("IMAGE", &image);
    stack.write("compose.yml", &file(&[("web", "")], ""));
    stack.deploy(FILE).well();
    let digest = stack.inspect("web", IMAGE);
    assert!(digest.starts_with(&format!("{image}@sha256:")), "{digest}");
    let engine = Engine::start();
    let container = engine.docker(&["create", &image, "true"]);
    engine.docker(&["commit", "-c", "ENV MOVED=yes", &container, &image]);
    engine.docker(&["rm", &container]);
    engine.docker(&["push", "-q", &image]);

    let tasks = stack.tasks();
    for when in ["changed", "never"] {
        stack.deploy(&["-c", "compose.yml", "--resolve-image", when]).well();
        assert_eq!((stack.inspect("web", IMAGE), stack.tasks()), (digest.clone(), tasks.clone()), "{when}");
    }
    let plan = stack.deploy(&["-c", "compose.yml", "--plan"]).well();
    assert!(plan.out.contains("its tasks are replaced"), "{plan:#?}");
    stack.deploy(&["-c", "compose.yml", "--resolve-image=always"]).well();
    assert_ne!(stack.inspect("web", IMAGE), digest);
    stack.docker(&["stack", "rm", &stack.name]);
    stack.deploy(&["-c", "compose.yml", "--resolve-image=never"]).well();
    assert_eq!(stack.inspect("web", IMAGE), image, "nobody was asked");
}

#[test]
fn stacks_their_services_and_their_tasks_are_listed() {
    let stack = stack("cli-list");
    stack.write("compose.yml", &file(&[("web", ""), ("resting", "deploy: {replicas: 0}")], ""));
    let begun = stack.deploy(&["-c", "compose.yml", "--detach"]).well();
    assert!(begun.took < Duration::from_secs(20), "{begun:#?}");
    assert!(
        begun.out.contains("Creating network cli-list_default") && begun.out.contains("Creating service cli-list_web"),
        "{begun:#?}"
    );
    stack.wait_until_up();
    let listed = |args: &[&str]| stack.canteen(args).well().out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(listed(&["ls"]).contains("cli-list 2"), "{}", listed(&["ls"]));
    let services = listed(&["services", "cli-list"]);
    assert!(services.contains("cli-list_web replicated 1/1") && services.contains("cli-list_resting replicated 0/0"), "{services}");
    let tasks = listed(&["ps", "cli-list"]);
    assert!(tasks.contains("cli-list_web.1") && tasks.contains("Running"), "{tasks}");
    let ids: Vec<String> = stack.tasks().into_iter().collect();
    assert_eq!(listed(&["ps", "-q", "--no-trunc", "cli-list"]), ids.join(" "));

    let quiet = stack.deploy(&["-c", "compose.yml", "--quiet"]).well();
    assert!(!quiet.err.contains("1/1"), "{quiet:#?}");
    stack.canteen(&["ps", "cli-nowhere"]).badly(&["nothing found in stack: cli-nowhere"]);
    let none = stack.canteen(&["services", "cli-nowhere"]).well();
    assert!(none.err.contains("Nothing found in stack: cli-nowhere"), "{none:#?}");
}

#[test]
fn an_engine_that_is_not_there_is_named() {
    let engine = Engine::start();
    let mut stack = Stack::new(&engine.host, engine.folder(), "cli-nobody");
    stack.set("DOCKER_HOST", "unix:///nowhere/docker.sock");
    stack.set("IMAGE", "bb:1");
    stack.write("compose.yml", &file(&[("web", "")], ""));
    for args in [["deploy", "-c", "compose.yml", "cli-nobody"].as_slice(), &["rm", "cli-nobody"], &["ls"]] {
        let refused = stack.canteen(args).badly(&["/nowhere/docker.sock"]);
        assert!(refused.took < Duration::from_secs(15), "{refused:#?}");
    }
}

const FILE: &[&str] = &["-c", "compose.yml"];
const IMAGE: &str = "{{.Spec.TaskTemplate.ContainerSpec.Image}}";

/// A compose file with services that sleep, each with lines of its own, and with further parts.
fn file(services: &[(&str, &str)], parts: &str) -> String {
    let mut text = "version: '3.8'\nx-sleeper: &sleeper\n  image: ${IMAGE}\n  command: sleep 100000\n  init: true\n  stop_grace_period: 1s\n  deploy: {update_config: {monitor: 1s}}\nservices:\n".to_owned();
    for (name, lines) in services {
        let _infallible = writeln!(text, "  {name}:\n    <<: *sleeper\n    {lines}");
    }
    text + parts
}

fn stack(name: &str) -> Stack {
    static IMAGE: OnceLock<String> = OnceLock::new();
    let engine = Engine::start();
    let mut stack = Stack::new(&engine.host, engine.folder(), name);
    stack.set("IMAGE", IMAGE.get_or_init(|| Registry::start().busybox("cli:1")));
    stack
}
