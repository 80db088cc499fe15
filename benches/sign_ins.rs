//! How long pages take while many people sign in at once: each sign-in costs a password hash of 64 MiB.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::canteen::Canteen;
use crate::latency::p95;
use crate::set_up::SetUp;
use crate::table::Table;
use crate::visitor::PASSWORD;

const PEOPLE: usize = 50;
const AIM_MS: f64 = 200.0;
/// Before somebody who was told to come back does so.
const PAUSE: Duration = Duration::from_millis(50);

/// As many people as said sign in again and again; somebody who is signed in looks at pages meanwhile.
pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let data = set_up.dir.join("sign-ins");
    let mut canteen = Canteen::launch(set_up, &data)?;
    canteen.answers("/session")?;
    let mut ana = canteen.visitor();
    ana.set_up(&canteen.code()?)?;
    // Each somebody else: a member has ten sessions, and an eleventh would end the one that looks at pages.
    let people: Vec<String> = (0..PEOPLE).map(|at| format!("member{at}")).collect();
    people.iter().try_for_each(|name| add(set_up, &data, name))?;
    let (over, done) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for name in &people {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    match canteen.visitor().sign_in_as(name) {
                        Ok(()) => _ = done.fetch_add(1, Ordering::Relaxed),
                        Err(_) => std::thread::sleep(PAUSE),
                    }
                }
            });
        }
        let measured = [("list of apps", "/apps"), ("recipes", "/recipes"), ("audit log", "/audit")]
            .into_iter()
            .try_for_each(|(name, path)| p95(&mut ana, &format!("{name} while {PEOPLE} people sign in"), path, AIM_MS, table));
        over.store(true, Ordering::Relaxed);
        measured
    })?;
    let done = done.load(Ordering::Relaxed);
    table.note("  sign-ins meanwhile", f64::from(done), "");
    ensure!(done > 0, "nobody got in");
    Ok(())
}

/// Adds a member by the command line.
fn add(set_up: &SetUp, data: &Path, name: &str) -> anyhow::Result<()> {
    let mut child = Command::new(&set_up.binary)
        .args(["member", "add", name])
        .env_clear()
        .env("CANTEEN_DATA", data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    child.stdin.take().context("no standard input")?.write_all(PASSWORD.as_bytes())?;
    ensure!(child.wait()?.success(), "{name} was not added");
    Ok(())
}
