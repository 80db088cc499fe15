//! `volumes`, of the stack and of a service. Nodes make volumes when a task that mounts them starts.

use super::{ConvertError, full_name, stack_labels};
use crate::compose::types::{Config, VolumeMount};
use crate::stack::names::StackName;
use crate::stack::spec::{BindOptions, Driver, Mount, TmpfsOptions, VolumeOptions};

/// Full names of the named volumes that services mount, sorted.
pub(super) fn names(stack: &StackName, config: &Config) -> Vec<String> {
    let mounts = config.services.values().flat_map(|s| &s.volumes).filter(|m| is_volume(m) && !m.source.is_empty());
    let mut names: Vec<String> =
        mounts.map(|m| full_name(stack, &m.source, config.volumes.get(&m.source).map_or("", |v| v.name.as_str()))).collect();
    names.sort();
    names.dedup();
    names
}

pub(super) fn mount(stack: &StackName, from: &VolumeMount, config: &Config) -> Result<Mount, ConvertError> {
    let mut mount = Mount {
        kind: from.kind.clone(),
        target: from.target.clone(),
        read_only: from.read_only,
        consistency: from.consistency.clone(),
        ..Mount::default()
    };
    only_own_options(from)?;
    match from.kind.as_str() {
        "volume" | "" => volume(stack, from, config, &mut mount)?,
        "bind" => bind(from, &mut mount)?,
        "tmpfs" if !from.source.is_empty() => {
            return Err(ConvertError::new("invalid tmpfs source, source must be empty", "leave out source"));
        }
        "tmpfs" => mount.tmpfs_options = from.tmpfs.as_ref().map(|t| TmpfsOptions { size_bytes: t.size }),
        kind @ ("npipe" | "image") if from.source.is_empty() => {
            let what = format!("invalid {kind} source, source cannot be empty");
            return Err(ConvertError::new(what, &format!("name the {kind} in source")));
        }
        "npipe" => {
            mount.source.clone_from(&from.source);
            mount.bind_options = bind_options(from);
        }
        "image" => mount.source.clone_from(&from.source),
        "cluster" => {
            mount.source = cluster_source(stack, &from.source, config)?;
            mount.cluster_options = Some(serde_json::json!({}));
        }
        other => {
            let what = format!("volume type must be volume, bind, tmpfs, npipe, or cluster, but it is \"{other}\"");
            return Err(ConvertError::new(what, "the types are volume, bind, tmpfs, npipe, cluster and image"));
        }
    }
    Ok(mount)
}

fn volume(stack: &StackName, from: &VolumeMount, config: &Config, mount: &mut Mount) -> Result<(), ConvertError> {
    if from.source.is_empty() {
        return Ok(());
    }
    let Some(declared) = config.volumes.get(&from.source) else { return Err(undefined(&from.source)) };
    mount.source = full_name(stack, &from.source, &declared.name);
    let given = from.volume.clone().unwrap_or_default();
    let mut options = VolumeOptions { no_copy: given.nocopy, subpath: given.subpath, ..VolumeOptions::default() };
    if !declared.external {
        options.labels = stack_labels(stack, &declared.labels);
        if !declared.driver.is_empty() || !declared.driver_opts.is_empty() {
            options.driver_config = Some(Driver { name: declared.driver.clone(), options: declared.driver_opts.clone() });
        }
    }
    mount.volume_options = Some(options);
    Ok(())
}

fn bind(from: &VolumeMount, mount: &mut Mount) -> Result<(), ConvertError> {
    if from.source.is_empty() {
        return Err(ConvertError::new("invalid bind source, source cannot be empty", "name a folder in source"));
    }
    if !is_absolute(&from.source) {
        let what = format!("the folder {} is mounted, but nodes don't have the recipe's files", from.source);
        return Err(ConvertError::new(what, "use a config for a file, a volume for a folder, or an absolute path"));
    }
    mount.source.clone_from(&from.source);
    mount.bind_options = bind_options(from);
    Ok(())
}

fn bind_options(from: &VolumeMount) -> Option<BindOptions> {
    from.bind.as_ref().map(|bind| BindOptions { propagation: bind.propagation.clone() })
}

fn cluster_source(stack: &StackName, source: &str, config: &Config) -> Result<String, ConvertError> {
    if source.is_empty() {
        return Err(ConvertError::new("invalid cluster source, source cannot be empty", "name a volume in source"));
    }
    if source.starts_with("group:") {
        return Ok(source.to_owned());
    }
    let declared = config.volumes.get(source).ok_or_else(|| undefined(source))?;
    Ok(full_name(stack, source, &declared.name))
}

/// A mount without a type is one of a volume, and a pipe takes the options of a folder.
fn only_own_options(from: &VolumeMount) -> Result<(), ConvertError> {
    let kind = if is_volume(from) { "volume" } else { from.kind.as_str() };
    let fits = |options: &str| options == kind || (options, kind) == ("bind", "npipe");
    let given = [("bind", from.bind.is_some()), ("volume", from.volume.is_some()), ("tmpfs", from.tmpfs.is_some())];
    match given.into_iter().find(|(options, given)| *given && !fits(options)) {
        Some((options, _)) => {
            let what = format!("{options} options are incompatible with type {kind}");
            Err(ConvertError::new(what, "leave them out, or change the type"))
        }
        None => Ok(()),
    }
}

fn is_volume(mount: &VolumeMount) -> bool {
    matches!(mount.kind.as_str(), "volume" | "")
}

/// On Unix, or on Windows: a drive or a network share.
fn is_absolute(path: &str) -> bool {
    let drive = path.strip_prefix(|c: char| c.is_ascii_alphabetic()).and_then(|rest| rest.strip_prefix(':'));
    path.starts_with('/') || path.starts_with(r"\\") || drive.is_some_and(|rest| rest.starts_with(['/', '\\']))
}

fn undefined(source: &str) -> ConvertError {
    ConvertError::new(format!("undefined volume \"{source}\""), "declare it under volumes")
}
