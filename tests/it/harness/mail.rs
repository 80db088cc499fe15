use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::until;

/// A mail server that keeps what it gets.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    letters: Arc<Mutex<Vec<Got>>>,
    refuses: Arc<AtomicBool>,
}

/// A letter that came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) to: String,
    /// Headers and text, without what only the way asked for.
    pub(crate) whole: String,
}

impl Got {
    /// The path of the link in the letter.
    pub(crate) fn path(&self, origin: &str) -> String {
        let line = self.whole.lines().find(|l| l.starts_with(origin) && l.matches('/').count() > 3);
        line.unwrap_or_else(|| panic!("no link: {}", self.whole)).strip_prefix(origin).unwrap().trim().to_owned()
    }
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (letters, refuses) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (kept, no) = (Arc::clone(&letters), Arc::clone(&refuses));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(talk(socket, Arc::clone(&kept), Arc::clone(&no)));
            }
        });
        Self { port, letters, refuses }
    }

    /// From now on it takes no letters, or takes them again.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    pub(crate) fn letters(&self) -> Vec<Got> {
        self.letters.lock().unwrap().clone()
    }

    /// Waits for a letter to somebody with this in it.
    pub(crate) async fn letter(&self, to: &str, words: &str) -> Got {
        until(&format!("a letter to {to} with {words}"), async || {
            self.letters().into_iter().rev().find(|l| l.to.contains(to) && l.whole.contains(words))
        })
        .await
    }
}

async fn talk(mut socket: TcpStream, letters: Arc<Mutex<Vec<Got>>>, refuses: Arc<AtomicBool>) -> std::io::Result<()> {
    let (read, mut write) = socket.split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 tests\r\n").await?;
    let mut to = String::new();
    while let Some(line) = lines.next_line().await? {
        let command = line.to_ascii_uppercase();
        let answer = if command.starts_with("EHLO") {
            "250-tests\r\n250 8BITMIME\r\n"
        } else if command.starts_with("MAIL") && refuses.load(Ordering::SeqCst) {
            "451 4.7.1 come back later\r\n"
        } else if command.starts_with("RCPT") {
            to.clone_from(&line);
            "250 ok\r\n"
        } else if command.starts_with("DATA") {
            write.write_all(b"354 go on\r\n").await?;
            let mut whole = String::new();
            while let Some(line) = lines.next_line().await?.filter(|l| l != ".") {
                whole.push_str(&line);
                whole.push('\n');
            }
            letters.lock().unwrap().push(Got { to: std::mem::take(&mut to), whole: plain(&whole) });
            "250 2.0.0 kept by the tests\r\n"
        } else if command.starts_with("QUIT") {
            "221 bye\r\n"
        } else {
            "250 ok\r\n"
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// Quoted-printable as it reads.
fn plain(whole: &str) -> String {
    let joined = whole.replace("=\n", "");
    let mut parts = joined.split('=');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(byte) = code.filter(u8::is_ascii) {
            text.push(char::from(byte));
            text.push_str(part.get(2..).unwrap_or_default());
        } else {
            text.push('=');
            text.push_str(part);
        }
    }
    text
}
