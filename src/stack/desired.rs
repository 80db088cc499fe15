//! What a stack is to be: everything that a deploy sends, sorted by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::names::StackName;
use super::spec::{ConfigSpec, NetworkSpec, ServiceSpec};

/// A whole stack as it is to be. It holds no secret values, so it can be stored and shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Desired {
    pub stack: StackName,
    pub services: Vec<ServiceSpec>,
    /// Networks that the stack creates.
    pub networks: Vec<NetworkSpec>,
    /// Full names of networks that must be there already.
    pub external_networks: Vec<String>,
    /// Configs that the stack creates, with their bytes.
    pub configs: Vec<ConfigSpec>,
    /// Secrets that must be there already.
    pub secrets: Vec<SecretUse>,
    /// Full names of the secrets that the stack creates from files or drivers; what they hold travels apart. Apps have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_secrets: Vec<String>,
    /// Full names of the named volumes that some service mounts.
    pub volumes: Vec<String>,
    /// What to do where a config of this full name is there with other bytes, if more is known than its name tells.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remedies: BTreeMap<String, String>,
    /// Addresses that the app's settings claim. Visitors of others are not for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
}

/// A secret that services of the stack read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretUse {
    /// The name within the compose file.
    pub local: String,
    /// The name on the Swarm.
    pub name: String,
    /// Short names of the services that read it.
    pub services: Vec<String>,
}

impl Desired {
    /// A stack without anything in it.
    pub fn empty(stack: StackName) -> Self {
        Self {
            stack,
            services: vec![],
            networks: vec![],
            external_networks: vec![],
            configs: vec![],
            secrets: vec![],
            own_secrets: vec![],
            volumes: vec![],
            remedies: BTreeMap::new(),
            domains: vec![],
        }
    }
}
