//! From a loaded compose file to the objects of the Engine API: a function for each section of the file.

mod capability;
mod config;
mod cpus;
mod credential;
mod file;
mod healthcheck;
mod image;
mod network;
mod order;
mod port;
mod resources;
mod restart;
mod secret;
mod service;
mod update;
mod volume;

pub use super::desired::{Desired, SecretUse};
use super::names::StackName;
use super::observed::NAMESPACE_LABEL;
use super::spec::{Labels, SecretSpec};
use crate::compose::{Files, types::Config};

/// A compose file that can't become a stack: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertError {
    /// The service's key in the file, if one service is meant.
    pub service: Option<String>,
    pub what: String,
    /// Empty if `what` says it all.
    pub hint: String,
}

impl std::error::Error for ConvertError {}

impl std::fmt::Display for ConvertError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(service) = &self.service {
            write!(f, "service {service}: ")?;
        }
        f.write_str(&self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

impl ConvertError {
    fn new(what: impl Into<String>, hint: &str) -> Self {
        Self { service: None, what: what.into(), hint: hint.to_owned() }
    }

    fn in_service(self, service: &str) -> Self {
        Self { service: Some(service.to_owned()), ..self }
    }
}

/// Everything that a deploy of a stack sends.
#[derive(Clone, Debug)]
pub struct Converted {
    pub desired: Desired,
    /// The secrets that the stack creates, sorted by name. `desired.secrets` lists the uses of these and of all others.
    pub secrets: Vec<SecretSpec>,
}

/// The objects that a deploy of `config` as `stack` sends, all of them or none. `files` gives the bytes of configs.
///
/// Recipes are public: a secret that is made from a file or by a driver is refused.
pub fn convert(stack: &StackName, config: &Config, files: &dyn Files) -> Result<Desired, ConvertError> {
    secret::only_external(config)?;
    Ok(convert_all(stack, config, files)?.desired)
}

/// Like [`convert`], with the secrets that the files make. `files` gives their bytes too.
pub fn convert_all(stack: &StackName, config: &Config, files: &dyn Files) -> Result<Converted, ConvertError> {
    let mut desired = Desired::empty(stack.clone());
    for (key, service) in &config.services {
        desired.services.push(service::service(stack, key, service, config).map_err(|e| e.in_service(key))?);
    }
    desired.services.sort_by(|a, b| a.name.cmp(&b.name));
    (desired.networks, desired.external_networks) = network::networks(stack, config);
    desired.configs = config::configs(stack, config, files)?;
    desired.secrets = secret::uses(stack, config);
    desired.volumes = volume::names(stack, config);
    Ok(Converted { desired, secrets: secret::secrets(stack, config, files)? })
}

/// The user's labels with the one that ties the object to its stack, which wins.
fn stack_labels(stack: &StackName, labels: &Labels) -> Labels {
    let mut labels = labels.clone();
    labels.insert(NAMESPACE_LABEL.to_owned(), stack.to_string());
    labels
}

/// The full name of a declared object: its own `name`, or its key with the stack's prefix.
fn full_name(stack: &StackName, key: &str, name: &str) -> String {
    if name.is_empty() { super::names::scope(stack, key) } else { name.to_owned() }
}

#[cfg(test)]
mod tests;
