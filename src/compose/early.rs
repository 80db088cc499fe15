//! Variables where a file that is checked before they are filled in can't have any, as abra checks it.

use super::{
    Files, FilesError, Source, decode,
    error::ComposeError,
    placed, schema,
    value::Node,
    verbatim, version,
    yaml::{self, Document},
};
use std::collections::BTreeMap;

/// More are not listed: the author has understood by then.
const MOST: usize = 50;

/// What `source` is refused for while its variables are not filled in, and only because of them: a number, a duration or a
/// port that is a variable. Empty for a file that can't be read at all.
pub fn variables_too_early(source: &Source) -> Vec<ComposeError> {
    let Ok(mut document) = yaml::parse(&source.text) else { return Vec::new() };
    let mut found = Vec::new();
    while found.len() < MOST {
        let Some(fault) = fault(&document) else { break };
        let path = fault.path.clone();
        let fault = placed(source, &document, fault);
        // Taken out, so that the next reading gets past it.
        let Some(value) = document.root.take(&path) else { break };
        if !holds_variable(&value) {
            break;
        }
        found.push(fault);
    }
    found
}

fn fault(document: &Document) -> Option<ComposeError> {
    let read = || {
        let (version, minor) = version::of(&document.root)?;
        let root = verbatim::tree(&document.root)?;
        schema::validate(&root, minor)?;
        decode::decode(&root, &version, minor, decode::Beside { env: &BTreeMap::new(), files: &Anything, folder: None })
    };
    read().err()
}

fn holds_variable(node: &Node) -> bool {
    let in_parts = || node.as_map().is_some_and(|map| map.values().any(holds_variable));
    node.as_text().is_some_and(|text| text.contains('$')) || in_parts()
}

/// Files are not what is looked at here.
struct Anything;

impl Files for Anything {
    fn read(&self, _path: &str) -> Result<Vec<u8>, FilesError> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_21_every_variable_in_a_typed_field_is_found_with_its_line() {
        let text = "services:\n  app:\n    image: a:${TAG}\n    ports:\n      - \"${PORT}:80\"\n      - \"81:81\"\n    \
                    stop_grace_period: ${GRACE:-1m}\n    deploy:\n      replicas: ${COUNT}\n    healthcheck:\n      \
                    start_period: ${START:-5m}\n      interval: 5s\n";
        let of = |text: &str| variables_too_early(&Source { name: "compose.yml".to_owned(), text: text.to_owned() });
        let mut found: Vec<_> = of(text).into_iter().map(|fault| (fault.line.unwrap(), fault.path)).collect();
        found.sort();
        let at = |line, path: &str| (line, format!("services.app.{path}"));
        let expected = [at(5, "ports.0"), at(7, "stop_grace_period"), at(9, "deploy.replicas"), at(11, "healthcheck.start_period")];
        assert_eq!(found, expected);
        assert!(of("services: {app: {image: \"${I}\", deploy: {replicas: x}}}").is_empty(), "a fault without a variable");
        assert!(of("services: [").is_empty());
    }
}
