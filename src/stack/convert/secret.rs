//! `secrets`, of the stack and of a service.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::{ConvertError, SecretUse, file, full_name, stack_labels};
use crate::compose::Files;
use crate::compose::types::{Config, FileObject, FileReference};
use crate::stack::names::StackName;
use crate::stack::spec::{Driver, SecretRef, SecretSpec};

/// Refuses what a recipe can't have: its files are public, so they hold no values.
pub(super) fn only_external(config: &Config) -> Result<(), ConvertError> {
    let Some((key, _)) = config.secrets.iter().find(|(_, secret)| !secret.external) else { return Ok(()) };
    let what = format!("the secret {key} is to be made from a file or by a driver of the compose file");
    Err(ConvertError::new(what, "declare it with external: true and a name; its value is generated or inserted here"))
}

/// The secrets that the stack creates, with their values, sorted by name.
pub(super) fn secrets(stack: &StackName, config: &Config, files: &dyn Files) -> Result<Vec<SecretSpec>, ConvertError> {
    let mut specs = BTreeMap::new();
    for (key, declared) in config.secrets.iter().filter(|(_, s)| !s.external) {
        let name = full_name(stack, key, &declared.name);
        let spec = spec(stack, key, declared, name.clone(), files)?;
        if specs.insert(name.clone(), spec.clone()).is_some_and(|other| !same(&other, &spec)) {
            return Err(ConvertError::new(format!("two secrets have the name {name}"), "give each its own name"));
        }
    }
    Ok(specs.into_values().collect())
}

/// Two keys may mean one secret.
fn same(a: &SecretSpec, b: &SecretSpec) -> bool {
    (&a.labels, &a.data, &a.driver, &a.templating) == (&b.labels, &b.data, &b.driver, &b.templating)
}

fn spec(stack: &StackName, key: &str, declared: &FileObject, name: String, files: &dyn Files) -> Result<SecretSpec, ConvertError> {
    let driver =
        (!declared.driver.is_empty()).then(|| Driver { name: declared.driver.clone(), options: declared.driver_opts.clone() });
    let data = if driver.is_some() { vec![] } else { file::content("secret", key, declared, files)? };
    Ok(SecretSpec {
        name,
        labels: stack_labels(stack, &declared.labels),
        data: Zeroizing::new(data),
        driver,
        templating: file::templating(declared),
    })
}

/// The secrets that services read, sorted by name.
pub(super) fn uses(stack: &StackName, config: &Config) -> Vec<SecretUse> {
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
    uses
}

pub(super) fn refs(stack: &StackName, references: &[FileReference], config: &Config) -> Result<Vec<SecretRef>, ConvertError> {
    let mut targets = BTreeSet::new();
    let mut refs = Vec::new();
    for reference in references {
        let Some(secret) = config.secrets.get(&reference.source) else {
            return Err(ConvertError::new(format!("undefined secret \"{}\"", reference.source), "declare it under secrets"));
        };
        let name = full_name(stack, &reference.source, &secret.name);
        let file = file::target(reference);
        if !targets.insert(file.name.clone()) {
            let what = format!("duplicate secret target for {name} not allowed");
            return Err(ConvertError::new(what, "give each reference its own target"));
        }
        refs.push(SecretRef { file, id: String::new(), name });
    }
    refs.sort_by(|a, b| (&a.name, &a.file.name).cmp(&(&b.name, &b.file.name)));
    Ok(refs)
}
