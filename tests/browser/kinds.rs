//! Recipes of every kind on a real engine: each does what it is for, or is refused with a reason.

use crate::desk::Desk;
use crate::driver::Scripts;
use crate::journey;

#[test]
fn an_overlay_of_a_folder_lies_over_the_rest() {
    let desk = Desk::start(Scripts::Off);
    let app = "layers.example.org";
    journey::new_app(&desk.browser, "overlays", None, app);
    desk.browser.open(&format!("/apps/{app}/settings"));
    desk.browser.find("input[name='overlay.extra/compose.extra.yml']").click();
    desk.browser.worded("Review the changes").click();
    desk.browser.worded("Save the settings").click();
    desk.browser.heading("Review and deploy");
    desk.browser.shows("Takes a port of the machine");
    desk.deploy(app, "");
    let env = desk.inspect("layers_example_org_app", "{{.Spec.TaskTemplate.ContainerSpec.Env}}");
    assert!(env.contains("BASE=here") && env.contains("BOTH=overlay"), "{env}");
    let labels = desk.inspect("layers_example_org_app", "{{json .Spec.Labels}}");
    for label in [r#""overlays.base":"here""#, r#""overlays.both":"overlay""#, r#""overlays.overlay":"here""#] {
        assert!(labels.contains(label), "{label} in {labels}");
    }
    let ports =
        desk.inspect("layers_example_org_app", "{{range .Spec.EndpointSpec.Ports}}{{.TargetPort}}:{{.PublishedPort}} {{end}}");
    assert_eq!(ports.trim(), "9090:18081", "the published port tells which one is meant");
    let modes = desk.inspect(
        "layers_example_org_app",
        "{{range .Spec.TaskTemplate.ContainerSpec.Configs}}{{.File.Name}} {{.File.Mode}} {{end}}",
    );
    assert!(modes.contains("/note -r--r--r--") && modes.contains("/run.sh -r-xr-xr-x"), "{modes}");
    assert!(desk.inspect("layers_example_org_worker", "{{json .Spec.Labels}}").contains("overlays.worker"));
    desk.undeploy(app);
}

#[test]
fn a_config_that_changes_without_its_version_is_caught() {
    let desk = Desk::start(Scripts::Off);
    let app = "deck.example.org";
    journey::new_app(&desk.browser, "cards", Some("1.0.0+1"), app);
    desk.deploy(app, "");
    desk.open_plan(app, "1.1.0+1");
    desk.browser.shows("The config deck_example_org_card_v1 exists with other content");
    assert!(desk.browser.all("form.decide").is_empty(), "there is no button");
    desk.deploy(app, "1.2.0+1");
    let card = desk.inspect("deck_example_org_app", "{{range .Spec.TaskTemplate.ContainerSpec.Configs}}{{.ConfigName}}{{end}}");
    assert_eq!(card, "deck_example_org_card_v2");
    desk.undeploy(app);
}

#[test]
fn services_that_take_their_time_run_once_or_rest_are_healthy_and_data_outlives_an_undeploy() {
    let desk = Desk::start(Scripts::Off);
    for (recipe, app) in [("moods", "moods.example.org"), ("db", "rows.example.org")] {
        journey::new_app(&desk.browser, recipe, None, app);
        desk.deploy(app, "");
    }
    desk.browser.open("/apps/moods.example.org");
    desk.browser.shows("Scaled to 0");
    desk.undeploy("moods.example.org");
    desk.undeploy("rows.example.org");
    let kept = || desk.engine.docker(&["volume", "ls", "-q", "--filter", "name=rows_example_org"]);
    assert_eq!(kept(), "rows_example_org_rows");
}

#[test]
fn what_is_hostile_shows_and_gets_nothing_without_an_admins_word() {
    let desk = Desk::start(Scripts::On);
    let app = "wolf.example.org";
    journey::new_app(&desk.browser, "hostile", Some("1.0.0+1"), app);
    desk.browser.open("/recipes/hostile");
    desk.browser.heading("hostile");
    assert!(desk.browser.title().contains("hostile"), "a README runs no script: {}", desk.browser.title());
    desk.open_plan(app, "1.0.0+1");
    for power in ["Speaks to the Docker engine", "mounts / of the node"] {
        desk.browser.shows(power);
    }
    desk.browser.find("#f-confirm").fill("wolf");
    desk.browser.find("form.decide button.primary").click();
    desk.browser.shows("Type wolf.example.org, exactly so");
    // A link in the repository that leads out of it is not followed.
    desk.open_plan(app, "1.1.0+1");
    desk.browser.shows("way_out");
    assert!(desk.browser.all("form.decide").is_empty(), "{}", desk.browser.text_of("main"));
    assert_eq!(desk.engine.docker(&["service", "ls", "-q", "--filter", "name=wolf_example_org"]), "");
}
