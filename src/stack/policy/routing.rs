//! Labels that the proxy reads: which visitors a service takes, and what it does with them. What is not known here is a power.

use std::collections::{BTreeMap, BTreeSet};

use super::super::names::Domain;
use super::super::spec::ServiceSpec;
use super::around::Around;
use super::rule;
use super::table::Kind;
use super::{Asks, Look};

/// Where visitors come in.
const ENTRY_POINTS: &[&str] = &["web", "web-secure", "websecure", "http", "https"];
/// Settings of a router that reach nobody else.
const OF_ROUTERS: &[&str] = &["tls", "tls.certresolver", "tls.passthrough", "rulesyntax"];
/// Settings of a service that reach nobody else, with all below them.
const OF_SERVICES: &[&str] = &[
    "loadbalancer.server.port",
    "loadbalancer.server.scheme",
    "loadbalancer.server.weight",
    "loadbalancer.server.tls",
    "loadbalancer.passhostheader",
    "loadbalancer.sticky",
    "loadbalancer.healthcheck",
    "loadbalancer.passivehealthcheck",
    "loadbalancer.responseforwarding",
    "loadbalancer.terminationdelay",
    "loadbalancer.proxyprotocol",
    "loadbalancer.strategy",
];

/// The addresses that an app's settings claim: those in `DOMAIN` and `EXTRA_DOMAINS`, however they are quoted there. What the recipe
/// itself says is not asked: it could claim anything.
pub fn claimed(settings: &BTreeMap<String, String>) -> Vec<String> {
    let of = |key: &str| settings.get(key).map(|text| text.to_lowercase()).unwrap_or_default();
    let mut found = vec![of("DOMAIN").trim().to_owned()];
    let extra = of("EXTRA_DOMAINS");
    let words = extra.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '*')));
    found.extend(words.filter(|w| w.contains('.')).map(str::to_owned));
    found.retain(|name| Domain::parse(name).is_ok());
    found.sort();
    found.dedup();
    found
}

/// The hosts that a service names in the rules of its routers, whatever else the rules say.
pub fn routed(service: &ServiceSpec) -> Vec<String> {
    let is_rule =
        |key: &str| matches!(key.split('.').collect::<Vec<_>>().as_slice(), ["traefik", "http" | "tcp", "routers", _, "rule"]);
    let labels = service.labels.iter().chain(&service.task_template.container_spec.labels);
    let rules = labels.filter(|(key, _)| is_rule(&key.trim().to_lowercase()));
    let mut found: Vec<String> = rules.flat_map(|(_, value)| rule::hosts(value)).map(|host| plain(&host)).collect();
    found.sort();
    found.dedup();
    found
}

pub(super) fn asks(look: &Look<'_>, service: &ServiceSpec, asks: &mut Asks<'_>) {
    for (place, labels) in [("deploy.labels", &service.labels), ("labels", &service.task_template.container_spec.labels)] {
        for (key, value) in labels {
            // The proxy does not tell capitals from small letters.
            let lower = key.trim().to_lowercase();
            let Some(rest) = lower.strip_prefix("traefik.") else { continue };
            let mut label = Label { look, value: value.trim(), path: format!("{place}.{key}"), asks };
            label.judge(&rest.split('.').collect::<Vec<_>>());
        }
    }
}

struct Label<'a, 'b> {
    look: &'a Look<'a>,
    value: &'a str,
    path: String,
    asks: &'a mut Asks<'b>,
}

impl Label<'_, '_> {
    fn judge(&mut self, key: &[&str]) {
        match key {
            ["enable" | "constraint-label"] | ["docker" | "swarm", "lbswarm"] => {}
            ["docker" | "swarm", "network"] => {
                let around = self.look.around;
                if !Around::shares_network(self.value) && !around.owns_network(self.value) {
                    self.ask(format!("the proxy is to reach it by the network {}", self.value));
                }
            }
            ["http" | "tcp", "routers", name, field @ ..] => {
                self.named(name);
                self.router(&field.join("."));
            }
            ["http" | "tcp", "services", name, field @ ..] => {
                self.named(name);
                self.service(&field.join("."));
            }
            ["http" | "tcp", "middlewares", name, field @ ..] => {
                self.named(name);
                self.middleware(&field.join("."));
            }
            ["http" | "tcp", "serverstransports", name, ..] => self.named(name),
            _ => self.ask(format!("a setting of the proxy itself, or an unknown one: {}", key.join("."))),
        }
    }

