//! What a backup of a whole stack would hold.

use std::collections::BTreeMap;

use super::consistency::Consistency;
use super::database::{Database, database, is_cache};
use super::fault::{Fault, FaultKind};
use super::hook::{Hook, Moment};
use super::labels::{Labels, paths_label, volume_label};
use super::service::{Origin, Service};

/// What the labels of all services come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Services that ask for a backup of the stack, by their short names. Without any, nothing is taken.
    pub asking: Vec<String>,
    /// Every volume that some service mounts, by name.
    pub volumes: Vec<Volume>,
    /// Folders of nodes that services write to, with the service first. No backup holds them.
    pub folders: Vec<(String, String)>,
    /// In the order in which they run: by moment, then by service.
    pub hooks: Vec<Hook>,
    /// Labels that can't be followed.
    pub faults: Vec<Fault>,
}

/// A volume, and how much of it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The name in the compose file.
    pub name: String,
    /// The name on the Swarm.
    pub full: String,
    /// Short names of the services that mount it.
    pub services: Vec<String>,
    pub share: Share,
    /// The database whose files it holds, with the service that is it.
    pub database: Option<(String, Database)>,
    /// Only caches, or services that call it one, keep anything there.
    pub cache: bool,
    /// Some service that mounts it has a hook before backups.
    pub hooked: bool,
}

/// How much of a volume is in a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Share {
    Whole,
    /// These only, relative to the volume's top.
    Paths(Vec<String>),
    LeftOut(LeftOut),
}

/// Why a volume is in no backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// No service asks for a backup.
    NobodyAsks,
    /// The service of this short name has a label that says so.
    ByLabel(String),
}

impl Volume {
    /// Whether anything of it is in a backup.
    pub const fn is_taken(&self) -> bool {
        !matches!(self.share, Share::LeftOut(_))
    }

    /// What its files are like in a backup; `None` if there are none. `stopped` says that the services are stopped meanwhile.
    pub const fn consistency(&self, stopped: bool) -> Option<Consistency> {
        match self.share {
            Share::LeftOut(_) => None,
            Share::Paths(_) if self.hooked => Some(Consistency::Dump),
            _ if stopped => Some(Consistency::Stopped),
            _ => Some(Consistency::Live),
        }
    }
}

impl Contents {
    /// Reads what all services of a stack say. The default is everything: once a service asks, each volume is taken whole unless a
    /// label of any service says otherwise.
    pub fn of(services: &[Service]) -> Self {
        let labels: Vec<(&Service, Labels)> = services.iter().map(|service| (service, Labels::of(service))).collect();
        let asking = labels.iter().filter(|(_, labels)| labels.asks == Some(true)).map(|(service, _)| service.name.clone());
        let mut contents = Self { asking: asking.collect(), ..Self::default() };
        contents.asking.sort();
        let hooked = |service: &Service| {
            labels.iter().any(|(s, l)| s.name == service.name && l.hooks.iter().any(|h| h.moment == Moment::BeforeBackup))
        };
        let mut volumes = mounted(services);
        for volume in volumes.values_mut() {
            volume.hooked = services.iter().any(|service| service.mounts(&volume.name) && hooked(service));
            volume.share = share(volume, &labels, &contents.asking, &mut contents.faults);
        }
        for (service, labels) in labels {
            let known = |name: &str| volumes.values().any(|volume| volume.is_called(name));
            let unknown = |name: &String, label: String| {
                (!known(name)).then(|| Fault::of(service, &label, FaultKind::NoSuchVolume(name.clone())))
            };
            contents.faults.extend(labels.volumes.keys().filter_map(|name| unknown(name, volume_label(name))));
            contents.faults.extend(labels.paths.keys().filter_map(|name| unknown(name, paths_label(name))));
            contents.faults.extend(labels.faults);
            contents.hooks.extend(labels.hooks);
            contents.folders.extend(folders(service));
        }
        contents.volumes = volumes.into_values().collect();
        contents.hooks.sort();
        contents.faults.sort();
        contents.faults.dedup();
        contents.folders.sort();
        contents.folders.dedup();
        contents
    }

