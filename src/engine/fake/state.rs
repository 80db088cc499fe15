//! Everything that the Swarm in memory knows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::sync::{Notify, broadcast};

use super::service::{FakeService, FakeTask};
use crate::engine::{EngineError, Event, ExecWish, LogLine, Resolved};
use crate::stack::observed::{Config, Millis, Named, Network, Node};

/// Events and log lines that a slow reader may lag behind.
const BACKLOG: usize = 1024;

pub(super) struct State {
    index: u64,
    ids: u64,
    pub(super) nodes: Vec<Node>,
    pub(super) services: BTreeMap<String, FakeService>,
    /// Tasks of removed services that have not stopped yet.
    pub(super) orphans: Vec<FakeTask>,
    pub(super) networks: BTreeMap<String, Network>,
    pub(super) secrets: BTreeMap<String, Named>,
    /// By the secret's name.
    pub(super) secret_data: BTreeMap<String, Vec<u8>>,
    pub(super) configs: BTreeMap<String, Config>,
    /// Volume to stack.
    pub(super) volumes: BTreeMap<String, String>,
    pub(super) images: BTreeMap<String, Option<Resolved>>,
    pub(super) bad_images: BTreeMap<String, String>,
    pub(super) unhealthy: BTreeSet<String>,
    pub(super) failures: BTreeMap<String, VecDeque<EngineError>>,
    pub(super) away: bool,
    /// The container that reads.
    pub(super) container: String,
    /// Services that were sent with credentials.
    pub(super) authorized: usize,
    pub(super) changes: Vec<String>,
    pub(super) events: broadcast::Sender<Event>,
    /// Lines with their service's id.
    pub(super) lines: broadcast::Sender<(String, LogLine)>,
    /// Streams of lines that somebody reads now.
    pub(super) readers: Arc<()>,
    /// Shells that containers have.
    pub(super) shells: Vec<String>,
    /// Programs that were run in containers.
    pub(super) execs: Vec<ExecWish>,
    /// The newest program's number, and what ends those that sleep.
    pub(super) pids: u64,
    pub(super) programs: BTreeMap<u64, Arc<Notify>>,
}

/// What a service's step needs of the world around it.
pub(super) struct World<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) bad_images: &'a BTreeMap<String, String>,
    pub(super) unhealthy: &'a BTreeSet<String>,
    pub(super) ids: &'a mut u64,
    pub(super) index: &'a mut u64,
    pub(super) volumes: &'a mut BTreeMap<String, String>,
    pub(super) lines: &'a broadcast::Sender<(String, LogLine)>,
    pub(super) events: &'a broadcast::Sender<Event>,
    pub(super) at: Millis,
}

impl World<'_> {
    pub(super) fn id(&mut self, kind: &str) -> String {
        *self.ids += 1;
        format!("{kind}{:08}", self.ids)
    }

    pub(super) fn event(&self, kind: &str, action: &str, id: &str) {
        // Nobody may be listening.
        let _ = self.events.send(Event { kind: kind.to_owned(), action: action.to_owned(), id: id.to_owned() });
    }
}

impl State {
    pub(super) fn new() -> Self {
        let node = Node {
            id: "node1".to_owned(),
            hostname: "node1".to_owned(),
            manager: true,
            state: "ready".to_owned(),
            availability: "active".to_owned(),
            labels: BTreeMap::new(),
            engine_version: "20.10.24".to_owned(),
        };
        Self {
            index: 10,
            ids: 0,
            nodes: vec![node],
            services: BTreeMap::new(),
            orphans: Vec::new(),
            networks: BTreeMap::new(),
            secrets: BTreeMap::new(),
            secret_data: BTreeMap::new(),
            configs: BTreeMap::new(),
            volumes: BTreeMap::new(),
            images: BTreeMap::new(),
            bad_images: BTreeMap::new(),
            unhealthy: BTreeSet::new(),
            failures: BTreeMap::new(),
            away: false,
            container: String::new(),
            authorized: 0,
            changes: Vec::new(),
            events: broadcast::channel(BACKLOG).0,
            lines: broadcast::channel(BACKLOG).0,
            readers: Arc::default(),
            shells: vec!["sh".to_owned()],
            execs: Vec::new(),
            pids: 6,
            programs: BTreeMap::new(),
        }
    }

    pub(super) fn id(&mut self, kind: &str) -> String {
        self.ids += 1;
        format!("{kind}{:08}", self.ids)
    }

    /// The version of the change that is being made.
    pub(super) fn version(&mut self) -> u64 {
        self.index += 1;
        self.index
    }

    /// Notes a change and tells the listeners.
    pub(super) fn changed(&mut self, method: &str, name: &str, id: &str) {
        self.changes.push(format!("{method} {name}"));
        if let Some((action, kind)) = method.split_once('_') {
            let _ = self.events.send(Event { kind: kind.to_owned(), action: action.to_owned(), id: id.to_owned() });
        }
    }

    /// Streams end when their sender is gone.
    pub(super) fn go_away(&mut self) {
        self.away = true;
        self.events = broadcast::channel(BACKLOG).0;
        self.lines = broadcast::channel(BACKLOG).0;
    }

    pub(super) fn log(&mut self, service: &str, text: &str, at: Millis) {
        let Some(service) = self.services.values_mut().find(|s| s.service.spec.name == service) else { return };
        let task = service.tasks.iter().rev().find(|t| t.task.state == "running").map(|t| t.task.id.clone()).unwrap_or_default();
        service.write(&task, false, text, at, &self.lines);
    }

    pub(super) fn step(&mut self, at: Millis) {
        let mut services = std::mem::take(&mut self.services);
        let mut world = self.world(at);
        for service in services.values_mut() {
            service.step(&mut world);
        }
        self.services = services;
        // A removed service's tasks are seen stopping once and are gone the time after.
        self.orphans.retain(|t| t.task.desired != "gone");
        for orphan in &mut self.orphans {
            "remove".clone_into(&mut orphan.task.desired);
            if orphan.task.state == "shutdown" {
                "gone".clone_into(&mut orphan.task.desired);
            }
            "shutdown".clone_into(&mut orphan.task.state);
        }
        self.orphans.retain(|t| t.task.desired != "gone");
    }

    pub(super) fn world(&mut self, at: Millis) -> World<'_> {
        World {
            nodes: &self.nodes,
            bad_images: &self.bad_images,
            unhealthy: &self.unhealthy,
            ids: &mut self.ids,
            index: &mut self.index,
            volumes: &mut self.volumes,
            lines: &self.lines,
            events: &self.events,
            at,
        }
    }

    pub(super) fn stamp(at: Millis) -> String {
        jiff::Timestamp::from_millisecond(at).map(|t| format!("{t:.9}")).unwrap_or_default()
    }
}
