//! A private Swarm of three engines with a registry, made by `scripts/three-nodes.sh`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::engine::{folder, text};
use super::run::{run, when_we_are_gone};

/// Inside the Swarm's own network, so it is the same for each of them.
const REGISTRY: &str = "198.19.0.1:5000";

/// The Swarm. It serves the whole test binary and ends when the process does, however that ends.
#[derive(Debug)]
pub(crate) struct ThreeNodes {
    /// `unix://…` of the manager, `node1`.
    pub(crate) host: String,
    dir: PathBuf,
}

impl ThreeNodes {
    /// The Swarm, started at the first call. Blocks for some seconds then.
    pub(crate) fn start() -> &'static Self {
        static SWARM: OnceLock<ThreeNodes> = OnceLock::new();
        SWARM.get_or_init(Self::launch)
    }

    /// Runs Docker's own client against the manager.
    pub(crate) fn docker(&self, args: &[&str]) -> String {
        run("docker", &[&["-H", self.host.as_str()], args].concat())
    }

    /// Runs it against another node.
    pub(crate) fn docker_on(&self, node: u32, args: &[&str]) -> String {
        run("docker", &[&["-H", self.worker(node).as_str()], args].concat())
    }

    /// A worker's address: `unix://…`.
    pub(crate) fn worker(&self, node: u32) -> String {
        self.host.replace("node1.sock", &format!("node{node}.sock"))
    }

    /// A folder for what goes with the Swarm.
    pub(crate) fn folder(&self) -> &Path {
        &self.dir
    }

    /// Puts a busybox image, with settings as `docker import -c` takes them, into the registry. No node but the manager has it then.
    pub(crate) fn busybox(&self, name: &str, settings: &[&str]) -> String {
        let image = format!("{REGISTRY}/{name}");
        let tar = super::engine::busybox_tar(&self.dir);
        let settings: Vec<&str> = settings.iter().flat_map(|s| ["-c", s]).collect();
        self.docker(&[&["import", "-c", "ENV PATH=/bin"], settings.as_slice(), &[text(&tar), image.as_str()]].concat());
        self.docker(&["push", "-q", &image]);
        image
    }

    /// Kills the engine of a node. It is started again, and the Swarm has it back, when the value that is given back goes.
    pub(crate) fn crash(&self, node: u32) -> Mended<'_> {
        self.script("crash", node);
        Mended { swarm: self, action: "start", node }
    }

    /// Takes the registry away from a node, until the value that is given back goes.
    pub(crate) fn cut(&self, node: u32) -> Mended<'_> {
        self.script("cut", node);
        Mended { swarm: self, action: "mend", node }
    }

    fn launch() -> Self {
        let dir = folder().0;
        when_we_are_gone(r#""$1" down "$2""#, &[&script(), text(&dir)]);
        let socket = run(&script(), &["up", text(&dir)]);
        Self { host: format!("unix://{socket}"), dir }
    }

    fn script(&self, action: &str, node: u32) {
        run(&script(), &[action, text(&self.dir), &node.to_string()]);
    }
}

/// A node that is whole again when this goes.
pub(crate) struct Mended<'a> {
    swarm: &'a ThreeNodes,
    action: &'static str,
    node: u32,
}

impl Drop for Mended<'_> {
    /// The test may be failing already; a second panic would end the whole process.
    fn drop(&mut self) {
        let mended = catch_unwind(AssertUnwindSafe(|| self.swarm.script(self.action, self.node)));
        assert!(mended.is_ok() || std::thread::panicking(), "node {} is not whole again", self.node);
    }
}

fn script() -> String {
    format!("{}/scripts/three-nodes.sh", env!("CARGO_MANIFEST_DIR"))
}
