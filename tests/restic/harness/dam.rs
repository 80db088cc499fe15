//! A stretch of the way to a server that can be held up: what a run does lasts until the test lets it go on.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes connections on to a server. One that carried more than `most` bytes in one of the two directions waits there while the dam is
/// shut; smaller ones, such as for a lock, pass all the same.
pub(crate) struct Dam {
    pub(crate) address: SocketAddr,
    shut: watch::Sender<bool>,
    waiting: Arc<watch::Sender<bool>>,
}

impl Dam {
    pub(crate) async fn before(server: SocketAddr, most: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shut, waiting) = (watch::Sender::new(false), Arc::new(watch::Sender::new(false)));
        let (gate, told) = (shut.subscribe(), Arc::clone(&waiting));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(server).await else { continue };
                let (near_read, near_write) = near.into_split();
                let (far_read, far_write) = far.into_split();
                tokio::spawn(pass(near_read, far_write, most, gate.clone(), Arc::clone(&told)));
                tokio::spawn(pass(far_read, near_write, most, gate.clone(), Arc::clone(&told)));
            }
        });
        Self { address, shut, waiting }
    }

    pub(crate) fn shut(&self) {
        self.shut.send_replace(true);
        self.waiting.send_replace(false);
    }

    pub(crate) fn open(&self) {
        self.shut.send_replace(false);
    }

    /// Until something waits at the dam.
    pub(crate) async fn something_waits(&self) {
        self.waiting.subscribe().wait_for(|waits| *waits).await.unwrap();
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    most: usize,
    mut shut: watch::Receiver<bool>,
    told: Arc<watch::Sender<bool>>,
) {
    let mut carried = 0;
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        carried += read;
        if carried > most && *shut.borrow_and_update() {
            told.send_replace(true);
            if shut.wait_for(|shut| !shut).await.is_err() {
                return;
            }
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            break;
        }
    }
    to.shutdown().await.ok();
    // Nothing more comes; what is left is taken, so that the other side need not wait.
    copy(&mut from, &mut tokio::io::sink()).await.ok();
}
