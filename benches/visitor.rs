//! A browser without a screen: keeps cookies, fills forms, follows nothing by itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::http::{Answer, Connection};

/// Who sets up and signs in.
const NAME: &str = "ana";
pub(crate) const PASSWORD: &str = "seven quiet otters";
/// Between two looks at a running operation.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Longer than any operation takes.
const PATIENCE: Duration = Duration::from_mins(5);

/// One browser at one dashboard.
pub(crate) struct Visitor {
    address: SocketAddr,
    /// What the dashboard takes for its own host.
    host: String,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// A browser that was never here. `host` is the dashboard's public one.
    pub(crate) fn new(address: SocketAddr, host: &str) -> Self {
        Self { address, host: host.to_owned(), cookies: BTreeMap::new() }
    }

    /// Makes the first account and signs in.
    pub(crate) fn set_up(&mut self, code: &str) -> anyhow::Result<()> {
        self.submit("/setup", "/setup", &[("code", code), ("name", NAME), ("password", PASSWORD)])?;
        self.sign_in()
    }

    /// Signs in as the one who set up.
    pub(crate) fn sign_in(&mut self) -> anyhow::Result<()> {
        self.sign_in_as(NAME)
    }

    /// Signs in as a member, with the password that all have.
    pub(crate) fn sign_in_as(&mut self, name: &str) -> anyhow::Result<()> {
        self.submit("/session", "/session", &[("name", name), ("password", PASSWORD), ("next", "/apps")]).map(|_| ())
    }

    /// A page as text.
    pub(crate) fn page(&mut self, path: &str) -> anyhow::Result<String> {
        let answer = self.get(path, "identity")?;
        if answer.status != 200 {
            bail!("{path} answered {}", answer.status);
        }
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// A page as a browser that accepts this encoding gets it.
    pub(crate) fn get(&mut self, path: &str, encoding: &str) -> anyhow::Result<Answer> {
        let request = self.request(path, encoding);
        self.ask(&request)
    }

    /// The bytes of a request that another connection may send again and again.
    pub(crate) fn request(&self, path: &str, encoding: &str) -> String {
        format!("GET {path} HTTP/1.1\r\n{}Accept-Encoding: {encoding}\r\n\r\n", self.common())
    }

    /// Sends the form of a page and says where the answer leads.
    pub(crate) fn submit(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let html = self.page(page)?;
        let token = attribute(&html, "name=\"csrf\" value=").with_context(|| format!("{page} has no form"))?;
        let app = attribute(&html, "name=\"form-app\" value=");
        let app = app.iter().map(|id| ("form-app", id.as_str()));
        let all: Vec<_> = [("csrf", token.as_str())].into_iter().chain(app).chain(fields.iter().copied()).collect();
        let body = serde_urlencoded::to_string(all)?;
        let (common, host, length) = (self.common(), &self.host, body.len());
        let kind = "application/x-www-form-urlencoded";
        let answer = self.ask(&format!(
            "POST {action} HTTP/1.1\r\n{common}Origin: http://{host}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
        ))?;
        match answer.header("location") {
            Some(place) if answer.status == 303 => Ok(place.to_owned()),
            _ => bail!("{action} answered {}: {}", answer.status, words(&String::from_utf8_lossy(&answer.body))),
        }
    }

    /// Makes an app of a recipe's first version on offer, with the settings that the form proposes.
    pub(crate) fn new_app(&mut self, recipe: &str, domain: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        let first = format!("/apps/new?recipe={recipe}");
        // The catalogue is read right after the start, beside everything else.
        let version = loop {
            let html = self.page(&first)?;
            match html.split_once("<option").and_then(|(_, rest)| Some(rest.split_once('>')?.1.split_once('<')?.0.to_owned())) {
                Some(version) => break version,
                None if begun.elapsed() > PATIENCE => bail!("{first} offers no version"),
                None => std::thread::sleep(LOOK_EVERY),
            }
        };
        let address = self.submit(&first, "/apps/new", &[("recipe", recipe), ("version", &version)])?;
        let settings = self.submit(&address, &address, &[("domain", domain)])?;
        let filled = fields(&self.page(&settings)?);
        let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.submit(&settings, &settings, &filled).map(|_| ())
    }

    /// The connection of a page that goes on without end, such as an event stream.
    pub(crate) fn open(&self, path: &str) -> anyhow::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.write_all(self.request(path, "identity").as_bytes())?;
        Ok(stream)
    }

    /// Looks at an operation until it ends; it has to end well.
    pub(crate) fn wait_for(&mut self, operation: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let html = self.page(operation)?;
            if !html.contains("You can leave this page") {
                return if html.contains("class=\"card tone ok\"") { Ok(()) } else { bail!("{operation}: {}", words(&html)) };
            }
            if begun.elapsed() > PATIENCE {
                bail!("{operation} does not end");
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn common(&self) -> String {
        let mut lines = format!("Host: {}\r\n", self.host);
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            // Writing into a string can't fail.
            let _written = write!(lines, "Cookie: {}\r\n", pairs.join("; "));
        }
        lines
    }

    fn ask(&mut self, request: &str) -> anyhow::Result<Answer> {
        let answer = Connection::open(self.address)?.ask(request.as_bytes())?;
        for (_, value) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            if let Some((name, value)) = value.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }
}

/// The quoted text after `before`.
pub(crate) fn attribute(html: &str, before: &str) -> Option<String> {
    let (_, after) = html.split_once(before)?;
    after.strip_prefix('"')?.split('"').next().map(unescape)
}

/// The names and values of the text fields and hidden fields of a page, without those that `submit` takes over.
fn fields(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input ").skip(1).filter_map(|rest| rest.split('>').next());
    let sent =
        inputs.filter(|tag| !tag.contains("type=\"radio\"") && !tag.contains("type=\"checkbox\"") || tag.contains(" checked"));
    sent.filter_map(|tag| Some((attribute(tag, "name=")?, attribute(tag, " value=").unwrap_or_default())))
        .filter(|(name, _)| name != "csrf" && name != "form-app")
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("&#38;", "&")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&amp;", "&")
}

/// The text of a page's main part, shortened for an error message.
fn words(html: &str) -> String {
    let main = html.split_once("<main").map_or(html, |(_, rest)| rest);
    let text: String = main.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect()
}
