use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail};
use canteen::settings::Settings;

const PATIENCE: Duration = Duration::from_secs(5);

/// Asks `/health` of the dashboard on this machine.
pub(super) fn ask(settings: &Settings) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.listen.port()));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).with_context(|| format!("nothing answers on {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(16 * 1024).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    if !answer.starts_with("HTTP/1.1 200") {
        bail!("the dashboard says: {}", answer.lines().next().unwrap_or("nothing"));
    }
    Ok(())
}
