//! A dashboard where others have to approve, and that knows an identity provider; and what a backup would hold.

use crate::driver::{Browser, Scripts};
use crate::journey::{self, Look};
use crate::office::{accept, invite};
use crate::site::Dashboard;

const HOUSE: &str = "house.example.org";

/// Looks at each page. Nobody has been there before; the dashboard has a host name.
pub(crate) fn whole(browser: &Browser, site: &Dashboard, look: Look<'_>) {
    journey::first_admin(browser, &site.setup_code());
    journey::open_until(browser, "/recipes", journey::RECIPE);
    journey::quick_app(browser, "notice-board", HOUSE);
    rules(browser, look);
    let bo = Browser::start(&site.origin, Scripts::On);
    bo.open(&invite(browser, "Bo", "maintainer"));
    accept(&bo, "Bo");
    journey::give_password(&bo, "Bo");
    bo.heading("Apps");
    requests(browser, &bo, look);
    provider(browser, look);
    browser.open(&format!("/apps/{HOUSE}/backups"));
    browser.shows("What a backup would hold");
    look(browser, "backups of an app");
}

fn rules(browser: &Browser, look: Look<'_>) {
    browser.open("/settings/approvals");
    browser.shows("No rules yet");
    look(browser, "rules, none");
    browser.open("/settings/approvals/0");
    browser.find("#f-approvals").fill("none");
    browser.worded("Make the rule").click();
    browser.shows("There is a problem");
    look(browser, "rule, wrong");
    browser.find("#f-approvals").fill("1");
    browser.worded("Make the rule").click();
    browser.heading("What needs approval");
    browser.shows("Since");
    look(browser, "rules");
    browser.open("/settings/approvals/1");
    browser.shows("Remove the rule");
    look(browser, "rule");
    browser.open("/approvals");
    browser.shows("Nothing waits");
    look(browser, "approvals, none");
}

/// Ana asks, and Bo looks, objects without words, and approves.
fn requests(ana: &Browser, bo: &Browser, look: Look<'_>) {
    ana.open(&format!("/apps/{HOUSE}/deployment"));
    ana.shows("approval");
    look(ana, "plan that needs approval");
    ana.find("form.decide button.primary").click();
    ana.shows("You asked for this");
    look(ana, "approval, one's own");
    let request = ana.path();
    bo.open("/approvals");
    bo.shows(HOUSE);
    look(bo, "approvals");
    bo.open(&request);
    bo.shows("Your word");
    look(bo, "approval");
    bo.find("#f-objection").fill(" ");
    bo.worded("Object").click();
    bo.shows("There is a problem");
    look(bo, "approval, objection without words");
    bo.worded("Approve").click();
    bo.shows("Said so far");
    look(bo, "approval, given");
}

/// Nobody listens there; what is shown then is the reason.
fn provider(browser: &Browser, look: Look<'_>) {
    browser.open("/settings/sign-in");
    browser.heading("Single sign-on");
    look(browser, "single sign-on, off");
    browser.find("#f-issuer").fill("http://id.example.org/realms/co-op");
    browser.find("#f-client_id").fill("canteen");
    browser.find("#f-client_secret").fill("seven quiet otters");
    browser.find("#f-label").fill("the co-op’s account");
    browser.worded("Save").click();
    browser.shows("There is a problem");
    look(browser, "single sign-on, wrong");
    browser.find("#f-issuer").fill("https://id.example.org/realms/co-op");
    browser.find("#f-client_secret").fill("seven quiet otters");
    browser.worded("Save").click();
    browser.shows("Ask the provider");
    look(browser, "single sign-on");
    browser.open("/account");
    browser.shows("Where you are signed in");
    look(browser, "account with a provider");
}
