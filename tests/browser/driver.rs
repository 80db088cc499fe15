//! The few commands of `WebDriver` that the tests need, over one chromedriver and one chromium each.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Slow machines are not broken machines.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks at something that is awaited.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The key under which `WebDriver` hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const SPACE: &str = " ";

/// Whether pages may run scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// A chromium of its own, closed when it is dropped.
pub(crate) struct Browser {
    http: reqwest::blocking::Client,
    driver: Child,
    server: String,
    session: String,
    /// Where the dashboard answers.
    origin: String,
    /// Removed with the browser.
    profile: TempDir,
}

/// Something on the page.
pub(crate) struct Element<'a> {
    browser: &'a Browser,
    id: RefCell<String>,
    /// How it was found; nothing finds the focused element again.
    way: Option<Way>,
}

/// How an element was found, and as which of those that fit.
struct Way {
    using: &'static str,
    value: String,
    place: usize,
}

/// What is said of an element that a live update replaces or moves just now. A person would simply click again.
const PASSING: [&str; 3] = ["stale element reference", "element click intercepted", "element not interactable"];

impl Browser {
    /// Starts one that knows the dashboard at `origin`.
    pub(crate) fn start(origin: &str, scripts: Scripts) -> Self {
        Self::with_flags(origin, scripts, &[])
    }

    /// The same, with more flags for chromium.
    pub(crate) fn with_flags(origin: &str, scripts: Scripts, flags: &[String]) -> Self {
        canteen::shelf::tls::install();
        let (driver, port) = driver();
        let http = reqwest::blocking::Client::builder().no_proxy().timeout(3 * PATIENCE).build().unwrap();
        let profile = tempfile::tempdir().unwrap();
        let server = format!("http://127.0.0.1:{port}");
        let mut browser = Self { http, driver, server, session: String::new(), origin: origin.to_owned(), profile };
        let wish = wish(browser.profile.path(), scripts, flags);
        let made = browser.call(&Method::POST, "/session", Some(&wish)).unwrap_or_else(|e| panic!("no browser: {e}"));
        browser.session = format!("/session/{}", made["sessionId"].as_str().unwrap());
        browser
    }

    /// Opens a path of the dashboard, or a whole address.
    pub(crate) fn open(&self, path: &str) {
        let url = if path.starts_with('/') { format!("{}{path}", self.origin) } else { path.to_owned() };
        self.post("/url", &json!({ "url": url }));
    }

    /// The path and query of the page.
    pub(crate) fn path(&self) -> String {
        let url = self.get("/url");
        url.as_str().unwrap().trim_start_matches(&self.origin).to_owned()
    }

    pub(crate) fn title(&self) -> String {
        self.get("/title").as_str().unwrap().to_owned()
    }

