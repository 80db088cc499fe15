//! A full Swarm at once, for benchmarks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::service::{FakeService, FakeTask};
use super::state::State;
use crate::stack::observed::{Config, Millis, NAMESPACE_LABEL, Named, Network, Service, Task};
use crate::stack::spec::{Labels, Replicated, ServiceMode, ServiceSpec};

pub(super) fn fill(state: &mut State, stacks: usize, services: usize, tasks: usize, at: Millis) {
    for stack in 0..stacks {
        objects(state, &format!("app{stack}"), at);
    }
    for number in 0..services {
        let stack = format!("app{}", number % stacks.max(1));
        // The remainder goes to the first services, one task each.
        let replicas = tasks / services + usize::from(number < tasks % services);
        service(state, &stack, number / stacks.max(1), replicas, at);
    }
}

fn labels(stack: &str) -> Labels {
    BTreeMap::from([(NAMESPACE_LABEL.to_owned(), stack.to_owned())])
}

fn objects(state: &mut State, stack: &str, at: Millis) {
    let (network, secret, config) = (state.id("network"), state.id("secret"), state.id("config"));
    let version = state.version();
    let name = format!("{stack}_default");
    let (scope, driver) = ("swarm".to_owned(), "overlay".to_owned());
    state.networks.insert(network.clone(), Network { id: network, name, scope, driver, labels: labels(stack) });
    let name = format!("{stack}_password_v1");
    state.secret_data.insert(name.clone(), b"seeded".to_vec());
    state.secrets.insert(secret.clone(), Named { id: secret, name, version, labels: labels(stack), created: at });
    let name = format!("{stack}_entrypoint_v1");
    let (data, templating) = (b"#!/bin/sh\n".to_vec(), None);
    let config = Config { id: config, name, version, labels: labels(stack), data, templating, created: at };
    state.configs.insert(config.id.clone(), config);
}

fn service(state: &mut State, stack: &str, number: usize, replicas: usize, at: Millis) {
    let mut spec = ServiceSpec { name: format!("{stack}_s{number}"), labels: labels(stack), ..ServiceSpec::default() };
    spec.mode = ServiceMode { replicated: Some(Replicated { replicas: Some(replicas as u64) }), ..ServiceMode::default() };
    "registry.example/app:1.0.0".clone_into(&mut spec.task_template.container_spec.image);
    spec.task_template.container_spec.labels = labels(stack);
    let ran = Arc::new(spec.task_template.clone());
    let (id, version) = (state.id("service"), state.version());
    let node = state.nodes.first().map(|n| n.id.clone()).unwrap_or_default();
    let mut fake = FakeService::new(Service { id: id.clone(), version, spec, created: at, updated: at, ..Service::default() });
    for slot in 1..=replicas as u64 {
        let task = Task {
            id: state.id("task"),
            service: id.clone(),
            slot,
            node: node.clone(),
            state: "running".to_owned(),
            desired: "running".to_owned(),
            message: "started".to_owned(),
            container: Some(state.id("container")),
            image: ran.container_spec.image.clone(),
            current: true,
            created: at,
            updated: at,
            ..Task::default()
        };
        fake.tasks.push(FakeTask { task, ran: Arc::clone(&ran), seen_running: 2 });
    }
    state.services.insert(id, fake);
}
