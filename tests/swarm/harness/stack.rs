//! A stack in a folder of its own, which Docker's client and our command line deploy in turn.

#![expect(clippy::disallowed_methods, reason = "the harness runs the binary under test beside Docker's client")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::dump::dump;
use super::engine::text;
use super::run::run;

const BINARY: &str = env!("CARGO_BIN_EXE_canteen");
/// What takes longer than this hangs.
const PATIENCE: Duration = Duration::from_mins(4);

/// Files for a stack of one name on one engine. What was deployed goes with this value.
pub(crate) struct Stack {
    pub(crate) name: String,
    host: String,
    dir: PathBuf,
    variables: Vec<(String, String)>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

impl Done {
    /// Takes it for granted that it went well.
    pub(crate) fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// Takes it for granted that it did not, and that standard error holds all these words.
    pub(crate) fn badly(self, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(1), "{self:#?}");
        for words in words {
            assert!(self.err.contains(words), "{words:?} is missing: {self:#?}");
        }
        self
    }
}

impl Stack {
    /// No files yet. `host` is the engine, as `DOCKER_HOST` names it; `folder` is where the stack's folder is made.
    pub(crate) fn new(host: &str, folder: &Path, name: &str) -> Self {
        let dir = folder.join("stacks").join(name);
        fs::create_dir_all(&dir).expect("a folder can be made");
        Self { name: name.to_owned(), host: host.to_owned(), dir, variables: vec![] }
    }

    /// With the files of `tests/data/stacks/SOURCE`.
    pub(crate) fn of(host: &str, folder: &Path, name: &str, source: &str) -> Self {
        let stack = Self::new(host, folder, name);
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/stacks").join(source).join(".");
        run("cp", &["-R", text(&from), text(&stack.dir)]);
        stack
    }

