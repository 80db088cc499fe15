//! A real engine does what the Swarm in memory does.

use std::time::Duration;

use canteen::engine::contract::{self, Bench};
use canteen::engine::docker::DockerEngine;
use canteen::engine::{EngineError, Inspect as _};

use crate::harness::{Engine, Registry};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_engine_does_what_every_engine_does() {
    let engine = DockerEngine::connect(&Engine::start().host).expect("an address");
    let registry = Registry::start();
    let (image, missing_image) = (registry.busybox("bb:1"), registry.name("missing:1"));
    let pace = Duration::from_millis(200);
    let bench = Bench { inspect: &engine, mutate: &engine, image: &image, missing_image: &missing_image, pace, patience: 450 };
    contract::run(bench).await;
}

#[tokio::test]
async fn a_dead_socket_is_unreachable_at_once() {
    let folder = Engine::start();
    let engine = DockerEngine::connect(&format!("{}.none", folder.host)).expect("an address");
    let begun = std::time::Instant::now();
    let answer = engine.swarm().await;
    assert!(matches!(answer, Err(EngineError::Unreachable(_))), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_engine_that_never_answers_is_unreachable_within_five_seconds() {
    // The system accepts the connection; nobody reads it.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let engine = DockerEngine::connect(&format!("tcp://{address}")).expect("an address");
    let begun = std::time::Instant::now();
    let answer = engine.info().await;
    assert!(matches!(answer, Err(EngineError::Unreachable(_))), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}
