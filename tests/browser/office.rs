//! A dashboard with several members, and the pages about them: people, rights, accounts, factors, tokens, the audit log.

use std::time::{SystemTime, UNIX_EPOCH};

use totp_rs::{Builder, Secret, Totp};

use crate::driver::{Browser, Scripts};
use crate::journey::{self, Look, PASSWORD};
use crate::site::Dashboard;

const HOUSE: &str = "house.example.org";
const STEP_S: u64 = 30;
/// What a member types after reading a code.
const TYPING_S: u64 = 15;

/// Looks at each page. Nobody has been there before; the dashboard has a host name.
pub(crate) fn whole(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    journey::first_admin(browser, &site.setup_code());
    journey::open_until(browser, "/recipes", journey::RECIPE);
    browser.open("/people");
    browser.shows("Nobody else yet");
    look(browser, "people, nobody else");
    journey::quick_app(browser, "notice-board", HOUSE);
    people(browser, site, look);
    rights(browser, look);
    account(browser, look);
    tokens(browser, look);
    for (path, words, name) in [
        ("/audit", "Verified", "audit"),
        ("/audit/9", "Proof", "audit, entry"),
        ("/audit?who=nobody", "No entry fits the filter", "audit, none fits"),
        (&format!("/apps/{HOUSE}/activity"), HOUSE, "activity"),
        ("/settings/mail", "Without a mail server", "mail settings"),
        ("/backups", "There is no place for backups yet", "backups, no repository"),
        ("/backups/repositories/new", "A new repository", "repository, form"),
        ("/no/such/page", "There is no such page", "not found"),
    ] {
        browser.open(path);
        browser.shows(words);
        look(browser, name);
    }
    mail(browser, look);
    again(browser, site, look);
    second_step(browser, look);
    stranger(site, look);
}

/// Makes the link for somebody.
pub(crate) fn invite(browser: &Browser, person: &str, role: &str) -> String {
    browser.open("/people/invitation");
    browser.find("#f-person").fill(person);
    browser.find(&format!("input[name=role][value={role}]")).click();
    browser.worded("Make the link").click();
    browser.heading(&format!("Invitation for {person}"));
    browser.find("#link").text()
}

/// Takes the invitation that is open in this browser.
pub(crate) fn accept(browser: &Browser, name: &str) {
    browser.find("#f-name").fill(name);
    browser.find("#f-password").fill(PASSWORD);
    browser.worded("Become a member").click();
    browser.heading("Sign in");
}

/// Makes a passkey on the page for it.
pub(crate) fn make_passkey(browser: &Browser, name: &str) {
    browser.find("#f-name").fill(name);
    browser.worded("Make the passkey").click();
}

/// Somebody's authenticator app.
pub(crate) struct Phone(Totp);

impl Phone {
    /// Scans what the open page shows.
    pub(crate) fn scan(browser: &Browser) -> Self {
        let secret = browser.find("#totp-secret").text().replace(' ', "");
        Self(Builder::new().with_secret(Secret::try_from_base32(&secret).unwrap()).build_noncompliant())
    }

    /// What it shows now.
    pub(crate) fn code(&self) -> String {
        self.0.generate(now()).to_string()
    }

