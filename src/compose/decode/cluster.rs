use super::Place;
use crate::compose::{
    error::ComposeError,
    types::{AccessMode, BlockVolume, CapacityRange, ClusterSpec, MountVolume, Topologies, Topology, VolumeSecret},
};

/// The block `x-cluster-spec` of a volume; keys that docker's client does not know are dropped.
pub(super) fn decode(place: &Place<'_>) -> Result<ClusterSpec, ComposeError> {
    Ok(ClusterSpec {
        group: place.text("group"),
        access_mode: place.get("access_mode").map(|place| access_mode(&place)),
        accessibility_requirements: place
            .get("accessibility_requirements")
            .map(|place| Topologies { requisite: topologies(&place, "requisite"), preferred: topologies(&place, "preferred") }),
        capacity_range: place.get("capacity_range").map(|place| capacity_range(&place)).transpose()?,
        secrets: items(place, "secrets", |item| VolumeSecret { key: item.text("key"), secret: item.text("secret") }),
        availability: place.text("availability"),
    })
}

fn access_mode(place: &Place<'_>) -> AccessMode {
    AccessMode {
        scope: place.text("scope"),
        sharing: place.text("sharing"),
        mount_volume: place
            .get("mount_volume")
            .map(|place| MountVolume { fs_type: place.text("fs_type"), mount_flags: place.texts("mount_flags") }),
        block_volume: place.get("block_volume").map(|_| BlockVolume {}),
    }
}

fn capacity_range(place: &Place<'_>) -> Result<CapacityRange, ComposeError> {
    Ok(CapacityRange { required_bytes: place.size("required_bytes")?, limit_bytes: place.size("limit_bytes")? })
}

fn topologies(place: &Place<'_>, key: &str) -> Vec<Topology> {
    items(place, key, |item| Topology { segments: item.pairs("segments") })
}

fn items<T>(place: &Place<'_>, key: &str, decode: impl Fn(&Place<'_>) -> T) -> Vec<T> {
    place.get(key).map(|list| list.items().map(|item| decode(&item)).collect()).unwrap_or_default()
}
