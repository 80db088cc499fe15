//! Every page, in both colour schemes and two widths.

use crate::driver::{Browser, Scripts};
use crate::site::{Catalogue, Dashboard};
use crate::{council, inspect, journey, office, scenery};

#[test]
fn no_page_of_the_whole_way_has_a_fault() {
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::On);
    let mut faults = vec![];
    journey::whole(&browser, &site, &mut |browser, page| {
        // It changes while it is looked at; the held one below does not.
        if page != "running deploy" {
            faults.extend(inspect::faults(browser, page));
        }
    });
    none(&faults);
}

#[test]
fn no_page_of_an_app_s_life_has_a_fault() {
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::On);
    let mut faults = vec![];
    scenery::whole(&browser, &site, &mut |browser, page| faults.extend(inspect::faults(browser, page)));
    none(&faults);
}

#[test]
fn no_page_about_members_has_a_fault() {
    let site = Dashboard::named("nobody");
    let browser = Browser::start(&site.origin, Scripts::On);
    let mut faults = vec![];
    office::whole(&browser, &site, &mut |browser, page| faults.extend(inspect::faults(browser, page)));
    none(&faults);
}

#[test]
fn no_page_about_approvals_and_single_sign_on_has_a_fault() {
    let site = Dashboard::named("nobody");
    let browser = Browser::start(&site.origin, Scripts::On);
    let mut faults = vec![];
    council::whole(&browser, &site, &mut |browser, page| faults.extend(inspect::faults(browser, page)));
    none(&faults);
}

#[test]
fn no_running_operation_and_no_error_page_has_a_fault() {
    let site = Dashboard::held_at("Watch the services");
    let browser = Browser::start(&site.origin, Scripts::On);
    journey::set_up(&browser, &site, &mut |_, _| {});
    journey::sign_in(&browser, &mut |_, _| {});
    journey::quick_app(&browser, "heartbeat", "pulse.example.org");
    journey::start_deploy(&browser, "pulse.example.org");
    browser.shows("Watch the services");
    let mut faults = inspect::faults(&browser, "running deploy");
    for (path, words) in [
        ("/apps/pulse.example.org", "is under way"),
        ("/apps", "pulse.example.org"),
        ("/operations", "Running"),
        ("/no/such/page", "There is no such page"),
        ("/apps/new/address", "That could not be read"),
        ("/apps/new?recipe=nothing", "There is no recipe called nothing"),
    ] {
        browser.open(path);
        browser.shows(words);
        faults.extend(inspect::faults(&browser, path));
    }
    // A form with a token that is not the member's: 403.
    browser.open("/recipes/new");
    browser.run("document.querySelector('main [name=csrf]').value = 'x'");
    browser.find("#f-url").fill("https://git.example.org/a.git");
    browser.worded("Add it").click();
    browser.heading("This form can’t be taken");
    faults.extend(inspect::faults(&browser, "403"));
    // An address that names no repository: 422, on the form.
    browser.open("/recipes/new");
    browser.run("document.querySelector('#f-url').type = 'text'");
    browser.find("#f-url").fill("nothing");
    browser.worded("Add it").click();
    browser.shows("There is a problem");
    faults.extend(inspect::faults(&browser, "wrong repository"));
    // To undeploy while the deploy runs: 409.
    browser.open("/apps/pulse.example.org/undeployment");
    browser.find("form.decide button").click();
    browser.shows("it has not ended");
    faults.extend(inspect::faults(&browser, "409"));
    none(&faults);
}

#[test]
fn no_empty_page_has_a_fault() {
    let site = Dashboard::with(Catalogue::Empty, None);
    let browser = Browser::start(&site.origin, Scripts::On);
    journey::set_up(&browser, &site, &mut |_, _| {});
    journey::sign_in(&browser, &mut |_, _| {});
    let mut faults = vec![];
    for (path, words) in [
        ("/recipes", "No recipes yet"),
        ("/apps/new", "The catalogue is empty"),
        ("/operations", "Nothing was run yet"),
        ("/audit?who=nobody", "No entry fits the filter"),
    ] {
        browser.open(path);
        browser.shows(words);
        faults.extend(inspect::faults(&browser, path));
    }
    none(&faults);
}

#[test]
fn a_page_with_a_fault_is_caught() {
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::On);
    browser.open("/setup");
    browser.run("document.querySelector('label').remove(); document.body.append(document.createElement('img'))");
    browser.run("document.querySelector('main').style.width = '2000px'");
    let faults = inspect::faults(&browser, "spoilt").join("\n");
    for expected in ["label at #f-code", "image-alt", "wider than the window"] {
        assert!(faults.contains(expected), "{expected} is missing in:\n{faults}");
    }
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
