//! Blocks that start with `x-` and cannot be laid over each other.

use crate::compose::{
    types::{Config, Extras},
    value::{Kind, Node},
};

/// The path of a list in `over` that `base` has something else for. Docker's client appends lists to lists only.
pub(in crate::compose) fn clash(base: &Config, over: &Config) -> Option<String> {
    over.services.iter().find_map(|(name, over)| {
        let base = base.services.get(name)?;
        of_map(&base.extras, &over.extras).map(|path| format!("services.{name}{path}"))
    })
}

fn of_map(base: &Extras, over: &Extras) -> Option<String> {
    over.iter().find_map(|(key, over)| of_value(base.get(key)?, over).map(|path| format!(".{key}{path}")))
}

fn of_value(base: &Node, over: &Node) -> Option<String> {
    match (&base.kind, &over.kind) {
        (Kind::Map(base), Kind::Map(over)) => of_map(base, over),
        (Kind::List(_) | Kind::Null, Kind::List(_)) => None,
        (_, Kind::List(_)) => Some(String::new()),
        _ => None,
    }
}
