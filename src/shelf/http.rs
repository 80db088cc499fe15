//! The HTTP that git's protocol runs over: bounded in bytes and time, and tied to one host.

use std::any::Any;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gix::protocol::transport::client::blocking_io::http::{GetResponse, Http, PostBodyDataKind, PostResponse};
use reqwest::Url;
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::origin::is_by_public_name;
use super::resolver::Public;
use crate::causes::chain;

/// The most that one refresh may bring in.
pub(super) const TRANSFER_LIMIT_BYTES: u64 = 200 << 20;
/// The longest that one refresh may take on the wire.
const TRANSFER_LIMIT: Duration = Duration::from_mins(5);
/// The longest silence of a server.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const MOST_REDIRECTS: usize = 5;

/// Why a transfer ended early.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// No connection, or one that broke or timed out.
    Broken(String),
    /// The server answered with something else than the repository.
    Refused(String),
    /// More than [`TRANSFER_LIMIT_BYTES`].
    TooLarge,
}

/// What happened on the wire, readable after `gix` has consumed the transport.
#[derive(Debug, Clone)]
pub(super) struct TransferLog(Arc<Mutex<Transfer>>);

#[derive(Debug)]
struct Transfer {
    left_bytes: u64,
    deadline: Instant,
    failure: Option<Failure>,
}

impl TransferLog {
    /// A log whose transfers may bring in `limit_bytes` in all, within [`TRANSFER_LIMIT`] from now.
    pub(super) fn new(limit_bytes: u64) -> Self {
        let deadline = Instant::now() + TRANSFER_LIMIT;
        Self(Arc::new(Mutex::new(Transfer { left_bytes: limit_bytes, deadline, failure: None })))
    }

    /// The first failure, which caused any later one.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.lock().failure.clone()
    }

    fn fail(&self, failure: Failure) -> io::Error {
        let text = match &failure {
            Failure::Broken(why) | Failure::Refused(why) => why.clone(),
            Failure::TooLarge => "the transfer is too large".to_owned(),
        };
        self.lock().failure.get_or_insert(failure);
        io::Error::other(text)
    }

    fn lock(&self) -> MutexGuard<'_, Transfer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An HTTP client for one conversation with one repository.
pub(super) struct Bounded {
    client: Client,
    log: TransferLog,
    base_after_redirect: Option<String>,
}

impl Bounded {
    /// A client that talks to the host of `url` alone, and notes in `log` what it does.
    pub(super) fn new(url: &Url, log: &TransferLog) -> Result<Self, String> {
        let leads = if is_by_public_name(url) { Leads::Outside } else { Leads::Anywhere };
        Ok(Self { client: client_for(url, SILENCE_LIMIT, leads)?, log: log.clone(), base_after_redirect: None })
    }

    fn exchange(&self, request: RequestBuilder, headers: impl IntoIterator<Item = impl AsRef<str>>) -> Shared {
        let mut map = HeaderMap::new();
        for line in headers {
            let Some((name, value)) = line.as_ref().split_once(':') else { continue };
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.trim().parse::<HeaderValue>()) {
                map.append(name, value);
            }
        }
        let request = Some(request.headers(map));
        Shared(Arc::new(Mutex::new(Exchange { request, posted: Vec::new(), response: None, log: self.log.clone() })))
    }
}

/// Where the name in an address may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// To public hosts: a member named it.
    Outside,
    /// The operator of the server named it.
    Anywhere,
}