    /// Sets a variable for all commands from now on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn write(&self, file: &str, content: &str) {
        fs::write(self.dir.join(file), content).expect("a file can be written");
    }

    /// `docker stack deploy FLAGS… NAME`. It waits for nothing. A client of before version 28 reads files otherwise than the one that we
    /// are held against; then our own deploy stands in for it, and what is compared is ours with ours.
    pub(crate) fn deploy_by_docker(&self, flags: &[&str]) {
        let version = run("docker", &["--version"]);
        let major = version.trim_start_matches("Docker version ").split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_none_or(|major| major < 28) {
            eprintln!("docker's client is {}: canteen stands in for it", version.trim());
            self.deploy(flags).well();
            return;
        }
        let args = [&["stack", "deploy", "--detach=true"], flags, &[self.name.as_str()]].concat();
        let done = self.command("docker", &args);
        assert_eq!(done.code, Some(0), "{done:#?}");
    }

    /// Where a file of the stack lies.
    pub(crate) fn path(&self, file: &str) -> String {
        self.dir.join(file).display().to_string()
    }

    /// `canteen stack deploy FLAGS… NAME`.
    pub(crate) fn deploy(&self, flags: &[&str]) -> Done {
        self.canteen(&[&["deploy"], flags, &[self.name.as_str()]].concat())
    }

    /// `canteen stack ARGS…`.
    pub(crate) fn canteen(&self, args: &[&str]) -> Done {
        self.command(BINARY, &[&["stack"], args].concat())
    }

    /// Docker's client on the same engine. It has to go well.
    pub(crate) fn docker(&self, args: &[&str]) -> String {
        run("docker", &[&["-H", self.host.as_str()], args].concat())
    }

    /// Everything that the engine holds of the stack, without what no two deploys have in common.
    pub(crate) fn dump(&self) -> Value {
        dump(&|args| self.docker(args), &self.name)
    }

    /// Ids of all tasks, those that ended too: a task that was replaced shows as one more.
    pub(crate) fn tasks(&self) -> BTreeSet<String> {
        self.tasks_of(&self.services())
    }

    /// Those of services that go on for ever.
    pub(crate) fn lasting_tasks(&self) -> BTreeSet<String> {
        let modes = self.docker(&["stack", "services", "--format", "{{.Mode}} {{.Name}}", &self.name]);
        let names =
            modes.lines().filter(|line| !line.contains(" job ")).filter_map(|line| line.rsplit_once(&format!(" {}_", self.name)));
        self.tasks_of(&names.map(|(_, name)| name.to_owned()).collect::<Vec<_>>())
    }

    /// Those of some services, by their short names.
    pub(crate) fn tasks_of(&self, services: &[String]) -> BTreeSet<String> {
        let services: Vec<String> = services.iter().map(|service| format!("{}_{service}", self.name)).collect();
        let services: Vec<&str> = services.iter().map(String::as_str).collect();
        // The tasks of an earlier stack of this name are still listed with the stack for a while.
        self.docker(&[&["service", "ps", "-q", "--no-trunc"], services.as_slice()].concat()).lines().map(str::to_owned).collect()
    }

    /// Short names of the services, sorted.
    pub(crate) fn services(&self) -> Vec<String> {
        let prefix = format!("{}_", self.name);
        let mut names: Vec<String> =
            self.listed("service", "{{.Name}}").iter().map(|name| name.strip_prefix(&prefix).unwrap_or(name).to_owned()).collect();
        names.sort();
        names
    }

    /// How many tasks of a service shall run and do.
    pub(crate) fn running(&self, service: &str) -> usize {
        let (service, template) = (format!("{}_{service}", self.name), "{{.CurrentState}}");
        let states = self.docker(&["service", "ps", "--filter", "desired-state=running", "--format", template, &service]);
        states.lines().filter(|state| state.starts_with("Running")).count()
    }

    /// One part of a service, as a template names it.
    pub(crate) fn inspect(&self, service: &str, template: &str) -> String {
        self.docker(&["service", "inspect", "-f", template, &format!("{}_{service}", self.name)])
    }

    /// Waits until everything that Docker's client deployed runs, or is done.
    pub(crate) fn wait_until_up(&self) {
        self.wait_for("the stack to be up", || {
            let lines = self.docker(&["stack", "services", "--format", "{{.Mode}} {{.Replicas}}", &self.name]);
            lines.lines().all(is_up).then_some(())
        });
    }

    /// Removes the stack by Docker's client, waits until nothing of it is left, and takes its volumes away too.
    pub(crate) fn remove_by_docker(&self) {
        self.docker(&["stack", "rm", &self.name]);
        // This engine lets the containers of jobs run on when their service is removed.
        let begun = Instant::now();
        self.wait_for("the stack to be gone", || {
            if begun.elapsed() > Duration::from_secs(5) {
                let left = self.containers();
                let left: Vec<&str> = left.iter().map(String::as_str).collect();
                if !left.is_empty() {
                    let _gone = self.command("docker", &[&["rm", "-f"], left.as_slice()].concat());
                }
            }
            self.is_gone().then_some(())
        });
        self.remove_volumes();
    }

    /// A container that just ended may hold them a moment longer.
    pub(crate) fn remove_volumes(&self) {
        self.wait_for("the volumes to be gone", || {
            let volumes = self.listed("volume", "{{.Name}}");
            let names: Vec<&str> = volumes.iter().map(String::as_str).collect();
            (names.is_empty() || self.command("docker", &[&["volume", "rm"], names.as_slice()].concat()).code == Some(0))
                .then_some(())
        });
    }

    /// No container and no object of the stack is left; its volumes don't count.
    pub(crate) fn is_gone(&self) -> bool {
        self.containers().is_empty()
            && ["service", "network", "secret", "config"].iter().all(|k| self.listed(k, "{{.ID}}").is_empty())
    }

    /// Looks again and again, and gives what is found.
    pub(crate) fn wait_for<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            let tasks = || self.docker(&["stack", "ps", "--no-trunc", &self.name]);
            assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}: {}", tasks());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn containers(&self) -> Vec<String> {
        let label = format!("label=com.docker.stack.namespace={}", self.name);
        self.docker(&["ps", "-aq", "--filter", &label]).lines().map(str::to_owned).collect()
    }

    fn listed(&self, kind: &str, template: &str) -> Vec<String> {
        let label = format!("label=com.docker.stack.namespace={}", self.name);
        self.docker(&[kind, "ls", "--filter", &label, "--format", template]).lines().map(str::to_owned).collect()
    }

    /// Runs in the stack's folder, with nothing of our own environment but the path.
    fn command(&self, program: &str, args: &[&str]) -> Done {
        let begun = Instant::now();
        let path = std::env::var_os("PATH").expect("there is a path");
        let mut command = Command::new("timeout");
        command.arg(PATIENCE.as_secs().to_string()).arg(program).args(args).current_dir(&self.dir);
        command.env_clear().env("PATH", path).env("HOME", &self.dir).env("DOCKER_HOST", &self.host);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let Output { status, stdout, stderr } = command.output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Done { code: status.code(), out: text(stdout), err: text(stderr), took: begun.elapsed() }
    }
}

impl Drop for Stack {
    /// Others need the room, whatever went wrong. An engine that is gone needs no tidying.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the tasks of {}\n{}", self.name, self.command("docker", &["stack", "ps", "--no-trunc", &self.name]).out);
        }
        let _gone = self.command("docker", &["stack", "rm", &self.name]);
    }
}

/// `replicated 2/2`, `replicated 2/2 (max 4 per node)`, `global 1/1`, `replicated job 0/1 (2/2 completed)`.
fn is_up(line: &str) -> bool {
    let mut counts = line.split([' ', '(']).filter_map(|word| word.split_once('/'));
    let counted = if line.ends_with(" completed)") { counts.next_back() } else { counts.next() };
    let Some((is, wanted)) = counted else { return false };
    is == wanted && (wanted != "0" || line.starts_with("replicated 0/0"))
}
