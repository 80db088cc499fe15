//! Processes of a test: servers, and whether one has ended.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server that ends with the test.
pub(crate) struct Server(Child);

impl Server {
    /// Starts it and reads what it writes until it has written a line with `ready` in it, which is given back.
    pub(crate) fn start(command: &mut Command, ready: &str) -> (Self, String) {
        let (read, write) = std::io::pipe().unwrap();
        command.stdin(Stdio::null()).stdout(write.try_clone().unwrap()).stderr(write);
        let server = Self(command.spawn().unwrap());
        // The command holds our ends of the pipe, and would keep it open.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut lines = BufReader::new(read).lines();
        let mut said = vec![];
        let line = loop {
            let Some(line) = lines.next() else { panic!("it ended before it was ready:\n{}", said.join("\n")) };
            let line = line.unwrap();
            if line.contains(ready) {
                break line;
            }
            said.push(line);
        };
        // What it writes later is read, or it would wait for a reader some day.
        std::thread::spawn(move || lines.for_each(drop));
        (server, line)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Waits until the process with this number, a child of a child, has ended.
pub(crate) async fn ended(pid: u32) {
    let begun = Instant::now();
    // The process is not ours to wait for, so this looks; one that nobody has fetched yet has no command line any more.
    while std::fs::read(Path::new("/proc").join(pid.to_string()).join("cmdline")).is_ok_and(|line| !line.is_empty()) {
        assert!(begun.elapsed() < Duration::from_mins(2), "process {pid} goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
