//! A private dockerd.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::run::{launch, run, when_we_are_gone};

const PATIENCE: Duration = Duration::from_mins(1);

/// A Swarm of one node. Its engine has a folder and a network namespace of its own, so that it meets no other engine of the machine.
/// One engine serves the whole test binary; it ends when the process does.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    /// `unix://…`.
    pub(crate) host: String,
    /// Where ports that tasks publish in host mode are reached.
    pub(crate) address: String,
    /// Our side of the link to the engine: the engine reaches what listens here.
    pub(crate) gateway: String,
    pub(super) dir: PathBuf,
}

impl Engine {
    /// The engine, started at the first call. Blocks for some seconds then.
    pub(crate) fn start() -> Self {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        ENGINE.get_or_init(Self::launch).clone()
    }

    /// Runs Docker's own client against this engine.
    pub(crate) fn docker(&self, args: &[&str]) -> String {
        run("docker", &[&["-H", self.host.as_str()], args].concat())
    }

    /// A folder for what goes with the engine.
    pub(crate) fn folder(&self) -> &Path {
        &self.dir
    }

    /// An image named `name` with busybox and its usual commands, nothing else. The name is given back.
    pub(crate) fn busybox(&self, name: &str) -> String {
        self.docker(&["import", "-c", "ENV PATH=/bin", text(&busybox_tar(&self.dir)), name]);
        name.to_owned()
    }

    fn launch() -> Self {
        let (dir, number) = folder();
        let name = format!("ct-{number:x}");
        when_we_are_gone(include_str!("clean_up.sh"), &[text(&dir), &name]);
        let (gateway, address) = link(&name, number);
        let host = format!("unix://{}/docker.sock", dir.display());
        let place = |sub: &str| format!("{}/{sub}", dir.display());
        let namespace = format!("--net=/run/netns/{name}");
        let (data, exec, pid) = (place("data"), place("exec"), place("pid"));
        // Not `ip netns exec`: it hides the control groups from the engine.
        let dockerd = ["--data-root", &data, "--exec-root", &exec, "-H", &host, "--pidfile", &pid];
        let trust = format!("{gateway}/32");
        let args = [&[namespace.as_str(), "dockerd"], dockerd.as_slice(), &["--insecure-registry", &trust]].concat();
        launch("nsenter", &args, &dir.join("log"));
        let engine = Self { host, address, gateway, dir };
        engine.wait();
        engine.docker(&["swarm", "init", "--advertise-addr", &engine.address]);
        engine
    }

    fn wait(&self) {
        let socket = self.dir.join("docker.sock");
        let begun = Instant::now();
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            let log = || fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < PATIENCE, "dockerd does not come up: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The files of an image with busybox and its usual commands, packed in `dir`.
pub(super) fn busybox_tar(dir: &Path) -> PathBuf {
    static PACKING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = PACKING.lock().unwrap_or_else(PoisonError::into_inner);
    let (root, tar) = (dir.join("busybox"), dir.join("busybox.tar"));
    if tar.exists() {
        return tar;
    }
    fs::create_dir_all(root.join("bin")).expect("a folder for the image");
    fs::create_dir_all(root.join("tmp")).expect("a folder for the image");
    fs::copy("/bin/busybox", root.join("bin/busybox")).expect("busybox is there");
    for command in ["sh", "sleep", "cat", "echo", "true", "ls", "nc", "wget", "httpd", "nslookup"] {
        std::os::unix::fs::symlink("busybox", root.join("bin").join(command)).expect("a link to busybox");
    }
    run("tar", &["-C", text(&root), "-cf", text(&tar), "."]);
    tar
}

/// A new folder in /tmp whose path leaves room for a socket's, and the number in its name.
pub(super) fn folder() -> (PathBuf, u32) {
    (std::process::id()..)
        .find_map(|n| {
            let dir = PathBuf::from(format!("/tmp/ct-{n:x}"));
            fs::create_dir(&dir).is_ok().then_some((dir, n))
        })
        .expect("some number is free")
}

/// A network namespace with a link to us. Gives our address and the one inside.
fn link(name: &str, number: u32) -> (String, String) {
    // Test networks (RFC 2544) are used by nobody else; each engine takes four addresses of them.
    let block = number % 16_384 * 4;
    let ours = |last: u32| format!("198.{}.{}.{}", 18 + (block >> 16), (block >> 8) & 255, (block & 255) + last);
    let (gateway, address) = (ours(1), ours(2));
    run("ip", &["netns", "add", name]);
    run("ip", &["link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name]);
    run("ip", &["addr", "add", &format!("{gateway}/30"), "dev", name]);
    run("ip", &["link", "set", name, "up"]);
    run("ip", &["-n", name, "addr", "add", &format!("{address}/30"), "dev", "eth0"]);
    run("ip", &["-n", name, "link", "set", "eth0", "up"]);
    run("ip", &["-n", name, "link", "set", "lo", "up"]);
    (gateway, address)
}

pub(super) fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}
