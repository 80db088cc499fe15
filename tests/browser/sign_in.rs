//! Coming in: by an invitation, with an authenticator app, with a passkey.

use crate::driver::{Browser, Scripts};
use crate::journey;
use crate::office::{self, Phone};
use crate::site::Dashboard;

/// A dashboard with an admin, in a browser where nobody is signed in.
fn with_admin(site: &Dashboard, scripts: Scripts) -> Browser {
    let browser = Browser::start(&site.origin, scripts);
    journey::first_admin(&browser, &site.setup_code());
    browser
}

fn invitation(scripts: Scripts) {
    let site = Dashboard::start();
    let admin = with_admin(&site, scripts);
    let link = office::invite(&admin, "Bo", "viewer");
    admin.worded("I have sent it").click();
    admin.shows("Open invitations");
    assert!(!admin.text_of("body").contains(&link), "the link is on a page again");

    // Whatever looks at the link before Bo does not use it up.
    for _ in 0..2 {
        let mail_scanner = Browser::start(&site.origin, scripts);
        mail_scanner.open(&link);
        mail_scanner.heading("You are invited");
    }
    let guest = Browser::start(&site.origin, scripts);
    guest.open(&link);
    guest.heading("You are invited");
    assert_eq!(guest.path(), "/invite", "the token left the address bar");
    office::accept(&guest, "Bo");
    guest.shows("You are a member now");
    journey::give_password(&guest, "Bo");
    guest.heading("Apps");
    guest.open("/people");
    guest.shows("You may not do this");

    let late = Browser::start(&site.origin, scripts);
    late.open(&link);
    late.await_true("the end of the invitation", || !late.text_of("h1").is_empty());
    assert_ne!(late.text_of("h1"), "You are invited", "it works once");
}

#[test]
fn an_invitation_makes_a_member_once_and_looking_at_it_does_not() {
    invitation(Scripts::On);
}

#[test]
fn an_invitation_needs_no_script() {
    invitation(Scripts::Off);
}

fn authenticator_app(scripts: Scripts) {
    let site = Dashboard::named("writers");
    let browser = Browser::start(&site.origin, scripts);
    browser.open("/");
    journey::set_up(&browser, &site, &mut |_, _| {});
    journey::give_password(&browser, journey::NAME);
    browser.heading("Add an authenticator app");
    browser.shows("your account needs a second factor");
    let phone = Phone::scan(&browser);
    browser.find("#f-code").fill("000000");
    browser.worded("Add the app").click();
    browser.shows("This code is not right");
    // The code before is right as well; with it this one is still unused.
    browser.find("#f-code").fill(&phone.code_before(&browser));
    browser.worded("Add the app").click();
    browser.heading("Recovery codes");
    browser.worded("I have stored them").click();
    browser.heading("Apps");
    browser.worded("Sign out").click();
    journey::give_password(&browser, journey::NAME);
    browser.heading("Second step");
    browser.open("/apps");
    browser.heading("Sign in");
    browser.open("/session/factor");
    browser.find("#f-code").fill(&phone.code());
    browser.worded("Sign in").click();
    browser.heading("Apps");
}

#[test]
fn an_authenticator_app_is_added_and_asked_for() {
    authenticator_app(Scripts::On);
}

#[test]
fn an_authenticator_app_needs_no_script() {
    authenticator_app(Scripts::Off);
}

#[test]
fn a_passkey_is_made_and_lets_in_and_is_all_that_is_asked_for() {
    let site = Dashboard::named("writers");
    let browser = Browser::start(&site.origin, Scripts::On);
    crate::inspect::watch_for_refused_content(&browser);
    browser.open("/");
    journey::set_up(&browser, &site, &mut |_, _| {});
    browser.add_passkey_device();
    journey::give_password(&browser, journey::NAME);
    browser.heading("Add an authenticator app");
    browser.worded("that of a passkey").click();
    browser.heading("New passkey");
    office::make_passkey(&browser, "Laptop");
    browser.heading("Recovery codes");
    browser.worded("I have stored them").click();
    browser.heading("Apps");
    browser.open("/account/factors");
    browser.shows("This is your only factor");
    // The device says itself that it has one for this account.
    browser.open("/account/factors/passkeys/new");
    office::make_passkey(&browser, "Again");
    browser.shows("This device has a passkey for this account already");

    browser.worded("Sign out").click();
    browser.heading("Sign in");
    browser.worded("Use a passkey").click();
    browser.heading("Apps");
    browser.open("/audit");
    browser.shows("signed in with the passkey Laptop");

    // After the password it is the second step.
    browser.worded("Sign out").click();
    journey::give_password(&browser, journey::NAME);
    browser.heading("Second step");
    browser.worded("Use a passkey").click();
    browser.heading("Apps");
    assert_eq!(crate::inspect::refused_content(&browser), Vec::<String>::new());

    // A device without one leaves everything as it was.
    let other = Browser::start(&site.origin, Scripts::On);
    other.add_passkey_device();
    other.open("/session");
    other.worded("Use a passkey").click();
    other.shows("No passkey came from the device");
}

#[test]
fn without_scripts_no_button_for_a_passkey_is_shown() {
    let site = Dashboard::named("nobody");
    let browser = with_admin(&site, Scripts::Off);
    browser.open("/account/factors/passkeys/new");
    browser.shows("This needs JavaScript");
    assert!(!browser.find("[data-passkey]").displayed());
    browser.worded("Sign out").click();
    browser.heading("Sign in");
    assert!(!browser.find("[data-passkey]").displayed());
}
