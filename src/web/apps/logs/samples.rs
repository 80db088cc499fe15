//! The page of logs with made-up contents.

use super::names::Names;
use super::rows::{Row, row, skipped};
use super::{Asked, Blank, LogsView};
use crate::logs::{Line, Nanos};
use crate::stack::names::StackName;
use crate::stack::observed::{NAMESPACE_LABEL, Node, Observed, Service, Task};
use crate::stack::spec::{Labels, ServiceSpec};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};

impl LogsView {
    pub fn samples() -> Vec<Self> {
        let full = Self {
            shell: Shell::sample("Logs of wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Logs),
            filter: Asked::default(),
            problems: Problems::none(),
            services: vec!["app".to_owned(), "db".to_owned()],
            rows: rows(),
            notes: vec!["The node attic does not answer. What db.1 wrote there is missing until it is back.".to_owned()],
            blank: None,
            older: Some("/apps/wiki.example.org/logs?before=7".to_owned()),
            newest: None,
            download: Some("/apps/wiki.example.org/logs/download".to_owned()),
            here: "/apps/wiki.example.org/logs".to_owned(),
            live: Some("/apps/wiki.example.org/logs/stream?after=0".to_owned()),
        };
        let blank = Blank { title: "Not deployed".to_owned(), text: "Lines stand here once it is deployed.".to_owned() };
        let fresh = Self {
            app: AppHeader::sample_not_deployed(Tab::Logs),
            services: vec![],
            rows: vec![],
            notes: vec![],
            blank: Some(blank),
            older: None,
            download: None,
            live: None,
            ..full.clone()
        };
        let mut problems = Problems::none();
        problems.add("since", "“soon” is no time. Write how long ago, such as 15m, 2h or 3d, or 2026-11-22T10:00");
        let filter = Asked {
            service: "app".to_owned(),
            since: "soon".to_owned(),
            until: "1m".to_owned(),
            contains: "\"Ana\"".to_owned(),
            stderr: true,
            before: Some(7),
        };
        let newest = Some("/apps/wiki.example.org/logs".to_owned());
        let wrong = Self { filter, problems, rows: vec![], notes: vec![], older: None, newest, live: None, ..full.clone() };
        vec![full, fresh, wrong]
    }
}

fn rows() -> Vec<Row> {
    let noon: Nanos = 1_795_348_800_000_000_000;
    let label = |stack: &str| Labels::from([(NAMESPACE_LABEL.to_owned(), stack.to_owned())]);
    let spec = ServiceSpec { name: "wiki_app".to_owned(), labels: label("wiki"), ..ServiceSpec::default() };
    let observed = Observed {
        nodes: vec![Node { id: "n1".to_owned(), hostname: "cellar".to_owned(), ..Node::default() }],
        services: vec![Service { id: "s1".to_owned(), spec, ..Service::default() }],
        tasks: vec![Task { id: "t1".to_owned(), slot: 1, ..Task::default() }],
        ..Observed::default()
    };
    let Ok(stack) = StackName::parse("wiki") else { return vec![] };
    let names = Names::of(&observed, &stack);
    let line = |second: Nanos, stderr, text: &str, cut| Line {
        at: noon + second * 1_000_000_000,
        service: "s1".to_owned(),
        task: "t1".to_owned(),
        node: "n1".to_owned(),
        stderr,
        text: text.to_owned(),
        cut,
    };
    let lines = [
        line(0, false, "listening on <b>no space</b> :80", false),
        line(1, false, "\u{1b}[32mINFO\u{1b}[0m GET /?q=<script>alert(1)</script> 200", false),
        line(2, true, "\u{1b}[1;31mERROR\u{1b}[0m user \u{202e}exe.gnp\u{202c} at 10%\r20%", false),
        line(3, true, &"x".repeat(600), true),
    ];
    lines.iter().map(|line| row(line, line.stderr, &names)).chain([skipped(5_210)]).collect()
}
