//! The page of an app's logs, its stream and its file, over an engine that writes what the test wants.

use canteen::engine::{EngineError, Mutate as _};
use canteen::stack::observed::{NAMESPACE_LABEL, Node, Task};
use canteen::stack::spec::{Labels, Replicated, ServiceMode, ServiceSpec};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::harness::{Answer, BOARD, Browser, Site, until};

const LOGS: &str = "/apps/board.example.org/logs";
/// 22 November 2026, 10:00 UTC.
const TEN: i64 = 1_795_341_600_000_000_000;
const SECOND: i64 = 1_000_000_000;

/// An app whose stack has a service `app` with one task and `worker` with two.
struct Desk {
    site: Site,
    admin: Browser,
    app: Task,
    first: Task,
    second: Task,
}

impl Desk {
    async fn start() -> Self {
        let site = Site::start().await;
        let admin = site.admin().await;
        site.new_board(&admin, BOARD).await;
        let app = service(&site, "app", 1).await.remove(0);
        let mut workers = service(&site, "worker", 2).await;
        workers.sort_by_key(|t| t.slot);
        site.fresh().await;
        Self { site, admin, app, second: workers.remove(1), first: workers.remove(0) }
    }

    fn log(&self, task: &Task, seconds: i64, text: &str) {
        self.site.engine.log_at(&task.id, TEN + seconds * SECOND, false, text);
    }

    async fn page(&self, query: &str) -> Answer {
        self.admin.page(&format!("{LOGS}{query}")).await
    }

    /// Opens the stream of the page that is there now.
    async fn follow(&self, browser: &Browser) -> Follow {
        let page = browser.page(LOGS).await;
        let stream = page.between("hx-sse:connect=\"", "\"").unwrap().replace("&#38;", "&");
        let mut follow = Follow { socket: browser.open(&stream).await, read: String::new() };
        follow.until("event: following").await;
        follow
    }
}

/// Makes a service of the stack and waits until its tasks run.
async fn service(site: &Site, name: &str, replicas: u64) -> Vec<Task> {
    let labels = Labels::from([(NAMESPACE_LABEL.to_owned(), "board_example_org".to_owned())]);
    let mut spec = ServiceSpec { name: format!("board_example_org_{name}"), labels, ..ServiceSpec::default() };
    spec.mode = ServiceMode { replicated: Some(Replicated { replicas: Some(replicas) }), ..ServiceMode::default() };
    "app:1".clone_into(&mut spec.task_template.container_spec.image);
    let (id, _) = site.engine.create_service(&spec, None).await.unwrap();
    until("running tasks", async || {
        let swarm = site.feed.fresh().await.unwrap();
        let run: Vec<Task> = swarm.tasks.iter().filter(|t| t.service == id && t.state == "running").cloned().collect();
        (run.len() as u64 == replicas).then_some(run)
    })
    .await
}

/// The texts of the lines, in the page's order.
fn texts(html: &str) -> Vec<String> {
    let plain = |part: &str| {
        let part = part.split("</li>").next().unwrap();
        part.split('<').enumerate().map(|(n, s)| if n == 0 { s } else { s.split_once('>').map_or("", |(_, t)| t) }).collect()
    };
    html.split("class=\"msg\">").skip(1).map(plain).collect()
}

struct Follow {
    socket: TcpStream,
    read: String,
}

