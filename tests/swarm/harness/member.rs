//! A member with a browser without scripts: cookies, forms, redirects.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::page::Page;

const NAME: &str = "ana";
const PASSWORD: &str = "seven quiet otters";
/// One answer. The first page after a start may wait for the recipes.
const PATIENCE: Duration = Duration::from_mins(1);
/// One operation, on a machine that runs several of them.
const OPERATION: Duration = Duration::from_mins(3);

/// A browser and who sits before it.
#[derive(Clone)]
pub(crate) struct Member {
    origin: String,
    /// Where the requests go.
    to: String,
    cookies: BTreeMap<String, String>,
}

impl Member {
    pub(super) fn new(origin: &str) -> Self {
        Self::behind(origin, origin.trim_start_matches("http://"))
    }

    /// A browser whose requests reach Canteen at `to`, as those that pass a proxy do.
    pub(crate) fn behind(origin: &str, to: &str) -> Self {
        Self { origin: origin.to_owned(), to: to.to_owned(), cookies: BTreeMap::new() }
    }

    /// The same browser at another address: Canteen was started again.
    pub(crate) fn go_to(&mut self, origin: &str) {
        let cookies = std::mem::take(&mut self.cookies);
        *self = Self { cookies, ..Self::new(origin) };
    }

    /// Makes the first account and signs in with it.
    pub(crate) fn set_up(&mut self, code: &str) {
        let made = self.post("/setup", "/setup", &[("code", code), ("name", NAME), ("password", PASSWORD)]);
        assert!(matches!(made.status, 200 | 303), "{}", made.text());
        self.sign_in();
    }

    /// Signs in.
    pub(crate) fn sign_in(&mut self) {
        let entered = self.post("/session", "/session", &[("name", NAME), ("password", PASSWORD), ("next", "/apps")]);
        assert_eq!((entered.status, entered.location.as_str()), (303, "/apps"), "{}", entered.text());
    }

    /// The page, after all redirects.
    pub(crate) fn get(&mut self, path: &str) -> Page {
        let mut page = self.send("GET", path, None);
        for _ in 0..5 {
            if page.status != 303 && page.status != 302 {
                break;
            }
            page = self.send("GET", &page.location.clone(), None);
        }
        page
    }

    /// Opens `page` and sends a form of it to `action`. The answer itself: a redirect is not followed.
    pub(crate) fn post(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(page);
        let (csrf, app) = (page.csrf(), page.value("form-app"));
        let app = app.iter().map(|id| ("form-app", id.as_str()));
        let all: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(app).chain(fields.iter().copied()).collect();
        let body = serde_urlencoded::to_string(all).expect("a form can be written");
        self.send("POST", action, Some(&body))
    }

    /// Makes an app, as the four pages of the wizard do. `version` may be the beginning of one.
    pub(crate) fn new_app(&mut self, recipe: &str, version: &str, domain: &str) {
        let choose = format!("/apps/new?recipe={recipe}");
        let versions = self.known_versions(&choose);
        let version = versions.iter().find(|v| v.starts_with(version)).unwrap_or_else(|| panic!("{version} in {versions:?}"));
        let address = self.post(&choose, "/apps/new", &[("recipe", recipe), ("version", version)]);
        assert_eq!(address.status, 303, "{}", address.text());
        let settings = self.post(&address.location, &address.location, &[("domain", domain)]);
        assert_eq!(settings.status, 303, "{}", settings.text());
        let fields = self.get(&settings.location).fields();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let made = self.post(&settings.location, &settings.location, &fields);
        assert_eq!(made.status, 303, "{}", made.text());
    }

    /// Generates all secrets that can be generated, and waits for it.
    pub(crate) fn make_secrets(&mut self, domain: &str) -> Page {
        let operation = self.ask_for_secrets(domain);
        let ended = self.wait(&operation);
        assert!(ended.text().contains("Done: the secrets are set"), "{}", ended.text());
        ended
    }

    /// Asks for secrets. Gives the page of the operation.
    pub(crate) fn ask_for_secrets(&mut self, domain: &str) -> String {
        let page = format!("/apps/{domain}/secrets");
        operation(&self.post(&page, &format!("{page}/generation"), &[]))
    }

