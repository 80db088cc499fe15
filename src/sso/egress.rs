use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio::sync::Semaphore;

use crate::address::is_public;
use crate::causes::{plain, told};

/// An answer is awaited so long, from the first byte sent to the last one read.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read. A provider's documents have a few kilobytes.
const MOST_BYTES: usize = 512 * 1024;
/// Requests at once; further ones wait.
const AT_ONCE: usize = 8;

/// Why a request was not sent, or its answer not taken. What the other side wrote is not in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EgressError {
    #[error("{0} is no address that may be asked: write an https address without a name, a password or a fragment in it")]
    Address(String),
    #[error("{0} leads to an address of this machine or of an inner network; CANTEEN_INTERNAL_HOSTS can allow it")]
    Inner(String),
    #[error("{0} can’t be reached: {1}")]
    Broken(String, String),
    #[error("{0} does not answer in time")]
    Slow(String),
    #[error("{0} sends more than {kib} KiB", kib = MOST_BYTES / 1024)]
    Large(String),
    #[error("{0} sends on to another address, which is not followed")]
    Redirect(String),
}

/// The way out: https, to addresses of the open internet, without following anybody anywhere.
pub(super) struct Egress {
    client: Result<Client, String>,
    /// Names that may have inner addresses, and where it is the machine itself, no https.
    inner: Arc<[String]>,
    turns: Semaphore,
}

impl Egress {
    pub(super) fn new(inner: &[String]) -> Self {
        Self::with_patience(inner, PATIENCE)
    }

    pub(super) fn with_patience(inner: &[String], patience: Duration) -> Self {
        // An error only says that a provider of TLS is installed, which is what we want.
        let _there = rustls::crypto::ring::default_provider().install_default();
        let inner: Arc<[String]> = inner.iter().map(|host| host.to_ascii_lowercase()).collect();
        let client = Client::builder()
            .redirect(Policy::none())
            // A proxy would look names up by itself.
            .no_proxy()
            .referer(false)
            .connect_timeout(patience / 2)
            .timeout(patience)
            .dns_resolver(Arc::new(Checked(Arc::clone(&inner))))
            .build();
        Self { client: client.map_err(|e| told(&e)), inner, turns: Semaphore::new(AT_ONCE) }
    }

    /// Whether an address may be asked, or a browser be sent there, as far as the address itself tells.
    pub(super) fn check(&self, address: &str) -> Result<Url, EgressError> {
        let bad = || EgressError::Address(plain(address));
        let url = Url::parse(address).map_err(|_bad| bad())?;
        let host = url.host_str().ok_or_else(bad)?.to_owned();
        let listed = self.inner.contains(&host);
        let plain = url.scheme() == "http" && listed && is_this_machine(&host);
        let clean = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if !clean || !(url.scheme() == "https" || plain) {
            return Err(bad());
        }
        // The parser has made one spelling of all that an address of version 4 may be written as.
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        match literal {
            Some(ip) if !listed && !is_public(ip) => Err(EgressError::Inner(host)),
            _ => Ok(url),
        }
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, EgressError> {
        let url = self.check(&request.uri().to_string())?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let broken = |why: String| EgressError::Broken(host.clone(), why);
        let failed = |e: reqwest::Error| if e.is_timeout() { EgressError::Slow(host.clone()) } else { why(&host, &e) };
        let client = self.client.as_ref().map_err(|e| broken(e.clone()))?;
        let _turn = self.turns.acquire().await.map_err(|e| broken(e.to_string()))?;
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let mut response = client.execute(request).await.map_err(failed)?;
        let status = response.status();
        if status.is_redirection() {
            return Err(EgressError::Redirect(host));
        }
        let mut body = vec![];
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(EgressError::Large(host));
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = openidconnect::http::Response::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

/// What the resolver refused stands among the causes, and is told as such.
fn why(host: &str, error: &reqwest::Error) -> EgressError {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<InnerAddress>() {
            return EgressError::Inner(host.to_owned());
        }
        cause = inner.source();
    }
    // The address may hold a code that is worth something.
    let text = told(error);
    let text = error.url().map_or(text.clone(), |url| text.replace(url.as_str(), host));
    EgressError::Broken(host.to_owned(), text)
}

fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "[::1]") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Looks names up, and gives only addresses that may be asked. The connection goes to one of these, so nobody can answer first with a
/// public address and then with another one.
struct Checked(Arc<[String]>);

#[derive(Debug, thiserror::Error)]
#[error("all its addresses are inner ones")]
struct InnerAddress;

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_ascii_lowercase();
        let listed = self.0.contains(&host);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let open: Vec<SocketAddr> = found.into_iter().filter(|address| listed || is_public(address.ip())).collect();
            if open.is_empty() {
                return Err(InnerAddress.into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    fn get(address: &str) -> HttpRequest {
        openidconnect::http::Request::get(address).body(vec![]).unwrap()
    }

    /// A server that answers every request with this; without an answer it stays silent.
    async fn served(answer: Option<Vec<u8>>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut open = vec![];
            while let Ok((mut socket, _)) = listener.accept().await {
                let _read = socket.read(&mut [0; 4096]).await;
                if let Some(answer) = &answer {
                    let _sent = socket.write_all(answer).await;
                } else {
                    open.push(socket);
                }
            }
        });
        format!("http://127.0.0.1:{port}/x?code=worth-something")
    }

    #[test]
    fn whatever_way_it_is_written_an_inner_address_is_not_asked() {
        let egress = Egress::new(&[]);
        assert!(egress.check("https://id.example.org/realms/x").is_ok() && egress.check("https://1.1.1.1/").is_ok());
        for bad in [
            "http://id.example.org/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://017700000001/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest",
            "https://ana:x@id.example.org/",
            "https://id.example.org@127.0.0.1/",
            "https://id.example.org/#x",
            "ftp://id.example.org/",
            "file:///etc/passwd",
            "x",
            "http://127.0.0.1:8080/",
        ] {
            assert!(egress.check(bad).is_err(), "{bad}");
        }
        let local = Egress::new(&["127.0.0.1".to_owned(), "id.inner".to_owned()]);
        assert!(local.check("http://127.0.0.1:8080/").is_ok() && local.check("http://127.0.0.2/").is_err());
        assert!(local.check("https://id.inner/").is_ok() && local.check("http://id.inner/").is_err(), "no https elsewhere: never");
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_asked() {
        let refused = Egress::new(&[]).send(get("https://localhost/")).await;
        assert_eq!(refused.unwrap_err(), EgressError::Inner("localhost".to_owned()));
    }

    #[tokio::test]
    async fn redirects_silence_and_floods_end_soon_and_nothing_of_the_answer_is_repeated() {
        let egress = Egress::with_patience(&["127.0.0.1".to_owned()], Duration::from_millis(400));
        let host = || "127.0.0.1".to_owned();
        let moved = served(Some(b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n".to_vec()));
        assert_eq!(egress.send(get(&moved.await)).await.unwrap_err(), EgressError::Redirect(host()));
        assert_eq!(egress.send(get(&served(None).await)).await.unwrap_err(), EgressError::Slow(host()));
        let flood = [b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".to_vec(), vec![b'x'; 1_000_000]].concat();
        assert_eq!(egress.send(get(&served(Some(flood)).await)).await.unwrap_err(), EgressError::Large(host()));
        let broken = egress.send(get(&served(Some(b"ssh-2.0 secret banner\r\n".to_vec())).await)).await.unwrap_err().to_string();
        assert!(!broken.contains("banner") && !broken.contains("worth-something"), "{broken}");
    }
}
