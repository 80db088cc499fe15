//! The log page of an app that writes without end, and many pages of an app that is silent.

use std::io::Read as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::canteen::Canteen;
use crate::set_up::SetUp;
use crate::table::Table;
use crate::two_nodes::TwoNodes;
use crate::visitor::{Visitor, attribute};

/// How long the loud app is followed, unless `BENCH_LOG_SECONDS` says otherwise.
const LOUD_S: u64 = 60;
/// Until then caches fill.
const WARM: Duration = Duration::from_secs(15);
const VIEWERS: usize = 2;
const TASKS: &str = "3";
/// Three tasks write 67 lines each tenth of a second.
const SCRIPT: &str = "n=0; while :; do i=0; while [ $i -lt 67 ]; do echo line $n of a task that has much to say; n=$((n+1)); i=$((i+1)); done; \
                      sleep 0.1; done";
const GROWTH_AIM: f64 = 1.1;
const LINES_AIM: f64 = 1_500.0;

const IDLE_VIEWERS: usize = 50;
const IDLE: Duration = Duration::from_secs(30);
const IDLE_AIM: f64 = 2.0;
const PATIENCE: Duration = Duration::from_mins(2);

/// Three tasks on two nodes write 2,000 lines a second and two visitors look; then 50 look at an app that says nothing more.
pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let swarm = TwoNodes::launch(set_up)?;
    let image = swarm.busybox()?;
    let mut canteen = Canteen::launch_on(set_up, &set_up.dir.join("logs"), &swarm.host)?;
    canteen.answers("/health")?;
    let mut ana = canteen.visitor();
    ana.set_up(&canteen.code()?)?;
    for (app, tasks, script) in [("loud", TASKS, SCRIPT), ("silent", "1", "echo one line; exec sleep 1000000")] {
        ana.new_app("five", &format!("{app}.example.org"))?;
        let (label, name) = (format!("com.docker.stack.namespace={app}_example_org"), format!("{app}_example_org_app"));
        swarm.docker(&[
            "service",
            "create",
            "--quiet",
            "--detach",
            "--init",
            "--name",
            &name,
            "--label",
            &label,
            "--replicas",
            tasks,
            "--replicas-max-per-node",
            "2",
            &image,
            "/bin/sh",
            "-c",
            script,
        ])?;
    }
    loud(&canteen, &mut ana, table)?;
    silent(&canteen, &mut ana, table)
}

fn loud(canteen: &Canteen, ana: &mut Visitor, table: &mut Table) -> anyhow::Result<()> {
    let seconds = std::env::var("BENCH_LOG_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(LOUD_S);
    let stream = stream_of(ana, "loud", "much to say")?;
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let sockets: Vec<TcpStream> = (0..VIEWERS).map(|_| ana.open(&stream)).collect::<Result<_, _>>()?;
    let viewers: Vec<_> = sockets.into_iter().map(|socket| std::thread::spawn(move || follow(socket, until))).collect();
    std::thread::sleep(WARM);
    let (warm, used) = (canteen.memory("VmRSS")?, canteen.processor_seconds()?);
    let measured = Instant::now();
    std::thread::sleep(until.saturating_duration_since(Instant::now()));
    let (after, used) = (canteen.memory("VmRSS")?, canteen.processor_seconds()? - used);
    let share = 100.0 * used / measured.elapsed().as_secs_f64();
    for (number, viewer) in viewers.into_iter().enumerate() {
        let seen = viewer.join().ok().context("a viewer's thread panicked")??;
        let number = number + 1;
        table.at_least(
            format!("loud app, lines a second seen by viewer {number}"),
            seen.lines / begun.elapsed().as_secs_f64(),
            LINES_AIM,
            "/s",
        );
        table.at_most(format!("  of them out of order, viewer {number}"), seen.disordered, 0.0, "");
        table.note("  messages of lines that were skipped", seen.skipped, "");
    }
    table.note(format!("  resident memory after {} s", WARM.as_secs()), warm, "MB");
    table.note(format!("  resident memory after {seconds} s"), after, "MB");
    table.at_most("loud app, growth of memory", after / warm, GROWTH_AIM, "");
    table.note("  share of one processor", share, "%");
    Ok(())
}

fn silent(canteen: &Canteen, ana: &mut Visitor, table: &mut Table) -> anyhow::Result<()> {
    let stream = stream_of(ana, "silent", "one line")?;
    let mut sockets: Vec<TcpStream> = (0..IDLE_VIEWERS).map(|_| ana.open(&stream)).collect::<Result<_, _>>()?;
    // Each has got its first message, so that no beginning is measured.
    for socket in &mut sockets {
        let read = socket.read(&mut [0; 4096])?;
        if read == 0 {
            bail!("a stream has ended");
        }
    }
    std::thread::sleep(WARM);
    let (begun, used) = (Instant::now(), canteen.processor_seconds()?);
    std::thread::sleep(IDLE);
    let share = 100.0 * (canteen.processor_seconds()? - used) / begun.elapsed().as_secs_f64();
    table.at_most(format!("{IDLE_VIEWERS} idle viewers, share of one processor"), share, IDLE_AIM, "%");
    Ok(())
}

/// The address of the lines to come, once there are some.
fn stream_of(ana: &mut Visitor, app: &str, words: &str) -> anyhow::Result<String> {
    let begun = Instant::now();
    let page = format!("/apps/{app}.example.org/logs");
    loop {
        let html = ana.page(&page)?;
        if html.contains(words) {
            return attribute(&html, "hx-sse:connect=").with_context(|| format!("{page} does not go on"));
        }
        if begun.elapsed() > PATIENCE {
            bail!("{page} shows no line");
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// What one viewer saw; all are counts.
#[derive(Debug, Default)]
struct Seen {
    lines: f64,
    /// Lines that came after younger ones.
    disordered: f64,
    skipped: f64,
}

/// Reads a stream until it is time, and looks at the order of the lines' times.
fn follow(mut socket: TcpStream, until: Instant) -> anyhow::Result<Seen> {
    let (mut seen, mut rest, mut newest) = (Seen::default(), String::new(), String::new());
    let mut bytes = vec![0; 64 * 1024];
    while Instant::now() < until {
        let read = socket.read(&mut bytes)?;
        if read == 0 {
            bail!("the stream has ended");
        }
        rest.push_str(&String::from_utf8_lossy(bytes.get(..read).unwrap_or_default()));
        let Some((whole, after)) = rest.rsplit_once("</li>") else { continue };
        if whole.contains(" skipped") {
            seen.skipped += 1.0;
        }
        for at in whole.split("datetime=\"").skip(1).filter_map(|line| line.split('"').next()) {
            seen.lines += 1.0;
            if at < newest.as_str() {
                seen.disordered += 1.0;
            }
            newest = newest.max(at.to_owned());
        }
        rest = after.to_owned();
    }
    Ok(seen)
}
