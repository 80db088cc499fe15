//! Programs that the harness runs.

#![expect(clippy::disallowed_methods, reason = "the harness starts engines; only the product runs nothing")]

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a program to its end and gives what it wrote. Panics with its errors if it fails.
pub(super) fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap_or_else(|e| panic!("{program} can't be run: {e}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Starts a program that goes on; what it writes goes to `log`. Gives its process id.
pub(super) fn launch(program: &str, args: &[&str], log: &Path) -> u32 {
    let log = File::create(log).expect("the log can be written");
    let errors = log.try_clone().expect("the log has two ends");
    let child = Command::new(program).args(args).stdin(Stdio::null()).stdout(log).stderr(errors).spawn();
    child.unwrap_or_else(|e| panic!("{program} can't be started: {e}")).id()
}

/// Starts a shell script that reads from us until this process is gone, however it ends, and then goes on.
#[expect(clippy::zombie_processes, reason = "it outlives us: that is its purpose")]
pub(super) fn when_we_are_gone(script: &str, args: &[&str]) {
    let script = format!("trap '' INT TERM HUP; cat >/dev/null; {script}");
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", &script, "sh"]).args(args);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.unwrap_or_else(|e| panic!("setsid can't be started: {e}"));
    // Our end of the pipe stays open until the process ends.
    std::mem::forget(child.stdin.take());
}
