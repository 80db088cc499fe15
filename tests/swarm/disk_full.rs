//! The disk of the data folder is full.

use std::time::{Duration, Instant};

use crate::harness::{Canteen, Engine, Registry, SmallDisk};

const DOMAIN: &str = "tight.example.org";
/// Tests run side by side, on one Swarm.
const HOUSE: &str = "narrow.example.org";

#[test]
fn a_full_disk_changes_nothing_on_the_swarm_and_says_what_to_do() {
    let (engine, registry) = (Engine::start(), Registry::start());
    let disk = SmallDisk::mount(&engine, "8m");
    let canteen = Canteen::start_in(&engine, &registry, Some(&disk.path));
    let mut ana = canteen.set_up();
    ana.new_app("heartbeat", "1.0.0", DOMAIN);
    let page = format!("/apps/{DOMAIN}/deployment");
    let plan = ana.plan(DOMAIN, "");
    let (hash, version) = (plan.value("plan").expect("a plan"), "1.0.0+1.35.0");

    disk.fill();
    let refused = ana.post(&page, &page, &[("version", version), ("plan", &hash)]);
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(
        refused.text().contains("No space left on device") || refused.text().contains("The disk may be full"),
        "{}",
        refused.text()
    );
    let settings = format!("/apps/{DOMAIN}/settings");
    let mut fields = ana.get(&settings).fields();
    for (name, value) in &mut fields {
        if name == "MESSAGE" {
            "other words".clone_into(value);
        }
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let refused = ana.post(&settings, &settings, &fields);
    assert_eq!(refused.status, 503, "{}", refused.text());
    let said = "Nothing was changed: it could not be written down. The disk may be full";
    assert!(refused.text().contains(said), "{}", refused.text());
    assert!(!engine.docker(&["service", "ls", "--format", "{{.Name}}"]).contains("tight_example_org"));
    assert_eq!(ana.get(&format!("/apps/{DOMAIN}")).status, 200, "what is there can still be read");

    disk.free();
    let text = ana.deploy(DOMAIN, "").text();
    assert!(text.contains("Healthy: everything runs as it was deployed"), "{text}");
    let asked = canteen.audit().iter().filter(|e| e["action"] == "app.deploy" && e["outcome"] == "asked").count();
    assert_eq!(asked, 1, "what was refused is not in the log, for it did not happen");
}

#[test]
fn a_disk_that_fills_up_in_the_middle_of_a_deploy_stops_it_until_there_is_room() {
    let (engine, registry) = (Engine::start(), Registry::start());
    let disk = SmallDisk::mount(&engine, "8m");
    let canteen = Canteen::start_in(&engine, &registry, Some(&disk.path));
    let mut ana = canteen.set_up();
    ana.new_app("heartbeat", "1.0.0", HOUSE);
    let plan = ana.plan(HOUSE, "");
    let operation = ana.deploy_plan(HOUSE, &plan);
    let services = || engine.docker(&["service", "ls", "--format", "{{.Name}}"]);
    until("the deploy to change the Swarm", || services().contains("narrow_example_org"));
    disk.fill();
    let settings = format!("/apps/{HOUSE}/settings");
    let mut fields = ana.get(&settings).fields();
    fields.iter_mut().filter(|(name, _)| name == "MESSAGE").for_each(|(_, value)| value.push('!'));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(ana.post(&settings, &settings, &fields).status, 503);
    until("the page to say so", || ana.get("/apps").text().contains("Read-only for now"));
    for page in ["/apps", "/audit", &operation] {
        assert_eq!(ana.get(page).status, 200, "{page} can still be read");
    }

    disk.free();
    let text = ana.wait(&operation).text();
    assert!(text.contains("Healthy: everything runs as it was deployed"), "{text}");
    let entries = canteen.audit();
    let asked = entries.iter().filter(|e| e["action"] == "app.deploy" && e["outcome"] == "asked").count();
    let ended = entries.iter().filter(|e| e["action"] == "operation.conclude" && e["outcome"] == "converged").count();
    assert_eq!((asked, ended), (1, 1));
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
