//! Variables in every text of a file, and the types that filled-in texts take.

use super::{
    error::ComposeError,
    float,
    template::{Fault, substitute},
    value::{Kind, Node},
};
use std::collections::BTreeMap;

/// What all filled-in texts of one file may add up to, in bytes.
const MAX_FILLED: usize = 4 * 1024 * 1024;

/// No deeper value is ever cast.
const CAST_DEPTH: usize = 6;

/// The tree with its variables filled in. Keys stay as they are.
pub(super) fn interpolate(root: &Node, env: &BTreeMap<String, String>) -> Result<Node, ComposeError> {
    let mut filler = Filler { env, path: Vec::new(), left: MAX_FILLED };
    filler.node(root)
}

struct Filler<'a> {
    env: &'a BTreeMap<String, String>,
    path: Vec<String>,
    left: usize,
}

impl Filler<'_> {
    fn node(&mut self, node: &Node) -> Result<Node, ComposeError> {
        let kind = match &node.kind {
            Kind::Text(text) => self.text(text).map_err(|fault| ComposeError {
                line: Some(node.line).filter(|line| *line > 0),
                column: Some(node.column).filter(|column| *column > 0),
                path: self.path.join("."),
                ..fault
            })?,
            Kind::List(items) => {
                self.path.push("[]".to_owned());
                let filled = items.iter().map(|item| self.node(item)).collect::<Result<_, _>>()?;
                self.path.pop();
                Kind::List(filled)
            }
            Kind::Map(map) => {
                let mut filled = BTreeMap::new();
                for (key, value) in map {
                    self.path.push(key.clone());
                    filled.insert(key.clone(), self.node(value)?);
                    self.path.pop();
                }
                Kind::Map(filled)
            }
            kind => kind.clone(),
        };
        Ok(Node { kind, ..*node })
    }

    fn text(&mut self, text: &str) -> Result<Kind, ComposeError> {
        if !text.contains('$') {
            return Ok(Kind::Text(text.to_owned()));
        }
        let filled = substitute(text, self.env).map_err(|fault| explain(&fault, text))?;
        self.left = self
            .left
            .checked_sub(filled.len())
            .ok_or_else(|| ComposeError::at("", "the file is too big with its variables filled in", "at most 4 MiB are read"))?;
        if filled == text {
            return Ok(Kind::Text(filled));
        }
        // A dot in a name hides everything below it from the casts, as it does for docker's client.
        let dotted = if self.path.len() <= CAST_DEPTH { self.path.join(".") } else { String::new() };
        let parts: Vec<&str> = dotted.split('.').collect();
        match cast_of(&parts) {
            None => Ok(Kind::Text(filled)),
            Some(cast) => cast.apply(&filled).ok_or_else(|| {
                ComposeError::at("", format!("`{filled}` is not {}", cast.wanted()), format!("set the variables in `{text}`"))
            }),
        }
    }
}

fn explain(fault: &Fault, text: &str) -> ComposeError {
    match fault {
        Fault::Invalid => ComposeError::at("", format!("invalid variable in `{text}`"), "write `$$` where a plain `$` is meant"),
        Fault::Required { name, message } => {
            let hint = if message.is_empty() { format!("set {name}") } else { format!("set {name}: {message}") };
            ComposeError::at("", format!("the variable {name} needs a value"), hint)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cast {
    Int,
    Float,
    Bool,
}

impl Cast {
    fn apply(self, text: &str) -> Option<Kind> {
        match self {
            Self::Int => text.parse().ok().map(Kind::Int),
            Self::Float => float::parse(text).map(Kind::Float),
            Self::Bool => match text.to_ascii_lowercase().as_str() {
                "y" | "yes" | "true" | "on" => Some(Kind::Bool(true)),
                "n" | "no" | "false" | "off" => Some(Kind::Bool(false)),
                _ => None,
            },
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Int => "a whole number in decimal digits",
            Self::Float => "a number",
            Self::Bool => "one of y, yes, true, on, n, no, false, off",
        }
    }
}

fn cast_of(path: &[&str]) -> Option<Cast> {
    let (Some(section), Some(rest)) = (path.first(), path.get(2..)) else { return None };
    let (last, parents) = rest.split_last()?;
    match (*section, parents, *last) {
        ("services", ["configs" | "secrets", "[]"], "mode")
        | ("services", ["healthcheck"], "retries")
        | ("services", ["deploy"], "replicas")
        | ("services", ["deploy", "update_config" | "rollback_config"], "parallelism")
        | ("services", ["deploy", "restart_policy"], "max_attempts")
        | ("services", ["deploy", "placement"], "max_replicas_per_node")
        | ("services", ["ports", "[]"], "target" | "published")
        | ("services", ["ulimits"], _)
        | ("services", ["ulimits", _], "hard" | "soft")
        | ("services", [], "oom_score_adj") => Some(Cast::Int),
        ("services", ["deploy", "update_config" | "rollback_config"], "max_failure_ratio") => Some(Cast::Float),
        ("services", ["healthcheck"], "disable")
        | ("services", [], "privileged" | "read_only" | "stdin_open" | "tty")
        | ("services", ["volumes", "[]"], "read_only")
        | ("services", ["volumes", "[]", "volume"], "nocopy")
        | ("networks", [], "external" | "internal" | "attachable")
        | ("volumes" | "secrets" | "configs", [], "external") => Some(Cast::Bool),
        _ => None,
    }
}
