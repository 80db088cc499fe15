//! Pages of apps: the list, the wizard, and everything about one app. `facts.rs` is what each of them asks first.

pub mod activity;
pub mod api;
pub mod backups;
pub mod changes;
pub mod commands;
pub mod configs;
pub mod deployment;
pub mod deployments;
pub mod drift;
pub mod facts;
pub mod header;
mod idle;
pub mod imports;
pub mod index;
pub mod listing;
pub mod logs;
pub mod new;
pub mod removal;
pub mod restart;
pub mod reveal;
pub mod scale;
pub mod schedule;
pub mod secrets;
pub mod settings;
pub mod show;
pub mod undeployment;
pub mod updates;
