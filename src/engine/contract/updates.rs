//! From one spec of a service to the next.

use super::{Bench, replicas};
use crate::engine::EngineError;
use crate::stack::observed::Service;
use crate::stack::spec::{Empty, ServiceMode, ServiceSpec, UpdateConfig};

async fn update(b: &Bench<'_>, id: &str, change: impl FnOnce(&mut ServiceSpec)) -> Service {
    let before = b.service(id).await;
    let mut spec = before.spec.clone();
    change(&mut spec);
    b.mutate.update_service(id, before.version, &spec, None).await.expect("the update is taken");
    before
}

async fn status(b: &Bench<'_>, id: &str, state: &str) -> Service {
    b.until(state, |swarm| {
        swarm.services.iter().find(|s| s.id == id && s.update.as_ref().is_some_and(|u| u.state == state)).cloned()
    })
    .await
}

fn fast(failure_action: &str) -> UpdateConfig {
    UpdateConfig { parallelism: 1, monitor: 1_000_000_000, failure_action: failure_action.to_owned(), ..UpdateConfig::default() }
}

/// A busy machine takes its time to start a task that fails; the engine must still be looking.
fn watchful(failure_action: &str) -> UpdateConfig {
    UpdateConfig { monitor: 60_000_000_000, ..fast(failure_action) }
}

pub(super) async fn an_update_from_an_old_version_is_a_conflict(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "true")).await;
    let before = update(&b, &id, |spec| spec.mode = replicas(0)).await;
    let late = b.mutate.update_service(&id, before.version, &before.spec, None).await;
    assert!(matches!(&late, Err(EngineError::Conflict(_))), "{late:?}");
    assert_eq!(b.service(&id).await.spec.mode, replicas(0));
}

pub(super) async fn an_update_replaces_tasks(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.update_config = Some(fast("pause"));
    let id = b.create(&spec).await;
    let old = b.running(&id, 1).await.remove(0);
    let before = update(&b, &id, |spec| spec.task_template.container_spec.env = vec!["NEW=1".to_owned()]).await;
    let after = b.service(&id).await;
    assert!(after.version > before.version && after.has_previous);
    let service = status(&b, &id, "completed").await;
    assert!(service.update.unwrap().message.contains("update completed"));
    let new = b.running(&id, 1).await.remove(0);
    assert!(new.id != old.id && new.slot == old.slot);
    let old = b.task(&id, "the old task's end", |t| t.id == old.id && t.state == "shutdown").await;
    assert!(!old.current && old.desired == "shutdown", "{old:?}");
}

pub(super) async fn an_update_of_labels_keeps_the_tasks(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "true")).await;
    let old = b.running(&id, 1).await.remove(0);
    update(&b, &id, |spec| {
        spec.labels.insert("note".to_owned(), "1".to_owned());
    })
    .await;
    assert_eq!(b.service(&id).await.spec.labels.get("note").map(String::as_str), Some("1"));
    assert_eq!(b.running(&id, 1).await.remove(0).id, old.id);
}

pub(super) async fn a_raised_force_update_replaces_tasks(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.update_config = Some(fast("pause"));
    let id = b.create(&spec).await;
    let old = b.running(&id, 1).await.remove(0);
    update(&b, &id, |spec| spec.task_template.force_update += 1).await;
    status(&b, &id, "completed").await;
    assert_ne!(b.running(&id, 1).await.remove(0).id, old.id);
}

pub(super) async fn a_service_is_scaled_to_none_and_back(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "true")).await;
    b.running(&id, 1).await;
    update(&b, &id, |spec| spec.mode = replicas(0)).await;
    b.until("no task", |swarm| swarm.tasks.iter().all(|t| t.service != id || t.state != "running").then_some(())).await;
    update(&b, &id, |spec| spec.mode = replicas(2)).await;
    b.running(&id, 2).await;
}

pub(super) async fn a_failed_update_pauses(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.update_config = Some(watchful("pause"));
    let id = b.create(&spec).await;
    b.running(&id, 1).await;
    let broken = b.shell(stack, "exit 1").task_template.container_spec.command;
    update(&b, &id, |spec| spec.task_template.container_spec.command.clone_from(&broken)).await;
    let service = status(&b, &id, "paused").await;
    assert_eq!(service.spec.task_template.container_spec.command, broken);
    let message = service.update.unwrap().message;
    assert!(message.contains("update paused due to failure or early termination of task"), "{message}");
}

pub(super) async fn a_failed_update_is_rolled_back(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.update_config = Some(watchful("rollback"));
    spec.rollback_config = Some(fast("pause"));
    let id = b.create(&spec).await;
    b.running(&id, 1).await;
    let broken = b.shell(stack, "exit 1").task_template.container_spec.command;
    update(&b, &id, |spec| spec.task_template.container_spec.command.clone_from(&broken)).await;
    let service = status(&b, &id, "rollback_completed").await;
    assert_eq!(service.spec.task_template.container_spec.command, spec.task_template.container_spec.command);
    assert!(!service.has_previous);
    b.running(&id, 1).await;
}

pub(super) async fn an_update_may_start_first(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.update_config = Some(UpdateConfig { order: "start-first".to_owned(), ..fast("pause") });
    let id = b.create(&spec).await;
    let old = b.running(&id, 1).await.remove(0);
    update(&b, &id, |spec| spec.task_template.force_update += 1).await;
    let mut seen_without = false;
    b.until("the update's end", |swarm| {
        let running = swarm.tasks.iter().any(|t| t.service == id && t.state == "running");
        seen_without |= !running;
        swarm.services.iter().find(|s| s.id == id)?.update.as_ref().filter(|u| u.state == "completed").map(|_| ())
    })
    .await;
    assert!(!seen_without, "one task ran at any time");
    assert_ne!(b.running(&id, 1).await.remove(0).id, old.id);
}

pub(super) async fn a_mode_is_not_changed(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "true")).await;
    let service = b.service(&id).await;
    let spec = ServiceSpec { mode: ServiceMode { global: Some(Empty {}), ..ServiceMode::default() }, ..service.spec };
    let refused = b.mutate.update_service(&id, service.version, &spec, None).await;
    assert!(matches!(&refused, Err(EngineError::Refused(why)) if why.contains("mode")), "{refused:?}");
}
