//! Requests in our own types: one connection, one request, one JSON answer.
//!
//! HTTP/1.0 is enough for that: the engine then neither keeps the connection nor sends the answer in chunks.

use std::fmt;
use std::future::ready;
use std::io;
use std::path::PathBuf;

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use zeroize::Zeroizing;

use super::refusal::{of_status, unreachable_host};
use super::{ANSWER, REGISTRY};
use crate::engine::{EngineError, RegistryAuth, Result};

/// Bytes of a stream that are read at once.
const PIECE: usize = 16 * 1024;
/// Bytes of a refusal's reason.
const REASON_LIMIT: u64 = 64 * 1024;

/// Where the engine listens.
#[derive(Clone, Debug)]
pub(super) enum Host {
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
}

impl Host {
    pub(super) fn parse(host: &str) -> Result<Self> {
        match host.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => Ok(Self::Unix(PathBuf::from(path))),
            Some(("tcp", address)) if address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) => {
                Ok(Self::Tcp(address.to_owned()))
            }
            _ => Err(EngineError::Unreachable(format!("`{host}` is no engine address; write unix:///path or tcp://host:port"))),
        }
    }

    async fn open(&self) -> io::Result<Box<dyn Connection>> {
        Ok(match self {
            Self::Unix(path) => Box::new(UnixStream::connect(path).await?),
            Self::Tcp(address) => Box::new(TcpStream::connect(address).await?),
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
        }
    }
}

trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// Sends requests at the API version that was agreed upon.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) host: Host,
    /// `v1.41`.
    pub(super) version: String,
}

impl Wire {
    /// `path` begins with a slash; `query` is not yet encoded.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        let query = serde_urlencoded::to_string(query).map_err(|e| EngineError::Refused(e.to_string()))?;
        self.exchange("GET", &format!("{path}?{query}"), &[], None).await
    }

    /// Like [`Wire::get`] of something that a registry answers, which may take longer than anybody wants to wait.
    pub(super) async fn ask_registry<T: DeserializeOwned>(&self, path: &str, auth: Option<&RegistryAuth>) -> Result<Option<T>> {
        match tokio::time::timeout(REGISTRY, self.exchange("GET", path, &[], auth)).await {
            Ok(answer) => answer.map(Some),
            Err(_late) => Ok(None),
        }
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        auth: Option<&RegistryAuth>,
    ) -> Result<T> {
        let body = serde_json::to_vec(body).map_err(|e| EngineError::Refused(e.to_string()))?;
        self.exchange("POST", path, &body, auth).await
    }

    /// Like [`Wire::post`] with a body that is wiped by its owner.
    pub(super) async fn post_bytes<T: DeserializeOwned>(&self, path: &str, body: &Zeroizing<Vec<u8>>) -> Result<T> {
        self.exchange("POST", path, body, None).await
    }

    /// Like [`Wire::get`] of something without an end. The request goes out when the stream is first polled, and nothing is read before
    /// it is asked for.
    pub(super) fn stream(&self, path: &str, query: &[(&str, &str)]) -> Result<BoxStream<'static, Result<Vec<u8>>>> {
        let query = serde_urlencoded::to_string(query).map_err(|e| EngineError::Refused(e.to_string()))?;
        let head = format!("GET /{}{path}?{query} HTTP/1.0\r\nHost: docker\r\nConnection: close\r\n\r\n", self.version);
        let host = self.host.clone();
        let opened = async move {
            let lost = |e: &dyn fmt::Display| unreachable_host(&host, &e.to_string());
            let mut connection = host.open().await.map_err(|e| lost(&e))?;
            connection.write_all(head.as_bytes()).await.map_err(|e| lost(&e))?;
            connection.flush().await.map_err(|e| lost(&e))?;
            let first = begin(&mut connection).await.map_err(|e| lost(&e))??;
            Ok::<_, EngineError>(stream::once(ready(Ok(first))).chain(rest(connection, host.clone())))
        };
        Ok(stream::once(opened).try_flatten().boxed())
    }

    async fn exchange<T: DeserializeOwned>(&self, method: &str, path: &str, body: &[u8], auth: Option<&RegistryAuth>) -> Result<T> {
        let credentials = Zeroizing::new(auth.map_or_else(String::new, |a| format!("X-Registry-Auth: {}\r\n", a.header())));
        let head = Zeroizing::new(format!(
            "{method} /{}{path} HTTP/1.0\r\nHost: docker\r\nConnection: close\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.version,
            &*credentials,
            body.len()
        ));
        let answer = tokio::time::timeout(ANSWER, self.send(&head, body))
            .await
            .map_err(|_| unreachable_host(&self.host, "no answer within a minute"))?
            .map_err(|e| unreachable_host(&self.host, &e.to_string()))?;
        let (status, body) = split(&answer).ok_or_else(|| unreachable_host(&self.host, "the answer broke off"))?;
        if (200..300).contains(&status) {
            // Some updates are answered with nothing at all.
            let body = if body.is_empty() { b"null".as_slice() } else { body };
            serde_json::from_slice(body).map_err(|e| EngineError::Unreadable(format!("{method} {path}: {e}")))
        } else {
            Err(of_status(status, &message(body)))
        }
    }

    async fn send(&self, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let mut connection = self.host.open().await?;
        connection.write_all(head.as_bytes()).await?;
        connection.write_all(body).await?;
        connection.flush().await?;
        // A proxy may keep the connection although nobody asked it to; the answer is over when it has its length.
        let mut answer = Vec::new();
        while connection.read_buf(&mut answer).await? > 0 && !is_whole(&answer) {}
        Ok(answer)
    }
}

