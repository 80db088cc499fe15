//! Recipes of every kind on a real engine: each does what it is for, or is refused with a reason.

use std::path::PathBuf;
use std::process::Command;

use crate::desk::Desk;
use crate::driver::Scripts;
use crate::journey;
use crate::swarm::{Canteen, Registry};

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
fn each_secret_is_made_by_its_rule_and_one_that_comes_from_elsewhere_is_asked_for() {
    let desk = Desk::start(Scripts::Off);
    let app = "ring.example.org";
    journey::new_app_to_secrets(&desk.browser, "keys", None, app);
    for rule in [
        "a passphrase of six English words",
        "a password of 12 characters: letters and digits",
        "a password of 16 characters: hexadecimal digits",
        "a value that you insert yourself",
    ] {
        desk.browser.shows(rule);
    }
    assert!(!desk.browser.text_of("main").contains("unused"), "what no service reads is not needed");
    desk.browser.worded("Continue").click();
    desk.browser.shows("Paste the value of given");
    desk.browser.find("#f-given").fill("from the provider");
    journey::make_the_rest(&desk.browser);
    desk.deploy(app, "");
    let read = desk.inspect(
        "ring_example_org_app",
        "{{range .Spec.TaskTemplate.ContainerSpec.Secrets}}{{.SecretName}} {{.File.Name}}\n{{end}}",
    );
    assert!(read.contains("ring_example_org_plain_v1 renamed"), "{read}");
    assert!(read.contains("ring_example_org_fallback_v1 fallback") && !read.contains("unused"), "{read}");
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
    desk.browser.shows("By schedule");
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

#[test]
fn what_is_old_is_told_and_not_offered() {
    let desk = Desk::start(Scripts::On);
    let repo = legacy(&desk);
    desk.browser.open("/recipes/new");
    // A browser lets nobody type a path where an address is asked for.
    desk.browser.run("document.querySelector('#f-url').type = 'text'");
    desk.browser.find("#f-url").fill(repo.to_str().unwrap());
    desk.browser.worded("Add it").click();
    desk.browser.heading("legacy");
    desk.browser.shows("Not offered, for they are lightweight tags");
    desk.browser.shows("abra_backup_app needs the old abra");
}

const OLD: &str = "\
services:
  app:
    image: busybox:1.35.0
    deploy:
      labels:
        - traefik.enable=true
        - coop-cloud.${STACK_NAME}.app.version=1.35.0-0badc0de
";

/// As recipes were written some years ago: signs for words, a label per service, functions for the backup, tags of all sorts.
fn legacy(desk: &Desk) -> PathBuf {
    let repo = Canteen::recipes(&desk.engine, &Registry::start()).join("legacy");
    std::fs::create_dir_all(&repo).unwrap();
    let readme = "# Legacy\n\n> From another time\n\n<!-- metadata -->\n* **Category**: Apps\n* **Status**: \u{2778}\u{1f34e}, stable\n\
        * **Image**: [`busybox`](https://hub.docker.com/_/busybox), \u{2777}\u{1f49b}, community\n* **Healthcheck**: Yes\n* **Backups**: Yes\n\
        <!-- endmetadata -->\n";
    for (name, text) in [
        ("README.md", readme),
        ("compose.yml", OLD),
        (".env.sample", "TYPE=legacy\nDOMAIN=legacy.example.com\n"),
        ("abra.sh", "abra_backup_app() {\n  echo dump\n}\n"),
    ] {
        std::fs::write(repo.join(name), text).unwrap();
    }
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=Tests", "-c", "user.email=tests@canteen.example"];
        let mut command = Command::new("git");
        command
            .args(who)
            .args(arguments)
            .current_dir(&repo)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        assert!(command.status().unwrap().success(), "git {arguments:?}");
    };
    git(&["init", "-q", "-b", "master"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "all"]);
    git(&["tag", "1.0.0+1.35.0"]);
    git(&["tag", "-a", "v1.0.0", "-m", "v1.0.0"]);
    repo
}
