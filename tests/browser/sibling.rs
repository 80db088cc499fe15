//! An app beside Canteen was taken over. It shares Canteen's site, so the browser sends Canteen's cookies along with whatever it asks;
//! all the same it reads nothing and changes nothing.

use serde_json::{Value, json};

use crate::driver::{Browser, Scripts};
use crate::front::Front;
use crate::journey;
use crate::site::Dashboard;

const OWN: &str = "canteen.example.test";
const TAKEN: &str = "app.example.test";
const HOUSE: &str = "house.example.org";

/// Changes that would be worth an attack: as a form in a page would send them.
const CHANGES: [&str; 6] = [
    "/apps/house.example.org/undeployment",
    "/apps/house.example.org/settings",
    "/people/invitation",
    "/account/tokens/new",
    "/session/end",
    "/session",
];

#[test]
fn a_sibling_app_that_was_taken_over_reads_nothing_and_changes_nothing() {
    let site = Dashboard::public(&format!("https://{OWN}"));
    let front = Front::start(OWN, TAKEN, site.address);
    let browser = Browser::with_flags(&site.origin, Scripts::On, &front.flags);
    journey::first_admin(&browser, &site.setup_code());
    journey::quick_app(&browser, "notice-board", HOUSE);
    let (mine, before) = (cookies(&browser), site.engine.changes());
    assert!(mine.iter().any(|(name, domain, _)| name == "__Host-session" && domain == OWN), "{mine:?}");

    plants_cookies(&browser, &mine);
    sends_requests(&browser);
    opens_streams(&browser);
    shows_it_in_a_frame(&browser);
    sends_forms(&browser);
    follows_links(&browser);

    assert_eq!(site.engine.changes(), before, "the Swarm was changed");
    browser.open(&format!("/apps/{HOUSE}"));
    browser.heading(HOUSE);
    browser.open("/people");
    browser.heading("People");
    assert_eq!(browser.all("tbody tr").len(), 1, "somebody was invited: {}", browser.text_of("main"));
    browser.open("/audit");
    let rows: Vec<String> = browser.all("tbody tr").iter().map(|row| row.text().replace('\n', " ")).collect();
    for change in CHANGES {
        let refused = format!("was refused form at {change}");
        let is_it = |row: &String| row.split_once(&refused).is_some_and(|(_, rest)| !rest.starts_with('/'));
        assert!(rows.iter().any(is_it), "no {refused:?} in {rows:#?}");
    }
}

/// Name, domain and value of each.
fn cookies(browser: &Browser) -> Vec<(String, String, String)> {
    let all = browser.chromium("Network.getAllCookies", &json!({}));
    let text = |cookie: &Value, what: &str| cookie[what].as_str().unwrap().to_owned();
    let cookies = all["cookies"].as_array().unwrap().iter();
    cookies.map(|c| (text(c, "name"), text(c, "domain"), text(c, "value"))).collect()
}

fn taken(browser: &Browser) {
    browser.open(&format!("https://{TAKEN}/"));
    assert_eq!(browser.title(), "Taken");
}

/// By its answers and by its page. The names that Canteen reads can't be set from another host; the others it does not read.
fn plants_cookies(browser: &Browser, mine: &[(String, String, String)]) {
    taken(browser);
    browser.run(
        "for (const name of ['__Host-session', '__Host-form', '__Host-dev', 'session', 'csrf'])
           for (const where of ['Domain=example.test; Path=/', 'Path=/', 'Domain=canteen.example.test; Path=/'])
             document.cookie = `${name}=planted; ${where}; Secure`;",
    );
    let now = cookies(browser);
    assert!(now.iter().any(|(name, domain, _)| name == "session" && domain == ".example.test"), "nothing was planted: {now:?}");
    let of_canteen = |all: &[(String, String, String)]| -> Vec<_> {
        let own = all.iter().filter(|(name, domain, _)| name.starts_with("__Host-") && domain != TAKEN);
        own.cloned().collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    };
    assert_eq!(of_canteen(&now), of_canteen(mine));
    browser.open("/apps");
    browser.heading("Apps");
}

