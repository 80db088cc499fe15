//! A running Canteen: the real binary with a data folder of its own.

#![expect(clippy::disallowed_methods, reason = "the harness starts the binary under test")]

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::engine::Engine;
use super::member::Member;
use super::recipes::recipes;
use super::registry::Registry;
use super::three_nodes::ThreeNodes;

const BINARY: &str = env!("CARGO_BIN_EXE_canteen");
/// Starting, ending and every page: a slow machine that runs ten of them takes its time.
const PATIENCE: Duration = Duration::from_mins(1);

/// Canteen on the private engine, with the recipes of the demo and of the tests. It ends when it is dropped, and with the engine.
pub(crate) struct Canteen {
    /// `http://127.0.0.1:PORT`.
    pub(crate) address: String,
    /// From its log, where nobody has an account yet.
    pub(crate) setup_code: Option<String>,
    /// Its folder; the data lie in `data`.
    dir: PathBuf,
    docker_host: String,
    recipes: PathBuf,
    child: Option<Child>,
    runs: u32,
}

impl Canteen {
    /// A new one without any account.
    pub(crate) fn start(engine: &Engine, registry: &Registry) -> Self {
        Self::start_in(engine, registry, None)
    }

    /// A new one; `data` is its data folder where it shall not be a plain one.
    pub(crate) fn start_in(engine: &Engine, registry: &Registry, data: Option<&Path>) -> Self {
        let mut canteen = Self::new(engine, registry);
        if let Some(data) = data {
            std::os::unix::fs::symlink(data, canteen.data()).expect("a link can be made");
        }
        canteen.launch(&[]);
        canteen
    }

    /// A new one on a Swarm of several nodes; its recipes are those of the private engine.
    pub(crate) fn start_on(swarm: &ThreeNodes, engine: &Engine, registry: &Registry) -> Self {
        let mut canteen = Self::new(engine, registry);
        canteen.docker_host.clone_from(&swarm.host);
        canteen.launch(&[]);
        canteen
    }

    /// The folder with the recipes, for a Canteen that is not started here.
    pub(crate) fn recipes(engine: &Engine, registry: &Registry) -> PathBuf {
        recipes(engine, registry)
    }

    /// A copy of this one, which must have been stopped: the same members, sessions and apps in a folder of its own. It does not run.
    pub(crate) fn copy(&self, engine: &Engine, registry: &Registry) -> Self {
        assert!(self.child.is_none(), "only what does not change can be copied");
        let copy = Self::new(engine, registry);
        super::run::run("cp", &["-a", super::engine::text(&self.data()), super::engine::text(&copy.data())]);
        copy
    }

