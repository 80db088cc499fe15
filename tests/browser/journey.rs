//! The way of a first admin through the dashboard, page by page, by links, buttons and forms alone: no page's script is needed for it.

use crate::driver::Browser;
use crate::site::Dashboard;

pub(crate) const NAME: &str = "ana";
pub(crate) const PASSWORD: &str = "seven quiet otters";
pub(crate) const APP: &str = "board.example.org";
pub(crate) const RECIPE: &str = "notice-board";
pub(crate) const VERSION: &str = "1.1.0+1.35.0";

/// Called on each page of the way, with a name for it.
pub(crate) type Look<'a> = &'a mut dyn FnMut(&Browser, &str);

/// From an empty dashboard to an app that is deployed, undeployed, and written down.
pub(crate) fn whole(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    set_up(browser, site, look);
    sign_in(browser, look);
    browser.heading("Apps");
    browser.shows("No apps yet");
    look(browser, "apps, none yet");

    browse(browser, look);
    begin_app(browser, look);
    make_secrets(browser, site, look);

    browser.worded("Review and deploy").click();
    browser.heading("Review and deploy");
    browser.shows("What changes");
    look(browser, "plan of the first deploy");
    browser.worded("Deploy 1.1.0").click();
    browser.shows("You can leave this page.");
    look(browser, "running deploy");
    until_over(browser, "Healthy");
    look(browser, "finished deploy");

    browser.open(&format!("/apps/{APP}"));
    browser.heading(APP);
    browser.await_true("the app is healthy", || browser.text_of(".app-head .tag").contains("Healthy"));
    look(browser, "healthy app");
    rest(browser, look);
    read_audit(browser, look);

    browser.open(&format!("/apps/{APP}"));
    browser.worded("Undeploy…").click();
    browser.heading(&format!("Undeploy {APP}?"));
    look(browser, "undeploy question");
    browser.worded(&format!("Undeploy {APP}")).click();
    until_over(browser, "Undeployed");
    look(browser, "finished undeploy");
    browser.open("/audit");
    browser.shows(&format!("{NAME} asked to undeploy {APP}"));

    browser.worded("Sign out").click();
    browser.heading("Sign in");
    browser.open("/apps");
    browser.heading("Sign in");
    look(browser, "signed out");
}

/// Makes the first admin, with one mistake on the way.
pub(crate) fn set_up(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    browser.open("/");
    browser.heading("Set up Canteen");
    look(browser, "set-up");
    fill_set_up(browser, "AAAA-AAAA-AAAA");
    browser.shows("There is a problem");
    assert!(browser.title().starts_with("Error: "), "{}", browser.title());
    look(browser, "set-up with a wrong code");
    fill_set_up(browser, &site.setup_code());
    browser.heading("Sign in");
    look(browser, "set-up done");
}

fn fill_set_up(browser: &Browser, code: &str) {
    browser.find("#f-code").fill(code);
    browser.find("#f-name").fill(NAME);
    browser.find("#f-password").fill(PASSWORD);
    browser.worded("Make the admin").click();
}

/// Makes the first admin and signs in, without a detour.
pub(crate) fn first_admin(browser: &Browser, code: &str) {
    browser.open("/");
    fill_set_up(browser, code);
    browser.heading("Sign in");
    browser.open("/session");
    browser.find("#f-name").fill(NAME);
    browser.find("#f-password").fill(PASSWORD);
    browser.worded("Sign in").click();
    browser.heading("Apps");
}

/// Gives name and password on the page of the sign-in.
pub(crate) fn give_password(browser: &Browser, name: &str) {
    browser.open("/session");
    browser.find("#f-name").fill(name);
    browser.find("#f-password").fill(PASSWORD);
    browser.worded("Sign in").click();
}

pub(crate) fn sign_in(browser: &Browser, look: Look<'_>) {
    browser.open("/session");
    browser.find("#f-name").fill(NAME);
    browser.find("#f-password").fill("not my password");
    browser.worded("Sign in").click();
    browser.shows("The name or the password is not right");
    look(browser, "sign-in with a wrong password");
    browser.find("#f-password").fill(PASSWORD);
    browser.worded("Sign in").click();
    browser.heading("Apps");
}

