//! Against a real Docker engine: a private one, in its own network namespace, that lives as long as this test binary.
//!
//! Needs root, `dockerd`, `docker`, `docker-registry`, `busybox` (static), `git`, `ip`, `iptables`, `nsenter` and `setsid`.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that is wrong about this ends there")]

mod backups;
mod disk_full;
mod docker_gone;
mod engine_contract;
mod harness;
mod imports;
mod kill9;
mod logs;
mod main_job;
mod on_swarm;
mod stack_cli;
mod stack_parity;
mod three_nodes;
mod verdicts;
