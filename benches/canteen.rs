//! The binary of the image, running.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::http::Connection;
use crate::set_up::SetUp;
use crate::visitor::Visitor;

const PATIENCE: Duration = Duration::from_secs(30);
/// Between two tries to connect while it starts.
const TRY_EVERY: Duration = Duration::from_millis(1);

/// A dashboard that ends when this is dropped, or when the measuring process is killed.
pub(crate) struct Canteen {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Canteen {
    /// Starts it with this data folder and the recipes of the measurements.
    pub(crate) fn launch(set_up: &SetUp, data: &Path) -> anyhow::Result<Self> {
        Self::start(set_up, data, &set_up.dir.join("recipes"), &set_up.docker_host)
    }

    /// Starts it with these recipes, a folder with a `recipes.json` in it.
    pub(crate) fn launch_with(set_up: &SetUp, data: &Path, recipes: &Path) -> anyhow::Result<Self> {
        Self::start(set_up, data, recipes, &set_up.docker_host)
    }

    /// Starts it on another Swarm.
    pub(crate) fn launch_on(set_up: &SetUp, data: &Path, docker_host: &str) -> anyhow::Result<Self> {
        Self::start(set_up, data, &set_up.dir.join("recipes"), docker_host)
    }

    fn start(set_up: &SetUp, data: &Path, recipes: &Path, docker_host: &str) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data)?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = data.with_extension("log");
        let output = File::create(&log)?;
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .arg(&set_up.binary)
            .arg("serve")
            .env_clear()
            .env("CANTEEN_LISTEN", address.to_string())
            .env("CANTEEN_PUBLIC_URL", format!("http://{address}"))
            .env("CANTEEN_DATA", data)
            .env("CANTEEN_DOCKER_HOST", docker_host)
            .env("CANTEEN_CATALOGUE", recipes.join("recipes.json"))
            .env("CANTEEN_LOCAL_RECIPES", recipes)
            .env("CANTEEN_REQUIRE_SECOND_FACTOR", "nobody")
            .stdin(Stdio::null())
            .stderr(output.try_clone()?)
            .stdout(output)
            .spawn()
            .context("setpriv can't be run")?;
        Ok(Self { child, address, log })
    }

    /// Waits until this path is answered with 200.
    pub(crate) fn answers(&mut self, path: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        let request = self.visitor().request(path, "identity");
        loop {
            if let Ok(mut connection) = Connection::open(self.address)
                && let Ok(answer) = connection.ask(request.as_bytes())
                && answer.status == 200
            {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE || self.child.try_wait()?.is_some() {
                bail!("canteen does not answer {path}: {}", std::fs::read_to_string(&self.log)?.trim());
            }
            std::thread::sleep(TRY_EVERY);
        }
    }

    /// A browser that was never there.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::new(self.address, &self.address.to_string())
    }

    /// The code of its set-up page.
    pub(crate) fn code(&self) -> anyhow::Result<String> {
        let log = std::fs::read_to_string(&self.log)?;
        let (_, after) = log.split_once("set-up code").context("no set-up code was printed")?;
        let code: String =
            after.trim_start_matches([':', ' ']).chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Ok(code)
    }

    /// A memory figure of `/proc/PID/status`, in MB.
    pub(crate) fn memory(&self, name: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kib: f64 = line.and_then(|rest| rest.split_whitespace().next()).with_context(|| format!("no {name}"))?.parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    /// Time that it has spent on processors so far, in seconds: `utime` and `stime` of proc(5), in ticks of 10 ms.
    pub(crate) fn processor_seconds(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, fields) = stat.rsplit_once(") ").context("stat without a name")?;
        let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
        Ok(ticks / 100.0)
    }
}

impl Drop for Canteen {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
