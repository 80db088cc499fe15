//! What is looked at on a single page.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::driver::Browser;

/// Width of a window and the colours that the member's system asks for.
pub(crate) const VIEWS: [(u32, &str); 4] = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")];

/// Shows pages in this width and these colours from now on.
pub(crate) fn view_as(browser: &Browser, width: u32, scheme: &str) {
    let mobile = width < 700;
    let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": mobile });
    browser.chromium("Emulation.setDeviceMetricsOverride", &size);
    let features = json!([
        { "name": "prefers-color-scheme", "value": scheme },
        { "name": "prefers-reduced-motion", "value": "reduce" },
    ]);
    browser.chromium("Emulation.setEmulatedMedia", &json!({ "features": features }));
}

/// Everything that is wrong with the open page for those who cannot see, or see it small: rules of axe-core that it breaks, and
/// whether it must be scrolled sideways.
pub(crate) fn faults(browser: &Browser, page: &str) -> Vec<String> {
    let mut faults = vec![];
    for (width, scheme) in VIEWS {
        view_as(browser, width, scheme);
        let at = format!("{page} ({width} {scheme}, {})", browser.path());
        let found = browser.run_async(&format!("{}{RUN_AXE}", axe()));
        for fault in found["violations"].as_array().unwrap_or_else(|| panic!("axe at {at}: {found}")) {
            faults.push(format!("{at}: {fault}"));
        }
        assert!(found["passes"].as_u64() > Some(5), "axe looked at nothing at {at}: {found}");
        if scheme == "light" {
            faults.extend(too_wide(browser).into_iter().map(|what| format!("{at}: wider than the window: {what}")));
        }
    }
    view_as(browser, 1280, "light");
    faults
}

const RUN_AXE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        (found) => done({
            passes: found.passes.length,
            violations: found.violations.flatMap((rule) => rule.nodes.map((node) =>
                rule.id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary.replaceAll('\\n', ' '))),
        }),
        (error) => done(String(error)),
    );";

/// The elements that reach beyond the window, where the page can be scrolled sideways.
pub(crate) fn too_wide(browser: &Browser) -> Vec<String> {
    let found = browser.run(
        "const room = document.documentElement.clientWidth;
         if (document.documentElement.scrollWidth <= room) return [];
         const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > room + 1);
         return ['the page'].concat(wide.slice(0, 5).map((e) => e.tagName + '.' + e.className));",
    );
    found.as_array().unwrap().iter().map(|what| what.as_str().unwrap().to_owned()).collect()
}

/// The checker's text.
fn axe() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let path = std::env::var("AXE_JS").map_or_else(|_unset| fetch_axe(), PathBuf::from);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    })
}

fn fetch_axe() -> PathBuf {
    let printed = Command::new("scripts/axe.sh").output().unwrap();
    assert!(printed.status.success(), "scripts/axe.sh: {}", String::from_utf8_lossy(&printed.stderr));
    PathBuf::from(String::from_utf8(printed.stdout).unwrap().trim())
}

/// Notes from now on what the content policy refuses, on every page.
pub(crate) fn watch_for_refused_content(browser: &Browser) {
    let listen = "document.addEventListener('securitypolicyviolation', (event) => {
        const what = event.effectiveDirective + ' refuses ' + event.blockedURI + ' at ' + event.documentURI;
        sessionStorage.refused = JSON.stringify([...JSON.parse(sessionStorage.refused ?? '[]'), what]);
    });";
    browser.chromium("Page.enable", &json!({}));
    browser.chromium("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": listen }));
}

/// What was refused since the watch began: by the event and by the console.
pub(crate) fn refused_content(browser: &Browser) -> Vec<String> {
    let noted = browser.run("return JSON.parse(sessionStorage.refused ?? '[]')");
    let mut refused: Vec<String> = noted.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let about_policy = |line: &String| ["Content Security Policy", "Refused to", "violates"].iter().any(|w| line.contains(w));
    refused.extend(browser.console().into_iter().filter(about_policy));
    refused
}
