//! Services, their tasks and containers.

use super::{Bench, attach, check, labels, replicas};
use crate::engine::{Container, EngineError, NewSecret};
use crate::stack::spec::{
    ConfigRef, ConfigSpec, ContainerSpec, Empty, Limits, Mount, Port, RefFile, ReplicatedJob, SecretRef, ServiceMode, ServiceSpec,
    TaskSpec, UpdateConfig,
};

pub(super) async fn a_new_service_runs_its_tasks(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.mode = replicas(2);
    let (id, warnings) = b.mutate.create_service(&spec, None).await.unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    let tasks = b.running(&id, 2).await;
    let mut slots: Vec<u64> = tasks.iter().map(|t| t.slot).collect();
    slots.sort_unstable();
    assert_eq!(slots, [1, 2]);
    for task in &tasks {
        assert!(task.container.is_some() && !task.node.is_empty() && task.exit_code.is_none(), "{task:?}");
        assert_eq!((task.image.as_str(), task.error.as_str()), (b.image, ""));
    }
    let service = b.service(&id).await;
    assert!(service.version > 0 && !service.has_previous && service.update.is_none(), "{service:?}");
    assert_eq!(service.stack(), Some(stack));
}

pub(super) async fn a_service_name_is_taken_once(b: Bench<'_>, stack: &str) {
    let spec = b.sleeper(stack, "true");
    b.create(&spec).await;
    let again = b.mutate.create_service(&spec, None).await;
    assert!(matches!(&again, Err(EngineError::Conflict(_))), "{again:?}");
}

/// What an update sends back must be what was there, or it would take something away.
pub(super) async fn a_service_is_read_as_it_was_written(b: Bench<'_>, stack: &str) {
    let secret = b.mutate.create_secret(NewSecret::plain(&format!("{stack}_s"), &labels(stack), b"1")).await.unwrap();
    let config = ConfigSpec { name: format!("{stack}_c"), data: b"1".to_vec(), ..ConfigSpec::default() };
    let config_id = b.mutate.create_config(&config).await.unwrap();
    let file = |name: &str| RefFile { name: name.to_owned(), uid: "7".to_owned(), gid: "8".to_owned(), mode: 0o400 };
    let mut spec = b.sleeper(stack, "true");
    let container = &mut spec.task_template.container_spec;
    container.args = vec!["an argument".to_owned()];
    container.env = vec!["A=1".to_owned(), "B=two words".to_owned()];
    container.healthcheck = Some(check("true"));
    "inside".clone_into(&mut container.hostname);
    container.init = Some(true);
    container.stop_grace_period = Some(3_000_000_000);
    container.cap_add = vec!["CAP_NET_ADMIN".to_owned()];
    container.sysctls.insert("net.core.somaxconn".to_owned(), "1024".to_owned());
    container.hosts = vec!["10.1.2.3 elsewhere".to_owned()];
    container.mounts = vec![Mount { kind: "tmpfs".to_owned(), target: "/run".to_owned(), ..Mount::default() }];
    container.secrets = vec![SecretRef { file: file("s"), id: secret, name: format!("{stack}_s") }];
    container.configs = vec![ConfigRef { file: Some(file("/c")), id: config_id, name: config.name, runtime: None }];
    spec.task_template.resources.limits = Some(Limits { memory_bytes: 64 << 20, nano_cpus: 500_000_000, ..Limits::default() });
    spec.task_template.placement.constraints = vec!["node.role==manager".to_owned()];
    let port = Port { protocol: "tcp".to_owned(), target_port: 80, published_port: 30_080, publish_mode: "host".to_owned() };
    spec.endpoint_spec.ports = vec![port];
    spec.update_config = Some(UpdateConfig {
        parallelism: 2,
        delay: 1_000_000_000,
        failure_action: "rollback".to_owned(),
        monitor: 2_000_000_000,
        max_failure_ratio: 0.25,
        order: "start-first".to_owned(),
    });
    let id = b.create(&spec).await;
    let mut read = b.service(&id).await.spec;
    // These the engine fills in where nothing was said.
    spec.endpoint_spec.mode.clone_from(&read.endpoint_spec.mode);
    read.task_template.container_spec.isolation.clone_from(&spec.task_template.container_spec.isolation);
    read.task_template.container_spec.dns_config.clone_from(&spec.task_template.container_spec.dns_config);
    read.task_template.resources.reservations.clone_from(&spec.task_template.resources.reservations);
    read.task_template.restart_policy.clone_from(&spec.task_template.restart_policy);
    assert_eq!(read, spec);
}