/// The catalogue and one recipe, up to its "New app".
fn browse(browser: &Browser, look: Look<'_>) {
    browser.worded("Browse the catalogue").click();
    browser.heading("Catalogue");
    // The dashboard reads the catalogue by itself when it starts.
    browser.await_true("the catalogue", || {
        let there = browser.text_of("body").contains(RECIPE);
        if !there {
            browser.open("/recipes");
        }
        there
    });
    look(browser, "catalogue");
    browser.find("#f-q").type_in("no such recipe");
    browser.worded("Search").click();
    browser.shows("No recipe fits");
    look(browser, "catalogue, nothing fits");
    browser.worded("Show all").click();
    browser.worded(RECIPE).click();
    browser.heading(RECIPE);
    browser.shows("Power over the machine");
    look(browser, "recipe");
    browser.open("/apps/new");
    browser.heading("Which recipe?");
    look(browser, "wizard: recipe");
    browser.find(&format!("input[value={RECIPE}]")).click();
    browser.worded("Continue").click();
}

/// The wizard from the version to the app, with a wrong address on the way.
fn begin_app(browser: &Browser, look: Look<'_>) {
    browser.heading(&format!("Which version of {RECIPE}?"));
    choose(browser, "#f-version", VERSION);
    look(browser, "wizard: version");
    browser.worded("Continue").click();
    browser.heading("Under which address?");
    look(browser, "wizard: address");
    browser.find("#f-domain").fill("not an address");
    browser.worded("Continue").click();
    browser.shows("There is a problem");
    assert!(browser.title().starts_with("Error: "), "{}", browser.title());
    assert_eq!(browser.find("#f-domain").attribute("aria-invalid"), "true");
    look(browser, "wizard: wrong address");
    browser.find("#f-domain").fill(APP);
    browser.worded("Continue").click();
    browser.heading("Settings");
    look(browser, "wizard: settings");
    browser.find("#f-TITLE").fill("House meeting");
    browser.worded("Continue").click();
}

/// Opens a page again and again until it shows these words: what it tells comes by itself, but not into pages without a stream.
pub(crate) fn open_until(browser: &Browser, path: &str, words: &str) {
    browser.await_true(&format!("the words {words:?} at {path}"), || {
        browser.open(path);
        browser.text_of("body").contains(words)
    });
}

/// Chooses an option of a select by its words.
pub(crate) fn choose(browser: &Browser, select: &str, words: &str) {
    browser.find(select);
    let options = browser.all(&format!("{select} option"));
    options.iter().find(|o| o.text().trim() == words).unwrap_or_else(|| panic!("{select} offers no {words}")).click();
}

/// The secrets of the new app: generated, and shown once.
fn make_secrets(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    browser.heading("Secrets");
    browser.shows("Made for you");
    look(browser, "wizard: secrets");
    let here = browser.path();
    browser.open(&format!("/apps/{APP}/secrets"));
    browser.shows("1 of 1 missing");
    look(browser, "secrets, missing");
    browser.open(&here);
    site.let_passwords_grow_old();
    browser.worded("Continue").click();
    give_password_again(browser, look);
    browser.worded("Show them once");
    look(browser, "finished secrets");
    browser.worded("Show them once").click();
    browser.heading("New secrets");
    let value = browser.find("output").text();
    assert_eq!(value.chars().count(), 24, "the recipe asks for 24 characters");
    look(browser, "secrets, shown once");
    browser.worded("I have stored them").click();
    browser.shows("All are set");
    assert!(!browser.text_of("body").contains(&value), "the value is on a page again");
    look(browser, "secrets, all set");
}

/// Shows that it is still the same person, after an error; then the form that was sent goes on its way.
fn give_password_again(browser: &Browser, look: Look<'_>) {
    browser.heading("Is it you?");
    look(browser, "is it you");
    browser.find("#f-password").fill("not my password");
    browser.worded("Go on").click();
    browser.shows("The password is not right");
    look(browser, "is it you, wrong password");
    browser.find("#f-password").fill(PASSWORD);
    browser.worded("Go on").click();
    browser.heading("Thank you");
    look(browser, "it is you");
    browser.worded("Go on").click();
}

