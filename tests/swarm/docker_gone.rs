//! The engine goes away in the middle of a deploy.

use std::time::{Duration, Instant};

use crate::harness::{Canteen, Cut, Engine, Registry};

#[test]
fn a_deploy_that_loses_the_engine_says_so_and_ends_truly_when_it_is_back() {
    let (engine, registry) = (Engine::start(), Registry::start());
    let wire = Cut::new(&engine, "wire.sock");
    let mut canteen = Canteen::start(&engine, &registry);
    let mut ana = canteen.set_up();
    ana.new_app("courier", "1.0.0", "wire.example.org");
    assert!(canteen.stop().success());
    canteen.start_again(&[("CANTEEN_DOCKER_HOST", &wire.host)]);
    ana.go_to(&canteen.address);

    let plan = ana.plan("wire.example.org", "");
    // The request for the first service arrives, its answer does not.
    wire.cut_at("/services/create");
    let operation = ana.deploy_plan("wire.example.org", &plan);
    let begun = Instant::now();
    while !wire.is_cut() {
        assert!(begun.elapsed() < Duration::from_mins(1), "no service is made");
        std::thread::sleep(Duration::from_millis(20));
    }
    let page = ana.wait_until(&operation, |page| page.text().contains("waiting for it")).text();
    assert!(page.contains("You can leave this page"), "it has not ended: {page}");
    wire.mend();
    let page = ana.wait(&operation).text();
    assert!(page.contains("Healthy: everything runs as it was deployed"), "{page}");
    assert!(page.contains("the Docker engine answers again"), "{page}");

    let names = engine.docker(&["service", "ls", "--format", "{{.Name}}"]);
    let mut names: Vec<&str> = names.lines().filter_map(|n| n.strip_prefix("wire_example_org_")).collect();
    names.sort_unstable();
    assert_eq!(names, ["app", "former", "worker"]);
    let undeploy = ana.ask_for_undeploy("wire.example.org");
    ana.wait(&undeploy);
    canteen.audit();
}
