//! Networks, volumes, secrets and configs of the stack.

use super::{Context, Place, cluster, paths};
use crate::compose::{
    error::ComposeError,
    types::{Extras, FileObject, Ipam, IpamPool, Network, Volume},
    value::Kind,
};

/// The block of a volume that begins with `x-` and has a meaning.
const CLUSTER_SPEC: &str = "x-cluster-spec";

pub(super) fn network(context: &Context<'_>, place: &Place<'_>) -> Result<Network, ComposeError> {
    // The schema does not look at networks with unusual names.
    place.wants_map()?;
    let (external, name) = identity(context, place, "network", 5)?;
    let ipam = place.get("ipam").map_or_else(Ipam::default, |ipam| Ipam {
        driver: ipam.text("driver"),
        config: ipam
            .get("config")
            .map(|pools| pools.items().map(|pool| IpamPool { subnet: pool.text("subnet") }).collect())
            .unwrap_or_default(),
    });
    Ok(Network {
        name,
        driver: place.text("driver"),
        driver_opts: place.pairs("driver_opts"),
        ipam,
        external,
        internal: place.flag("internal"),
        attachable: place.flag("attachable"),
        labels: place.pairs("labels"),
        extras: if external { place.extras() } else { Extras::new() },
    })
}

pub(super) fn volume(context: &Context<'_>, place: &Place<'_>) -> Result<Volume, ComposeError> {
    let (external, name) = identity(context, place, "volume", 4)?;
    if let Some(spec) = place.get(CLUSTER_SPEC) {
        context.notice(&spec, "Swarm's stacks make no such volume; a plugin's volume has to be there before".to_owned());
    }
    let volume = Volume {
        name,
        driver: place.text("driver"),
        driver_opts: place.pairs("driver_opts"),
        external,
        labels: place.pairs("labels"),
        cluster_spec: place.get(CLUSTER_SPEC).map(|spec| spec.wants_map().and_then(|()| cluster::decode(&spec))).transpose()?,
        extras: place.extras().into_iter().filter(|(key, _)| external && key != CLUSTER_SPEC).collect(),
    };
    let conflicts = [
        ("driver", !volume.driver.is_empty()),
        ("driver_opts", !volume.driver_opts.is_empty()),
        ("labels", !volume.labels.is_empty()),
    ];
    match conflicts.into_iter().find(|(_, given)| external && *given) {
        Some((key, _)) => Err(place.fault(format!("`external` and `{key}` exclude each other"), format!("remove `{key}`"))),
        None => Ok(volume),
    }
}

/// A secret or config, as `what` says.
pub(super) fn file_object(context: &Context<'_>, place: &Place<'_>, what: &str) -> Result<FileObject, ComposeError> {
    let (external, name) = identity(context, place, what, 5)?;
    let (driver, file) = (place.text("driver"), place.text("file"));
    if !external && !driver.is_empty() && !file.is_empty() {
        return Err(place.fault("`driver` and `file` exclude each other", "remove `file`"));
    }
    Ok(FileObject {
        name,
        file: if external || !driver.is_empty() { file } else { paths::of_file(context.beside.folder, &file) },
        external,
        labels: place.pairs("labels"),
        driver,
        driver_opts: place.pairs("driver_opts"),
        template_driver: place.text("template_driver"),
        extras: place.extras(),
    })
}

/// Whether the object is external, and its full name: empty when the stack's prefix and the key make it.
fn identity(context: &Context<'_>, place: &Place<'_>, what: &str, since: u8) -> Result<(bool, String), ComposeError> {
    let name = place.text("name");
    let Some(external) = place.get("external") else { return Ok((false, name)) };
    let own = match external.kind() {
        Kind::Map(_) => external.text("name"),
        Kind::Bool(true) => String::new(),
        _ => return Ok((false, name)),
    };
    if !own.is_empty() && !name.is_empty() {
        return Err(place.fault("`external.name` and `name` exclude each other", "remove `external.name`"));
    }
    if !own.is_empty() && context.minor >= since {
        context.notice(&external, format!("`external.name` is deprecated: write `external: true` and the {what}'s `name`"));
    }
    let full = [name, own, place.key().to_owned()].into_iter().find(|name| !name.is_empty());
    Ok((true, full.unwrap_or_default()))
}
