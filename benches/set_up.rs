//! What `scripts/bench.sh` prepared.

use std::path::PathBuf;

use anyhow::Context as _;

/// Where everything is.
pub(crate) struct SetUp {
    /// The binary of the image.
    pub(crate) binary: PathBuf,
    /// The image's name on the engine.
    pub(crate) image: String,
    /// `unix://…`.
    pub(crate) docker_host: String,
    /// A folder that goes away with the run. `recipes` in it holds the recipes and their catalogue.
    pub(crate) dir: PathBuf,
    only: Vec<String>,
}

impl SetUp {
    /// Reads what the script set.
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let get = |name: &str| std::env::var(name).context("run `make bench`: it prepares the engine, the registry and the image");
        Ok(Self {
            binary: get("BENCH_BINARY")?.into(),
            image: get("BENCH_IMAGE")?,
            docker_host: get("DOCKER_HOST")?,
            dir: get("BENCH_DIR")?.into(),
            only: get("BENCH_ONLY").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        })
    }

    /// Whether this part is to be measured: all are, unless some were named.
    pub(crate) fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|one| one == part)
    }
}
