//! One validated file → model: short forms written out, environment and paths resolved.

use super::{
    Files,
    error::ComposeError,
    merge::{self, Emptied},
    types::Config,
    value::{Kind, Node},
};
use place::Place;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

mod cluster;
mod deploy;
mod environment;
mod mounts;
mod objects;
mod paths;
mod place;
mod service;

/// Ports that the ranges of one file may stand for.
const MAX_PORTS: usize = 20_000;
/// Bytes of all environment files of one compose file.
const MAX_ENV_BYTES: usize = 4 * 1024 * 1024;

/// What a compose file refers to.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) env: &'a BTreeMap<String, String>,
    pub(super) files: &'a dyn Files,
    /// Where relative paths begin; `None` leaves them relative.
    pub(super) folder: Option<&'a str>,
}

/// What decoding needs beside the tree, and what it may still cost.
struct Context<'a> {
    /// The minor version of the format.
    minor: u8,
    beside: Beside<'a>,
    ports_left: Cell<usize>,
    env_bytes_left: Cell<usize>,
    /// Path and text.
    notices: RefCell<Vec<(String, String)>>,
}

/// The model of one file, and what it does not hold.
pub(super) struct Decoded {
    pub(super) config: Config,
    /// Service and key of lists that are given without items.
    pub(super) emptied: Emptied,
    /// Path and text of what has no effect.
    pub(super) notices: Vec<(String, String)>,
}

/// Decodes a file of version `3.minor`.
pub(super) fn decode(root: &Node, version: &str, minor: u8, beside: Beside<'_>) -> Result<Decoded, ComposeError> {
    let context = Context {
        minor,
        beside,
        ports_left: Cell::new(MAX_PORTS),
        env_bytes_left: Cell::new(MAX_ENV_BYTES),
        notices: RefCell::default(),
    };
    let emptied = merge::emptied(root);
    let root = Place::root(root);
    let config = Config {
        version: version.to_owned(),
        services: each(&root, "services", |place| service::decode(&context, place))?,
        networks: each(&root, "networks", |place| objects::network(&context, place))?,
        volumes: each(&root, "volumes", |place| objects::volume(&context, place))?,
        secrets: each(&root, "secrets", |place| objects::file_object(&context, place, "secret"))?,
        configs: each(&root, "configs", |place| objects::file_object(&context, place, "config"))?,
        extras: root.extras(),
    };
    Ok(Decoded { config, emptied, notices: context.notices.into_inner() })
}

impl Context<'_> {
    fn notice(&self, place: &Place<'_>, text: String) {
        self.notices.borrow_mut().push((place.path(), text));
    }
}

/// Decodes every entry of the mapping `section`.
fn each<T>(
    root: &Place<'_>,
    section: &str,
    decode: impl Fn(&Place<'_>) -> Result<T, ComposeError>,
) -> Result<BTreeMap<String, T>, ComposeError> {
    let Some(section) = root.get(section) else { return Ok(BTreeMap::new()) };
    section.entries().map(|(name, place)| Ok((name.to_owned(), decode(&place)?))).collect()
}

/// The value of a scalar as text; null is `None`.
fn printed(kind: &Kind) -> Option<String> {
    Node { kind: kind.clone(), ..Node::default() }.printed()
}