    fn router(&mut self, field: &str) {
        match field {
            "rule" => {
                let domains = &self.look.desired.domains;
                if let Some(why) = rule::beyond(self.value, &|host| is_claimed(domains, host)) {
                    self.ask(format!("takes visitors of {why}: {}", self.value));
                }
                let shared = rule::hosts(self.value).into_iter().filter(|host| is_claimed(domains, host));
                for host in shared.collect::<BTreeSet<_>>() {
                    self.shared(&plain(&host));
                }
            }
            "entrypoints" => {
                for point in list(self.value).filter(|p| !ENTRY_POINTS.contains(&p.to_lowercase().as_str())) {
                    self.ask(format!("the entry point {point}"));
                }
            }
            "middlewares" | "service" | "tls.options" => self.references(),
            "priority" => self.ask(format!("the priority {} over other apps", self.value)),
            _ if field.starts_with("tls.domains") => {
                let domains = &self.look.desired.domains;
                for host in list(self.value).filter(|host| !is_claimed(domains, host)) {
                    self.ask(format!("a certificate for {host}"));
                }
            }
            _ if OF_ROUTERS.contains(&field) || field.starts_with("observability.") => {}
            _ => self.ask(format!("the unknown setting {field} of a router")),
        }
    }

    fn service(&mut self, field: &str) {
        let known = OF_SERVICES.iter().any(|k| field.strip_prefix(k).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
        match field {
            "loadbalancer.serverstransport" => self.references(),
            "loadbalancer.server.url" | "loadbalancer.server.address" => {
                self.ask(format!("sends visitors on to {}", self.value));
            }
            _ if known => {}
            _ => self.ask(format!("the unknown setting {field} of a service of the proxy")),
        }
    }

    fn middleware(&mut self, field: &str) {
        if matches!(field, "chain.middlewares" | "errors.service") {
            self.references();
        } else if field.starts_with("plugin.") {
            self.ask(format!("the plugin {} of the proxy", field.trim_start_matches("plugin.")));
        }
    }

    /// What the label defines must bear the stack's name: two of one name shut each other off.
    fn named(&mut self, name: &str) {
        if !self.look.around.owns_route(name) {
            self.ask(format!("defines {name} in the proxy, a name that is not the app's"));
        }
    }

    /// What the label refers to is the stack's own, or one that the proxy's file offers to everybody.
    fn references(&mut self) {
        for reference in list(self.value) {
            let (name, provider) = reference.split_once('@').unwrap_or((reference, ""));
            let fine = match provider.to_lowercase().as_str() {
                "" | "docker" | "swarm" => self.look.around.owns_route(name),
                "file" => true,
                "internal" => name == "noop",
                _ => false,
            };
            if !fine {
                self.ask(format!("uses {reference} of the proxy"));
            }
        }
    }

    /// Two may answer for one host, each for some of its paths; whoever lets them should know.
    fn shared(&mut self, host: &str) {
        if let Some(others) = self.look.around.others_at(host) {
            let what = format!("takes visitors of {host}, which is an address of {others} too");
            self.asks.ask(Kind::SharedAddress, self.path.as_str(), host, what);
        }
    }

    fn ask(&mut self, what: String) {
        self.asks.ask(Kind::Router, self.path.as_str(), self.value, what);
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// Whether the app's settings claim this host.
fn is_claimed(domains: &[String], host: &str) -> bool {
    domains.contains(&plain(host))
}

/// A host as the proxy compares it.
fn plain(host: &str) -> String {
    host.trim().trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_domains_are_found_however_they_are_quoted() {
        let of = |domain: &str, extra: &str| {
            let pairs = [("DOMAIN", domain), ("EXTRA_DOMAINS", extra), ("OTHER_DOMAIN", "c.org")];
            claimed(&pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter().collect())
        };
        assert_eq!(of("Pad.example.org", ""), ["pad.example.org"]);
        assert_eq!(of("a.org", ", `b.org`, `www.b.org`"), ["a.org", "b.org", "www.b.org"]);
        assert_eq!(of("a.org", ") || Host(\"b.org\""), ["a.org", "b.org"]);
        assert_eq!(of("a.org", ") || HostRegexp(`.+`) || Host(`*.org`"), ["a.org"]);
        assert_eq!(of("localhost", "x"), ["localhost"]);
        assert_eq!(claimed(&BTreeMap::new()), Vec::<String>::new());
    }
}
