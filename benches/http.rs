//! As much HTTP/1.1 as measuring needs: one request after the other on a connection that stays open.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail};

/// Longer than any page takes; a server that hangs ends the measurement.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back. The body is as it was sent: compressed, if it was.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// An open connection.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects.
    pub(crate) fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::with_capacity(64 * 1024, stream)))
    }

    /// Sends a whole request and reads the whole answer.
    pub(crate) fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.0.get_mut().write_all(request)?;
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.with_context(|| format!("this is no answer: {first:?}"))?;
        let mut headers = vec![];
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: vec![] };
        if answer.header("transfer-encoding") == Some("chunked") {
            while self.chunk(&mut answer.body)? {}
        } else {
            let length: usize = answer.header("content-length").context("an answer without a length")?.parse()?;
            self.take(length, &mut answer.body)?;
        }
        Ok(answer)
    }

    fn chunk(&mut self, body: &mut Vec<u8>) -> anyhow::Result<bool> {
        let length = usize::from_str_radix(&self.line()?, 16).context("the length of a chunk")?;
        self.take(length, body)?;
        self.line()?;
        Ok(length > 0)
    }

    fn take(&mut self, length: usize, body: &mut Vec<u8>) -> anyhow::Result<()> {
        let read = (&mut self.0).take(length as u64).read_to_end(body)?;
        if read == length { Ok(()) } else { bail!("the answer broke off") }
    }

    fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            bail!("the connection was closed");
        }
        Ok(line.trim_end().to_owned())
    }
}
