//! The parts of Canteen that are fuzzed, by the path of their sources: so the instrumented build stays small.

#[path = "../../src/compose/mod.rs"]
pub mod compose;
