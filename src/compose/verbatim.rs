//! A file whose variables are not filled in, as docker's client sees it: an empty list is null.

use super::{
    error::ComposeError,
    value::{Kind, Node},
};
use std::collections::BTreeMap;

/// The tree with null for every empty list outside blocks that start with `x-`.
pub(super) fn tree(root: &Node) -> Result<Node, ComposeError> {
    refuse(root)?;
    Ok(without_empty_lists(root))
}

/// The places where null is right and an empty list is not.
fn refuse(root: &Node) -> Result<(), ComposeError> {
    let entries = |section: &str| root.get(section).and_then(Node::as_map).into_iter().flatten();
    for (name, service) in entries("services") {
        for (key, wanted) in [("deploy", "a mapping"), ("pid", "a string")] {
            refuse_list(format!("services.{name}.{key}"), service.get(key), wanted)?;
        }
    }
    for section in ["networks", "volumes"] {
        for (name, object) in entries(section) {
            refuse_list(format!("{section}.{name}"), Some(object), "a mapping")?;
        }
    }
    Ok(())
}

fn refuse_list(path: String, node: Option<&Node>, wanted: &str) -> Result<(), ComposeError> {
    if node.is_some_and(is_empty_list) {
        return Err(ComposeError::at(path, format!("must be {wanted}"), "give it a value or remove the key"));
    }
    Ok(())
}

fn without_empty_lists(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::List(_) if is_empty_list(node) => Kind::Null,
        Kind::List(items) => Kind::List(items.iter().map(without_empty_lists).collect()),
        Kind::Map(map) => {
            let changed =
                |key: &String, value: &Node| if key.starts_with("x-") { value.clone() } else { without_empty_lists(value) };
            Kind::Map(map.iter().map(|(key, value)| (key.clone(), changed(key, value))).collect::<BTreeMap<_, _>>())
        }
        kind => kind.clone(),
    };
    Node { kind, ..*node }
}

fn is_empty_list(node: &Node) -> bool {
    node.as_list().is_some_and(<[Node]>::is_empty)
}