/// The browser sends the session along, and the page learns nothing of the answer.
fn sends_requests(browser: &Browser) {
    taken(browser);
    for change in CHANGES {
        let sent = browser.run_async(&format!(
            "const done = arguments[0];
             fetch('https://{OWN}{change}', {{ method: 'POST', mode: 'no-cors', credentials: 'include',
               body: new URLSearchParams({{ csrf: 'planted', person: 'Eve', role: 'admin' }}) }})
               .then((a) => done(a.type + a.status), (e) => done(e.name));"
        ));
        assert!(sent == "opaque0" || sent == "TypeError", "{change}: {sent}");
    }
    for read in ["/apps", "/people", "/live?topics=apps", "/api/v1/apps"] {
        let sent = browser.run_async(&format!(
            "const done = arguments[0];
             fetch('https://{OWN}{read}', {{ credentials: 'include' }}).then((a) => done(a.status), (e) => done(e.name));"
        ));
        assert_eq!(sent, "TypeError", "{read}");
    }
    for address in ["/session/end", "/apps", "/apps/house.example.org/logs/download"] {
        let seen = browser.run_async(&format!(
            "const done = arguments[0];
             const picture = new Image();
             picture.onload = () => done('loaded');
             picture.onerror = () => done('refused');
             picture.src = 'https://{OWN}{address}';"
        ));
        assert_eq!(seen, "refused", "{address}");
    }
}

fn opens_streams(browser: &Browser) {
    let heard = browser.run_async(&format!(
        "const done = arguments[0];
         const stream = new EventSource('https://{OWN}/live?topics=apps', {{ withCredentials: true }});
         stream.onopen = stream.onmessage = () => done('open');
         stream.onerror = () => done('refused ' + stream.readyState);"
    ));
    assert_eq!(heard, "refused 2", "closed for good");
    for path in ["/live?topics=apps", "/apps"] {
        let heard = browser.run_async(&format!(
            "const done = arguments[0];
             const socket = new WebSocket('wss://{OWN}{path}');
             socket.onopen = () => done('open');
             socket.onerror = () => done('refused');"
        ));
        assert_eq!(heard, "refused", "{path}");
    }
}

fn shows_it_in_a_frame(browser: &Browser) {
    taken(browser);
    browser.run_async(&format!(
        "const done = arguments[0];
         const frame = document.createElement('iframe');
         frame.onload = () => done(true);
         frame.src = 'https://{OWN}/apps';
         document.body.append(frame);"
    ));
    let tree = browser.chromium("Page.getFrameTree", &json!({}));
    let frame = &tree["frameTree"]["childFrames"][0]["frame"];
    assert_eq!(frame["url"], "chrome-error://chromewebdata/", "{tree}");
}

/// Forms that send themselves: the whole window goes there, so the member sees the refusal.
fn sends_forms(browser: &Browser) {
    for change in CHANGES {
        taken(browser);
        browser.run(&format!(
            "const form = document.createElement('form');
             form.method = 'post';
             form.action = 'https://{OWN}{change}';
             for (const [name, value] of [['csrf', 'planted'], ['name', 'eve'], ['password', 'eve'], ['next', '/apps']]) {{
               const field = document.createElement('input');
               [field.name, field.value] = [name, value];
               form.append(field);
             }}
             document.body.append(form);
             form.submit();"
        ));
        browser.heading("This form can’t be taken");
    }
}

/// Other sites may link to pages. What changes something is not behind links.
fn follows_links(browser: &Browser) {
    for change in ["/session/end", "/apps/house.example.org/reapplication", "/catalogue/refresh"] {
        taken(browser);
        browser.run(&format!("location.href = 'https://{OWN}{change}'"));
        browser.heading("This address does not take that");
    }
    taken(browser);
    browser.run(&format!("location.href = 'https://{OWN}/apps'"));
    browser.heading("Apps");
    browser.shows(HOUSE);
}
