//! An SSH server of a test's own: unprivileged, on the loopback, for files alone.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Server, tools};

/// Whom it runs as, and whom it lets in: `coop`, whom only the server knows.
const NOBODY: u32 = 65534;
/// Gives the server accounts of its own, as what the machine has may be locked, and takes its rights away.
const BEGIN: &str = "mount --bind \"$1/passwd\" /etc/passwd && mount --bind \"$1/shadow\" /etc/shadow && \
    exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$2\" -D -e -f \"$1/config\"";

pub(crate) struct SshServer {
    _server: Server,
    pub(crate) port: u16,
    /// Where whoever comes in may write.
    pub(crate) folder: PathBuf,
    pub(crate) private_key: String,
    pub(crate) host_key: String,
    /// A key that the server does not have.
    pub(crate) other_key: String,
}

impl SshServer {
    pub(crate) fn start(folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        // Somebody without rights has to come through the test's folder.
        fs::set_permissions(folder.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["host", "other", "member"] {
            let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(folder.join(name)).status();
            assert!(made.unwrap().success());
            chown(folder.join(name), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let kept = folder.join("kept");
        fs::create_dir(&kept).unwrap();
        for path in [folder, &kept] {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap().trim().to_owned();
        // It can't choose a port by itself, so one is chosen that is free a moment before.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let at = |name: &str| folder.join(name).display().to_string();
        let config = [
            format!("ListenAddress 127.0.0.1:{port}"),
            format!("HostKey {}", at("host")),
            format!("AuthorizedKeysFile {}", at("member.pub")),
            "PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no".to_owned(),
            "Subsystem sftp internal-sftp\nForceCommand internal-sftp".to_owned(),
        ];
        fs::write(folder.join("config"), config.join("\n")).unwrap();
        let root = tools::ssh();
        let libraries = fs::read_dir(root.join("usr/lib")).unwrap().map(|entry| entry.unwrap().path().display().to_string());
        fs::write(folder.join("passwd"), format!("root:x:0:0::/:/bin/sh\ncoop:x:{NOBODY}:{NOBODY}::/:/bin/sh\n")).unwrap();
        fs::write(folder.join("shadow"), "root:*:::::::\ncoop:*:::::::\n").unwrap();
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", BEGIN, "sh"]).arg(folder).arg(root.join("usr/sbin/sshd")).current_dir("/");
        command.env("LD_LIBRARY_PATH", libraries.collect::<Vec<_>>().join(":"));
        let (server, _) = Server::start(&mut command, "listening on");
        let (private_key, host_key, other_key) = (read("member"), read("host.pub"), read("other.pub"));
        Self { _server: server, port, folder: kept, private_key, host_key, other_key }
    }
}
