//! A private Swarm with two nodes that run tasks, for what needs more than one.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::set_up::SetUp;

/// Inside the Swarm's own network, so it is the same for each of them.
const REGISTRY: &str = "198.19.0.1:5000";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/three-nodes.sh");

/// It ends when this is dropped; `scripts/bench.sh` ends it where this process is killed.
pub(crate) struct TwoNodes {
    /// `unix://…` of the manager.
    pub(crate) host: String,
    dir: PathBuf,
}

impl TwoNodes {
    /// Starts it. Blocks for some seconds.
    pub(crate) fn launch(set_up: &SetUp) -> anyhow::Result<Self> {
        let dir = set_up.dir.join("nodes");
        let socket = output(Command::new(SCRIPT).arg("up").arg(&dir))?;
        let swarm = Self { host: format!("unix://{socket}"), dir };
        swarm.docker(&["node", "update", "--availability", "drain", "node3"])?;
        Ok(swarm)
    }

    /// Runs Docker's client against the manager and gives what it wrote.
    pub(crate) fn docker(&self, args: &[&str]) -> anyhow::Result<String> {
        output(Command::new("docker").args(["-H", &self.host]).args(args))
    }

    /// Puts an image with busybox into the registry of the Swarm.
    pub(crate) fn busybox(&self) -> anyhow::Result<String> {
        let image = format!("{REGISTRY}/busybox:1.35.0");
        let context = self.dir.join("image");
        std::fs::create_dir_all(&context)?;
        let program = output(Command::new("sh").args(["-c", "command -v busybox"]))?;
        std::fs::copy(program, context.join("busybox"))?;
        let dockerfile = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/images/busybox/Dockerfile");
        std::fs::copy(dockerfile, context.join("Dockerfile"))?;
        let context = context.to_str().context("a path that is not UTF-8")?;
        output(Command::new("docker").env("DOCKER_BUILDKIT", "0").args(["-H", &self.host, "build", "-q", "-t", &image, context]))?;
        self.docker(&["push", "-q", &image])?;
        Ok(image)
    }
}

impl Drop for TwoNodes {
    fn drop(&mut self) {
        if let Err(error) = output(Command::new(SCRIPT).arg("down").arg(&self.dir)) {
            eprintln!("bench: {error:#}");
        }
    }
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{command:?} can't be run"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
