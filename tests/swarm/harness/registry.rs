//! A private image registry.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::engine::{Engine, text};
use super::run::launch;

const PATIENCE: Duration = Duration::from_secs(30);

/// A registry that the engine of this test binary pulls from. It ends with the engine.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    /// `host:port`, the first part of every image's name.
    pub(crate) address: String,
    engine: Engine,
}

impl Registry {
    /// The registry, started at the first call.
    pub(crate) fn start() -> Self {
        static REGISTRY: OnceLock<Registry> = OnceLock::new();
        REGISTRY.get_or_init(Self::launch).clone()
    }

    /// Puts a busybox image into the registry. `name` is like `app:1`; its whole name is given back.
    pub(crate) fn busybox(&self, name: &str) -> String {
        let image = self.engine.busybox(&self.name(name));
        self.engine.docker(&["push", "-q", &image]);
        image
    }

    /// An image's whole name.
    pub(crate) fn name(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }

    fn launch() -> Self {
        let engine = Engine::start();
        let port = TcpListener::bind((engine.gateway.as_str(), 0)).and_then(|l| l.local_addr()).expect("a free port").port();
        let address = format!("{}:{port}", engine.gateway);
        let (settings, store) = (engine.dir.join("registry.yml"), engine.dir.join("registry"));
        let yaml = format!(
            "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {}}}, delete: {{enabled: true}}}}\nhttp: {{addr: \"{address}\"}}\n",
            store.display()
        );
        fs::write(&settings, yaml).expect("the settings can be written");
        let pid = launch("docker-registry", &["serve", text(&settings)], &engine.dir.join("registry.log"));
        fs::write(engine.dir.join("registry.pid"), pid.to_string()).expect("its number can be written");
        let begun = Instant::now();
        while TcpStream::connect(&address).is_err() {
            assert!(begun.elapsed() < PATIENCE, "the registry does not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { address, engine }
    }
}