pub(super) async fn a_service_without_anything_special_can_be_read(b: Bench<'_>, stack: &str) {
    let container_spec = ContainerSpec { image: b.image.to_owned(), ..ContainerSpec::default() };
    let task_template = TaskSpec { container_spec, ..TaskSpec::default() };
    let spec = ServiceSpec { name: stack.to_owned(), task_template, mode: replicas(0), ..ServiceSpec::default() };
    let id = b.create(&spec).await;
    let service = b.service(&id).await;
    assert_eq!((service.spec.name.as_str(), service.spec.labels.len()), (stack, 0));
    assert_eq!(service.stack(), None);
}

pub(super) async fn a_missing_service_is_not_found(b: Bench<'_>, stack: &str) {
    let removed = b.mutate.remove_service(stack).await;
    assert!(matches!(&removed, Err(EngineError::NotFound { what }) if what.contains("service")), "{removed:?}");
    let updated = b.mutate.update_service(stack, 1, &b.sleeper(stack, "true"), None).await;
    assert!(matches!(&updated, Err(EngineError::NotFound { .. })), "{updated:?}");
}

pub(super) async fn a_service_on_a_missing_network_is_not_made(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    attach(&mut spec, &format!("{stack}_nowhere"));
    let made = b.mutate.create_service(&spec, None).await;
    assert!(matches!(&made, Err(EngineError::NotFound { what }) if what.contains("nowhere")), "{made:?}");
    assert!(b.swarm().await.services.iter().all(|s| s.spec.name != spec.name));
}

pub(super) async fn a_service_with_a_missing_secret_is_refused(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    let file = RefFile { name: "s".to_owned(), uid: "0".to_owned(), gid: "0".to_owned(), mode: 0o444 };
    spec.task_template.container_spec.secrets = vec![SecretRef { file, id: "gone".to_owned(), name: stack.to_owned() }];
    let made = b.mutate.create_service(&spec, None).await;
    assert!(matches!(&made, Err(EngineError::Refused(why)) if why.contains("secret not found") && why.contains(stack)), "{made:?}");
}

pub(super) async fn a_service_without_an_image_is_refused(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.task_template.container_spec.image.clear();
    let made = b.mutate.create_service(&spec, None).await;
    assert!(matches!(&made, Err(EngineError::Refused(why)) if why.contains("image")), "{made:?}");
}

pub(super) async fn a_removed_service_takes_its_tasks_along(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "true")).await;
    b.running(&id, 1).await;
    b.mutate.remove_service(&id).await.unwrap();
    assert!(b.swarm().await.services.iter().all(|s| s.id != id), "the service is gone at once");
    b.until("the end of its tasks", |swarm| swarm.tasks.iter().all(|t| t.service != id).then_some(())).await;
}

pub(super) async fn a_global_service_has_a_task_for_each_node(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.mode = ServiceMode { global: Some(Empty {}), ..ServiceMode::default() };
    let id = b.create(&spec).await;
    let nodes = b.swarm().await.nodes.len();
    let tasks = b.running(&id, nodes).await;
    assert!(tasks.iter().all(|t| t.slot == 0 && !t.node.is_empty()), "{tasks:?}");
    assert_eq!(b.service(&id).await.spec.mode, spec.mode);
}