    /// What the whole is like: as good as the least that has to fit together. That is the files of databases if there are any, else
    /// those of all volumes. `None` if nothing is taken.
    pub fn consistency(&self, stopped: bool) -> Option<Consistency> {
        let of = |databases: bool| {
            let volumes = self.volumes.iter().filter(move |volume| !databases || volume.database.is_some());
            volumes.filter_map(|volume| volume.consistency(stopped)).max()
        };
        of(true).or_else(|| of(false))
    }

    /// The hooks of a moment, in order.
    pub fn hooks_at(&self, moment: Moment) -> impl Iterator<Item = &Hook> {
        self.hooks.iter().filter(move |hook| hook.moment == moment)
    }
}

impl Volume {
    /// A label may have either name: of what is deployed, the one in the compose file is not always known.
    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.full == name
    }
}

fn mounted(services: &[Service]) -> BTreeMap<String, Volume> {
    let mut found: BTreeMap<String, Volume> = BTreeMap::new();
    for service in services {
        let of_database = database(service);
        for mount in &service.mounts {
            let Origin::Volume { name, full } = &mount.origin else { continue };
            let volume = found.entry(name.clone()).or_insert_with(|| Volume {
                name: name.clone(),
                full: full.clone(),
                services: Vec::new(),
                share: Share::Whole,
                database: None,
                cache: true,
                hooked: false,
            });
            volume.cache &= is_cache(service) || sounds_like_cache(name);
            if !volume.services.contains(&service.name) {
                volume.services.push(service.name.clone());
            }
            let files_of = of_database.as_ref().filter(|(_, holds)| holds.contains(&name.as_str()));
            if let (None, Some((kind, _))) = (&volume.database, files_of) {
                volume.database = Some((service.name.clone(), *kind));
            }
        }
    }
    for volume in found.values_mut() {
        volume.services.sort();
    }
    found
}

fn sounds_like_cache(volume: &str) -> bool {
    let lower = volume.to_ascii_lowercase();
    lower.split(['-', '_', '.']).any(|word| matches!(word, "cache" | "caches" | "tmp" | "temp" | "socket" | "sockets" | "run"))
}

fn share(volume: &Volume, labels: &[(&Service, Labels)], asking: &[String], faults: &mut Vec<Fault>) -> Share {
    let mut paths = Vec::new();
    let mut out: Option<&Service> = None;
    for (service, labels) in labels {
        let named = |name: &&String| volume.is_called(name);
        paths.extend(labels.paths.iter().filter(|(name, _)| named(name)).flat_map(|(_, paths)| paths.iter().cloned()));
        if labels.volumes.iter().any(|(name, taken)| named(&name) && !taken) {
            out = out.or(Some(service));
        }
    }
    paths.sort();
    paths.dedup();
    if let Some(service) = out {
        if !paths.is_empty() {
            faults.push(Fault::of(service, &volume_label(&volume.name), FaultKind::LeftOutAndTaken));
        }
        return Share::LeftOut(LeftOut::ByLabel(service.name.clone()));
    }
    match (asking, paths.as_slice()) {
        ([], _) => Share::LeftOut(LeftOut::NobodyAsks),
        (_, []) => Share::Whole,
        _ => Share::Paths(paths),
    }
}

/// Folders of the node that may hold what the app keeps: not those of the system, nor sockets.
fn folders(service: &Service) -> impl Iterator<Item = (String, String)> {
    const SYSTEM: [&str; 6] = ["/dev", "/etc", "/proc", "/run", "/sys", "/var/run"];
    let of_system = |path: &str| {
        let inside = |top: &&str| path.strip_prefix(*top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        SYSTEM.iter().any(inside)
    };
    service.mounts.iter().filter(|mount| !mount.read_only).filter_map(move |mount| match &mount.origin {
        Origin::Folder(path) if !of_system(path) => Some((service.name.clone(), path.clone())),
        _ => None,
    })
}