    /// The first element that fits, awaited.
    pub(crate) fn find(&self, css: &str) -> Element<'_> {
        self.await_some(&format!("{css} on the page"), || self.all(css).into_iter().next())
    }

    /// The link or button that shows exactly these words, awaited. The narrow menu's copies are passed over.
    pub(crate) fn worded(&self, words: &str) -> Element<'_> {
        let path = format!("//*[self::a or self::button or self::summary][normalize-space()={}]", quoted(words));
        self.await_some(&format!("a link or button {words:?}"), || {
            self.by("xpath", &path).into_iter().find(|e| e.try_displayed() == Some(true))
        })
    }

    /// All that fit now.
    pub(crate) fn all(&self, css: &str) -> Vec<Element<'_>> {
        self.by("css selector", css)
    }

    fn by(&self, using: &'static str, value: &str) -> Vec<Element<'_>> {
        let way = |place| Some(Way { using, value: value.to_owned(), place });
        let ids = self.ids(using, value).into_iter().enumerate();
        ids.map(|(place, id)| Element { browser: self, id: RefCell::new(id), way: way(place) }).collect()
    }

    fn ids(&self, using: &str, value: &str) -> Vec<String> {
        let found = self.post("/elements", &json!({ "using": using, "value": value }));
        found.as_array().unwrap().iter().map(|e| e[ELEMENT].as_str().unwrap().to_owned()).collect()
    }

    /// What has the focus.
    pub(crate) fn focused(&self) -> Element<'_> {
        let id = self.get("/element/active")[ELEMENT].as_str().unwrap().to_owned();
        Element { browser: self, id: RefCell::new(id), way: None }
    }

    /// Waits until the page's heading is this.
    pub(crate) fn heading(&self, text: &str) {
        self.await_true(&format!("the heading {text:?}"), || self.text_of("h1") == text);
    }

    /// Waits until the page shows these words somewhere.
    pub(crate) fn shows(&self, text: &str) {
        self.await_true(&format!("the words {text:?}"), || self.text_of("body").contains(text));
    }

    /// The visible text of the first element that fits now; empty if there is none, or it is going away just now.
    pub(crate) fn text_of(&self, css: &str) -> String {
        self.all(css).first().and_then(Element::try_text).unwrap_or_default()
    }

    /// Types keys to whatever has the focus.
    pub(crate) fn keys(&self, keys: &str) {
        let presses: Vec<Value> =
            keys.chars().flat_map(|k| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": k.to_string() }))).collect();
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": presses }] }));
    }

    /// Runs a function's body in the page.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs a function's body in the page, which calls its last argument with the result.
    pub(crate) fn run_async(&self, script: &str) -> Value {
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// A command of chromium's own protocol.
    pub(crate) fn chromium(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// Gives the browser a device that keeps passkeys and finds that it is always the right person who uses it.
    pub(crate) fn add_passkey_device(&self) {
        let device = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
        });
        self.post("/webauthn/authenticator", &device);
    }

    /// The lines of the browser's console since the last call.
    pub(crate) fn console(&self) -> Vec<String> {
        let lines = self.post("/se/log", &json!({ "type": "browser" }));
        lines.as_array().unwrap().iter().map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The picture of the whole page, also of what one must scroll to, as PNG.
    pub(crate) fn picture(&self) -> Vec<u8> {
        use base64::Engine as _;
        let made = self.chromium("Page.captureScreenshot", &json!({ "captureBeyondViewport": true }));
        base64::engine::general_purpose::STANDARD.decode(made["data"].as_str().unwrap()).unwrap()
    }

    /// The windows' names, this one's first.
    pub(crate) fn window(&self) -> String {
        self.get("/window").as_str().unwrap().to_owned()
    }

    /// Opens a tab and goes there.
    pub(crate) fn new_tab(&self) {
        let made = self.post("/window/new", &json!({ "type": "tab" }));
        self.go_to_window(made["handle"].as_str().unwrap());
    }

    pub(crate) fn go_to_window(&self, name: &str) {
        self.post("/window", &json!({ "handle": name }));
    }

    /// Looks again and again until there is something.
    pub(crate) fn await_some<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            let waited = began.elapsed();
            let said = || format!("{}; the page says:\n{}", self.path(), self.text_of("body"));
            assert!(waited < PATIENCE, "no {what} after {PATIENCE:?} at {}", said());
            std::thread::sleep(LOOK_EVERY);
        }
    }

    pub(crate) fn await_true(&self, what: &str, look: impl Fn() -> bool) {
        self.await_some(what, || look().then_some(()));
    }

    fn get(&self, path: &str) -> Value {
        let path = format!("{}{path}", self.session);
        self.call(&Method::GET, &path, None).unwrap_or_else(|e| panic!("GET {path}: {e}"))
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let path = format!("{}{path}", self.session);
        self.call(&Method::POST, &path, Some(body)).unwrap_or_else(|e| panic!("POST {path}: {e}"))
    }

    /// The answer's value, or the driver's words about what went wrong.
    fn call(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.server));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().map_err(|e| e.to_string())?;
        let good = response.status().is_success();
        let text = response.text().map_err(|e| e.to_string())?;
        let mut answer: Value = serde_json::from_str(&text).map_err(|e| format!("{e}: {text}"))?;
        let value = answer["value"].take();
        if good { Ok(value) } else { Err(format!("{}: {}", value["error"], value["message"])) }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _closed = self.call(&Method::DELETE, &self.session, None);
        }
        let _ended = self.driver.kill();
        let _gone = self.driver.wait();
    }
}