    /// Starts it again, with further settings.
    pub(crate) fn start_again(&mut self, settings: &[(&str, &str)]) {
        assert!(self.child.is_none(), "it runs");
        self.launch(settings);
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill9(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("a process can be killed");
        child.wait().expect("a process that was killed ends");
        self.forget_pid();
    }

    /// Ends it as an orchestrator does, and waits for it.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        super::run::run("kill", &["-TERM", &child.id().to_string()]);
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                self.forget_pid();
                return status;
            }
            if begun.elapsed() > PATIENCE {
                let _gone = child.kill();
                panic!("it does not stop: {}", self.log());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What this run has logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Waits until an operation stands at the point that `CANTEEN_HOLD_AT` names.
    pub(crate) fn wait_until_held(&mut self) {
        self.wait_for_log("the hold point", |log| log.contains("held").then_some(()));
    }

    /// A browser that nobody has signed in with.
    pub(crate) fn browser(&self) -> Member {
        Member::new(&self.address)
    }

    /// Makes the first account and signs in with it.
    pub(crate) fn set_up(&self) -> Member {
        let mut member = self.browser();
        member.set_up(self.setup_code.as_deref().expect("nobody has an account"));
        member
    }

    /// Runs another command of the binary on the same data: what it wrote, and that it went well.
    pub(crate) fn command(&self, args: &[&str]) -> String {
        let Output { status, stdout, stderr } =
            Command::new(BINARY).args(args).env("CANTEEN_DATA", self.data()).output().expect("the binary runs");
        assert!(status.success(), "canteen {args:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8_lossy(&stdout).into_owned()
    }

    /// Memory that the program has now, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let pid = fs::read_to_string(self.dir.join("pid")).expect("it runs");
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
        resident.expect("the system tells the memory of a process")
    }

    /// How long the program has kept a processor busy since its start.
    pub(crate) fn worked(&self) -> Duration {
        let pid = fs::read_to_string(self.dir.join("pid")).expect("it runs");
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
        // After the name, which may hold anything: the 12th and 13th are the time for itself and in the system, in hundredths.
        let after = stat.rsplit_once(')').expect("a name").1;
        let ticks: u64 = after.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
        Duration::from_millis(ticks * 10)
    }

    /// Every entry of the audit log, oldest first, after the chain was found whole.
    pub(crate) fn audit(&self) -> Vec<Value> {
        let verified = self.command(&["audit", "verify"]);
        assert!(verified.starts_with("ok: "), "{verified}");
        let bodies = self.command(&["audit", "export"]);
        let link = |line: &str| serde_json::from_str::<Value>(line).expect("a line of the export is JSON");
        let bodies = bodies.lines().filter_map(|line| link(line)["body"].as_str().map(str::to_owned));
        let entries = bodies.map(|body| serde_json::from_str::<Value>(&body).expect("a body is JSON"));
        // That it was exported stands in it as well, and is no part of the story.
        entries.filter(|entry| entry["action"] != "audit.export").collect()
    }

    fn new(engine: &Engine, registry: &Registry) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let dir = engine.dir.join(format!("canteen-{}", NEXT.fetch_add(1, Ordering::SeqCst)));
        fs::create_dir_all(&dir).expect("a folder can be made");
        let recipes = recipes(engine, registry);
        let docker_host = engine.host.clone();
        Self { address: String::new(), setup_code: None, dir, docker_host, recipes, child: None, runs: 0 }
    }

    fn launch(&mut self, settings: &[(&str, &str)]) {
        self.runs += 1;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        self.address = format!("http://127.0.0.1:{port}");
        let log = File::create(self.log_path()).expect("the log can be written");
        let mut command = Command::new(BINARY);
        command
            .arg("serve")
            .env_clear()
            .env("CANTEEN_LISTEN", format!("127.0.0.1:{port}"))
            .env("CANTEEN_PUBLIC_URL", &self.address)
            .env("CANTEEN_DATA", self.data())
            .env("CANTEEN_DOCKER_HOST", &self.docker_host)
            .env("CANTEEN_CATALOGUE", self.recipes.join("recipes.json"))
            .env("CANTEEN_LOCAL_RECIPES", &self.recipes)
            .env("CANTEEN_KEEP_FREE_MB", "0")
            .env("CANTEEN_REQUIRE_SECOND_FACTOR", "nobody")
            .envs(settings.iter().copied());
        let child = command.stdin(Stdio::null()).stdout(log.try_clone().expect("two ends")).stderr(log).spawn();
        let child = child.expect("the binary runs");
        fs::write(self.dir.join("pid"), child.id().to_string()).expect("its number can be written");
        self.child = Some(child);
        self.wait_for_log("the address", |log| log.contains("canteen answers at").then_some(()));
        self.setup_code = self.log().lines().find_map(|l| l.split_once("set-up code: ").map(|(_, code)| code.trim().to_owned()));
    }

    fn wait_for_log<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            let log = self.log();
            if let Some(found) = find(&log) {
                return found;
            }
            let ended = self.child.as_mut().and_then(|c| c.try_wait().ok().flatten());
            assert!(ended.is_none(), "it ended ({ended:?}) before {what} was in its log: {log}");
            assert!(begun.elapsed() < PATIENCE, "{what} does not come up in its log: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    fn log_path(&self) -> PathBuf {
        self.dir.join(format!("log-{}", self.runs))
    }

    fn forget_pid(&self) {
        let _gone = fs::remove_file(self.dir.join("pid"));
    }
}

impl Drop for Canteen {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _gone = child.kill();
            let _gone = child.wait();
            self.forget_pid();
        }
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().rev().take(30).collect();
            eprintln!("--- the end of Canteen's log ({})", self.dir.display());
            lines.iter().rev().for_each(|line| eprintln!("{line}"));
        }
    }
}
