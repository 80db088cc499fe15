//! How services start, restart and are updated.

use super::compose::volume;
use crate::compose::{Kind, Node};
use crate::lint::report::Verdict;
use crate::lint::view::View;

/// C009. Either may stand in any file.
pub(super) fn policies(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for (name, parts) in view.services() {
        let missing: Vec<&str> = ["restart_policy", "update_config"]
            .into_iter()
            .filter(|key| parts.iter().all(|part| part.get(&["deploy", key]).is_none()))
            .collect();
        if let (false, Some(part)) = (missing.is_empty(), parts.first()) {
            found.push(part.found(format!("{name} has no {}", missing.join(" and no "))));
        }
    }
    found.into()
}

/// C015. During an update with start-first, the old and the new task run at the same time.
pub(super) fn twice(view: &View<'_>) -> Verdict {
    let mut found = Vec::new();
    for (name, parts) in view.services() {
        let mut orders = parts.iter().filter_map(|part| part.text(&["deploy", "update_config", "order"]));
        let Some(order) = orders.next_back() else { continue };
        if view.filled(&order.text) != "start-first" {
            continue;
        }
        if parts.iter().any(|part| part.items("ports").into_iter().any(host_port)) {
            let text = format!("{name} starts first, but the old task still holds the port of the node: the update never ends");
            found.push(order.found(text));
        }
        let volumes: Vec<String> = parts.iter().flat_map(|part| part.items("volumes")).filter_map(written_to).collect();
        if let Some(volume) = volumes.first() {
            let text = format!("{name} starts first, and two tasks write to {volume} meanwhile; a database may break over it");
            found.push(order.found(text));
        }
    }
    found.into()
}

fn host_port(port: &Node) -> bool {
    port.get("mode").and_then(Node::as_text) == Some("host")
}

/// The volume or folder of a mount, unless it is read-only.
fn written_to(mount: &Node) -> Option<String> {
    match &mount.kind {
        Kind::Text(text) if text.split(':').nth(2).is_some_and(|flags| flags.split(',').any(|flag| flag == "ro")) => None,
        Kind::Text(text) => volume(text),
        Kind::Map(_) if mount.get("read_only").is_some_and(|node| node.kind == Kind::Bool(true)) => None,
        Kind::Map(_) if mount.get("type").and_then(Node::as_text) == Some("tmpfs") => None,
        Kind::Map(_) => mount.get("source").and_then(Node::printed),
        _ => None,
    }
}
