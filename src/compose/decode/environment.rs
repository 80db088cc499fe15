use super::{Context, Place};
use crate::compose::error::ComposeError;
use std::collections::BTreeMap;

/// Bytes of a line that docker's client reads.
const MAX_LINE: usize = 65_535;

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
            && let Some(deployers) = context.beside.env.get(name)
        {
            *value = Some(deployers.clone());
        }
    }
    Ok(environment)
}

fn read(context: &Context<'_>, place: &Place<'_>, file: &str) -> Result<Environment, ComposeError> {
    let read = context.beside.files.read(&super::paths::of_file(context.beside.folder, file));
    let bytes = read.map_err(|error| place.fault(error.to_string(), "paths begin at the folder of the first compose file"))?;
    let left = context.env_bytes_left.get().checked_sub(bytes.len().max(64));
    context
        .env_bytes_left
        .set(left.ok_or_else(|| place.fault("the environment files add up to more than 4 MiB", "use shorter ones"))?);
    let text = std::str::from_utf8(&bytes).map_err(|_| place.fault(format!("{file} is not text in UTF-8"), "save it in UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Environment::new();
    for (index, line) in text.split('\n').enumerate() {
        let too_long = line.len() > MAX_LINE;
        let line = line.strip_suffix('\r').unwrap_or(line).trim_start();
        if too_long {
            let what = format!("{file}, line {} is longer than 64 KiB", index + 1);
            return Err(place.fault(what, "give the value as a secret or config"));
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=').map_or((line, None), |(name, value)| (name, Some(value)));
        let fault = |what: &str| place.fault(format!("{file}, line {}: {what}", index + 1), "write NAME=value, without `export`");
        if name.is_empty() {
            return Err(fault("no variable name before `=`"));
        }
        if name.contains([' ', '\t']) {
            return Err(fault(&format!("the variable `{name}` contains white space")));
        }
        match value {
            Some(value) => found.insert(name.to_owned(), Some(value.to_owned())),
            None => match context.beside.env.get(name) {
                Some(value) => found.insert(name.to_owned(), Some(value.clone())),
                None => None,
            },
        };
    }
    Ok(found)
}
