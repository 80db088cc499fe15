//! Without a mouse.

use crate::driver::{Browser, ENTER, SPACE, Scripts, TAB};
use crate::journey;
use crate::site::Dashboard;

#[test]
fn the_first_tab_is_the_skip_link_and_it_leads_to_the_content() {
    let (site, browser) = signed_in();
    browser.open("/recipes");
    browser.shows(journey::RECIPE);
    browser.keys(TAB);
    assert_eq!(browser.focused().text(), "Skip to content");
    assert!(browser.focused().displayed());
    browser.keys(ENTER);
    assert_eq!(browser.focused().attribute("id"), "main");
    browser.keys(TAB);
    assert_eq!(browser.run("return document.activeElement.closest('main') !== null"), true);
    drop(site);
}

#[test]
fn the_wizard_is_done_by_keys_alone() {
    let (site, browser) = signed_in();
    browser.open("/apps/new");
    browser.heading("Which recipe?");
    tab_to(&browser, "input[name=recipe]");
    // The radio buttons are one stop; an arrow or the space bar chooses.
    browser.keys(SPACE);
    tab_to(&browser, "button.primary");
    browser.keys(ENTER);
    tab_to(&browser, "#f-version");
    tab_to(&browser, "main button.primary");
    browser.keys(ENTER);
    browser.heading("Under which address?");
    tab_to(&browser, "#f-domain");
    browser.keys("not an address");
    browser.keys(ENTER);
    browser.shows("There is a problem");
    assert_eq!(browser.focused().text(), "There is a problem", "the summary has the focus");
    // The summary's link leads to the control.
    browser.keys(TAB);
    browser.keys(ENTER);
    assert_eq!(browser.focused().attribute("id"), "f-domain");
    browser.run("document.activeElement.select()");
    browser.keys("keys.example.org");
    browser.keys(ENTER);
    browser.heading("Settings");
    tab_to(&browser, "main button.primary");
    browser.keys(ENTER);
    browser.heading("Secrets");
    drop(site);
}

fn signed_in() -> (Dashboard, Browser) {
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::On);
    journey::set_up(&browser, &site, &mut |_, _| {});
    journey::sign_in(&browser, &mut |_, _| {});
    browser.await_true("the catalogue", || {
        browser.open("/recipes");
        browser.text_of("body").contains(journey::RECIPE)
    });
    (site, browser)
}

/// Presses Tab until this has the focus, which is then to be seen.
fn tab_to(browser: &Browser, css: &str) {
    browser.find(css);
    // The first recipe of the list has sixty settings.
    for _ in 0..200 {
        browser.keys(TAB);
        if browser.run(&format!("return document.activeElement.matches({css:?})")) == true {
            let ring = browser.run("return getComputedStyle(document.activeElement).outlineStyle");
            assert_ne!(ring, "none", "{css} shows no focus");
            return;
        }
    }
    panic!("Tab never comes to {css}");
}
