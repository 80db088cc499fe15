//! Networks, configs, secrets, volumes, images.

use super::{Bench, attach, labels, overlay};
use crate::engine::{EngineError, Lookup, NewSecret, RegistryAuth};
use crate::stack::observed::Swarm;
use crate::stack::spec::{ConfigRef, ConfigSpec, Mount, RefFile, SecretRef, VolumeOptions};

pub(super) async fn the_engine_is_a_manager_with_a_ready_node(b: Bench<'_>, _stack: &str) {
    let info = b.inspect.info().await.unwrap();
    assert!(info.is_manager && info.swarm_state == "active", "{info:?}");
    assert!(!info.version.is_empty() && !info.api_version.is_empty() && !info.swarm_id.is_empty(), "{info:?}");
    let swarm = b.swarm().await;
    let node = swarm.nodes.iter().find(|n| n.id == info.node_id).expect("our node is listed");
    assert!(node.manager && node.state == "ready" && node.availability == "active", "{node:?}");
}

pub(super) async fn a_created_network_is_listed(b: Bench<'_>, stack: &str) {
    let id = b.network(stack).await;
    assert!(b.swarm().await.networks.iter().any(|n| n.id == id && n.scope == "swarm"), "it is listed at once");
    // Its driver shows only when the Swarm has given it a subnet, a moment later.
    let with_driver = |swarm: &Swarm| swarm.networks.iter().find(|n| n.id == id && !n.driver.is_empty()).cloned();
    let network = b.until("the network's driver", with_driver).await;
    assert_eq!(network.name, format!("{stack}_default"));
    assert_eq!((network.scope.as_str(), network.driver.as_str()), ("swarm", "overlay"));
    assert_eq!(network.labels, labels(stack));
    b.mutate.remove_network(&id).await.unwrap();
    b.until("the network's end", |swarm| swarm.networks.iter().all(|n| n.id != id).then_some(())).await;
}

pub(super) async fn a_network_name_is_taken_once(b: Bench<'_>, stack: &str) {
    b.network(stack).await;
    let again = b.mutate.create_network(&overlay(stack)).await;
    assert!(matches!(&again, Err(EngineError::Conflict(why)) if why.contains(stack)), "{again:?}");
}

pub(super) async fn a_network_in_use_stays(b: Bench<'_>, stack: &str) {
    let network = b.network(stack).await;
    let mut spec = b.sleeper(stack, "true");
    attach(&mut spec, &format!("{stack}_default"));
    let service = b.create(&spec).await;
    b.running(&service, 1).await;
    assert_eq!(b.service(&service).await.spec.task_template.networks[0].target, network, "the engine reports the id");
    let refused = b.mutate.remove_network(&network).await;
    assert!(matches!(&refused, Err(EngineError::Conflict(why)) if why.contains("in use")), "{refused:?}");
    b.mutate.remove_service(&service).await.unwrap();
    b.until("the end of the service's tasks", |swarm| swarm.tasks.iter().all(|t| t.service != service).then_some(())).await;
    b.mutate.remove_network(&network).await.unwrap();
}

pub(super) async fn a_missing_network_is_not_found(b: Bench<'_>, stack: &str) {
    let removed = b.mutate.remove_network(stack).await;
    assert!(matches!(&removed, Err(EngineError::NotFound { what }) if what.contains(stack)), "{removed:?}");
}

fn config(stack: &str, name: &str, data: &[u8]) -> ConfigSpec {
    ConfigSpec { name: format!("{stack}_{name}"), labels: labels(stack), data: data.to_vec(), ..ConfigSpec::default() }
}

pub(super) async fn a_config_is_read_back_byte_by_byte(b: Bench<'_>, stack: &str) {
    let data: Vec<u8> = (0..=255).collect();
    let mut spec = config(stack, "c", &data);
    spec.templating = Some(crate::stack::spec::Driver { name: "golang".to_owned(), ..Default::default() });
    let id = b.mutate.create_config(&spec).await.unwrap();
    let found = b.inspect.config(&spec.name).await.unwrap().expect("the config is there");
    assert_eq!((found.id.as_str(), found.data, found.templating.as_deref()), (id.as_str(), data, Some("golang")));
    assert!(found.version > 0);
    let swarm = b.swarm().await;
    let listed = swarm.configs.iter().find(|c| c.id == id).expect("the config is listed");
    assert_eq!((&listed.name, &listed.labels), (&spec.name, &labels(stack)));
    b.mutate.remove_config(&id).await.unwrap();
    assert_eq!(b.inspect.config(&spec.name).await.unwrap(), None);
}

