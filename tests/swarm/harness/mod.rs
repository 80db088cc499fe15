//! A private engine, a private registry, and Canteen with the recipes that the tests deploy.

mod canteen;
mod cut;
mod engine;
mod member;
mod page;
mod recipes;
mod registry;
mod run;
mod small_disk;

pub(crate) use canteen::Canteen;
pub(crate) use cut::Cut;
pub(crate) use engine::Engine;
pub(crate) use member::Member;
pub(crate) use registry::Registry;
pub(crate) use small_disk::SmallDisk;
