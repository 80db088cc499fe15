//! A dashboard in which every page of an app's life has something to show, and those pages.

use canteen::engine::fake::FakeEngine;
use canteen::engine::{Inspect as _, Mutate as _};
use canteen::stack::observed::Service;
use canteen::stack::spec::ServiceSpec;

use crate::driver::Browser;
use crate::journey::{self, Look};
use crate::site::Dashboard;

const HOUSE: &str = "house.example.org";
const SHED: &str = "shed.example.org";
const BROAD: &str = "broad.example.org";

/// Looks at each page. Nobody has been there before.
pub(crate) fn whole(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    journey::set_up(browser, site, &mut |_, _| {});
    journey::sign_in(browser, &mut |_, _| {});
    catalogue(browser, look);
    journey::quick_app(browser, "notice-board", HOUSE);
    journey::start_deploy(browser, HOUSE);
    journey::until_over(browser, "Healthy");
    settings(browser, look);
    writes(site);
    for (path, words, name) in [
        ("logs", "the board is open", "logs"),
        ("logs?contains=nothing+at+all", "No line fits", "logs, none fits"),
        ("logs?since=yesterday", "There is a problem", "logs, wrong time"),
        ("restart", "Restart house.example.org?", "restart"),
        ("scale", "Scale house.example.org", "scale"),
        ("configs", "Configs", "configs"),
        ("secrets/admin_password/rotation", "What happens", "rotation"),
        ("removal", "It runs", "removal of what runs"),
        ("updates", "Policy", "updates of an app"),
        ("commands", "Takes all notices from the board", "commands"),
        ("commands/pin", "End it after so many minutes", "command"),
    ] {
        browser.open(&format!("/apps/{HOUSE}/{path}"));
        browser.shows(words);
        look(browser, name);
    }
    browser.open("/updates");
    browser.shows("Nothing to update");
    look(browser, "updates, none");
    faults_of_forms(browser, look);
    import(browser, site, look);
    drift(browser, site, look);
    removal(browser, site, look);
}

fn catalogue(browser: &Browser, look: Look<'_>) {
    journey::open_until(browser, "/recipes?category=Apps&status=2&backups=1", "notice-board");
    look(browser, "catalogue, filtered");
    journey::open_until(browser, "/apps/new?recipe=guestbook", "Which version of guestbook?");
    browser.open("/recipes/guestbook/lint");
    browser.shows("Rules for this recipe");
    look(browser, "lint");
    // Seventeen overlays and sixty variables.
    journey::open_until(browser, "/apps/new?recipe=broad", "Which version of broad?");
    browser.open("/recipes/broad/lint");
    browser.shows("Rules for this recipe");
    look(browser, "lint, broken rules");
    browser.open(&format!("/apps/new/settings?recipe=broad&version=1.0.0%2B1&domain={BROAD}"));
    browser.shows("compose.federation.yml");
    look(browser, "wizard: broad settings");
    browser.worded("Continue").click();
    browser.heading("Secrets");
    browser.open(&format!("/apps/{BROAD}/settings"));
    browser.shows("compose.federation.yml");
    look(browser, "settings, broad");
}

/// Form and text, what is reviewed, what is kept, and two people at once.
fn settings(browser: &Browser, look: Look<'_>) {
    let path = format!("/apps/{HOUSE}/settings");
    browser.open(&path);
    browser.find("#f-TITLE").fill("The house");
    browser.worded("Review the changes").click();
    browser.heading("Review the settings");
    browser.find("#f-form-reason").fill("The board moved to the hall");
    look(browser, "settings, review");
    browser.worded("Save the settings").click();
    browser.heading("Review this deploy");

    browser.open(&format!("{path}/text"));
    browser.shows("The text of the settings");
    look(browser, "settings, text");
    browser.run("const text = document.querySelector('#f-text'); text.value = text.value.replace('The house', 'The kitchen')");
    let mine = browser.window();
    browser.new_tab();
    browser.open(&path);
    browser.find("#f-TITLE").fill("The garden");
    browser.worded("Review the changes").click();
    browser.worded("Save the settings").click();
    browser.heading("Review this deploy");
    browser.go_to_window(&mine);
    browser.worded("Review the changes").click();
    browser.shows("saved revision");
    look(browser, "settings, conflict");

    browser.open(&format!("{path}/text"));
    browser.find("#f-text").fill("TYPE=notice-board\nNOT A SETTING\n");
    browser.worded("Review the changes").click();
    browser.shows("There is a problem");
    look(browser, "settings, wrong text");
    browser.open(&format!("{path}/revisions?from=1&to=3"));
    browser.shows("From revision 1 to 3");
    look(browser, "revisions");
    browser.open(&format!("{path}/revisions/1"));
    browser.shows("Revision 1");
    look(browser, "revision");
}

