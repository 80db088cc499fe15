use super::{Context, Place};
use crate::compose::error::ComposeError;
use std::collections::BTreeMap;

type Environment = BTreeMap<String, Option<String>>;

/// What the service's files and its own mapping say, in this order; the deployer's variables fill what is left empty.
pub(super) fn decode(context: &Context<'_>, service: &Place<'_>) -> Result<Environment, ComposeError> {
    let mut environment = Environment::new();
    let files = service.texts("env_file");
    if let Some(place) = service.get("env_file") {
        for file in &files {
            // Later lines win before the deployer's variables fill in, across all files.
            environment.extend(read(context, &place, file)?);
        }
    }
    environment.extend(service.optional_pairs("environment"));
    for (name, value) in &mut environment {
        if value.as_ref().is_none_or(String::is_empty)
            && let Some(deployers) = context.env.get(name)
        {
            *value = Some(deployers.clone());
        }
    }
    Ok(environment)
}

fn read(context: &Context<'_>, place: &Place<'_>, file: &str) -> Result<Environment, ComposeError> {
    let bytes = context.files.read(&super::paths::resolve(file)).map_err(|error| place.fault(error.to_string()))?;
    let left = context.env_bytes_left.get().checked_sub(bytes.len().max(64));
    context.env_bytes_left.set(left.ok_or_else(|| place.fault("the environment files add up to more than 4 MiB"))?);
    let text = std::str::from_utf8(&bytes).map_err(|_| place.fault(format!("{file} is not text in UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Environment::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=').map_or((line, None), |(name, value)| (name, Some(value)));
        let fault = |what: String| place.fault(format!("{file}, line {}: {what}", index + 1));
        if name.is_empty() {
            return Err(fault("no variable name before `=`".to_owned()));
        }
        if name.contains([' ', '\t']) {
            return Err(fault(format!("the variable `{name}` contains white space")).hint("write NAME=value, without `export`"));
        }
        match value {
            Some(value) => found.insert(name.to_owned(), Some(value.to_owned())),
            None => match context.env.get(name) {
                Some(value) => found.insert(name.to_owned(), Some(value.clone())),
                None => None,
            },
        };
    }
    Ok(found)
}
