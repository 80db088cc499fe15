//! `secrets`. Their values never pass through a compose file: they are on the Swarm before the stack is.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConvertError, SecretUse, full_name};
use crate::compose::types::{Config, FileReference};
use crate::stack::names::StackName;
use crate::stack::spec::{RefFile, SecretRef};

/// Readable for everybody in the container.
const MODE: u32 = 0o444;

/// The secrets that services read, sorted by name.
pub(super) fn uses(stack: &StackName, config: &Config) -> Result<Vec<SecretUse>, ConvertError> {
    if let Some((key, _)) = config.secrets.iter().find(|(_, secret)| !secret.external) {
        let what = format!("the secret {key} is to be made from a file or by a driver of the compose file");
        return Err(ConvertError::new(what, "declare it with external: true and a name; its value is generated or inserted here"));
    }
    let mut uses: BTreeMap<&str, SecretUse> = BTreeMap::new();
    for (service, reference) in config.services.iter().flat_map(|(key, s)| s.secrets.iter().map(move |r| (key, r))) {
        let found = uses.entry(&reference.source).or_insert_with(|| SecretUse {
            local: reference.source.clone(),
            name: full_name(stack, &reference.source, config.secrets.get(&reference.source).map_or("", |s| s.name.as_str())),
            services: vec![],
        });
        if !found.services.contains(service) {
            found.services.push(service.clone());
        }
    }
    let mut uses: Vec<SecretUse> = uses.into_values().collect();
    uses.sort_by(|a, b| (&a.name, &a.local).cmp(&(&b.name, &b.local)));
    Ok(uses)
}

pub(super) fn refs(stack: &StackName, references: &[FileReference], config: &Config) -> Result<Vec<SecretRef>, ConvertError> {
    let mut targets = BTreeSet::new();
    let mut refs = Vec::new();
    for reference in references {
        let Some(secret) = config.secrets.get(&reference.source) else {
            return Err(ConvertError::new(format!("undefined secret \"{}\"", reference.source), "declare it under secrets"));
        };
        let name = full_name(stack, &reference.source, &secret.name);
        let file = file(reference);
        if !targets.insert(file.name.clone()) {
            let what = format!("duplicate secret target for {name} not allowed");
            return Err(ConvertError::new(what, "give each reference its own target"));
        }
        refs.push(SecretRef { file, id: String::new(), name });
    }
    refs.sort_by(|a, b| (&a.name, &a.file.name).cmp(&(&b.name, &b.file.name)));
    Ok(refs)
}

/// Where a secret or config appears in the container.
pub(super) fn file(reference: &FileReference) -> RefFile {
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    RefFile {
        name: or(&reference.target, &reference.source),
        uid: or(&reference.uid, "0"),
        gid: or(&reference.gid, "0"),
        mode: reference.mode.unwrap_or(MODE),
    }
}