/// A client that follows redirects only where they stay on the scheme, host and port of `url`.
pub(super) fn client_for(url: &Url, silence: Duration, leads: Leads) -> Result<Client, String> {
    super::tls::install();
    let home = (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
    let policy = reqwest::redirect::Policy::custom(move |attempt| {
        let to = attempt.url();
        let at_home = (to.scheme(), to.host_str(), to.port_or_known_default()) == (home.0.as_str(), home.1.as_deref(), home.2);
        if at_home && attempt.previous().len() <= MOST_REDIRECTS { attempt.follow() } else { attempt.stop() }
    });
    let mut builder = Client::builder().redirect(policy).connect_timeout(CONNECT_LIMIT).timeout(silence);
    if url.scheme() == "http" {
        // Plain HTTP is admitted on the loopback alone, where a proxy has no business.
        builder = builder.no_proxy();
    }
    if leads == Leads::Outside {
        builder = builder.dns_resolver(Arc::new(Public));
    }
    builder.build().map_err(|error| chain(&error))
}

impl Http for Bounded {
    type Headers = Headers;
    type ResponseBody = Body;
    type PostBody = Posted;

    fn get(
        &mut self,
        url: &str,
        base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix::Result<GetResponse<Headers, Body>> {
        let exchange = self.exchange(self.client.get(url), headers);
        let arrived = exchange.send_once().map_err(gix::Error::from_error)?;
        let tail = url.strip_prefix(base_url).unwrap_or_default();
        if arrived.as_str() != url {
            // The requests that follow must go to where this one was sent on to.
            let base = arrived.as_str().strip_suffix(tail).map(str::to_owned);
            let base = base.ok_or_else(|| self.log.fail(Failure::Refused(format!("it redirects to {arrived}"))));
            self.base_after_redirect = Some(base.map_err(gix::Error::from_error)?);
        }
        Ok(GetResponse { headers: Headers::of(&exchange), body: Body::of(&exchange) })
    }

    fn post(
        &mut self,
        url: &str,
        _base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        _kind: PostBodyDataKind,
    ) -> gix::Result<PostResponse<Headers, Body, Posted>> {
        let exchange = self.exchange(self.client.post(url), headers);
        let (headers, body) = (Headers::of(&exchange), Body::of(&exchange));
        Ok(PostResponse { post_body: Posted(exchange), headers, body })
    }

    fn configure(&mut self, _config: &dyn Any) -> gix::Result {
        Ok(())
    }

    fn redirected_base_url(&self) -> Option<String> {
        self.base_after_redirect.clone()
    }
}

/// One request and its answer. It is sent when the answer is first read, for only then is the posted body complete.
struct Exchange {
    request: Option<RequestBuilder>,
    posted: Vec<u8>,
    response: Option<Response>,
    log: TransferLog,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Exchange>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the request unless that is done, and returns the address that answered.
    fn send_once(&self) -> io::Result<Url> {
        let mut exchange = self.lock();
        let posted = std::mem::take(&mut exchange.posted);
        if let Some(request) = exchange.request.take() {
            let sent = request.body(posted).send();
            let response = sent.map_err(|error| exchange.log.fail(Failure::Broken(chain(&error.without_url()))))?;
            if !response.status().is_success() {
                return Err(exchange.log.fail(refusal(&response)));
            }
            exchange.response = Some(response);
        }
        let response = exchange.response.as_ref();
        response.map(|response| response.url().clone()).ok_or_else(|| io::Error::other("the answer was read already"))
    }
}

fn refusal(response: &Response) -> Failure {
    let status = response.status();
    match status.as_u16() {
        401 | 403 => Failure::Refused("the server asks for a login, so it is private or does not exist".to_owned()),
        404 | 410 => Failure::Refused("the server does not know it".to_owned()),
        300..=399 => Failure::Refused("the server redirects to another host".to_owned()),
        500..=599 => Failure::Broken(format!("the server answered {status}")),
        _ => Failure::Refused(format!("the server answered {status}")),
    }
}

/// The request's body as it is written.
pub(super) struct Posted(Shared);

impl Write for Posted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().posted.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The answer's headers, one in a line.
pub(super) struct Headers {
    exchange: Shared,
    lines: Option<Cursor<Vec<u8>>>,
}

impl Headers {
    fn of(exchange: &Shared) -> Self {
        Self { exchange: exchange.clone(), lines: None }
    }

    fn lines(&mut self) -> io::Result<&mut Cursor<Vec<u8>>> {
        if self.lines.is_none() {
            self.exchange.send_once()?;
            let mut text = Vec::new();
            if let Some(response) = &self.exchange.lock().response {
                for (name, value) in response.headers() {
                    text.extend_from_slice(name.as_str().as_bytes());
                    text.push(b':');
                    text.extend_from_slice(value.as_bytes());
                    text.push(b'\n');
                }
            }
            self.lines = Some(Cursor::new(text));
        }
        self.lines.as_mut().ok_or_else(|| io::Error::other("no headers"))
    }
}

impl Read for Headers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.lines()?.read(buffer)
    }
}

impl BufRead for Headers {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.lines()?.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Some(lines) = &mut self.lines {
            lines.consume(amount);
        }
    }
}

/// The answer's body, counted against the limits.
pub(super) struct Body {
    exchange: Shared,
    reader: Option<BufReader<Metered>>,
}

impl Body {
    fn of(exchange: &Shared) -> Self {
        Self { exchange: exchange.clone(), reader: None }
    }

    fn reader(&mut self) -> io::Result<&mut BufReader<Metered>> {
        if self.reader.is_none() {
            self.exchange.send_once()?;
            let mut exchange = self.exchange.lock();
            let log = exchange.log.clone();
            let response = exchange.response.take().ok_or_else(|| io::Error::other("the answer was read already"))?;
            self.reader = Some(BufReader::with_capacity(64 << 10, Metered { response, log }));
        }
        self.reader.as_mut().ok_or_else(|| io::Error::other("no body"))
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader()?.read(buffer)
    }
}

impl BufRead for Body {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader()?.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Some(reader) = &mut self.reader {
            reader.consume(amount);
        }
    }
}

struct Metered {
    response: Response,
    log: TransferLog,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.response.read(buffer).map_err(|error| self.log.fail(Failure::Broken(chain(&error))))?;
        let (left, late) = {
            let mut transfer = self.log.lock();
            let left = transfer.left_bytes.checked_sub(read as u64);
            transfer.left_bytes = left.unwrap_or(0);
            (left, Instant::now() > transfer.deadline)
        };
        if left.is_none() {
            return Err(self.log.fail(Failure::TooLarge));
        }
        if late {
            let why = format!("it took longer than {} seconds", TRANSFER_LIMIT.as_secs());
            return Err(self.log.fail(Failure::Broken(why)));
        }
        Ok(read)
    }
}