/// Waits for an operation's page, and on it until it is over, and it ended so. The page that is left may have words of the same look.
pub(crate) fn until_over(browser: &Browser, words: &str) {
    let outcome = browser.await_some("the end of the operation", || {
        let there = browser.path().starts_with("/operations/");
        there.then(|| browser.text_of(".tone h2")).filter(|outcome| !outcome.is_empty())
    });
    assert!(outcome.contains(words), "the operation ended with {outcome:?}:\n{}", browser.text_of("main"));
}

/// The pages beside the way.
fn rest(browser: &Browser, look: Look<'_>) {
    for (path, words, name) in [
        (format!("/apps/{APP}/settings"), "Review the changes", "settings"),
        (format!("/apps/{APP}/deployment"), "Nothing would change", "plan that changes nothing"),
        (format!("/apps/{APP}/deployment?version=1.2.0%2B1.35.0"), "What changes", "plan of another version"),
        ("/apps".to_owned(), APP, "apps"),
        ("/apps?q=nothing".to_owned(), "No app fits the filter", "apps, none fits"),
        ("/operations".to_owned(), "Deploy", "operations"),
        ("/recipes/new".to_owned(), "Address of its git repository", "recipe by address"),
    ] {
        browser.open(&path);
        browser.shows(words);
        look(browser, name);
    }
}

/// The log has the set-up, the app and the deploy, each with who and how it ended.
fn read_audit(browser: &Browser, look: Look<'_>) {
    browser.open("/audit");
    browser.heading("Audit log");
    let rows: Vec<String> = browser.all("tbody tr").iter().map(|row| row.text().replace('\n', " ")).collect();
    for sentence in [
        format!("{NAME} set this dashboard up"),
        format!("{NAME} made the app {APP} of {RECIPE} {VERSION}"),
        format!("{NAME} asked to deploy {RECIPE} {VERSION} to {APP}"),
        format!("deploy of {APP}: converged"),
    ] {
        let row = rows.iter().find(|row| row.contains(&sentence)).unwrap_or_else(|| panic!("no {sentence:?} in {rows:#?}"));
        assert!(row.contains("Done"), "{row}");
    }
    look(browser, "audit log");
    browser.find("tbody a").click();
    browser.shows("Proof");
    look(browser, "audit entry");
}

/// Makes an app by the shortest way: the newest version, the settings as the recipe has them, secrets generated.
pub(crate) fn quick_app(browser: &Browser, recipe: &str, address: &str) {
    new_app(browser, recipe, None, address);
}

/// Makes an app of a version, or of the newest one.
pub(crate) fn new_app(browser: &Browser, recipe: &str, version: Option<&str>, address: &str) {
    new_app_to_secrets(browser, recipe, version, address);
    make_the_rest(browser);
}

/// The same up to the page that tells which secrets it needs.
pub(crate) fn new_app_to_secrets(browser: &Browser, recipe: &str, version: Option<&str>, address: &str) {
    browser.await_true("the recipe", || {
        browser.open(&format!("/apps/new?recipe={recipe}"));
        browser.text_of("h1").contains(recipe)
    });
    if let Some(version) = version {
        choose(browser, "#f-version", version);
    }
    browser.worded("Continue").click();
    browser.find("#f-domain").fill(address);
    browser.worded("Continue").click();
    browser.heading("Settings");
    browser.worded("Continue").click();
    browser.heading("Secrets");
}

/// Leaves the page of the secrets, and waits until they are made.
pub(crate) fn make_the_rest(browser: &Browser) {
    browser.worded("Continue").click();
    browser.await_true("the next page", || browser.text_of("h1") != "Secrets");
    if browser.path().starts_with("/operations/") {
        until_over(browser, "Done");
    }
}

/// Starts the deploy of an app and gives the path of the operation's page, which is open then.
pub(crate) fn start_deploy(browser: &Browser, address: &str) -> String {
    browser.open(&format!("/apps/{address}/deployment"));
    browser.find("form.decide button.primary").click();
    browser.shows("Steps");
    browser.path()
}
