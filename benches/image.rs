//! Size of the image.

use crate::deploy::docker;
use crate::set_up::SetUp;
use crate::table::Table;

const AIM_MB: f64 = 30.0;

/// The size that `docker image ls` shows: unpacked.
pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let bytes: f64 = docker(set_up, &["image", "inspect", "-f", "{{.Size}}", &set_up.image])?.parse()?;
    table.at_most("image, unpacked", bytes / 1e6, AIM_MB, "MB");
    Ok(())
}
