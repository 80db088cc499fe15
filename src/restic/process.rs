//! A process that we start, end and wait for. The only place where Canteen starts another program: no shell reads what it is given, and
//! nothing of our own environment reaches it.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, ChildStderr, ChildStdout};
use tokio::time::timeout;

/// A running process. Dropping it tells it to end, so that it can put away what it holds, such as locks; one that does not is killed.
pub(super) struct Process {
    child: Option<Child>,
    /// How long it may take to end.
    grace: Duration,
}

/// What a process writes.
pub(super) struct Pipes {
    pub(super) out: ChildStdout,
    pub(super) err: ChildStderr,
}

impl Process {
    /// Starts `program`, an absolute path, with exactly these arguments and variables, and with nothing to read.
    pub(super) fn start(
        program: &Path,
        arguments: &[String],
        environment: &[(&'static str, OsString)],
        grace: Duration,
    ) -> io::Result<(Self, Pipes)> {
        #[expect(clippy::disallowed_methods, reason = "restic is the one program that may be started, and this is its door")]
        let mut command = tokio::process::Command::new(program);
        command.args(arguments).env_clear().envs(environment.iter().map(|(name, value)| (*name, value)));
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(io::Error::other("the program has no output to read"));
        };
        Ok((Self { child: Some(child), grace }, Pipes { out, err }))
    }

    /// Waits until it has ended by itself.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let Some(child) = self.child.as_mut() else { return Err(io::Error::other("the program has ended before")) };
        let status = child.wait().await?;
        self.child = None;
        Ok(status)
    }

    /// Asks it to end, and does not wait.
    pub(super) fn terminate(&self) {
        self.child.as_ref().inspect(|child| terminate(child));
    }

    /// Ends it by force.
    pub(super) fn kill(&mut self) {
        if let Some(child) = self.child.as_mut() {
            // An error says that it has ended already.
            child.start_kill().ok();
        }
    }
}

/// Only a child that nobody has waited for yet has a number, so the number can't be that of another process.
fn terminate(child: &Child) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended in this moment, which is what is wanted.
        kill_process(pid, Signal::TERM).ok();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        terminate(&child);
        let grace = self.grace;
        // Without a runtime nobody could wait for it any more; the whole process ends then.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if timeout(grace, child.wait()).await.is_err() {
                    child.kill().await.ok();
                }
            });
        }
    }
}
