//! Against a real Docker engine: a private one, in its own network namespace, that lives as long as this test binary.
//!
//! Needs root, `dockerd`, `docker`, `docker-registry`, `busybox` (static), `ip`, `iptables`, `nsenter` and `setsid`.

mod engine_contract;
mod harness;