impl Element<'_> {
    pub(crate) fn click(&self) {
        self.post("/click", &json!({}));
    }

    /// Types into a control, after what is there.
    pub(crate) fn type_in(&self, text: &str) {
        self.post("/value", &json!({ "text": text }));
    }

    /// Empties a control and types into it.
    pub(crate) fn fill(&self, text: &str) {
        self.post("/clear", &json!({}));
        self.type_in(text);
    }

    pub(crate) fn text(&self) -> String {
        self.get("/text").as_str().unwrap().to_owned()
    }

    pub(crate) fn attribute(&self, name: &str) -> String {
        self.get(&format!("/attribute/{name}")).as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn displayed(&self) -> bool {
        self.get("/displayed").as_bool().unwrap()
    }

    fn try_text(&self) -> Option<String> {
        self.call(&Method::GET, "/text", None).ok()?.as_str().map(str::to_owned)
    }

    fn try_displayed(&self) -> Option<bool> {
        self.call(&Method::GET, "/displayed", None).ok()?.as_bool()
    }

    fn get(&self, path: &str) -> Value {
        self.insist(&Method::GET, path, None)
    }

    fn post(&self, path: &str, body: &Value) {
        self.insist(&Method::POST, path, Some(body));
    }

    /// Asks again for as long as a live update is in the way, of the element that took this one's place.
    fn insist(&self, method: &Method, path: &str, body: Option<&Value>) -> Value {
        let began = Instant::now();
        loop {
            let error = match self.call(method, path, body) {
                Ok(value) => return value,
                Err(error) => error,
            };
            let passing = PASSING.iter().any(|words| error.contains(words)) && began.elapsed() < PATIENCE;
            assert!(passing, "{method} {path}: {error} (at {})", self.browser.path());
            std::thread::sleep(LOOK_EVERY);
            self.find_again();
        }
    }

    fn find_again(&self) {
        let Some(way) = &self.way else { return };
        if let Some(id) = self.browser.ids(way.using, &way.value).into_iter().nth(way.place) {
            self.id.replace(id);
        }
    }

    fn call(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Value, String> {
        self.browser.call(method, &format!("{}/element/{}{path}", self.browser.session, self.id.borrow()), body)
    }
}

/// What the browser shall be like.
fn wish(profile: &std::path::Path, scripts: Scripts, more: &[String]) -> Value {
    let mut flags: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--no-proxy-server",
        "--force-prefers-reduced-motion",
        "--hide-scrollbars",
        "--lang=en",
        "--window-size=1280,900",
    ]
    .map(str::to_owned)
    .into();
    flags.extend_from_slice(more);
    flags.push(format!("--user-data-dir={}", profile.display()));
    let mut options = json!({ "args": flags });
    if scripts == Scripts::Off {
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
    }
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "script": 120_000, "pageLoad": 120_000 },
    } } })
}

/// Tries to start a driver.
const STARTS: usize = 10;

/// A driver, and the port that it has chosen. It looks for one that is free by version 6 of IP and ends when somebody else has the same
/// one by version 4; then the next one is started.
fn driver() -> (Child, u16) {
    let mut said = String::new();
    for _ in 0..STARTS {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is there: apt install chromium chromium-driver");
        match port_of(&mut driver) {
            Ok(port) => return (driver, port),
            Err(text) => said = text,
        }
        driver.kill().and_then(|()| driver.wait()).expect("chromedriver has ended");
    }
    panic!("chromedriver names no port:\n{said}")
}

/// The port that a driver has chosen, from what it prints; all of that where it names none.
fn port_of(driver: &mut Child) -> Result<u16, String> {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let mut said = String::new();
    let port = lines.by_ref().find_map(|line| {
        let line = line.unwrap();
        writeln!(said, "{line}").unwrap();
        line.split("started successfully on port ").nth(1)?.trim_end_matches('.').parse().ok()
    });
    // Whoever stops reading stops the driver too.
    std::thread::spawn(move || lines.for_each(drop));
    port.ok_or(said)
}

/// A text as XPath writes it.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
