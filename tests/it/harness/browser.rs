//! A browser as small as can be: HTTP/1.1 over a socket, cookies, the token of the form that it sends. It follows nothing by itself.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Somebody's browser. Clones share the cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    address: SocketAddr,
    host: String,
    origin: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    /// Whether the test itself answers when the password is asked for again.
    by_hand: bool,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case, in the order in which they came.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Bytes of the body as they came, compressed if the request said so.
    pub(crate) size: usize,
}

/// A request that a test puts together itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// A header named here replaces the browser's own; an empty value takes it away.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr, host: &str, origin: &str) -> Self {
        Self { address, host: host.to_owned(), origin: origin.to_owned(), cookies: Arc::default(), by_hand: false }
    }

    /// The same browser, which leaves it to the test to give the password again.
    pub(crate) fn by_hand(&self) -> Self {
        Self { by_hand: true, ..self.clone() }
    }

    /// The same browser, for a dashboard that answers at another address.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request { method: "GET".to_owned(), path: path.to_owned(), ..Request::default() }).await
    }

    /// Opens a page that has to be there.
    pub(crate) async fn page(&self, path: &str) -> Answer {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "GET {path}: {}", page.text());
        page
    }

    /// Sends a form of this page.
    pub(crate) async fn post(&self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![];
        let app = self.app_of(page, action).await;
        if let Some(id) = app.as_deref().filter(|_| fields.iter().all(|(name, _)| *name != "form-app")) {
            all.push(("form-app", id));
        }
        all.extend(fields);
        self.send(form(page, action, &all)).await
    }

    /// The app that the form is made for. Where the page has no such form it is one as an app's own page would have it now.
    async fn app_of(&self, page: &Answer, action: &str) -> Option<String> {
        let app = action.strip_prefix("/apps/").and_then(|rest| rest.split_once('/')).filter(|(name, _)| name.contains('.'));
        match (page.app(), app) {
            (None, Some((name, _))) => self.get(&format!("/apps/{name}/settings/text")).await.app(),
            (found, _) => found,
        }
    }

    /// Opens the page of a form and sends the form.
    pub(crate) async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(page).await;
        self.post(&page, action, fields).await
    }

    /// Sends a request. Where the password is asked for again, it is given, as members do, and the request goes on.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let answer = self.send_once(&request).await;
        let asked = answer.header("location").filter(|to| to.starts_with("/session/again"));
        match asked.filter(|_| !self.by_hand && answer.status == 303 && !request.path.starts_with("/session/again")) {
            Some(question) => self.confirm(question).await,
            None => answer,
        }
    }

    async fn confirm(&self, question: &str) -> Answer {
        let get = |path: &str| Request { method: "GET".to_owned(), path: path.to_owned(), ..Request::default() };
        let page = self.send_once(&get(question)).await;
        let hidden = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"").unwrap_or_default();
        let (keep, next) = (hidden("keep"), hidden("next"));
        let fields = [("password", super::PASSWORD), ("keep", keep.as_str()), ("next", next.as_str())];
        let confirmed = self.send_once(&form(&page, "/session/again", &fields)).await;
        let page = self.send_once(&get(confirmed.location())).await;
        if keep.is_empty() {
            return page;
        }
        let main = page.body.split("<main").nth(1).unwrap();
        let action = main.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
        self.send_once(&form(&page, &unescaped(action), &[("kept-form", &keep)])).await
    }

    async fn send_once(&self, request: &Request) -> Answer {
        let mut socket = self.write(request).await;
        let mut raw = vec![];
        // A server that has read enough may close before everything was written; what it said is there all the same.
        while socket.read_buf(&mut raw).await.is_ok_and(|n| n > 0) {
            // A stream never ends by itself; its first message is enough.
            if (request.path.starts_with("/live") || request.path.contains("/logs/stream"))
                && String::from_utf8_lossy(&raw).contains("\ndata: ")
            {
                break;
            }
        }
        let answer = Answer::read(&raw).unwrap_or_else(|| panic!("{} {}: no answer", request.method, request.path));
        self.keep_cookies(&answer);
        answer
    }

    /// Opens a stream and gives the socket, from which lines come as they are sent.
    pub(crate) async fn open(&self, path: &str) -> TcpStream {
        self.write(&Request { method: "GET".to_owned(), path: path.to_owned(), ..Request::default() }).await
    }

    async fn write(&self, request: &Request) -> TcpStream {
        let mut headers = vec![("host".to_owned(), self.host.clone()), ("user-agent".to_owned(), "tests".to_owned())];
        if request.method != "GET" {
            headers.push(("origin".to_owned(), self.origin.clone()));
            headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
            headers.push(("content-length".to_owned(), request.body.len().to_string()));
        }
        let cookies: Vec<String> = self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            headers.push(("cookie".to_owned(), cookies.join("; ")));
        }
        for (name, value) in &request.headers {
            headers.retain(|(n, _)| n != name);
            if !value.is_empty() {
                headers.push((name.clone(), value.clone()));
            }
        }
        let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("{} {} HTTP/1.1\r\n{}connection: close\r\n\r\n", request.method, request.path, lines.concat());
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        let _cut = socket.write_all(&request.body).await;
        socket
    }

    fn keep_cookies(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in answer.all("set-cookie") {
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    fn read(raw: &[u8]) -> Option<Self> {
        let end = raw.windows(4).position(|w| w == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&raw[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> =
            lines.filter_map(|l| l.split_once(':')).map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned())).collect();
        let rest = &raw[end + 4..];
        let chunked = headers.iter().any(|(n, v)| n == "transfer-encoding" && v.contains("chunked"));
        let body = if chunked { joined(rest) } else { rest.to_vec() };
        Some(Self { status, headers, size: body.len(), body: String::from_utf8_lossy(&body).into_owned() })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Where to go on, of an answer that sends the browser on.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text());
        self.header("location").unwrap()
    }

    /// The token of the page's forms.
    pub(crate) fn token(&self) -> String {
        self.between("name=\"csrf\" value=\"", "\"").unwrap_or_default()
    }

    /// The app that the page's forms are made for.
    pub(crate) fn app(&self) -> Option<String> {
        self.between("name=\"form-app\" value=\"", "\"")
    }

    /// The first text between these two.
    pub(crate) fn between(&self, before: &str, after: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found.to_owned())
    }

    /// The page as it reads: without tags, one blank between words.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for part in self.body.split('<').skip(usize::from(self.body.starts_with('<'))) {
            text.push_str(part.split_once('>').map_or(part, |(_, said)| said));
            text.push(' ');
        }
        unescaped(&text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether the page says this.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "the page does not say {text:?}: {}", self.text());
        self
    }

    /// What a browser would send of the page's controls, but for what `post` takes over.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let content = self.body.split("<main").nth(1).unwrap_or(&self.body);
        let tags = content.split('<').filter_map(|t| t.split_once('>').map(|(tag, _)| tag)).filter(|t| t.starts_with("input "));
        let value = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!("{name}=\""))?;
            rest.split_once('"').map(|(v, _)| unescaped(v))
        };
        tags.filter(|t| !(t.contains("type=\"radio\"") || t.contains("type=\"checkbox\"")) || t.contains(" checked"))
            .filter_map(|t| Some((value(t, " name")?, value(t, " value").unwrap_or_default())))
            .filter(|(name, _)| name != "csrf" && name != "form-app")
            .collect()
    }

    /// What stands in the text area of this name.
    pub(crate) fn area(&self, name: &str) -> String {
        let (_, rest) = self.body.split_once(&format!("<textarea id=\"f-{name}\"")).unwrap();
        let (_, text) = rest.split_once('>').unwrap();
        // A line break right behind the tag is not part of the text.
        let text = text.strip_prefix('\n').unwrap_or(text);
        unescaped(text.split("</textarea>").next().unwrap())
    }

    /// Where the page's buttons that change something lead.
    pub(crate) fn post_forms(&self) -> Vec<String> {
        let forms = self.body.split("<form").skip(1).map(|f| f.split("</form").next().unwrap());
        let tags = forms.filter(|f| f.contains("<button")).filter_map(|f| f.split_once('>').map(|(tag, _)| tag));
        let posts = tags.filter(|tag| tag.contains("method=\"post\""));
        posts.filter_map(|tag| tag.split_once("action=\"")?.1.split_once('"').map(|(path, _)| path.to_owned())).collect()
    }
}

/// The request that a form of this page makes.
fn form(page: &Answer, action: &str, fields: &[(&str, &str)]) -> Request {
    let mut all = vec![("csrf", page.token())];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let body = serde_urlencoded::to_string(all).unwrap().into_bytes();
    Request { method: "POST".to_owned(), path: action.to_owned(), headers: vec![], body }
}

fn unescaped(html: &str) -> String {
    let known = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    known.iter().fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

/// The bytes of a body that came in chunks.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = vec![];
    while let Some(line) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(String::from_utf8_lossy(&rest[..line]).trim(), 16).unwrap_or(0);
        let from = line + 2;
        if size == 0 || rest.len() < from + size {
            break;
        }
        body.extend_from_slice(&rest[from..from + size]);
        rest = rest.get(from + size + 2..).unwrap_or_default();
    }
    body
}