pub(super) async fn a_job_completes(b: Bench<'_>, stack: &str) {
    let mut spec = b.shell(stack, "exit 0");
    spec.task_template.restart_policy = None;
    let job = ReplicatedJob { max_concurrent: Some(1), total_completions: Some(1) };
    spec.mode = ServiceMode { replicated_job: Some(job), ..ServiceMode::default() };
    let id = b.create(&spec).await;
    let task = b.task(&id, "a completed task", |t| t.state == "complete").await;
    assert_eq!(task.exit_code, Some(0));
    assert!(task.job_iteration.is_some(), "{task:?}");
    assert_eq!(task.job_iteration, b.service(&id).await.job_iteration);
}

pub(super) async fn a_task_without_its_image_says_so(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    b.missing_image.clone_into(&mut spec.task_template.container_spec.image);
    let id = b.create(&spec).await;
    let task = b.task(&id, "a rejected task", |t| t.state == "rejected").await;
    assert!(task.error.contains("No such image"), "{task:?}");
    assert_eq!((task.desired.as_str(), task.container.as_deref()), ("shutdown", None));
}

pub(super) async fn a_task_that_ends_badly_has_its_exit_code(b: Bench<'_>, stack: &str) {
    let mut spec = b.shell(stack, "exit 3");
    "none".clone_into(&mut spec.task_template.restart_policy.as_mut().unwrap().condition);
    let id = b.create(&spec).await;
    let task = b.task(&id, "a failed task", |t| t.state == "failed").await;
    assert_eq!(task.exit_code, Some(3));
    assert!(task.error.contains("non-zero exit (3)"), "{task:?}");
    let tasks = b.swarm().await.tasks.iter().filter(|t| t.service == id).count();
    assert_eq!(tasks, 1, "it is not tried again");
}

pub(super) async fn a_task_that_fits_nowhere_says_so(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.task_template.placement.constraints = vec!["node.labels.absent==yes".to_owned()];
    let id = b.create(&spec).await;
    let task = b.task(&id, "a task that says why it waits", |t| !t.error.is_empty()).await;
    assert_eq!((task.state.as_str(), task.desired.as_str()), ("pending", "running"));
    assert!(task.error.contains("no suitable node"), "{task:?}");
}

pub(super) async fn a_failing_check_ends_the_task(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.task_template.container_spec.healthcheck = Some(check("exit 1"));
    let id = b.create(&spec).await;
    let task = b.task(&id, "a failed task", |t| t.state == "failed").await;
    assert!(task.error.contains("unhealthy container"), "{task:?}");
    b.task(&id, "its successor", |t| t.id != task.id && t.desired == "running").await;
}

pub(super) async fn a_healthy_container_says_so(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    spec.task_template.container_spec.healthcheck = Some(check("exit 0"));
    let id = b.create(&spec).await;
    let task = b.running(&id, 1).await.remove(0);
    let health = b.inspect.health(task.container.as_deref().unwrap()).await.unwrap().expect("it has a check");
    assert_eq!((health.status.as_str(), health.failing_streak), ("healthy", 0));
    assert_eq!(b.inspect.health("0123456789abcdef").await.unwrap(), None);
}

pub(super) async fn containers_of_a_stack_are_listed(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "true")).await;
    let task = b.running(&id, 1).await.remove(0);
    let expected = Container { id: task.container.unwrap(), running: true };
    assert_eq!(b.inspect.containers(stack).await.unwrap(), std::slice::from_ref(&expected));
    assert_eq!(b.inspect.containers("nobody").await.unwrap(), []);
    assert_eq!(b.inspect.container_of(&format!("{stack}_app")).await.unwrap().as_ref(), Some(&expected.id));
    assert_eq!(b.inspect.container_of(stack).await.unwrap(), None);
    let refused = b.mutate.remove_container(&expected.id).await;
    assert!(matches!(&refused, Err(EngineError::Conflict(_))), "what runs is not removed: {refused:?}");
    let missing = b.mutate.remove_container(stack).await;
    assert!(matches!(&missing, Err(EngineError::NotFound { .. })), "{missing:?}");
}
