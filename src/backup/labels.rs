//! The labels of one service.

use std::collections::BTreeMap;

use super::fault::{Fault, FaultKind};
use super::hook::{Hook, Moment};
use super::service::Service;

const PREFIX: &str = "backupbot.";
/// Asks for a backup of the whole stack.
pub(super) const ASKS: &str = "backupbot.backup";
const VOLUMES: &str = "backupbot.backup.volumes.";
/// Of times before there was a specification. Nothing reads them any more.
const OLD: [&str; 3] = ["backupbot.backup.path", "backupbot.backup.command", "backupbot.restore"];

/// What one service says about backups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Whether it asks for a backup of the stack; `None` where it says nothing.
    pub asks: Option<bool>,
    /// By the volume's short name, whether it is taken.
    pub volumes: BTreeMap<String, bool>,
    /// By the volume's short name, the paths that alone are taken: relative to its top, without `.` and `..`.
    pub paths: BTreeMap<String, Vec<String>>,
    /// In the order of time.
    pub hooks: Vec<Hook>,
    /// What can't be followed.
    pub faults: Vec<Fault>,
}

impl Labels {
    /// Reads the labels of a service. Each one that can't be followed is a fault, and the others still count.
    pub fn of(service: &Service) -> Self {
        let mut labels = Self::default();
        for (key, value) in &service.labels {
            let read = labels.read(service, key, value.trim());
            labels.faults.extend(read.into_iter().map(|kind| Fault::of(service, key, kind)));
        }
        let lost = service.container_labels.iter().filter(|key| key.starts_with(PREFIX));
        labels.faults.extend(lost.map(|key| Fault::of(service, key, FaultKind::OnContainers)));
        labels.hooks.sort();
        labels
    }

    fn read(&mut self, service: &Service, key: &str, value: &str) -> Vec<FaultKind> {
        if !key.starts_with(PREFIX) {
            return Vec::new();
        }
        if key == ASKS {
            let (asks, fault) = boolean(value);
            self.asks = Some(asks);
            return fault.into_iter().collect();
        }
        if let Some(moment) = Moment::ALL.into_iter().find(|moment| moment.label() == key) {
            if value.is_empty() {
                return vec![FaultKind::EmptyHook];
            }
            self.hooks.push(Hook { moment, service: service.name.clone(), command: value.to_owned() });
            return Vec::new();
        }
        match key.strip_prefix(VOLUMES).map(|rest| (rest, rest.strip_suffix(".path"))) {
            Some(("" | ".path", _)) | None if OLD.contains(&key) => vec![FaultKind::Old],
            Some(("" | ".path", _)) | None => vec![FaultKind::Unknown],
            Some((_, Some(volume))) => {
                let (paths, mut faults) = paths(value);
                if paths.is_empty() && faults.is_empty() {
                    faults.push(FaultKind::NoPath);
                }
                if !paths.is_empty() {
                    self.paths.insert(volume.to_owned(), paths);
                }
                faults
            }
            Some((volume, None)) => {
                let (taken, fault) = boolean(value);
                self.volumes.insert(volume.to_owned(), taken);
                fault.into_iter().collect()
            }
        }
    }
}

impl Fault {
    pub(super) fn of(service: &Service, label: &str, kind: FaultKind) -> Self {
        Self { service: service.name.clone(), label: label.to_owned(), kind }
    }
}

/// The label that names the paths of a volume.
pub(super) fn paths_label(volume: &str) -> String {
    format!("{VOLUMES}{volume}.path")
}

/// The label that takes a volume or leaves it out.
pub(super) fn volume_label(volume: &str) -> String {
    format!("{VOLUMES}{volume}")
}

/// The specification knows `true` and `false`; the others are what people write into settings.
fn boolean(value: &str) -> (bool, Option<FaultKind>) {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => (true, None),
        "false" | "no" | "off" | "0" | "" => (false, None),
        _ => (true, Some(FaultKind::NotABoolean(value.to_owned()))),
    }
}

/// The paths of a comma list that can be followed, and what is wrong with the others.
fn paths(value: &str) -> (Vec<String>, Vec<FaultKind>) {
    let (mut good, mut faults) = (Vec::new(), Vec::new());
    for path in value.split(',').map(str::trim).filter(|path| !path.is_empty()) {
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        if path.starts_with('/') {
            faults.push(FaultKind::Absolute(path.to_owned()));
        } else if parts.contains(&"..") {
            faults.push(FaultKind::Outside(path.to_owned()));
        } else if parts.is_empty() {
            faults.push(FaultKind::Everything(path.to_owned()));
        } else {
            good.push(parts.join("/"));
        }
    }
    good.sort();
    good.dedup();
    (good, faults)
}
