//! The same files, deployed by Docker's client and by us, leave the same on a real engine.

use std::sync::OnceLock;

use serde_json::Value;

use crate::harness::{Engine, Registry, Stack};

#[test]
fn an_app_with_networks_secrets_configs_checks_and_updates_is_the_same_from_both() {
    let mut stack = stack("forum", "parity-forum");
    stack.set("FROM_OUTSIDE", "the shell");
    is_the_same_from_both(&stack, &["-c", "compose.yml"]);
}

#[test]
fn jobs_and_services_on_every_node_merged_from_two_files_are_the_same_from_both() {
    let stack = stack("workshop", "parity-workshop");
    is_the_same_from_both(&stack, &["-c", "compose.yml", "-c", "compose.more.yml"]);
}

#[test]
fn objects_of_others_and_objects_with_names_of_their_own_are_the_same_from_both() {
    let mut stack = stack("depot", "parity-depot");
    for (variable, value) in [
        ("STACK_NAME", "parity-depot"),
        ("STREET", "parity-street"),
        ("SHARED_KEY", "parity_shared_key"),
        ("HOUSE_RULES", "parity_house_rules"),
        ("TOKEN_VERSION", "v1"),
    ] {
        stack.set(variable, value);
    }
    let engine = Engine::start();
    engine.docker(&["network", "create", "--driver", "overlay", "parity-street"]);
    let file = engine.folder().join("parity-outside");
    std::fs::write(&file, "be kind").expect("a file can be written");
    let file = file.to_str().expect("a plain path");
    engine.docker(&["secret", "create", "parity_shared_key", file]);
    engine.docker(&["config", "create", "parity_house_rules", file]);
    is_the_same_from_both(&stack, &["-c", "compose.yml"]);
    drop(stack);
    // Stacks don't take with them what they found.
    engine.docker(&["network", "rm", "parity-street"]);
    engine.docker(&["secret", "rm", "parity_shared_key"]);
    engine.docker(&["config", "rm", "parity_house_rules"]);
}

/// Deploys by Docker's client, over that by us; then, after everything was removed, by us, over that by Docker's client. What comes
/// second replaces no task, and what is there is the same each time.
fn is_the_same_from_both(stack: &Stack, files: &[&str]) {
    stack.deploy_by_docker(files);
    stack.wait_until_up();
    let (theirs, tasks) = (stack.dump(), stack.tasks());
    let over = stack.deploy(files).well();
    assert_eq!(stack.tasks(), tasks, "we replaced tasks of what was there already: {over:#?}");
    same(&theirs, &stack.dump(), "our deploy over theirs");
    stack.remove_by_docker();

    let first = stack.deploy(files).well();
    eprintln!("{}: our first deploy took {:?}", stack.name, first.took);
    same(&theirs, &stack.dump(), "our deploy");
    let (tasks, lasting) = (stack.tasks(), stack.lasting_tasks());
    let again = stack.deploy(files).well();
    assert_eq!(stack.tasks(), tasks, "our second deploy replaced tasks: {again:#?}");
    // The Swarm runs jobs again each time that their service is sent, and Docker's client sends every service.
    stack.deploy_by_docker(files);
    stack.wait_until_up();
    assert_eq!(stack.lasting_tasks(), lasting, "their deploy over ours replaced tasks");
    same(&theirs, &stack.dump(), "their deploy over ours");

    stack.canteen(&["rm", &stack.name]).well();
    assert!(stack.is_gone(), "something is left behind our back: {}", stack.docker(&["ps", "-a"]));
    stack.deploy(files).well();
    same(&theirs, &stack.dump(), "our deploy right after our removal");
    stack.canteen(&["rm", &stack.name]).well();
    stack.remove_volumes();
}

/// Compares piece by piece, so that what differs can be seen.
fn same(theirs: &Value, ours: &Value, when: &str) {
    let mut found = vec![];
    differences("", theirs, ours, &mut found);
    assert!(found.is_empty(), "{when} differs:\n{}", found.join("\n"));
    assert_ne!(theirs["services"], serde_json::json!({}), "there is something to compare");
}

fn differences(path: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            let nothing = Value::Null;
            for key in keys {
                let side = |o: &'_ serde_json::Map<String, Value>| o.get(key).unwrap_or(&nothing).clone();
                differences(&format!("{path}/{key}"), &side(a), &side(b), found);
            }
        }
        _ if theirs == ours => {}
        _ => found.push(format!("{path}: theirs {theirs}, ours {ours}")),
    }
}

fn stack(source: &str, name: &str) -> Stack {
    static IMAGE: OnceLock<String> = OnceLock::new();
    let engine = Engine::start();
    let mut stack = Stack::of(&engine.host, engine.folder(), name, source);
    stack.set("IMAGE", IMAGE.get_or_init(|| Registry::start().busybox("parity:1")));
    stack
}
