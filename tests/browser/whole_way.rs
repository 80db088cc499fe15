//! From the set-up to the sign-out, with and without scripts.

use serde_json::json;

use crate::driver::{Browser, Scripts};
use crate::site::Dashboard;
use crate::{inspect, journey};

#[test]
fn with_scripts_an_operation_ends_on_the_open_page_and_nothing_is_refused() {
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::On);
    inspect::watch_for_refused_content(&browser);
    let mut reloaded = None;
    journey::whole(&browser, &site, &mut |browser, page| match page {
        "running deploy" => drop(browser.run("window.sameDocument = true")),
        "finished deploy" => reloaded = Some(browser.run("return window.sameDocument !== true")),
        _ => {}
    });
    assert_eq!(reloaded, Some(json!(false)), "the page of the operation was loaded again");
    assert_eq!(inspect::refused_content(&browser), Vec::<String>::new());
}

#[test]
fn without_scripts_every_step_works_as_well() {
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::Off);
    let mut copy_buttons = None;
    journey::whole(&browser, &site, &mut |browser, page| {
        if page == "secrets, shown once" {
            copy_buttons = Some(browser.all("[data-copy]").iter().any(crate::driver::Element::displayed));
        }
    });
    assert_eq!(copy_buttons, Some(false), "a script ran");
}

#[test]
fn an_operation_that_is_open_in_two_tabs_ends_in_both() {
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::On);
    journey::set_up(&browser, &site, &mut |_, _| {});
    journey::sign_in(&browser, &mut |_, _| {});
    journey::quick_app(&browser, "heartbeat", "pulse.example.org");
    let first = browser.window();
    let operation = journey::start_deploy(&browser, "pulse.example.org");
    browser.run("window.sameDocument = true");
    browser.new_tab();
    browser.open(&operation);
    browser.shows("You can leave this page.");
    browser.run("window.sameDocument = true");
    journey::until_over(&browser, "Healthy");
    assert_eq!(browser.run("return window.sameDocument"), json!(true));
    browser.go_to_window(&first);
    journey::until_over(&browser, "Healthy");
    assert_eq!(browser.run("return window.sameDocument"), json!(true));
}