    /// The plan for a version of which this is the beginning; for the app's own version if it is empty.
    pub(crate) fn plan(&mut self, domain: &str, version: &str) -> Page {
        let page = format!("/apps/{domain}/deployment");
        if version.is_empty() {
            return self.get(&page);
        }
        let versions = self.get(&page).options();
        let version = versions.iter().find(|v| v.starts_with(version)).unwrap_or_else(|| panic!("{version} in {versions:?}"));
        self.get(&format!("{page}?version={}", version.replace('+', "%2B")))
    }

    /// Asks for the deploy whose plan this is. Gives the page of the operation.
    pub(crate) fn deploy_plan(&mut self, domain: &str, plan: &Page) -> String {
        let hash = plan.value("plan").unwrap_or_else(|| panic!("no plan to deploy: {}", plan.text()));
        let version = plan.html.split("name=\"version\" value=\"").nth(1).and_then(|v| v.split('"').next()).expect("a version");
        let version = version.replace("&#43;", "+");
        let page = format!("/apps/{domain}/deployment");
        let mut fields = vec![("version", version.as_str()), ("plan", hash.as_str())];
        // The box is there, and ticked, where services are left over.
        fields.extend(plan.value("prune").map(|_ticked| ("prune", "on")));
        operation(&self.post(&page, &page, &fields))
    }

    /// Asks for a deploy and waits for its end.
    pub(crate) fn deploy(&mut self, domain: &str, version: &str) -> Page {
        let plan = self.plan(domain, version);
        let operation = self.deploy_plan(domain, &plan);
        self.wait(&operation)
    }

    /// Asks for an undeploy. Gives the page of the operation.
    pub(crate) fn ask_for_undeploy(&mut self, domain: &str) -> String {
        let page = format!("/apps/{domain}/undeployment");
        operation(&self.post(&page, &page, &[]))
    }

    /// Waits until an operation has ended. Gives its page.
    pub(crate) fn wait(&mut self, operation: &str) -> Page {
        self.wait_until(operation, |page| page.status == 200 && !page.text().contains("You can leave this page"))
    }

    /// Waits until a page is as it should be.
    pub(crate) fn wait_until(&mut self, path: &str, good: impl Fn(&Page) -> bool) -> Page {
        let begun = Instant::now();
        loop {
            let page = self.get(path);
            if good(&page) {
                return page;
            }
            assert!(begun.elapsed() < OPERATION, "{path} does not become what it should be: {}", page.text());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Recipes are copied right after the start; until then there are no versions.
    fn known_versions(&mut self, choose: &str) -> Vec<String> {
        self.wait_until(choose, |page| !page.options().is_empty()).options()
    }

    /// Opens a stream and gives the connection, from which comes what is sent.
    pub(crate) fn open(&self, path: &str) -> TcpStream {
        self.ask("GET", path, None)
    }

    fn send(&mut self, method: &str, path: &str, form: Option<&str>) -> Page {
        let mut stream = self.ask(method, path, form);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let answer = String::from_utf8_lossy(&answer);
        let (head, html) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        self.read(head, html)
    }

    fn ask(&self, method: &str, path: &str, form: Option<&str>) -> TcpStream {
        let host = self.origin.split("://").last().unwrap_or_default().to_owned();
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut head = vec![format!("{method} {path} HTTP/1.1"), format!("Host: {host}"), "Connection: close".to_owned()];
        if !cookies.is_empty() {
            head.push(format!("Cookie: {}", cookies.join("; ")));
        }
        if let Some(form) = form {
            head.push(format!("Origin: {}", self.origin));
            head.push("Content-Type: application/x-www-form-urlencoded".to_owned());
            head.push(format!("Content-Length: {}", form.len()));
        }
        let request = format!("{}\r\n\r\n{}", head.join("\r\n"), form.unwrap_or_default());
        let mut stream = TcpStream::connect(&self.to).unwrap_or_else(|e| panic!("{} does not answer: {e}", self.to));
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        stream.write_all(request.as_bytes()).expect("a request can be sent");
        stream
    }

    fn read(&mut self, head: &str, html: &str) -> Page {
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("no status: {head}"));
        let mut location = String::new();
        for (name, value) in head.lines().skip(1).filter_map(|l| l.split_once(": ")) {
            if name.eq_ignore_ascii_case("location") {
                value.clone_into(&mut location);
            } else if name.eq_ignore_ascii_case("set-cookie") {
                let pair = value.split(';').next().unwrap_or_default();
                if let Some((name, value)) = pair.split_once('=') {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        Page { status, location, html: html.to_owned() }
    }
}

fn operation(answer: &Page) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.location.starts_with("/operations/"), "{answer:?}");
    answer.location.clone()
}
