//! What a container is to the kernel, and which image it is made of.

use super::super::spec::{ContainerSpec, no_privileges};
use super::Asks;
use super::table::Kind;

/// More than these files or processes per container is not for an app to ask.
const ULIMIT_MAX: i64 = 1_048_576;

pub(super) fn asks(container: &ContainerSpec, asks: &mut Asks<'_>) {
    for capability in &container.cap_add {
        asks.ask(Kind::Capability, "cap_add", capability, format!("capability {capability}"));
    }
    for (name, value) in &container.sysctls {
        asks.ask(Kind::Kernel, format!("sysctls.{name}"), name, format!("sysctl {name}={value}"));
    }
    let beyond = |n: i64| !(0..=ULIMIT_MAX).contains(&n);
    for limit in container.ulimits.iter().filter(|l| beyond(l.hard) || beyond(l.soft)) {
        let what = format!("ulimit {} of {} to {}", limit.name, number(limit.soft), number(limit.hard));
        asks.ask(Kind::Limits, format!("ulimits.{}", limit.name), &limit.name, what);
    }
    privileges(container, asks);
    if !matches!(container.isolation.as_str(), "" | "default") {
        asks.ask(Kind::Kernel, "isolation", &container.isolation, format!("isolation {}", container.isolation));
    }
    if container.healthcheck.as_ref().is_some_and(|h| h.test.first().is_some_and(|t| t.trim().eq_ignore_ascii_case("none"))) {
        asks.ask(Kind::Unwatched, "healthcheck", "healthcheck", "the image's health check is switched off");
    }
    if moves(&container.image) {
        asks.ask(Kind::Image, "image", &container.image, format!("image {}", container.image));
    }
}

fn number(limit: i64) -> String {
    if limit < 0 { "no limit".to_owned() } else { limit.to_string() }
}

fn privileges(container: &ContainerSpec, asks: &mut Asks<'_>) {
    let Some(given) = container.privileges.as_ref().filter(|p| **p != no_privileges()) else { return };
    let known = ["CredentialSpec", "SELinuxContext", "NoNewPrivileges"];
    for (name, value) in given.as_object().into_iter().flatten() {
        match name.as_str() {
            "NoNewPrivileges" => {}
            _ if value.is_null() => {}
            "CredentialSpec" => asks.ask(Kind::Kernel, "credential_spec", name, "a credential spec: an identity of the node"),
            _ if known.contains(&name.as_str()) => asks.ask(Kind::Kernel, "security_opt", name, format!("its own {name}")),
            "Seccomp" | "AppArmor" => asks.ask(Kind::Kernel, "security_opt", name, format!("its own {name} profile")),
            _ => asks.ask(Kind::Unknown, "privileges", name, format!("the privilege {name}")),
        }
    }
    if !given.is_object() {
        asks.ask(Kind::Unknown, "privileges", "privileges", "privileges that can't be read");
    }
}

/// Whether the name means another image when its maker says so: no tag, or `latest`, and no digest.
fn moves(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    !image.contains('@') && last.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}