/// What follows the head of an answer in the same packet; the reason if the answer is a refusal.
async fn begin(connection: &mut Box<dyn Connection>) -> io::Result<Result<Vec<u8>>> {
    let mut answer = Vec::new();
    while head_and_body(&answer).is_none() {
        if connection.read_buf(&mut answer).await? == 0 {
            return Err(io::Error::other("the answer broke off"));
        }
    }
    let status = |answer: &[u8]| head_and_body(answer)?.0.lines().next()?.split(' ').nth(1)?.parse::<u16>().ok();
    match status(&answer) {
        Some(200..300) => Ok(Ok(head_and_body(&answer).map(|(_, body)| body.to_vec()).unwrap_or_default())),
        status => {
            connection.take(REASON_LIMIT).read_to_end(&mut answer).await?;
            let reason = head_and_body(&answer).map(|(_, body)| message(body)).unwrap_or_default();
            Ok(Err(of_status(status.unwrap_or_default(), &reason)))
        }
    }
}

/// What is sent until the connection ends.
fn rest(connection: Box<dyn Connection>, host: Host) -> impl Stream<Item = Result<Vec<u8>>> {
    stream::try_unfold(connection, move |mut connection| {
        let host = host.clone();
        async move {
            let mut bytes = Vec::with_capacity(PIECE);
            let read = connection.read_buf(&mut bytes).await.map_err(|e| unreachable_host(&host, &e.to_string()))?;
            Ok::<_, EngineError>((read > 0).then_some((bytes, connection)))
        }
    })
}

/// Status and body of a whole answer; `None` if it is not whole.
fn split(answer: &[u8]) -> Option<(u16, &[u8])> {
    let (head, body) = head_and_body(answer)?;
    let status = head.lines().next()?.split(' ').nth(1)?.parse().ok()?;
    length(head).is_none_or(|length| length == body.len()).then_some((status, body))
}

/// Whether nothing more is to come. Without a length only the end of the connection tells.
fn is_whole(answer: &[u8]) -> bool {
    head_and_body(answer).is_some_and(|(head, body)| length(head).is_some_and(|length| body.len() >= length))
}

fn head_and_body(answer: &[u8]) -> Option<(&str, &[u8])> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, rest) = answer.split_at_checked(end)?;
    Some((std::str::from_utf8(head).ok()?, rest.get(4..)?))
}

fn length(head: &str) -> Option<usize> {
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let (_, length) = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    length.trim().parse().ok()
}

/// The engine puts its reason in `{"message": …}`; a proxy in front of it may not.
fn message(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Reason {
        message: String,
    }
    match serde_json::from_slice::<Reason>(body) {
        Ok(reason) => reason.message,
        Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_socket_or_a_host_with_a_port() {
        assert_eq!(Host::parse("unix:///run/docker.sock").unwrap().to_string(), "unix:///run/docker.sock");
        assert_eq!(Host::parse("tcp://proxy:2375").unwrap().to_string(), "tcp://proxy:2375");
        for bad in ["", "/run/docker.sock", "unix://run/docker.sock", "tcp://proxy", "ssh://host:22"] {
            assert!(matches!(Host::parse(bad), Err(EngineError::Unreachable(_))), "{bad}");
        }
    }

    #[test]
    fn an_answer_that_broke_off_is_not_read() {
        assert_eq!(split(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"), Some((200, b"{}".as_slice())));
        assert_eq!(split(b"HTTP/1.0 404 Not Found\r\n\r\nno"), Some((404, b"no".as_slice())));
        assert_eq!(split(b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n{}"), None);
        assert_eq!(split(b"HTTP/1.0 200 OK\r\n"), None);
    }

    #[test]
    fn an_answer_with_its_whole_length_is_not_waited_on() {
        assert!(is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"));
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\n\r\n{}"));
    }
}