impl Follow {
    /// Reads on until this was sent.
    async fn until(&mut self, text: &str) -> &str {
        while !self.read.contains(text) {
            let mut bytes = vec![0; 16 * 1024];
            let read = tokio::time::timeout(std::time::Duration::from_mins(1), self.socket.read(&mut bytes));
            let count = read.await.unwrap_or_else(|_| panic!("{text} did not come: {}", self.read)).unwrap();
            assert!(count > 0, "the stream ended before {text}: {}", self.read);
            self.read.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        &self.read
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_lines_of_all_tasks_stand_in_the_order_of_time() {
    let desk = Desk::start().await;
    desk.log(&desk.second, 3, "three");
    desk.log(&desk.app, 1, "one");
    desk.log(&desk.first, 2, "two");
    desk.site.engine.log_at(&desk.first.id, TEN + 4 * SECOND, true, "four");
    let page = desk.site.viewer().await.page(LOGS).await;
    assert_eq!(texts(&page.body), ["one", "two", "three", "four"]);
    page.says("11-22 10:00:01 app.1 node1 one").says("10:00:03 worker.2 node1 three").says("worker.1 node1 stderr: four");
    assert!(page.body.contains("datetime=\"2026-11-22T10:00:01.000000000Z\""), "{}", page.body);
    desk.page("").await.says("Logs");
    assert_eq!(texts(&desk.page("?service=worker").await.body), ["two", "three", "four"]);
    assert_eq!(texts(&desk.page("?stderr=1").await.body), ["four"]);
    assert_eq!(texts(&desk.page("?contains=T&service=worker").await.body), ["two", "three"]);
    assert_eq!(texts(&desk.page("?since=2026-11-22T10:00:02&until=2026-11-22T10:00:04").await.body), ["two", "three"]);
    let none = desk.page("?contains=nowhere").await;
    none.says("No line fits the filter").says("Show all");
    assert!(none.body.contains("value=\"nowhere\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn older_lines_are_a_link_away_and_none_is_lost() {
    let desk = Desk::start().await;
    // Two tasks write at the same moment each time, also where a page ends.
    for second in 0..250 {
        desk.log(&desk.first, second, &format!("a{second}"));
        desk.log(&desk.second, second, &format!("b{second}"));
    }
    let (mut page, mut seen) = (desk.page("").await, vec![]);
    loop {
        let texts = texts(&page.body);
        assert!(texts.len() >= 200 || seen.len() + texts.len() == 500, "{}", texts.len());
        seen.splice(0..0, texts);
        let older = page.body.split("href=\"").map(|h| h.split('"').next().unwrap()).find(|h| h.contains("before="));
        let Some(older) = older.map(str::to_owned) else { break };
        page = desk.admin.page(&older).await;
        page.says("Older lines").says("Newest lines");
        assert!(!page.body.contains("log-stream"), "older lines do not go on");
    }
    let expected: Vec<String> = (0..250).flat_map(|n| [format!("a{n}"), format!("b{n}")]).collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tasks_write_does_nothing_to_the_page() {
    let desk = Desk::start().await;
    desk.log(&desk.app, 1, "\u{1b}[31m<script>alert(1)</script>\u{1b}[0m\u{1b}]0;title\u{7} \u{202e}gnp.exe\u{8}");
    desk.log(&desk.app, 2, &"x".repeat(100_000));
    let page = desk.page("").await;
    assert!(!page.body.contains("<script>alert") && !page.body.contains(['\u{1b}', '\u{202e}', '\u{8}', '\u{7}']));
    assert!(page.body.contains("<span class=\"a1\">&#60;script&#62;alert(1)"), "{}", page.body);
    page.says("<U+202E>").says("gnp.exe").says("␈").says("… cut");
    assert!(page.body.len() < 40_000, "{}", page.body.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_is_none_is_said_and_kept() {
    let desk = Desk::start().await;
    let wrong = desk.admin.get(&format!("{LOGS}?since=soon&contains=x&service=gone")).await;
    assert_eq!(wrong.status, 422);
    wrong.says("There is a problem").says("“soon” is no time").says("There is no service gone now");
    assert!(wrong.body.contains("value=\"soon\"") && wrong.body.contains("name=\"contains\" type=\"search\" value=\"x\""));
    assert_eq!(desk.admin.get(&format!("{LOGS}/download?since=soon")).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_there_are_no_lines_is_said_in_words() {
    let site = Site::start().await;
    let admin = site.admin().await;
    site.new_board(&admin, BOARD).await;
    admin.page(LOGS).await.says("Not deployed").says("once it is deployed");
    site.engine.fail_image("app:1", "No such image: app:1");
    let labels = Labels::from([(NAMESPACE_LABEL.to_owned(), "board_example_org".to_owned())]);
    let mut spec = ServiceSpec { name: "board_example_org_app".to_owned(), labels, ..ServiceSpec::default() };
    "app:1".clone_into(&mut spec.task_template.container_spec.image);
    site.engine.create_service(&spec, None).await.unwrap();
    site.fresh().await;
    admin.page(LOGS).await.says("No task has begun yet");
    drop(site);

    let desk = Desk::start().await;
    desk.page("").await.says("Nothing was written yet").says("json-file");
    desk.log(&desk.app, 1, "here");
    desk.site.engine.fail_next("log", EngineError::Unreachable("it restarts".to_owned()));
    desk.page("").await.says("The logs can’t be read now: the Docker engine does not answer: it restarts");
    desk.site.engine.fail_next("log", EngineError::Unreachable("it restarts".to_owned()));
    assert_eq!(desk.admin.get(&format!("{LOGS}/download")).await.status, 503);
    desk.site.engine.fail_next("log", EngineError::Refused("configured logging driver does not support reading".to_owned()));
    desk.page("").await.says("Docker says: configured logging driver does not support reading");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_gone_is_named_and_the_others_are_read() {
    let desk = Desk::start().await;
    desk.log(&desk.first, 1, "before");
    let node = Node { id: desk.first.node.clone(), hostname: "attic".to_owned(), state: "down".to_owned(), ..Node::default() };
    desk.site.engine.node(node);
    desk.site.fresh().await;
    let page = desk.page("").await;
    page.says("The node attic does not answer. What app.1, worker.1, worker.2 wrote there is missing until it is back.");
    assert_eq!(texts(&page.body), Vec::<String>::new());
    desk.admin.page(&format!("{LOGS}/download")).await.says("# The node attic does not answer.");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_lines_come_in_order_to_everybody_by_one_reader() {
    let desk = Desk::start().await;
    desk.log(&desk.app, 1, "on the page");
    let mut ana = desk.follow(&desk.admin).await;
    let vic = desk.site.viewer().await;
    let mut viewer = desk.follow(&vic).await;
    // Two services, two logs, however many follow.
    until("the readers", async || (desk.site.engine.log_readers() == 2).then_some(())).await;
    // The later line comes first.
    desk.log(&desk.second, 12, "twelve");
    desk.log(&desk.first, 11, "\u{1b}[32meleven");
    for stream in [&mut ana, &mut viewer] {
        let sent = stream.until("twelve").await;
        assert_eq!(texts(sent), ["eleven", "twelve"], "{sent}");
        assert!(sent.contains("data: <li>") && sent.contains("<span class=\"a2\">eleven"), "{sent}");
        assert!(sent.contains("text/event-stream") && sent.contains("id: "), "{sent}");
    }
    assert_eq!(desk.site.engine.log_readers(), 2);
    drop((ana, viewer));
    until("nobody reads when nobody looks", async || {
        desk.log(&desk.app, 60, "is anybody there?");
        (desk.site.engine.log_readers() == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_comes_when_younger_ones_are_shown_is_marked() {
    let desk = Desk::start().await;
    let mut follow = desk.follow(&desk.admin).await;
    desk.log(&desk.second, 12, "twelve");
    assert!(!follow.until("twelve").await.contains("late:"));
    desk.log(&desk.first, 11, "eleven");
    desk.log(&desk.first, 13, "thirteen");
    let sent = follow.until("thirteen").await;
    assert_eq!(texts(sent), ["twelve", "eleven", "thirteen"], "{sent}");
    let marked: Vec<bool> = sent.split("<li>").skip(1).map(|line| line.contains(">late:</span>")).collect();
    assert_eq!(marked, [false, true, false], "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_outlives_the_engine_and_says_nothing_twice() {
    let desk = Desk::start().await;
    desk.log(&desk.app, 1, "on the page");
    let mut follow = desk.follow(&desk.admin).await;
    desk.log(&desk.app, 11, "before");
    follow.until("before").await;
    desk.site.engine.go_away();
    until("the engine is missed", async || desk.site.feed.fresh().await.is_err().then_some(())).await;
    desk.site.engine.come_back();
    desk.log(&desk.app, 12, "after");
    let sent = follow.until("after<").await;
    assert_eq!(texts(sent), ["before", "after"], "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_cut_and_the_page_is_told_of_it() {
    let desk = Desk::start().await;
    let mut follow = desk.follow(&desk.admin).await;
    let burst = async {
        for n in 0.. {
            for task in [&desk.app, &desk.first, &desk.second] {
                desk.site.engine.log_at(&task.id, TEN + n, false, "busy");
            }
            if n % 100 == 99 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
    };
    tokio::select! {
        sent = follow.until("skipped</li>") => assert!(sent.contains("busy"), "{sent}"),
        () = burst => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_holds_every_line_in_order() {
    let desk = Desk::start().await;
    for second in 0..300 {
        desk.log(&desk.first, second, &format!("a{second}"));
        desk.log(&desk.second, second, &format!("b{second}"));
    }
    desk.log(&desk.app, 1_000, "\u{1b}[31mred\u{1b}[0m\u{202e}");
    let file = desk.site.viewer().await.page(&format!("{LOGS}/download")).await;
    assert_eq!(file.header("content-type"), Some("text/plain; charset=utf-8"));
    let name = file.header("content-disposition").unwrap();
    assert!(name.starts_with("attachment; filename=\"board.example.org-20") && name.ends_with(".log\""), "{name}");
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 601);
    assert_eq!(lines[0], "2026-11-22T10:00:00.000000000Z worker.1 node1 stdout a0");
    assert!(lines.is_sorted_by_key(|line| line.split(' ').next()), "{}", file.body);
    assert_eq!(lines[600], "2026-11-22T10:16:40.000000000Z app.1 node1 stdout red<U+202E>");
    assert_eq!(lines.iter().filter(|l| l.contains(" worker.1 ")).count(), 300);
    let page = desk.page("?contains=A29&service=worker").await;
    let href = page.body.split("href=\"").map(|h| h.split('"').next().unwrap()).find(|h| h.contains("/download")).unwrap();
    let some = desk.admin.page(&href.replace("&#38;", "&")).await;
    assert_eq!(some.body.lines().count(), 11, "{}", some.body);
}
