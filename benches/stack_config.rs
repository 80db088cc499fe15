//! `canteen stack config` against `docker stack config`, over every recorded case in one run; and the memory that the largest file
//! takes.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::big_stack;
use crate::set_up::SetUp;
use crate::table::Table;

const CASES: &str = include_str!("../tests/data/stack-cases/config.jsonl");
const RATIO: f64 = 0.2;
/// MB.
const MEMORY: f64 = 40.0;
/// Just below what the reader takes.
const LARGEST_BYTES: usize = 250_000;

#[derive(Deserialize)]
struct Case {
    files: BTreeMap<String, String>,
    args: Vec<String>,
    env: BTreeMap<String, String>,
    #[serde(default)]
    stdin: String,
}

pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let root = set_up.dir.join("config");
    let cases = CASES.lines().map(serde_json::from_str::<Case>).collect::<Result<Vec<_>, _>>()?;
    let folders =
        cases.iter().enumerate().map(|(at, case)| lay_out(&root.join(at.to_string()), case)).collect::<anyhow::Result<Vec<_>>>()?;
    if Command::new("docker").args(["stack", "config", "--help"]).output()?.status.success() {
        // One round beforehand, so that neither has to read its program from the disk.
        for program in [Path::new("docker"), &set_up.binary] {
            run_all(program, cases.get(..1).unwrap_or_default(), &folders)?;
        }
        let theirs = run_all(Path::new("docker"), &cases, &folders)?.as_secs_f64();
        let ours = run_all(&set_up.binary, &cases, &folders)?.as_secs_f64();
        table.note(format!("  canteen stack config, {} cases", cases.len()), ours, "s");
        table.note("  docker stack config, the same", theirs, "s");
        table.at_most("stack config, Canteen to docker", ours / theirs, RATIO, "");
    } else {
        table.left_out("stack config, Canteen to docker", "docker has no stack config here; it came with Docker 23");
    }
    table.at_most("memory for a compose file of 250 kB", memory(set_up, &root)?, MEMORY, "MB");
    Ok(())
}

fn lay_out(folder: &Path, case: &Case) -> anyhow::Result<PathBuf> {
    for (name, text) in &case.files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().context("a file in a folder")?)?;
        std::fs::write(path, text)?;
    }
    std::fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

/// How long it takes to run the program once for each case. Some cases are errors, to both programs alike.
fn run_all(program: &Path, cases: &[Case], folders: &[PathBuf]) -> anyhow::Result<Duration> {
    let before = std::env::current_dir()?;
    let begun = Instant::now();
    for (case, folder) in cases.iter().zip(folders) {
        // Not by `Command::current_dir`: in a static program that makes a copy of this process first, and the larger it has become
        // with what was measured before, the longer that takes.
        std::env::set_current_dir(folder)?;
        let mut child = Command::new(program)
            .args(["stack", "config"])
            .args(&case.args)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", folder)
            .envs(&case.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        // Who does not read its input closes it.
        let _unread = child.stdin.take().context("an input")?.write_all(case.stdin.as_bytes());
        child.wait()?;
    }
    let took = begun.elapsed();
    std::env::set_current_dir(before)?;
    Ok(took)
}

/// The peak in MB. While nobody reads its output, the program stands still with everything in memory.
fn memory(set_up: &SetUp, root: &Path) -> anyhow::Result<f64> {
    let path = root.join("largest.yml");
    std::fs::write(&path, big_stack::text_of_bytes(LARGEST_BYTES))?;
    let mut child = Command::new(&set_up.binary)
        .args(["stack", "config", "-c"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut output = child.stdout.take().context("an output")?;
    output.read_exact(&mut [0])?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    std::io::copy(&mut output, &mut std::io::sink())?;
    if !child.wait()?.success() {
        bail!("the largest file was refused");
    }
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
    Ok(peak.context("no VmHWM")? * 1024.0 / 1e6)
}