    /// What it showed before, which is taken for as long as this code is shown; waits where that is not long enough.
    pub(crate) fn code_before(&self, browser: &Browser) -> String {
        browser.await_true("a code that lasts", || now() % STEP_S < STEP_S - TYPING_S);
        self.0.generate(now() - STEP_S).to_string()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Bo, who is an operator, Cem, who is suspended, and Dilek, who was only invited.
fn people(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    let guest = Browser::start(&site.origin, Scripts::On);
    for (name, role) in [("Bo", "operator"), ("Cem", "viewer")] {
        guest.open(&invite(browser, name, role));
        guest.heading("You are invited");
        if name == "Bo" {
            look(&guest, "invited");
        }
        accept(&guest, name);
    }
    journey::give_password(&guest, "Bo");
    guest.heading("Apps");
    guest.open("/people");
    guest.shows("These members have it: ana.");
    look(&guest, "forbidden");
    guest.open("/rights");
    guest.shows("What you may do");
    look(&guest, "rights of one's own");
    browser.open("/people/invitation");
    look(browser, "invitation");
    browser.find("#f-person").fill("Bo\u{202e}");
    browser.worded("Make the link").click();
    browser.shows("There is a problem");
    look(browser, "invitation, wrong");
    invite(browser, "Dilek, who looks after the garden’s calendar", "maintainer");
    look(browser, "invitation, made");
    browser.open("/people/2");
    browser.shows("Suspend Bo");
    look(browser, "member");
    browser.open("/people/3");
    browser.worded("Suspend Cem").click();
    browser.shows("Let Cem in again");
    look(browser, "member, suspended");
    browser.open("/people");
    browser.shows("Open invitations");
    look(browser, "people");
}

fn rights(browser: &Browser, look: Look<'_>) {
    for (path, words, name) in [
        ("/teams", "No teams yet", "teams, none"),
        ("/roles", "The roles that come with Canteen", "roles"),
        ("/roles/0", "A new role", "role, new"),
    ] {
        browser.open(path);
        browser.await_true(words, || browser.run("return document.body.textContent").as_str().unwrap().contains(words));
        look(browser, name);
    }
    browser.find("#f-name").fill("Keeper of the keys");
    browser.find("input[name='app.view']").click();
    browser.find("input[name='app.logs']").click();
    browser.worded("Make the role").click();
    browser.shows("Keeper of the keys");
    look(browser, "roles, own");
    browser.open("/roles/1");
    look(browser, "role");
    browser.open("/teams");
    browser.find("#f-name").fill("Web");
    browser.worded("Make the team").click();
    browser.shows("The team Web");
    browser.open("/teams/1/review?change=add&value=2");
    browser.shows("What is asked for");
    look(browser, "team, review");
    browser.find("main form button.primary").click();
    browser.shows("Bo");
    browser.open("/grants/new?to=team:1&role=maintainer&over=everything&until=");
    browser.shows("What is asked for");
    look(browser, "grant, review");
    browser.find("main form button.primary").click();
    for (path, words, name) in [
        ("/teams/1", "The team Web", "team"),
        ("/teams", "Web", "teams"),
        ("/people/2/rights", "What Bo may do", "rights of a member"),
        ("/grants/2/removal", "What is asked for", "grant, removal"),
        (&format!("/apps/{HOUSE}/access"), "Tags", "access"),
        (&format!("/apps/{HOUSE}/tags?tags=web+garden"), "What is asked for", "tags, review"),
    ] {
        browser.open(path);
        browser.shows(words);
        look(browser, name);
    }
}

fn account(browser: &Browser, look: Look<'_>) {
    for (path, words, name) in [
        ("/account", "Where you are signed in", "account"),
        ("/account/password", "Change your password", "password"),
        ("/account/factors", "None yet", "factors, none"),
        ("/account/factors/passkeys/new", "Make the passkey", "passkey, new"),
    ] {
        browser.open(path);
        browser.shows(words);
        look(browser, name);
    }
    browser.add_passkey_device();
    make_passkey(browser, "Laptop in the kitchen");
    browser.heading("Recovery codes");
    look(browser, "recovery codes");
    browser.open("/account/factors");
    browser.shows("This is your only factor");
    look(browser, "factors, a passkey alone");
    make_passkey_again(browser);
    look(browser, "passkey, refused by the device");
}

fn make_passkey_again(browser: &Browser) {
    browser.open("/account/factors/passkeys/new");
    make_passkey(browser, "Again");
    browser.shows("has a passkey for this account already");
}

fn tokens(browser: &Browser, look: Look<'_>) {
    browser.open("/account/tokens");
    browser.shows("You have no tokens");
    look(browser, "tokens, none");
    browser.worded("Make a token…").click();
    browser.heading("Make an API token");
    look(browser, "token, new");
    browser.worded("Make the token").click();
    browser.heading("Make an API token");
    browser.find("#f-name").fill("Nightly list");
    browser.find("input[name='scope.app.view']").click();
    browser.find("input[name='scope.app.deploy']").click();
    browser.worded("Make the token").click();
    browser.heading("The new token");
    look(browser, "token, made");
    for (path, name) in [("/account/tokens", "tokens"), ("/tokens", "tokens of all")] {
        browser.open(path);
        browser.shows("Nightly list");
        look(browser, name);
    }
}

/// Nobody listens there; what is shown then is the reason.
fn mail(browser: &Browser, look: Look<'_>) {
    browser.open("/settings/mail");
    browser.find("#f-host").fill("127.0.0.1");
    browser.find("#f-port").fill("9");
    browser.find("input[name=security][value=none]").click();
    browser.find("#f-sender").fill("canteen@example.org");
    browser.worded("Save").click();
    browser.shows("Send a test");
    browser.find("#f-to").fill("ana@example.org");
    browser.worded("Send a test").click();
    browser.shows("could not be sent");
    look(browser, "mail settings, test failed");
}

/// Whoever has a passkey is asked for more than the password.
fn again(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    browser.open("/settings/mail");
    browser.find("#f-sender").fill("kitchen@example.org");
    site.let_passwords_grow_old();
    browser.worded("Save").click();
    browser.heading("Is it you?");
    look(browser, "is it you, with a passkey");
    browser.find("#f-password").fill(PASSWORD);
    browser.find("#f-code").fill("000000");
    browser.worded("Go on").click();
    browser.shows("There is a problem");
    look(browser, "is it you, wrong code");
    browser.worded("Use a passkey instead").click();
    browser.heading("Thank you");
    browser.worded("Go on").click();
    browser.shows("The mail settings are saved");
}

fn second_step(browser: &Browser, look: Look<'_>) {
    browser.open("/account/factors/app");
    browser.heading("Add an authenticator app");
    look(browser, "authenticator app");
    let phone = Phone::scan(browser);
    browser.find("#f-code").fill("000000");
    browser.worded("Add the app").click();
    browser.shows("This code is not right");
    look(browser, "authenticator app, wrong code");
    browser.find("#f-code").fill(&phone.code_before(browser));
    browser.worded("Add the app").click();
    browser.heading("Second factors");
    look(browser, "factors");
    browser.worded("Sign out").click();
    browser.heading("Sign in");
    look(browser, "sign-in with a passkey");
    journey::give_password(browser, journey::NAME);
    browser.heading("Second step");
    look(browser, "second step");
    browser.find("#f-code").fill("000000");
    browser.worded("Sign in").click();
    browser.shows("This code is not right");
    look(browser, "second step, wrong code");
}

fn stranger(site: &Dashboard, look: Look<'_>) {
    let browser = Browser::start(&site.origin, Scripts::On);
    for (path, name) in [("/session/passkey", "passkey sign-in"), ("/forgot", "forgot"), ("/invite", "invitation, over")] {
        browser.open(path);
        browser.await_true("a heading", || !browser.text_of("h1").is_empty());
        look(&browser, name);
    }
}
