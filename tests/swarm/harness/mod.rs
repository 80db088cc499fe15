//! A private engine, a private registry, a private Swarm of three nodes, and Canteen with the recipes that the tests deploy.

mod canteen;
mod cut;
mod dump;
mod engine;
mod member;
mod page;
mod recipes;
mod registry;
mod run;
mod small_disk;
mod stack;
mod three_nodes;

pub(crate) use canteen::Canteen;
pub(crate) use cut::Cut;
pub(crate) use engine::Engine;
pub(crate) use member::Member;
pub(crate) use registry::Registry;
pub(crate) use small_disk::SmallDisk;
pub(crate) use stack::{Done, Stack};
pub(crate) use three_nodes::ThreeNodes;
