//! How a deploy ends is what is true of the Swarm, and a deploy that fails says why in plain words.

use std::time::{Duration, Instant};

use crate::harness::{Canteen, Engine, Member, Registry};

const CONVERGED: &str = "Healthy: everything runs as it was deployed";

#[test]
fn a_first_deploy_that_never_becomes_healthy_ends_failed_and_names_the_health_check() {
    let text = first_deploy("notice-board", "1.2.0", "unhealthy.example.org", true);
    assert!(text.contains("Failed") && !text.contains("Timed out"), "{text}");
    assert!(text.contains("app: the health check fails on node"), "{text}");
    assert!(text.contains("404"), "what the probe said is shown: {text}");
}

#[test]
fn a_first_deploy_of_an_image_that_does_not_exist_ends_failed_and_names_the_image() {
    let text = first_deploy("stray", "1.0.0", "imageless.example.org", false);
    assert!(text.contains("Failed") && !text.contains("Timed out"), "{text}");
    let image = Registry::start().name("nowhere-to-be-found:1");
    assert!(text.contains(&format!("app: the image {image} was not found")), "{text}");
}

#[test]
fn a_first_deploy_that_no_node_may_run_ends_failed_and_names_the_label() {
    let text = first_deploy("stray", "2.0.0", "placeless.example.org", false);
    assert!(text.contains("Failed") && !text.contains("Timed out"), "{text}");
    assert!(text.contains("app: no node has the label zone=moon"), "{text}");
}

#[test]
fn a_first_deploy_whose_process_ends_at_once_ends_failed_with_its_code_and_its_last_words() {
    let text = first_deploy("stray", "3.0.0", "crashing.example.org", false);
    assert!(text.contains("Failed") && !text.contains("Timed out"), "{text}");
    assert!(text.contains("code 3"), "{text}");
    assert!(text.contains("there is no database here"), "the log is part of the page: {text}");
}

#[test]
fn an_app_of_two_services_and_a_job_converges() {
    let domain = "guests.example.org";
    let (_canteen, mut ana) = canteen();
    ana.new_app("guestbook", "1.0.0", domain);
    let text = ana.deploy(domain, "").text();
    assert!(text.contains(CONVERGED), "{text}");
    let app = ana.get(&format!("/apps/{domain}")).text();
    assert!(app.contains("Healthy"), "{app}");
    let text = ana.deploy(domain, "1.1.0").text();
    assert!(text.contains(CONVERGED), "{text}");
    leave(&mut ana, domain);
}

#[test]
fn an_app_that_rests_at_no_replicas_converges_at_once_and_is_healthy() {
    let domain = "beat.example.org";
    let (_canteen, mut ana) = canteen();
    ana.new_app("heartbeat", "1.0.0", domain);
    let begun = Instant::now();
    let text = ana.deploy(domain, "").text();
    assert!(text.contains(CONVERGED), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(30), "the recipe gives it thirty seconds; it needs none: {:?}", begun.elapsed());
    let app = ana.get(&format!("/apps/{domain}")).text();
    assert!(app.contains("By schedule"), "{app}");
    leave(&mut ana, domain);
}

/// Deploys what can't come up, and gives the words of the operation's page.
fn first_deploy(recipe: &str, version: &str, domain: &str, secrets: bool) -> String {
    let (_canteen, mut ana) = canteen();
    ana.new_app(recipe, version, domain);
    if secrets {
        ana.make_secrets(domain);
    }
    let text = ana.deploy(domain, "").text();
    leave(&mut ana, domain);
    text
}

fn canteen() -> (Canteen, Member) {
    let canteen = Canteen::start(&Engine::start(), &Registry::start());
    let ana = canteen.set_up();
    (canteen, ana)
}

/// What failed need not go on failing while other tests run.
fn leave(ana: &mut Member, domain: &str) {
    let operation = ana.ask_for_undeploy(domain);
    let text = ana.wait(&operation).text();
    assert!(text.contains("Undeployed"), "{text}");
}
