//! The addresses behind a host's name. A name says nothing of where it leads, and may lead elsewhere the next time it is asked for; so it
//! is the addresses themselves, right before the connection, that must not be this machine's or its neighbours'.

use std::future::ready;
use std::net::{SocketAddr, ToSocketAddrs as _};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::is_public;

/// The name leads nowhere that a recipe may come from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` leads to this machine or to a private network; only recipes on public hosts can be used")]
pub(super) struct NotPublic {
    name: String,
}

/// Resolves names to public addresses alone.
pub(super) struct Public;

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        // Each conversation has a thread of its own, which has nothing else to do meanwhile.
        let found = (name.as_str(), 0).to_socket_addrs();
        let found = found.map_err(Into::into).and_then(|found| Ok(public(name.as_str(), found)?));
        Box::pin(ready(found.map(|found| -> Addrs { Box::new(found.into_iter()) })))
    }
}

fn public(name: &str, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, NotPublic> {
    let kept: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
    if kept.is_empty() { Err(NotPublic { name: name.to_owned() }) } else { Ok(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(addresses: &[&str]) -> Result<Vec<String>, NotPublic> {
        let found = addresses.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0));
        public("forge.example.org", found).map(|kept| kept.iter().map(|address| address.ip().to_string()).collect())
    }

    #[test]
    fn a_name_that_leads_inside_leads_nowhere() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
        ] {
            let error = kept(&[inside]).expect_err(inside);
            assert!(error.to_string().contains("`forge.example.org` leads to this machine"), "{error}");
            assert_eq!(kept(&[inside, "9.9.9.9"]).unwrap(), ["9.9.9.9"], "{inside}");
        }
    }

    #[tokio::test]
    async fn the_resolver_asks_that_of_each_name() {
        // The one name that every machine knows.
        let found = Public.resolve("localhost".parse().unwrap()).await;
        assert!(found.err().unwrap().is::<NotPublic>());
    }
}
