//! The service that backs volumes up and puts them back: the one thing that is sent to the Swarm and belongs to no app. Its shape is made here and nowhere
//! else, from a few values that are checked, so nothing else can be asked of it.

use std::collections::BTreeMap;

use super::super::names::{StackName, descope};
use super::super::observed::{NAMESPACE_LABEL, Observed};
use super::super::spec::{
    BindOptions, ContainerSpec, Driver, Labels, Limits, Mount, Placement, RefFile, Replicated, Resources, RestartPolicy, SecretRef,
    ServiceMode, ServiceSpec, TaskSpec, TmpfsOptions, VolumeOptions, no_privileges,
};
use super::Refused;

/// The label of a runner's service, secret and of volumes that the Swarm made because they were missing: which run it was.
pub const RUN_LABEL: &str = "canteen.run";
/// Where a runner finds what it is to do.
pub const RUN_SECRET: &str = "/run/secrets/assignment";
/// Where a runner finds its node's engine.
pub const RUN_SOCKET: &str = "/var/run/docker.sock";
/// The program in our image.
pub const RUN_RESTIC: &str = "/usr/bin/restic";
/// In memory: what restic writes for a moment.
pub const RUN_SCRATCH: &str = "/tmp";
/// In memory: the manifest.
const MANIFEST: &str = "/backup";
/// Where volumes lie inside, wherever the node keeps them.
const VOLUMES: &str = "/var/lib/docker/volumes";
const MEMORY: i64 = 1 << 30;
/// Restic ends in order, and the hooks for afterwards run.
const STOP_NS: i64 = 60_000_000_000;

/// What is different from run to run.
#[derive(Clone, Debug)]
pub struct RunnerWish<'a> {
    /// Of the service: letters, digits and dashes.
    pub run: &'a str,
    /// The image that the dashboard itself runs.
    pub image: &'a str,
    /// The node's id.
    pub node: &'a str,
    /// The engine's socket on that node.
    pub socket: &'a str,
    /// Full names.
    pub volumes: &'a [String],
    /// The stack whose volumes are written to; `None` if they are only read.
    pub writes: Option<&'a StackName>,
    /// The folder of the node that the repository lies in, if it is one.
    pub folder: Option<&'a str>,
    /// Id and name of the secret with the assignment.
    pub secret: (&'a str, &'a str),
}

/// Proof that this very service may be sent, with it.
#[derive(Debug)]
pub struct RunnerPass(ServiceSpec);

impl RunnerPass {
    /// What may be sent.
    pub const fn spec(&self) -> &ServiceSpec {
        &self.0
    }
}

/// Lets a runner through for the volumes of this stack.
///
/// # Errors
/// A volume is mounted by no service of the stack, or the repository would lie in one of them.
pub fn admit_runner(wish: &RunnerWish<'_>, stack: &StackName, observed: &Observed) -> Result<RunnerPass, Refused> {
    let mounts = observed.services.iter().flat_map(|service| &service.spec.task_template.container_spec.mounts);
    let held: Vec<&str> = mounts.filter(|m| m.kind == "volume").map(|m| m.source.as_str()).collect();
    let foreign = wish.volumes.iter().find(|volume| !held.contains(&volume.as_str()) && descope(stack, volume).is_none());
    if let Some(volume) = foreign {
        return Err(Refused::Unseen { power: format!("the volume {volume}, which is none of {}", stack.as_str()) });
    }
    Ok(RunnerPass(spec(wish)))
}

fn spec(wish: &RunnerWish<'_>) -> ServiceSpec {
    let labels = Labels::from([(RUN_LABEL.to_owned(), wish.run.to_owned())]);
    let file = RefFile { name: "assignment".to_owned(), uid: "0".to_owned(), gid: "0".to_owned(), mode: 0o400 };
    let container_spec = ContainerSpec {
        image: wish.image.to_owned(),
        labels: labels.clone(),
        args: vec!["backup-runner".to_owned()],
        // restic takes a lock of its own host for one of its own: no two runners share a name.
        hostname: wish.run.to_owned(),
        user: "0:0".to_owned(),
        read_only: true,
        init: Some(true),
        mounts: mounts(wish, &labels),
        stop_grace_period: Some(STOP_NS),
        secrets: vec![SecretRef { file, id: wish.secret.0.to_owned(), name: wish.secret.1.to_owned() }],
        privileges: Some(no_privileges()),
        ..ContainerSpec::default()
    };
    let log = BTreeMap::from([("max-size".to_owned(), "10m".to_owned()), ("max-file".to_owned(), "2".to_owned())]);
    ServiceSpec {
        name: wish.run.to_owned(),
        labels,
        task_template: TaskSpec {
            container_spec,
            resources: Resources { limits: Some(Limits { memory_bytes: MEMORY, ..Limits::default() }), reservations: None },
            restart_policy: Some(RestartPolicy { condition: "none".to_owned(), ..RestartPolicy::default() }),
            placement: Placement { constraints: vec![format!("node.id=={}", wish.node)], ..Placement::default() },
            log_driver: Some(Driver { name: "json-file".to_owned(), options: log }),
            ..TaskSpec::default()
        },
        // No job: an old engine leaves the containers of removed jobs behind, and they hold the volumes.
        mode: ServiceMode { replicated: Some(Replicated { replicas: Some(1) }), ..ServiceMode::default() },
        ..ServiceSpec::default()
    }
}

fn mounts(wish: &RunnerWish<'_>, labels: &Labels) -> Vec<Mount> {
    let bind = |source: &str, target: &str, read_only: bool| Mount {
        kind: "bind".to_owned(),
        source: source.to_owned(),
        target: target.to_owned(),
        read_only,
        bind_options: Some(BindOptions::default()),
        ..Mount::default()
    };
    let memory = |target: &str, bytes: i64| Mount {
        kind: "tmpfs".to_owned(),
        target: target.to_owned(),
        tmpfs_options: Some(TmpfsOptions { size_bytes: bytes }),
        ..Mount::default()
    };
    // One that is missing is made by the Swarm, empty. By the run's label the runner of a backup knows it; one that is to be put back
    // becomes the app's own.
    let labels = match wish.writes {
        Some(stack) => Labels::from([(NAMESPACE_LABEL.to_owned(), stack.as_str().to_owned())]),
        None => labels.clone(),
    };
    let volume = |name: &String| Mount {
        kind: "volume".to_owned(),
        source: name.clone(),
        target: format!("{VOLUMES}/{name}/_data"),
        read_only: wish.writes.is_none(),
        volume_options: Some(VolumeOptions { no_copy: true, labels: labels.clone(), ..VolumeOptions::default() }),
        ..Mount::default()
    };
    let mut all = vec![bind(wish.socket, RUN_SOCKET, false), memory(RUN_SCRATCH, MEMORY / 2), memory(MANIFEST, 1 << 20)];
    all.extend(wish.folder.map(|folder| bind(folder, folder, wish.writes.is_some())));
    all.extend(wish.volumes.iter().map(volume));
    all
}
