//! `credential_spec`: how Windows containers prove who they are.

use serde_json::{Value, json};

use super::{ConvertError, config};
use crate::compose::types::{Config, CredentialSpec};
use crate::stack::names::{StackName, scope};
use crate::stack::spec::{ConfigRef, no_privileges};

/// The reference that a credential spec kept in a config needs: it is read by the engine, not mounted.
pub(super) fn reference(stack: &StackName, spec: &CredentialSpec, config: &Config) -> Result<Option<ConfigRef>, ConvertError> {
    if spec.config.is_empty() {
        return Ok(None);
    }
    let name = config::name(stack, &spec.config, config)?;
    Ok(Some(ConfigRef { file: None, runtime: Some(json!({})), id: String::new(), name }))
}

/// The privileges of a container. A config stands here by its full name, which is one of `refs`, until its id is known.
pub(super) fn privileges(stack: &StackName, spec: &CredentialSpec, refs: &[ConfigRef]) -> Result<Value, ConvertError> {
    let given = [("Config", &spec.config), ("File", &spec.file), ("Registry", &spec.registry)];
    let mut given = given.into_iter().filter(|(_, value)| !value.is_empty());
    let Some((kind, value)) = given.next() else { return Ok(no_privileges()) };
    if let Some((other, _)) = given.next() {
        let what = format!("invalid credential spec: cannot specify both \"{kind}\" and \"{other}\"");
        return Err(ConvertError::new(what, "name only one of config, file and registry"));
    }
    let value = if kind == "Config" { config_name(stack, value, refs)? } else { value.clone() };
    let of = |field: &str| if field == kind { value.as_str() } else { "" };
    let credential = json!({ "Config": of("Config"), "File": of("File"), "Registry": of("Registry") });
    Ok(json!({ "CredentialSpec": credential, "SELinuxContext": null, "NoNewPrivileges": false }))
}

/// A config is looked for by its key as it is, then with the stack's prefix. One that has another `name` is not found.
fn config_name(stack: &StackName, key: &str, refs: &[ConfigRef]) -> Result<String, ConvertError> {
    let scoped = scope(stack, key);
    let found = [key, &scoped].into_iter().find(|name| refs.iter().any(|r| r.name == *name));
    found.map(str::to_owned).ok_or_else(|| {
        let what = format!("invalid credential spec: the config {key} has another name on the Swarm");
        ConvertError::new(what, "leave out its name, so that it is made of the stack's name and the key")
    })
}