pub(super) async fn a_config_is_found_by_its_whole_name(b: Bench<'_>, stack: &str) {
    b.mutate.create_config(&config(stack, "longer", b"1")).await.unwrap();
    assert_eq!(b.inspect.config(&format!("{stack}_long")).await.unwrap(), None);
    assert!(b.inspect.config(&format!("{stack}_longer")).await.unwrap().is_some());
}

pub(super) async fn a_config_name_is_taken_once(b: Bench<'_>, stack: &str) {
    let spec = config(stack, "c", b"1");
    b.mutate.create_config(&spec).await.unwrap();
    let again = b.mutate.create_config(&spec).await;
    assert!(matches!(&again, Err(EngineError::Conflict(_))), "{again:?}");
}

pub(super) async fn a_config_in_use_stays(b: Bench<'_>, stack: &str) {
    let config = config(stack, "c", b"1");
    let id = b.mutate.create_config(&config).await.unwrap();
    let mut spec = b.sleeper(stack, "true");
    let file = Some(RefFile { name: "/c".to_owned(), uid: "0".to_owned(), gid: "0".to_owned(), mode: 0o444 });
    spec.task_template.container_spec.configs = vec![ConfigRef { file, id: id.clone(), name: config.name, runtime: None }];
    let service = b.create(&spec).await;
    let refused = b.mutate.remove_config(&id).await;
    assert!(matches!(&refused, Err(EngineError::Conflict(why)) if why.contains("in use")), "{refused:?}");
    b.mutate.remove_service(&service).await.unwrap();
    b.mutate.remove_config(&id).await.unwrap();
}

pub(super) async fn a_missing_config_is_not_found(b: Bench<'_>, stack: &str) {
    let removed = b.mutate.remove_config(stack).await;
    assert!(matches!(&removed, Err(EngineError::NotFound { what }) if what.contains(stack)), "{removed:?}");
}

pub(super) async fn a_secret_is_listed(b: Bench<'_>, stack: &str) {
    let name = format!("{stack}_s");
    let id = b.mutate.create_secret(NewSecret::plain(&name, &labels(stack), b"hush")).await.unwrap();
    let swarm = b.swarm().await;
    let secret = swarm.secrets.iter().find(|s| s.id == id).expect("the secret is listed");
    assert_eq!((&secret.name, &secret.labels), (&name, &labels(stack)));
    assert!(secret.version > 0 && secret.created > 0);
    b.mutate.remove_secret(&id).await.unwrap();
    assert!(b.swarm().await.secrets.iter().all(|s| s.id != id));
}

pub(super) async fn a_secret_name_is_taken_once(b: Bench<'_>, stack: &str) {
    b.mutate.create_secret(NewSecret::plain(stack, &labels(stack), b"1")).await.unwrap();
    let again = b.mutate.create_secret(NewSecret::plain(stack, &labels(stack), b"2")).await;
    assert!(matches!(&again, Err(EngineError::Conflict(_))), "{again:?}");
}

pub(super) async fn a_secret_in_use_stays(b: Bench<'_>, stack: &str) {
    let id = b.mutate.create_secret(NewSecret::plain(stack, &labels(stack), b"1")).await.unwrap();
    let mut spec = b.sleeper(stack, "true");
    let file = RefFile { name: "s".to_owned(), uid: "0".to_owned(), gid: "0".to_owned(), mode: 0o444 };
    spec.task_template.container_spec.secrets = vec![SecretRef { file, id: id.clone(), name: stack.to_owned() }];
    let service = b.create(&spec).await;
    let refused = b.mutate.remove_secret(&id).await;
    assert!(matches!(&refused, Err(EngineError::Conflict(why)) if why.contains("in use")), "{refused:?}");
    b.mutate.remove_service(&service).await.unwrap();
    b.mutate.remove_secret(&id).await.unwrap();
}

pub(super) async fn an_empty_secret_is_refused(b: Bench<'_>, stack: &str) {
    let made = b.mutate.create_secret(NewSecret::plain(stack, &labels(stack), b"")).await;
    assert!(matches!(&made, Err(EngineError::Refused(_))), "{made:?}");
}

pub(super) async fn only_the_labels_of_a_secret_change(b: Bench<'_>, stack: &str) {
    let id = b.mutate.create_secret(NewSecret::plain(stack, &labels(stack), b"1")).await.unwrap();
    let there = b.inspect.secret(stack).await.unwrap().expect("the secret is found by its name");
    let mut more = labels(stack);
    more.insert("more".to_owned(), "yes".to_owned());
    let other = b.mutate.update_secret(&id, there.version, NewSecret::plain(stack, &more, b"2")).await;
    assert!(matches!(&other, Err(EngineError::Refused(why)) if why.contains("only updates to Labels")), "{other:?}");
    b.mutate.update_secret(&id, there.version, NewSecret::plain(stack, &more, b"1")).await.unwrap();
    let late = b.mutate.update_secret(&id, there.version, NewSecret::plain(stack, &labels(stack), b"1")).await;
    assert!(matches!(&late, Err(EngineError::Conflict(_))), "{late:?}");
    assert_eq!(b.inspect.secret(stack).await.unwrap().map(|s| s.labels), Some(more));
    assert_eq!(b.inspect.secret(&format!("{stack}x")).await.unwrap(), None);
}

