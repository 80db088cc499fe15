//! Where the rules of docker's client do not do what the author of an overlay most likely wants.

use crate::compose::types::{Config, Service};
use std::collections::BTreeSet;

/// Path and text of everything in `over` that is lost or bent when it is laid over `base`.
pub(in crate::compose) fn surprises(base: &Config, over: &Config) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, over) in &over.services {
        if let Some(base) = base.services.get(name) {
            for (key, text) in of_service(base, over) {
                found.push((format!("services.{name}.{key}"), text));
            }
        }
    }
    found
}

fn of_service(base: &Service, over: &Service) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let tests = [base, over].map(|service| service.healthcheck.as_ref().is_some_and(|check| !check.test.is_empty()));
    if tests == [true, true] {
        let text = "the words are put behind those of the earlier file: give the test in one file only";
        found.push(("healthcheck.test".to_owned(), text.to_owned()));
    }
    let options = [base, over].map(|service| service.logging.as_ref().is_some_and(|logging| logging.options.is_some()));
    let same_driver = base
        .logging
        .as_ref()
        .zip(over.logging.as_ref())
        .is_some_and(|(base, over)| base.driver == over.driver || base.driver.is_empty() || over.driver.is_empty());
    if same_driver && options == [false, true] {
        let text = "the options are lost because the earlier file has none: add `options: {}` there";
        found.push(("logging.options".to_owned(), text.to_owned()));
    }
    for (name, value) in &over.environment {
        let below = base.environment.get(name).and_then(Option::as_deref).unwrap_or_default();
        if value.as_deref().unwrap_or_default().is_empty() && !below.is_empty() {
            let text = "the value of the earlier file stays: an overlay cannot empty a variable";
            found.push((format!("environment.{name}"), text.to_owned()));
        }
    }
    let mut seen = BTreeSet::new();
    if base.ports.iter().any(|port| !seen.insert(port.published)) {
        let text = "of the earlier file's ports with the same published number only the last is kept";
        found.push(("ports".to_owned(), text.to_owned()));
    }
    found
}
