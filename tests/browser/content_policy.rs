//! The watch over refused content would see something.

use crate::driver::{Browser, Scripts};
use crate::inspect;
use crate::site::Dashboard;

#[test]
fn a_page_with_an_inline_script_is_caught_by_the_event_and_by_the_console() {
    let site = Dashboard::start();
    let browser = Browser::start(&site.origin, Scripts::On);
    inspect::watch_for_refused_content(&browser);
    browser.open("/setup");
    assert_eq!(inspect::refused_content(&browser), Vec::<String>::new());
    browser.run(
        "const script = document.createElement('script');
         script.textContent = 'window.ran = true';
         document.body.append(script);",
    );
    assert_eq!(browser.run("return window.ran === true"), false, "the policy lets inline scripts run");
    let refused = std::cell::RefCell::new(vec![]);
    browser.await_true("both reports", || {
        refused.borrow_mut().extend(inspect::refused_content(&browser));
        let has = |words: &str| refused.borrow().iter().any(|line: &String| line.contains(words));
        has("script-src-elem refuses inline") && has("Content Security Policy")
    });
}
