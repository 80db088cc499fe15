//! Secrets: their names, and what should be one.

use crate::envfile::is_secret_like;
use crate::lint::report::{Finding, Verdict};
use crate::lint::variable::uses;
use crate::lint::view::{Declared, SAMPLE, View};
use crate::stack::names::{OBJECT_MAX, SERVICE_MAX, STACK_MAX};

const LONGEST: usize = 12;

/// R015.
pub(super) fn short(view: &View<'_>) -> Verdict {
    let chars = |secret: &Declared<'_>| secret.key.chars().count();
    let secrets = view.section("secrets");
    let long = secrets.iter().filter(|secret| chars(secret) > LONGEST);
    long.map(|secret| secret.found(format!("{} has {} characters", secret.key, chars(secret)))).collect::<Vec<_>>().into()
}

/// C010: the names that a deploy would give, for a stack name of 45 characters.
pub(super) fn names_fit(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for section in ["secrets", "configs"] {
        for entry in view.section(section).into_iter().filter(|entry| entry.text("name").is_some() || !entry.external()) {
            let name = entry.text("name").unwrap_or_else(|| format!("${{STACK_NAME}}_{}", entry.key));
            let chars = view.filled(&name).chars().count();
            if chars > OBJECT_MAX {
                found.push(entry.found(too_long(&format!("{} {}", section.trim_end_matches('s'), entry.key), chars, OBJECT_MAX)));
            }
        }
    }
    for part in view.parts() {
        let chars = STACK_MAX + 1 + part.name.chars().count();
        if chars > SERVICE_MAX {
            found.push(part.found(too_long(&format!("service {}", part.name), chars, SERVICE_MAX)));
        }
    }
    found.into()
}

fn too_long(what: &str, chars: usize, most: usize) -> String {
    format!("{what}: the full name has {chars} characters with a stack name of {STACK_MAX}; at most {most} are taken")
}

/// C017. Without a name of its own, an external secret is looked up by its key, which all apps of the recipe would share.
pub(super) fn own_names(view: &View<'_>) -> Verdict {
    let fault = |secret: &Declared<'_>| {
        let Some(name) = secret.text("name") else { return Some(format!("{} is external and has no name of its own", secret.key)) };
        let used = uses(&name);
        if !used.iter().any(|used| used.name == "STACK_NAME") {
            return Some(format!("the name of {} lacks ${{STACK_NAME}}, so all apps share it", secret.key));
        }
        let versioned = used.iter().any(|used| used.name.starts_with("SECRET"));
        (!versioned).then(|| format!("the name of {} has no variable SECRET…, so it can't be replaced", secret.key))
    };
    let secrets = view.section("secrets");
    let external = secrets.iter().filter(|secret| secret.external());
    external.filter_map(|secret| Some(secret.found(fault(secret)?))).collect::<Vec<_>>().into()
}

/// C007. What is found is named by its key; its value is never told.
pub(super) fn in_clear(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for part in view.parts() {
        for (key, value) in part.pairs(&["environment"]) {
            let value = value.unwrap_or_default();
            if is_hidden(&key.text) && is_literal(&value) {
                found.push(key.found(format!("{} of {} is written in clear", key.text, part.name)));
            } else if is_hidden(&key.text) && uses(&value).iter().any(|used| used.operator.contains('-') && is_literal(used.rest)) {
                found.push(key.found(format!("{} of {} has a default that everybody can read", key.text, part.name)));
            } else if holds_login(&value) {
                found.push(key.found(format!("{} of {} is an address with a password in it", key.text, part.name)));
            }
        }
    }
    for entry in view.settings().map(crate::envfile::EnvFile::entries).unwrap_or_default() {
        if is_hidden(&entry.key) && is_literal(&entry.value) && !is_secret_version(&entry.value) {
            let line = u32::try_from(entry.line).unwrap_or_default();
            found.push(Finding::at(SAMPLE, line, format!("{} has a value, which every app would share", entry.key)));
        }
    }
    found.into()
}

/// A name that speaks of a secret; `…_FILE` names a place.
fn is_hidden(key: &str) -> bool {
    is_secret_like(key) && !key.ends_with("_FILE") && !key.ends_with("_PATH")
}

/// A value that may be a password: neither a variable nor a switch nor a path.
fn is_literal(value: &str) -> bool {
    let switch =
        matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "1" | "true" | "false" | "yes" | "no" | "on" | "off" | "none");
    !(switch || value.contains('$') || value.starts_with('/'))
}

/// `v1`: the version of a secret under a name without `_VERSION`.
fn is_secret_version(value: &str) -> bool {
    value.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// `scheme://name:password@host`, the password not being a variable.
fn holds_login(value: &str) -> bool {
    let login = value.split_once("://").and_then(|(_, behind)| behind.split_once('@')).map(|(login, _)| login);
    let password = login.filter(|login| !login.contains('/')).and_then(|login| login.split_once(':')).map(|(_, password)| password);
    password.is_some_and(|password| !password.is_empty() && !password.contains('$'))
}
