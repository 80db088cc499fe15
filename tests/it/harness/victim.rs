//! A dashboard in a process of its own, over a copy of a site's data, which is killed at a moment that a test chooses.
//!
//! The process is this test binary, told to run one test that serves until it is killed.

#![expect(clippy::disallowed_methods, reason = "the harness starts a process and tells it by a variable what to serve")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use canteen::clock::{Clock as _, SystemClock};
use canteen::engine::fake::FakeEngine;
use canteen::engine::{Inspect as _, Mutate as _, NewSecret};
use canteen::settings::Settings;
use canteen::stack::observed::{Config, Named, Network};
use canteen::stack::spec::{ConfigSpec, NetworkSpec, ServiceSpec};
use diesel::connection::SimpleConnection as _;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::clock::Ahead;
use super::{Site, connection, crash};

/// Names the folder that a victim serves.
const FOLDER: &str = "VICTIM_SERVES";
/// Where it finds what is not in the database.
const WORLD: &str = "world.json";
/// What its lines for the test begin with.
const SIGN: &str = "victim: ";

/// The world around the data.
#[derive(Serialize, Deserialize)]
struct World {
    settings: BTreeMap<String, String>,
    /// How far the site's clock is ahead.
    ahead: i64,
    networks: Vec<Network>,
    secrets: Vec<Named>,
    configs: Vec<Config>,
    services: Vec<ServiceSpec>,
}

/// A process that waits to be killed. It goes when this is dropped.
pub(crate) struct Victim {
    child: Child,
    pub(crate) address: SocketAddr,
    folder: TempDir,
    world: World,
    lines: UnboundedReceiver<String>,
}

impl Victim {
    /// Serves what this site has now. `test` is the full name of the test that calls [`serve`].
    pub(crate) async fn of(site: &Site, test: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("canteen.db");
        connection(&site.database()).batch_execute(&format!("VACUUM INTO '{}'", copy.display())).unwrap();
        for part in ["keys", "shelf"] {
            copy_folder(&site.data().join(part), &folder.path().join(part));
        }
        let world = World::around(site, folder.path()).await;
        std::fs::write(folder.path().join(WORLD), serde_json::to_vec(&world).unwrap()).unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(FOLDER, folder.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (teller, mut lines) = unbounded_channel();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || {
            while let Some(Ok(line)) = said.next() {
                let Some(told) = line.strip_prefix(SIGN) else {
                    eprintln!("{line}");
                    continue;
                };
                if teller.send(told.to_owned()).is_err() {
                    break;
                }
            }
        });
        let address = lines.recv().await.expect("it serves").parse().unwrap();
        Self { child, address, folder, world, lines }
    }

    /// From now on it stops before the moment of this number, counted from 0.
    pub(crate) async fn hold_at(&mut self, number: i64) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{number}").unwrap();
        assert_eq!(self.lines.recv().await.as_deref(), Some("armed"));
    }

    /// Waits until it stands still, and says where.
    pub(crate) async fn held(&mut self) -> String {
        self.lines.recv().await.expect("it stops somewhere")
    }

    /// A Swarm that is as the victim's was to the last id, for whoever comes after it.
    pub(crate) async fn swarm(&self, clock: &Arc<Ahead>) -> FakeEngine {
        let engine = FakeEngine::with_clock(clock.clone());
        self.world.make(&engine).await;
        engine
    }

    /// Kills it, and gives what it leaves.
    pub(crate) fn killed(mut self) -> TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // Whoever was killed already is gone.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// What the process does: it serves until it is killed, or until whoever started it is gone. Nothing where nobody started it so.
pub(crate) async fn serve() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    crash::prepare();
    let world: World = serde_json::from_slice(&std::fs::read(Path::new(&folder).join(WORLD)).unwrap()).unwrap();
    let clock = Ahead::new();
    clock.advance(world.ahead);
    let engine = FakeEngine::with_clock(clock.clone());
    world.make(&engine).await;
    let settings = Settings::from_pairs(world.settings).unwrap();
    let site = Site::over(settings, engine, clock).await;
    let database = site.database();
    eprintln!("{SIGN}{}", site.address());
    tokio::task::spawn_blocking(move || {
        for line in std::io::stdin().lines() {
            let left = AtomicI64::new(line.unwrap().parse().unwrap());
            crash::watch(&database, move |moment, inside| {
                if moment.counts(inside) && left.fetch_sub(1, Ordering::SeqCst) == 0 {
                    let when = if moment.done { "after" } else { "before" };
                    let what = moment.statement.split([' ', '(']).filter(|word| !word.is_empty()).take(3).collect::<Vec<_>>();
                    eprintln!("{SIGN}{when} {}", what.join(" "));
                    loop {
                        std::thread::park();
                    }
                }
            });
            eprintln!("{SIGN}armed");
        }
    })
    .await
    .unwrap();
    std::process::exit(0);
}

impl World {
    async fn around(site: &Site, data: &Path) -> Self {
        let swarm = site.engine.swarm().await.unwrap();
        let local = site.settings.local_recipes.as_ref().unwrap();
        let settings = [
            ("CANTEEN_PUBLIC_URL", site.settings.public.origin.clone()),
            ("CANTEEN_DATA", data.display().to_string()),
            ("CANTEEN_CATALOGUE", String::new()),
            ("CANTEEN_LOCAL_RECIPES", local.display().to_string()),
            ("CANTEEN_REQUIRE_SECOND_FACTOR", "nobody".to_owned()),
        ];
        Self {
            settings: settings.map(|(name, value)| (name.to_owned(), value)).into(),
            ahead: site.clock.now() - SystemClock.now(),
            networks: swarm.networks,
            secrets: swarm.secrets,
            configs: swarm.configs,
            services: swarm.services.into_iter().map(|service| service.spec).collect(),
        }
    }

    /// Makes the same on another Swarm, where everything has another id.
    async fn make(&self, engine: &FakeEngine) {
        let mut ids = vec![];
        for network in &self.networks {
            let Network { name, driver, labels, .. } = network.clone();
            let spec = NetworkSpec { name, driver, labels, ..NetworkSpec::default() };
            ids.push((network.id.clone(), engine.create_network(&spec).await.unwrap()));
        }
        for secret in &self.secrets {
            let new = NewSecret::plain(&secret.name, &secret.labels, b"copied");
            ids.push((secret.id.clone(), engine.create_secret(new).await.unwrap()));
        }
        for config in &self.configs {
            let Config { name, labels, data, .. } = config.clone();
            let spec = ConfigSpec { name, labels, data, templating: None };
            ids.push((config.id.clone(), engine.create_config(&spec).await.unwrap()));
        }
        for service in &self.services {
            let mut text = serde_json::to_string(service).unwrap();
            // In two steps: a new id may be an old one of something else.
            for (n, (old, _)) in ids.iter().enumerate() {
                text = text.replace(&format!("\"{old}\""), &format!("\"@{n}\""));
            }
            for (n, (_, new)) in ids.iter().enumerate() {
                text = text.replace(&format!("\"@{n}\""), &format!("\"{new}\""));
            }
            let spec: ServiceSpec = serde_json::from_str(&text).unwrap();
            engine.create_service(&spec, None).await.unwrap();
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
