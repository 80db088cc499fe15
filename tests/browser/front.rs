//! What stands before Canteen outside: a proxy that ends TLS and tells who asks. Every other host that it answers for is an app that
//! somebody took over: an empty page, whose cookies are meant for its neighbours too.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use base64::Engine as _;
use rcgen::PublicKeyData as _;
use rustls::pki_types::PrivateKeyDer;
use sha2::Digest as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// What the taken app sends with each answer: cookies for all hosts of the site, under every name that Canteen might read.
const TAKEN: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\
    set-cookie: __Host-session=planted; Domain=example.test; Path=/; Secure\r\n\
    set-cookie: __Host-form=planted; Domain=example.test; Path=/; Secure\r\n\
    set-cookie: session=planted; Domain=example.test; Path=/; Secure\r\n\
    set-cookie: form=planted; Domain=example.test; Path=/; Secure\r\n\
    connection: close\r\n\r\n<!doctype html><title>Taken</title><body>";

/// A running proxy. Stopped when it is dropped.
pub(crate) struct Front {
    /// Flags by which chromium finds it and takes its certificate for a good one.
    pub(crate) flags: Vec<String>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Front {
    /// Answers for `own` with what stands at `to`, and for `taken` itself.
    pub(crate) fn start(own: &'static str, taken: &'static str, to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        let made = rcgen::generate_simple_self_signed([own, taken].map(str::to_owned)).unwrap();
        let spki = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(made.signing_key.subject_public_key_info()));
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder().with_no_client_auth();
        let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(vec![made.cert.der().clone()], key).unwrap()));
        let stop = CancellationToken::new();
        let (until, server) = (stop.clone(), Server { acceptor, own, to });
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(until.run_until_cancelled(server.run(listener)));
        });
        let flags = vec![
            format!("--host-resolver-rules=MAP {own}:443 {here}, MAP {taken}:443 {here}"),
            format!("--ignore-certificate-errors-spki-list={spki}"),
        ];
        Self { flags, stop, thread: Some(thread) }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stop.cancel();
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().expect("the proxy ran to its end");
        }
    }
}

#[derive(Clone)]
struct Server {
    acceptor: TlsAcceptor,
    own: &'static str,
    to: SocketAddr,
}

impl Server {
    async fn run(self, listener: TcpListener) {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let server = self.clone();
            tokio::spawn(async move {
                // A browser that goes away in the middle is nothing to talk of.
                let _gone = server.answer(socket).await;
            });
        }
    }

    /// One request for each connection, so that each is told where it comes from.
    async fn answer(self, socket: TcpStream) -> std::io::Result<()> {
        let mut browser = self.acceptor.accept(socket).await?;
        let (head, rest) = head_of(&mut browser).await?;
        if !head.to_ascii_lowercase().contains(&format!("\r\nhost: {}\r\n", self.own)) {
            browser.write_all(TAKEN.as_bytes()).await?;
            return browser.shutdown().await;
        }
        let mut canteen = TcpStream::connect(self.to).await?;
        canteen.write_all(forwarded(&head).as_bytes()).await?;
        canteen.write_all(&rest).await?;
        pass(&mut browser, &mut canteen).await
    }
}

async fn pass(browser: &mut (impl AsyncRead + AsyncWrite + Unpin), canteen: &mut TcpStream) -> std::io::Result<()> {
    tokio::io::copy_bidirectional(browser, canteen).await.map(drop)
}

/// The lines up to the empty one, and what came behind it.
async fn head_of(browser: &mut (impl AsyncRead + Unpin)) -> std::io::Result<(String, Vec<u8>)> {
    let mut read = vec![];
    loop {
        if let Some(end) = read.windows(4).position(|w| w == b"\r\n\r\n") {
            let rest = read.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&read).into_owned(), rest));
        }
        if browser.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The head as a proxy hands it on; what asks for another protocol stays as it is.
fn forwarded(head: &str) -> String {
    let upgrade = head.to_ascii_lowercase().contains("\r\nupgrade:");
    let kept = head.trim_end().split("\r\n").filter(|line| upgrade || !line.to_ascii_lowercase().starts_with("connection:"));
    let close = if upgrade { "" } else { "connection: close\r\n" };
    format!("{}\r\nx-forwarded-for: 203.0.113.7\r\n{close}\r\n", kept.collect::<Vec<_>>().join("\r\n"))
}
