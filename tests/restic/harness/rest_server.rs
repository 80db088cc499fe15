//! restic's own REST server, on a port that it chooses.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::{Server, tools};

pub(crate) struct RestServer {
    _server: Server,
    pub(crate) address: SocketAddr,
}

impl RestServer {
    /// Serves the repositories below `folder`, with further arguments.
    pub(crate) fn start(folder: &Path, further: &[&str]) -> Self {
        let mut command = Command::new(tools::rest_server());
        command.args(["--listen", "127.0.0.1:0", "--path"]).arg(folder).args(further);
        let (server, line) = Server::start(&mut command, "start server on ");
        let address = line.rsplit(' ').next().unwrap().parse().unwrap();
        Self { _server: server, address }
    }
}
