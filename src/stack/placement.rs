//! Which nodes a service may run on.

use super::observed::Node;
use super::spec::ServiceSpec;

/// Nodes on which new tasks of the service can be placed, as far as the reading tells.
///
/// Constraints on what a reading doesn't hold (platform, engine labels) are taken as met.
pub fn eligible<'a>(spec: &ServiceSpec, nodes: &'a [Node]) -> impl Iterator<Item = &'a Node> {
    let constraints = spec.task_template.placement.constraints.clone();
    nodes
        .iter()
        .filter(|n| n.state == "ready" && n.availability == "active")
        .filter(move |node| constraints.iter().all(|c| fits(node, c) != Some(false)))
}

/// Whether the node meets all constraints of the service, as far as one reading can prove it.
pub fn surely_fits(spec: &ServiceSpec, node: &Node) -> bool {
    spec.task_template.placement.constraints.iter().all(|c| fits(node, c) == Some(true))
}

/// Whether the node meets the constraint; `None` if the reading doesn't tell.
pub fn fits(node: &Node, constraint: &str) -> Option<bool> {
    let (key, wanted, value) =
        if let Some((key, value)) = constraint.split_once("!=") { (key, false, value) } else { split_equal(constraint)? };
    let (key, value) = (key.trim(), value.trim());
    let found = match key.to_ascii_lowercase().as_str() {
        "node.id" => node.id.as_str(),
        "node.hostname" => node.hostname.as_str(),
        "node.role" if node.manager => "manager",
        "node.role" => "worker",
        _ => node.labels.get(key.strip_prefix("node.labels.")?).map_or("", String::as_str),
    };
    Some(found.eq_ignore_ascii_case(value) == wanted)
}

fn split_equal(constraint: &str) -> Option<(&str, bool, &str)> {
    let (key, value) = constraint.split_once("==")?;
    Some((key, true, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_is_held_against_what_a_reading_tells_of_a_node() {
        let labels = [("disk".to_owned(), "ssd".to_owned())].into();
        let node = Node { id: "n1".into(), hostname: "alfa".into(), manager: true, labels, ..Node::default() };
        for (constraint, met) in [
            ("node.role == manager", Some(true)),
            ("node.role != Manager", Some(false)),
            ("node.hostname==ALFA", Some(true)),
            ("node.labels.disk == ssd", Some(true)),
            ("node.labels.gpu == yes", Some(false)),
            ("node.labels.gpu != yes", Some(true)),
            ("node.platform.os == linux", None),
            ("nonsense", None),
        ] {
            assert_eq!(fits(&node, constraint), met, "{constraint}");
        }
    }
}
