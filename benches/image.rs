//! Size of the image.

use crate::deploy::docker;
use crate::set_up::SetUp;
use crate::table::Table;

/// 30 for Canteen, 32 for restic and ssh with their libraries.
const AIM_MB: f64 = 62.0;

/// The size that `docker image ls` shows: unpacked.
pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let bytes: f64 = docker(set_up, &["image", "inspect", "-f", "{{.Size}}", &set_up.image])?.parse()?;
    table.at_most("image, unpacked", bytes / 1e6, AIM_MB, "MB");
    Ok(())
}
