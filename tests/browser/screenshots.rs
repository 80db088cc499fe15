//! Pictures for people: nothing is asserted of them.

use std::path::PathBuf;

use crate::driver::{Browser, Scripts};
use crate::site::Dashboard;
use crate::{council, inspect, journey, office, scenery};

#[test]
fn pictures_are_taken_when_they_are_asked_for() {
    if std::env::var("SCREENSHOTS").is_err() {
        return;
    }
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::On);
    journey::set_up(&browser, &site, &mut |b, page| take(b, page));
    journey::sign_in(&browser, &mut |_, _| {});
    for (recipe, address) in [
        ("guestbook", "guests.example.org"),
        ("heartbeat", "pulse.example.org"),
        ("notice-board", "house.example.org"),
        ("notice-board", "kitchen.example.org"),
        ("notice-board", "garden.example.org"),
    ] {
        journey::quick_app(&browser, recipe, address);
    }
    for plan in [
        "pulse.example.org/deployment",
        "house.example.org/deployment?version=1.0.0%2B1.35.0",
        "house.example.org/deployment?version=1.1.0%2B1.35.0",
    ] {
        browser.open(&format!("/apps/{plan}"));
        browser.find("form.decide button.primary").click();
        journey::until_over(&browser, "Healthy");
    }
    take(&browser, "finished-deploy");
    site.engine.fail_image("registry.example/guestbook:0.2.0", "No such image: registry.example/guestbook:0.2.0");
    journey::start_deploy(&browser, "guests.example.org");
    journey::until_over(&browser, "");
    take(&browser, "failed-deploy");
    for (path, name) in [
        ("/apps", "apps"),
        ("/apps/house.example.org", "app"),
        ("/apps/guests.example.org", "app-failing"),
        ("/apps/house.example.org/settings", "settings"),
        ("/apps/house.example.org/secrets", "secrets"),
        ("/apps/house.example.org/deployment?version=1.2.0%2B1.35.0", "plan"),
        ("/apps/house.example.org/deployments", "deploys"),
        ("/apps/house.example.org/deployments/2", "go-back"),
        ("/apps/house.example.org/undeployment", "undeploy"),
        ("/apps/kitchen.example.org/deployment", "plan-first"),
        ("/apps/garden.example.org/deployment", "plan-other"),
        ("/recipes", "catalogue"),
        ("/recipes/notice-board", "recipe"),
        ("/recipes/guestbook", "recipe-guestbook"),
        ("/apps/new", "wizard-recipe"),
        ("/apps/new/address?recipe=notice-board&version=1.2.0%2B1.35.0&domain=x.example.org", "wizard-address"),
        ("/operations", "operations"),
        ("/audit", "audit"),
        ("/audit/3", "audit-entry"),
        ("/nothing", "not-found"),
    ] {
        browser.open(path);
        take(&browser, name);
    }
    let held = Dashboard::held_at("Watch the services");
    let browser = Browser::start(&held.origin, Scripts::On);
    journey::set_up(&browser, &held, &mut |_, _| {});
    journey::sign_in(&browser, &mut |_, _| {});
    journey::quick_app(&browser, "notice-board", "house.example.org");
    journey::start_deploy(&browser, "house.example.org");
    browser.shows("Watch the services");
    take(&browser, "running-deploy");
}

#[test]
fn pictures_of_an_app_s_life_are_taken_when_they_are_asked_for() {
    if std::env::var("SCREENSHOTS").is_err() {
        return;
    }
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::On);
    scenery::whole(&browser, &site, &mut |browser, page| take(browser, page));
}

#[test]
fn pictures_of_the_pages_about_members_are_taken_when_they_are_asked_for() {
    if std::env::var("SCREENSHOTS").is_err() {
        return;
    }
    let site = Dashboard::named("nobody");
    let browser = Browser::start(&site.origin, Scripts::On);
    office::whole(&browser, &site, &mut |browser, page| take(browser, page));
}

#[test]
fn pictures_of_approvals_and_single_sign_on_are_taken_when_they_are_asked_for() {
    if std::env::var("SCREENSHOTS").is_err() {
        return;
    }
    let site = Dashboard::named("nobody");
    let browser = Browser::start(&site.origin, Scripts::On);
    council::whole(&browser, &site, &mut |browser, page| take(browser, page));
}

/// The whole page, in every view.
fn take(browser: &Browser, page: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    for (width, scheme) in inspect::VIEWS {
        inspect::view_as(browser, width, scheme);
        std::fs::write(
            folder.join(format!("{}-{width}-{scheme}.png", page.replace([',', ':', '\''], "").replace(' ', "-"))),
            browser.picture(),
        )
        .unwrap();
    }
    inspect::view_as(browser, 1280, "light");
}