pub(super) async fn only_the_labels_of_a_config_change(b: Bench<'_>, stack: &str) {
    let mut spec = ConfigSpec { name: stack.to_owned(), labels: labels(stack), data: b"1".to_vec(), templating: None };
    let id = b.mutate.create_config(&spec).await.unwrap();
    let version = b.inspect.config(stack).await.unwrap().expect("the config is found by its name").version;
    spec.labels.insert("more".to_owned(), "yes".to_owned());
    let other = b.mutate.update_config(&id, version, &ConfigSpec { data: b"2".to_vec(), ..spec.clone() }).await;
    assert!(matches!(&other, Err(EngineError::Refused(why)) if why.contains("only updates to Labels")), "{other:?}");
    b.mutate.update_config(&id, version, &spec).await.unwrap();
    assert_eq!(b.inspect.config(stack).await.unwrap().map(|c| c.labels), Some(spec.labels));
}

pub(super) async fn a_network_is_found_by_its_whole_name(b: Bench<'_>, stack: &str) {
    let id = b.network(stack).await;
    let name = format!("{stack}_default");
    assert_eq!(b.inspect.network(&name).await.unwrap().map(|n| n.id), Some(id));
    assert_eq!(b.inspect.network(&format!("{stack}_defaul")).await.unwrap(), None);
}

pub(super) async fn a_missing_secret_is_not_found(b: Bench<'_>, stack: &str) {
    let removed = b.mutate.remove_secret(stack).await;
    assert!(matches!(&removed, Err(EngineError::NotFound { what }) if what.contains(stack)), "{removed:?}");
}

pub(super) async fn volumes_of_a_stack_are_listed(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    let options = VolumeOptions { labels: labels(stack), ..VolumeOptions::default() };
    let (kind, source, target) = ("volume".to_owned(), format!("{stack}_data"), "/data".to_owned());
    spec.task_template.container_spec.mounts =
        vec![Mount { kind, source: source.clone(), target, volume_options: Some(options), ..Mount::default() }];
    let service = b.create(&spec).await;
    b.running(&service, 1).await;
    assert_eq!(b.inspect.volume_labels(&source).await.unwrap(), Some(labels(stack)));
    assert_eq!(b.inspect.volume_labels(&format!("{source}2")).await.unwrap(), None);
    assert_eq!(b.inspect.volumes(stack).await.unwrap(), [source]);
    assert_eq!(b.inspect.volumes("nobody").await.unwrap(), Vec::<String>::new());
}

pub(super) async fn a_volume_goes_once_nothing_holds_it(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "true");
    let options = VolumeOptions { labels: labels(stack), ..VolumeOptions::default() };
    let (kind, source, target) = ("volume".to_owned(), format!("{stack}_data"), "/data".to_owned());
    spec.task_template.container_spec.mounts =
        vec![Mount { kind, source: source.clone(), target, volume_options: Some(options), ..Mount::default() }];
    let service = b.create(&spec).await;
    b.running(&service, 1).await;
    let held = b.mutate.remove_volume(&source).await;
    assert!(matches!(&held, Err(EngineError::Conflict(why)) if why.contains("in use")), "{held:?}");
    b.mutate.remove_service(&service).await.unwrap();
    for _ in 0..b.patience {
        b.inspect.swarm().await.expect("a reading");
        if b.mutate.remove_volume(&source).await.is_ok() {
            break;
        }
        tokio::time::sleep(b.pace).await;
    }
    assert_eq!(b.inspect.volumes(stack).await.unwrap(), Vec::<String>::new());
    assert!(matches!(b.mutate.remove_volume(&source).await, Err(EngineError::NotFound { .. })));
}

pub(super) async fn a_known_image_has_a_digest(b: Bench<'_>, _stack: &str) {
    let Lookup::Found(known) = b.inspect.resolve_image(b.image, None).await.unwrap() else {
        panic!("the registry knows the image");
    };
    assert!(known.digest.starts_with("sha256:") && known.digest.len() == 71, "{known:?}");
    assert_eq!(known.platforms[0].os, "linux");
    let missing = b.inspect.resolve_image(b.missing_image, Some(&RegistryAuth::none())).await.unwrap();
    assert!(matches!(&missing, Lookup::Failed(why) if why.contains("has no such image")), "{missing:?}");
}
