//! A private engine and a private registry for tests.

mod engine;
mod registry;
mod run;

pub(crate) use engine::Engine;
pub(crate) use registry::Registry;
