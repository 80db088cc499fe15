//! Folders, volumes and other storage that a service mounts.

use super::super::spec::{Driver, Mount};
use super::folders::{clean, kind};
use super::table::Kind;
use super::template::is_about_the_task;
use super::{Asks, Look};

/// Options of a local volume in memory that reach nothing.
const IN_MEMORY: &[&str] = &["size", "uid", "gid", "mode", "nr_inodes", "noexec", "nosuid", "nodev", "noatime"];
/// Types of storage on the network; their devices look like paths.
const NETWORK: &[&str] = &["cifs", "smb3", "nfs", "nfs4"];

pub(super) fn asks(look: &Look<'_>, mount: &Mount, asks: &mut Asks<'_>) {
    let path = format!("volumes.{}", mount.target);
    match mount.kind.trim().to_lowercase().as_str() {
        "bind" => folder(mount, &path, asks),
        "volume" | "" => volume(look, mount, &path, asks),
        // What an image holds is as harmless as running it.
        "tmpfs" | "image" => {}
        "npipe" => asks.ask(kind(&mount.source, false), &path, &mount.source, format!("mounts the pipe {}", mount.source)),
        "cluster" => {
            asks.ask(Kind::Storage, &path, &mount.source, format!("mounts the cluster volume {}", mount.source));
            if mount.cluster_options.as_ref().is_some_and(|o| o.as_object().is_none_or(|fields| !fields.is_empty())) {
                asks.ask(Kind::Unknown, &path, &mount.source, format!("cluster volume {} with unknown options", mount.source));
            }
        }
        other => asks.ask(Kind::Unknown, &path, &mount.source, format!("mounts {} of the unknown type {other}", mount.source)),
    }
}

fn folder(mount: &Mount, path: &str, asks: &mut Asks<'_>) {
    let how = if mount.read_only { ", to read" } else { "" };
    asks.ask(kind(&mount.source, mount.read_only), path, clean(&mount.source), format!("mounts {} of the node{how}", mount.source));
    let propagation = mount.bind_options.as_ref().map_or("", |o| o.propagation.as_str());
    if propagation.contains("shared") {
        asks.ask(Kind::Kernel, path, propagation, format!("mounts of the container at {} show on the node", mount.source));
    }
}

fn volume(look: &Look<'_>, mount: &Mount, path: &str, asks: &mut Asks<'_>) {
    let name = mount.source.as_str();
    if !name.is_empty() {
        if look.around.is_dashboards(name) {
            asks.ask(Kind::Dashboard, path, name, format!("mounts the volume {name}"));
        } else if name.starts_with('/') {
            // The engine takes a volume's name for a name, but that is its word alone.
            asks.ask(kind(name, mount.read_only), path, clean(name), format!("mounts {name} as if it were a volume"));
        } else if !look.around.owns(name) || !is_about_the_task(name) {
            asks.ask(Kind::Foreign, path, name, format!("mounts the volume {name}"));
        }
    }
    let options = mount.volume_options.as_ref();
    if let Some(subpath) = options.map(|o| o.subpath.as_str()).filter(|s| s.split('/').any(|part| part == "..")) {
        asks.ask(Kind::Folder, path, subpath, format!("volume {name} opens {subpath}, outside of it"));
    }
    let Some(Driver { name: driver, options }) = options.and_then(|o| o.driver_config.as_ref()) else { return };
    if !matches!(driver.as_str(), "" | "local") {
        asks.ask(Kind::Storage, path, driver, format!("volume {name} by the driver {driver}"));
    }
    let option = |key: &str| options.iter().find(|(k, _)| k.trim().eq_ignore_ascii_case(key)).map_or("", |(_, v)| v.trim());
    let (device, flags, fs) = (option("device"), option("o"), option("type").to_lowercase());
    if options.is_empty() || (fs == "tmpfs" && in_memory(device, flags, options.len())) {
        return;
    }
    let said = options.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ");
    // Whatever the type says, what is bound is a folder of the node.
    let binds = flags.split(',').any(|flag| matches!(flag.trim(), "bind" | "rbind"));
    let remote = NETWORK.contains(&fs.as_str()) && !binds;
    let of_node = !remote && (device.starts_with('/') || device.contains("{{"));
    let grave = if of_node { kind(device, false) } else { Kind::Storage };
    asks.ask(grave, path, if of_node { clean(device) } else { device.to_owned() }, format!("volume {name} with {said}"));
}

fn in_memory(device: &str, flags: &str, options: usize) -> bool {
    let known = |flag: &str| IN_MEMORY.contains(&flag.split('=').next().unwrap_or(flag).trim());
    let given = 1 + usize::from(!device.is_empty()) + usize::from(!flags.is_empty());
    given >= options && matches!(device, "" | "tmpfs" | "none") && (flags.is_empty() || flags.split(',').all(known))
}
