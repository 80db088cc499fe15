//! Logs of a real engine: what its frames, its terminals and its long lines become.

use std::io::Read as _;
use std::net::TcpStream;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use canteen::engine::docker::DockerEngine;
use canteen::engine::{Inspect as _, LogPart, LogSource};
use canteen::logs::merge::Newest;
use canteen::logs::{LINE_LIMIT, Line, Piece};
use futures_util::StreamExt as _;

use crate::harness::{Canteen, Engine, Registry, ThreeNodes};
use crate::three_nodes::NODES;

/// Asks of everything that was written, until there is a line that ends so.
async fn lines(engine: &DockerEngine, service: &str, last: &str) -> Vec<Line> {
    let source = LogSource::Service(service.to_owned());
    let part = LogPart { source, tail: None, since: None, follow: false, line_limit: LINE_LIMIT };
    for _ in 0..300 {
        let mut pieces = engine.log(part.clone()).await.expect("the log can be read");
        let mut newest = Newest::new(10_000);
        while let Ok(Some(piece)) = tokio::time::timeout(Duration::from_secs(5), pieces.next()).await {
            if let Piece::Line(line) = piece.expect("a piece") {
                newest.push(line.at, line);
            }
        }
        let lines = newest.into_vec();
        if lines.iter().any(|l| l.text.ends_with(last)) {
            return lines;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{service} did not write {last}");
}

fn create(engine: &Engine, name: &str, more: &[&str], script: &str) -> String {
    let image = engine.busybox("logs:1");
    engine.docker(&creation(name, more, &image, script)).trim().to_owned()
}

fn creation<'a>(name: &'a str, more: &[&'a str], image: &'a str, script: &'a str) -> Vec<&'a str> {
    let head = ["service", "create", "--quiet", "--detach", "--no-resolve-image", "--name", name];
    [&head, more, &[image, "/bin/sh", "-c", script]].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_of_a_real_engine_become_lines() {
    let private = Engine::start();
    let engine = DockerEngine::connect(&private.host).expect("an address");

    let script = "echo one; echo two >&2; printf 'bad \\377 byte\\n'; head -c 100000 /dev/zero | tr '\\0' x; echo; echo last; exec sleep 1000";
    let id = create(&private, "logs-plain", &["--replicas", "2"], script);
    let mut plain = lines(&engine, &id, "last").await;
    while plain.iter().filter(|l| l.text == "last").count() < 2 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        plain = lines(&engine, &id, "last").await;
    }
    let first = plain[0].task.clone();
    let (one, other): (Vec<&Line>, Vec<&Line>) = plain.iter().partition(|l| l.task == first);
    for task in [one, other] {
        let told = |stderr| task.iter().filter(|l| l.stderr == stderr).map(|l| (l.text.len().min(10), l.cut)).collect::<Vec<_>>();
        assert_eq!(told(false), [(3, false), (10, false), (10, true), (4, false)], "{task:#?}");
        assert_eq!(told(true), [(3, false)]);
        assert!(task.iter().any(|l| l.text == "bad \u{fffd} byte") && task.iter().any(|l| l.text.len() == LINE_LIMIT));
        assert!(task.iter().all(|l| l.service == id && !l.node.is_empty() && l.at > 0));
    }

    let id =
        create(&private, "logs-terminal", &["--tty"], "echo one; printf '\\033[31mred\\033[0m\\n'; echo last; exec sleep 1000");
    let texts: Vec<String> = lines(&engine, &id, "last").await.into_iter().map(|l| l.text).collect();
    assert_eq!(texts, ["one", "\u{1b}[31mred\u{1b}[0m", "last"]);

    // A driver that keeps nothing gives nothing, and the engine says so or is silent; either way it ends.
    let id = create(&private, "logs-none", &["--log-driver", "none"], "echo one; exec sleep 1000");
    let part = LogPart { source: LogSource::Service(id), tail: None, since: None, follow: false, line_limit: LINE_LIMIT };
    let mut pieces = engine.log(part).await.expect("the service is there");
    while let Ok(Some(piece)) = tokio::time::timeout(Duration::from_secs(5), pieces.next()).await {
        assert!(!matches!(piece, Ok(Piece::Line(_))), "{piece:?}");
    }
    private.docker(&["service", "rm", "logs-plain", "logs-terminal", "logs-none"]);
}

/// Seconds for which the loud app is followed, unless `LOG_SECONDS` says otherwise.
const LOUD_S: u64 = 30;
/// Until then caches fill.
const WARM: Duration = Duration::from_secs(10);

/// Viewers of an app that writes nothing.
const IDLE_VIEWERS: usize = 50;
/// For so long the dashboard's work for them is measured.
const IDLE: Duration = Duration::from_secs(20);

/// What one viewer saw.
#[derive(Debug, Default)]
struct Seen {
    lines: usize,
    /// Lines that came after younger ones.
    disordered: usize,
    /// Those of them that were not told to be late.
    untold: usize,
    /// Those that came when caches were warm and every task had been heard.
    disordered_later: usize,
    skipped: bool,
}

/// Three tasks on two nodes write 2,000 lines a second together; two members look. After that nobody writes, and fifty look.
#[test]
fn logs_of_a_loud_app_reach_two_viewers_and_memory_stays_flat() {
    let seconds = std::env::var_os("LOG_SECONDS").and_then(|s| s.to_str()?.parse().ok()).unwrap_or(LOUD_S);
    let _alone = NODES.write().unwrap_or_else(PoisonError::into_inner);
    let swarm = ThreeNodes::start();
    let image = swarm.busybox("logs:1", &[]);
    let canteen = Canteen::start_on(swarm, &Engine::start(), &Registry::start());
    let mut ana = canteen.set_up();
    ana.new_app("notice-board", "1.0.0", "loud.example.org");
    let stack = "com.docker.stack.namespace=loud_example_org";
    let script = "n=0; while :; do i=0; while [ $i -lt 66 ]; do echo line $n of a task that has much to say; n=$((n+1)); i=$((i+1)); done; \
                  sleep 0.1; done";
    let spread = ["--replicas", "3", "--replicas-max-per-node", "2", "--constraint", "node.role==worker", "--label", stack];
    swarm.docker(&creation("loud_example_org_app", &spread, &image, script));
    let page = ana.wait_until("/apps/loud.example.org/logs", |page| page.html.contains("of a task that has much to say"));
    let stream = page.html.split("hx-sse:connect=\"").nth(1).and_then(|s| s.split('"').next()).expect("the page goes on");

    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let viewers: Vec<_> =
        (0..2).map(|_| ana.open(stream)).map(|socket| std::thread::spawn(move || follow(socket, begun + WARM, until))).collect();
    std::thread::sleep(WARM);
    let warm = canteen.memory();
    std::thread::sleep(until.saturating_duration_since(Instant::now()));
    let after = canteen.memory();
    let seen: Vec<Seen> = viewers.into_iter().map(|viewer| viewer.join().expect("a viewer")).collect();
    eprintln!("{seconds} s: {seen:?}; memory {warm} KiB after ten seconds, {after} KiB at the end");
    swarm.docker(&["service", "rm", "loud_example_org_app"]);
    for viewer in &seen {
        assert!(viewer.lines > 100 * usize::try_from(seconds).unwrap(), "{viewer:?}");
        assert_eq!((viewer.untold, viewer.disordered_later), (0, 0), "{viewer:?}");
    }
    assert!(after * 10 <= warm * 11, "memory grew from {warm} to {after} KiB");

    let script = "echo quiet from now on; exec sleep 1000";
    swarm.docker(&creation("loud_example_org_quiet", &["--label", stack], &image, script));
    let page = ana.wait_until("/apps/loud.example.org/logs", |page| page.html.contains("quiet from now on"));
    let stream = page.html.split("hx-sse:connect=\"").nth(1).and_then(|s| s.split('"').next()).expect("the page goes on");
    let idle: Vec<TcpStream> = (0..IDLE_VIEWERS).map(|_| ana.open(stream)).collect();
    std::thread::sleep(WARM);
    let before = canteen.worked();
    std::thread::sleep(IDLE);
    let worked = canteen.worked().saturating_sub(before);
    drop(idle);
    eprintln!("{IDLE_VIEWERS} idle viewers: {worked:?} of work in {IDLE:?}");
    swarm.docker(&["service", "rm", "loud_example_org_quiet"]);
    assert!(worked * 50 < IDLE, "{worked:?} of work in {IDLE:?} is more than two hundredths of a processor");
}

/// Reads a stream until it is time, and looks at the order of the lines' times.
fn follow(mut socket: TcpStream, warm: Instant, until: Instant) -> Seen {
    let (mut seen, mut rest, mut newest) = (Seen::default(), String::new(), String::new());
    let mut bytes = vec![0; 64 * 1024];
    while Instant::now() < until {
        let read = socket.read(&mut bytes).expect("the stream goes on");
        assert!(read > 0, "the stream has ended");
        rest.push_str(&String::from_utf8_lossy(&bytes[..read]));
        let Some((whole, after)) = rest.rsplit_once("</li>") else { continue };
        seen.skipped |= whole.contains(" skipped");
        for line in whole.split("<li").skip(1) {
            let Some(at) = line.split("datetime=\"").nth(1).and_then(|at| at.split('"').next()) else { continue };
            seen.lines += 1;
            if at < newest.as_str() {
                seen.disordered += 1;
                seen.untold += usize::from(!line.contains(">late:<"));
                seen.disordered_later += usize::from(Instant::now() > warm);
            }
            newest = newest.max(at.to_owned());
        }
        rest = after.to_owned();
    }
    seen
}
