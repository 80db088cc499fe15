//! `configs`, of the stack and of a service.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConvertError, file, full_name, stack_labels};
use crate::compose::Files;
use crate::compose::types::{Config, FileReference};
use crate::stack::names::StackName;
use crate::stack::spec::{ConfigRef, ConfigSpec};

/// The configs that the stack creates, with the bytes of their files, sorted by name.
pub(super) fn configs(stack: &StackName, config: &Config, files: &dyn Files) -> Result<Vec<ConfigSpec>, ConvertError> {
    let mut specs = BTreeMap::new();
    for (key, declared) in config.configs.iter().filter(|(_, c)| !c.external) {
        let name = full_name(stack, key, &declared.name);
        let data = file::content("config", key, declared, files)?;
        let labels = stack_labels(stack, &declared.labels);
        let spec = ConfigSpec { name: name.clone(), labels, data, templating: file::templating(declared) };
        if specs.insert(name.clone(), spec.clone()).is_some_and(|other| other != spec) {
            return Err(ConvertError::new(format!("two configs have the name {name}"), "give each its own name"));
        }
    }
    Ok(specs.into_values().collect())
}

pub(super) fn refs(stack: &StackName, references: &[FileReference], config: &Config) -> Result<Vec<ConfigRef>, ConvertError> {
    let mut targets = BTreeSet::new();
    let mut refs = Vec::new();
    for reference in references {
        let name = name(stack, &reference.source, config)?;
        let file = file::target(reference);
        if !targets.insert(file.name.clone()) {
            let what = format!("duplicate config target for {name} not allowed");
            return Err(ConvertError::new(what, "give each reference its own target"));
        }
        refs.push(ConfigRef { file: Some(file), runtime: None, id: String::new(), name });
    }
    let target = |c: &ConfigRef| c.file.as_ref().map(|f| f.name.clone());
    refs.sort_by_key(|c| (c.name.clone(), target(c)));
    Ok(refs)
}

/// The full name of the config that a service calls `source`.
pub(super) fn name(stack: &StackName, source: &str, config: &Config) -> Result<String, ConvertError> {
    match config.configs.get(source) {
        Some(declared) => Ok(full_name(stack, source, &declared.name)),
        None => Err(ConvertError::new(format!("undefined config \"{source}\""), "declare it under configs")),
    }
}
