//! Whether an address can be an app's: is it one, is it free, does its DNS entry point here.

use std::time::Duration;

use crate::access::Actor;
use crate::commands::app_names::reserved;
use crate::ops::ourselves;
use crate::stack::names::{AppName, Domain, StackName};
use crate::store::apps::App;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::setup::sentence;
use crate::web::status::{Check, CheckState};

use super::CheckView;

/// A name server that does not answer is not waited for longer.
const DNS_PATIENCE: Duration = Duration::from_secs(3);

/// The stack name of a free address, or why it can't be used.
pub(super) async fn free_address(actor: &Actor, site: &Site, domain: &str) -> Result<Result<StackName, String>, Failure> {
    if domain.is_empty() {
        return Ok(Err("Enter an address such as wiki.example.org".to_owned()));
    }
    if let Err(error) = Domain::parse(domain).and_then(|_| AppName::parse(domain)) {
        return Ok(Err(sentence(&error.to_string())));
    }
    if let Some(why) = reserved(domain) {
        return Ok(Err(sentence(why)));
    }
    let stack = match StackName::of_app(domain) {
        Ok(stack) => stack,
        Err(error) => return Ok(Err(sentence(&error.to_string()))),
    };
    // Whose an address is, only those are told who may see the app.
    let seen = site.store.seen_by(actor);
    let told = |other: &App| if seen.has(&other.name) { other.name.clone() } else { "that of another app".to_owned() };
    if let Some(other) = site.store.app_of_stack(stack.as_str()).await? {
        return Ok(Err(if other.name == domain {
            format!("There is already an app at {domain}")
        } else {
            format!(
                "The address is too like {}: both become the stack {stack}, for only its first 45 characters count",
                told(&other)
            )
        }));
    }
    // Volumes belong to a stack by their name alone, so one stack's name must not begin another's.
    let begins = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('_'));
    if let Some(other) =
        site.store.apps().await?.into_iter().find(|a| begins(&a.stack, stack.as_str()) || begins(stack.as_str(), &a.stack))
    {
        return Ok(Err(format!("The address is too like {}: Docker could not tell the volumes of the two apart", told(&other))));
    }
    let swarm = site.feed.latest().swarm;
    if let Some(why) = ourselves::refusal(&swarm, stack.as_str()) {
        return Ok(Err(sentence(&why)));
    }
    if swarm.services.iter().any(|s| s.stack() == Some(stack.as_str())) {
        return Ok(Err(format!("A stack called {stack} runs on this Swarm already, and it is not one of Canteen’s apps")));
    }
    Ok(Ok(stack))
}

pub(super) async fn checks(actor: &Actor, site: &Site, domain: &str) -> Result<CheckView, Failure> {
    let check = |name: &str, state, text: String| Check { name: name.to_owned(), state, text };
    if domain.is_empty() {
        return Ok(CheckView { domain: String::new(), checks: vec![] });
    }
    let checks = match free_address(actor, site, domain).await? {
        Err(problem) => vec![check("Address", CheckState::Failed, problem)],
        Ok(stack) => {
            let looked_up = tokio::time::timeout(DNS_PATIENCE, tokio::net::lookup_host((domain, 443))).await;
            let found: Vec<String> = match looked_up {
                Ok(Ok(addresses)) => addresses.map(|a| a.ip().to_string()).collect(),
                Ok(Err(_)) | Err(_) => vec![],
            };
            let dns = if found.is_empty() {
                check(
                    "DNS",
                    CheckState::Warning,
                    format!("{domain} is not found yet. Members reach the app once its DNS entry points to this server"),
                )
            } else {
                check("DNS", CheckState::Passed, format!("{domain} points to {}", found.join(", ")))
            };
            vec![check("Address", CheckState::Passed, format!("Free. Docker will know the app as {stack}")), dns]
        }
    };
    Ok(CheckView { domain: domain.to_owned(), checks })
}