/// Lines of all sorts, as a task writes them.
fn writes(site: &Dashboard) {
    let long = "a".repeat(150) + &" and on".repeat(30);
    for text in [
        "the board is open",
        "\u{1b}[32mready\u{1b}[0m after \u{1b}[1m12 ms\u{1b}[0m, listening at http://0.0.0.0:8080",
        "\u{1b}[33mwarning\u{1b}[0m: THEME is not set, taking \u{1b}[36mauto\u{1b}[0m",
        "\u{1b}[31merror\u{1b}[0m: <script>alert(1)</script> is not a notice",
        &long,
    ] {
        site.engine.log("house_example_org_app", text);
    }
}

/// Forms that were filled in wrong.
fn faults_of_forms(browser: &Browser, look: Look<'_>) {
    browser.open(&format!("/apps/{HOUSE}/scale"));
    browser.find("input[name='tasks.app']").fill("many");
    browser.worded("Change the numbers").click();
    browser.shows("There is a problem");
    look(browser, "scale, wrong number");
    browser.open(&format!("/apps/{HOUSE}/restart"));
    browser.find("input[name='service.app']").click();
    browser.worded("Restart").click();
    browser.shows("Choose at least one service");
    look(browser, "restart of nothing");
    browser.open(&format!("/apps/{HOUSE}/secrets/admin_password/rotation"));
    browser.find("input[value=paste]").click();
    browser.worded("Rotate admin_password").click();
    browser.shows("There is a problem");
    look(browser, "rotation without a value");
}

/// A stack that another tool deployed: the one of the house under another name.
fn import(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    browser.open("/apps/import");
    browser.shows("Nothing to import");
    look(browser, "import, nothing there");
    await_engine(async {
        let mut spec = app_of_house(&site.engine).await.spec;
        let text = serde_json::to_string(&spec).unwrap().replace("house_example_org", "afar_example_org");
        spec = serde_json::from_str(&text.replace(HOUSE, "afar.example.org")).unwrap();
        site.engine.create_service(&spec, None).await.unwrap();
    });
    journey::open_until(browser, "/apps/import", "afar_example_org");
    look(browser, "import, list");
    browser.open("/apps/import/afar_example_org");
    browser.shows("afar_example_org");
    look(browser, "import");
}

/// Somebody uses another tool beside the dashboard.
fn drift(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    await_engine(async {
        let there = app_of_house(&site.engine).await;
        let mut spec: ServiceSpec = there.spec.clone();
        spec.task_template.container_spec.env.push("THEME=by hand".to_owned());
        spec.labels.insert("by".to_owned(), "hand".to_owned());
        site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    });
    journey::open_until(browser, &format!("/apps/{HOUSE}"), "Changed outside of Canteen");
    look(browser, "app, changed outside");
    browser.open(&format!("/apps/{HOUSE}/drift"));
    browser.shows("Put it back");
    look(browser, "drift");
}

fn removal(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    journey::quick_app(browser, "notice-board", SHED);
    site.engine.volume("shed_example_org", "shed_example_org_notices");
    let path = format!("/apps/{SHED}/removal");
    journey::open_until(browser, &path, "shed_example_org_notices");
    look(browser, "removal");
    browser.find("#f-confirm").fill("shed");
    browser.worded(&format!("Remove {SHED}")).click();
    browser.shows("There is a problem");
    look(browser, "removal, wrong name");
    browser.find("#f-confirm").fill(SHED);
    browser.worded(&format!("Remove {SHED}")).click();
    journey::until_over(browser, "Removed");
    browser.open(&format!("/apps/{SHED}"));
    browser.shows("removed");
    look(browser, "removed app");
}

async fn app_of_house(engine: &FakeEngine) -> Service {
    let swarm = engine.swarm().await.unwrap();
    swarm.services.into_iter().find(|s| s.spec.name == "house_example_org_app").unwrap()
}

fn await_engine<T>(change: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(change)
}
