//! A recording stub of the Engine API on a unix socket, enough for a deploy of a stack.
//!
//! Unless a [`Script`] says otherwise: every network is there, no secret and config is there when it is asked for by name, every one is
//! there when it is listed by name (with the id `id-NAME`), nothing belongs to a stack yet, and no registry knows an image. So every
//! deploy makes everything new.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// One request, as it came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Without the version in front.
    pub(crate) path: String,
    /// Undecoded, without the question mark.
    pub(crate) query: String,
    /// `null` if there is none.
    pub(crate) body: Value,
    /// The header `X-Registry-Auth`.
    pub(crate) auth: Option<String>,
}

impl Call {
    /// Whether it changes something.
    pub(crate) fn changes(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// Method and path.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The names in the filter `name`.
    fn names(&self) -> Vec<String> {
        let parts = self.query.split('&').filter_map(|part| part.strip_prefix("filters="));
        let filters = parts.map(decoded).find_map(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or_default();
        match &filters["name"] {
            Value::Object(names) => names.keys().cloned().collect(),
            Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => vec![],
        }
    }
}

/// What a scripted engine says to one call.
pub(crate) enum Said {
    /// A status and a body.
    Json(u16, Value),
    /// Nothing, ever, and the connection stays open.
    Hang,
    /// The connection ends without an answer.
    Close,
}

type Answers = Box<dyn Fn(&Call) -> Option<Said> + Send + Sync>;

/// What differs from the engine on which everything is new.
pub(crate) struct Script {
    /// The version that the engine speaks at most.
    pub(crate) api: &'static str,
    /// Asked first; `None` is the ordinary answer.
    pub(crate) answer: Answers,
}

impl Default for Script {
    fn default() -> Self {
        Self { api: "1.50", answer: Box::new(|_| None) }
    }
}

/// A running stub. It ends with the test.
pub(crate) struct Stub {
    folder: tempfile::TempDir,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Stub {
    /// The engine on which everything is new.
    pub(crate) fn start() -> Self {
        Self::scripted(Script::default())
    }

    /// An engine that answers like the ordinary one but for what `answer` gives.
    pub(crate) fn answering(answer: impl Fn(&Call) -> Option<Said> + Send + Sync + 'static) -> Self {
        Self::scripted(Script { answer: Box::new(answer), ..Script::default() })
    }

    pub(crate) fn scripted(script: Script) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("sock")).unwrap();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (script, seen) = (Arc::new(script), Arc::clone(&calls));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
                // A client that goes away in the middle is no failure of the stub.
                std::thread::spawn(move || drop(serve(&stream, &script, &seen)));
            }
        });
        Self { folder, calls }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("sock")
    }

    /// For `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        host_of(&self.socket())
    }

    /// Everything that was asked since the last call of this, in its order.
    pub(crate) fn taken(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

fn host_of(socket: &Path) -> String {
    format!("unix://{}", socket.display())
}

/// One connection, until it ends.
fn serve(stream: &UnixStream, script: &Script, seen: &Mutex<Vec<Call>>) -> std::io::Result<()> {
    let mut from = BufReader::new(stream.try_clone()?);
    while let Some((call, last)) = request(&mut from)? {
        let said = (script.answer)(&call).unwrap_or_else(|| ordinary(&call, script.api));
        let head_only = call.method == "HEAD";
        seen.lock().unwrap().push(call);
        match said {
            Said::Json(status, body) => reply(stream, status, &body, script.api, head_only)?,
            // Reading on ends when the client gives up.
            Said::Hang => drop(from.read_to_end(&mut Vec::new())?),
            Said::Close => return Ok(()),
        }
        if last {
            return Ok(());
        }
    }
    Ok(())
}

/// The next request, and whether the client wants no other on this connection.
fn request(from: &mut impl BufRead) -> std::io::Result<Option<(Call, bool)>> {
    let first = line(from)?;
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next().filter(|m| !m.is_empty()), words.next()) else { return Ok(None) };
    let (mut length, mut chunked, mut last, mut auth) = (0, false, false, None);
    loop {
        let header = line(from)?;
        let Some((name, value)) = header.split_once(':') else { break };
        match (name.to_lowercase().as_str(), value.trim()) {
            ("content-length", value) => length = value.parse().unwrap_or_default(),
            ("transfer-encoding", value) => chunked = value.contains("chunked"),
            ("connection", value) => last = value.eq_ignore_ascii_case("close"),
            ("x-registry-auth", value) => auth = Some(value.to_owned()),
            _ => {}
        }
    }
    let body = if chunked { chunks(from)? } else { exactly(from, length)? };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let call = Call {
        method: method.to_owned(),
        path: unversioned(path).to_owned(),
        query: query.to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        auth,
    };
    Ok(Some((call, last)))
}

fn line(from: &mut impl BufRead) -> std::io::Result<String> {
    let mut text = String::new();
    from.read_line(&mut text)?;
    Ok(text.trim_end().to_owned())
}

fn exactly(from: &mut impl BufRead, length: usize) -> std::io::Result<Vec<u8>> {
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(body)
}

fn chunks(from: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let length = usize::from_str_radix(&line(from)?, 16).unwrap_or_default();
        body.extend(exactly(from, length)?);
        line(from)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

/// `/v1.41/info` is `/info`.
fn unversioned(path: &str) -> &str {
    let rest = path.strip_prefix("/v").map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
    rest.filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

fn decoded(text: &str) -> String {
    let pairs = serde_urlencoded::from_str::<Vec<(String, String)>>(&format!("x={text}")).unwrap_or_default();
    pairs.into_iter().map(|(_, value)| value).collect()
}

fn reply(mut to: &UnixStream, status: u16, body: &Value, api: &str, head_only: bool) -> std::io::Result<()> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let fixed = "Ostype: linux\r\nDocker-Experimental: false\r\nContent-Type: application/json";
    let head = format!("HTTP/1.1 {status} x\r\nApi-Version: {api}\r\n{fixed}\r\nContent-Length: {}\r\n\r\n", body.len());
    to.write_all(head.as_bytes())?;
    if head_only { Ok(()) } else { to.write_all(body.as_bytes()) }
}

/// What the engine says on which everything is new.
fn ordinary(call: &Call, api: &str) -> Said {
    let object =
        |name: &String| json!({ "ID": format!("id-{name}"), "Version": { "Index": 1 }, "Spec": { "Name": name, "Labels": {} } });
    let name_of = |body: &Value| body["Name"].as_str().unwrap_or_default().to_owned();
    let path = call.path.as_str();
    let (status, body) = match path {
        "/_ping" => (200, json!("OK")),
        "/info" => (200, json!({ "Swarm": { "ControlAvailable": true, "LocalNodeState": "active" } })),
        "/version" => (200, json!({ "ApiVersion": api, "Version": "fake" })),
        "/networks" | "/services" | "/nodes" | "/tasks" => (200, json!([])),
        "/secrets" | "/configs" => (200, call.names().iter().map(object).collect()),
        "/networks/create" => (201, json!({ "Id": "id-net", "Warning": "" })),
        "/secrets/create" | "/configs/create" | "/services/create" => (201, json!({ "ID": format!("id-{}", name_of(&call.body)) })),
        _ => match path.strip_prefix("/networks/") {
            Some(name) => (200, json!({ "Name": name, "Id": format!("id-{name}"), "Scope": "swarm" })),
            None if path.starts_with("/distribution/") => (404, json!({ "message": "no such image" })),
            None => (404, json!({ "message": "not found" })),
        },
    };
    Said::Json(status, body)
}
