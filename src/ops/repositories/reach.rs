use std::net::IpAddr;

use crate::address::is_storage;
use crate::restic::Place;

/// Refuses places whose name leads to what no storage is, such as the metadata of a cloud. The networks of the co-op are open: its
/// storage may well stand there. restic looks the name up once more, so this keeps mistakes and careless wishes off, not somebody who
/// rules the name's answers.
pub(super) async fn check(place: &Place) -> Result<(), String> {
    let Some((host, port)) = host_of(place) else { return Ok(()) };
    let found = tokio::net::lookup_host((host.as_str(), port)).await;
    let addresses: Vec<IpAddr> = found.map_err(|error| format!("{host} is not found: {error}"))?.map(|a| a.ip()).collect();
    match addresses.iter().find(|address| !is_storage(**address)) {
        Some(address) => Err(format!("{host} leads to {address}, where no storage can be")),
        None => Ok(()),
    }
}

/// Host and port of a place on a network.
fn host_of(place: &Place) -> Option<(String, u16)> {
    match place {
        Place::Local { .. } => None,
        Place::Rest { url } | Place::S3 { endpoint: url, .. } => {
            let (scheme, rest) = url.split_once("://")?;
            let authority = rest.split('/').next().unwrap_or_default();
            let default = if scheme == "https" { 443 } else { 80 };
            let (host, port) = match authority.rsplit_once(':') {
                Some((host, port)) if !port.contains(']') => (host, port.parse().unwrap_or(default)),
                _ => (authority, default),
            };
            Some((host.trim_start_matches('[').trim_end_matches(']').to_owned(), port))
        }
        Place::Sftp { host, port, .. } => Some((host.clone(), *port)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(url: &str) -> Place {
        Place::Rest { url: url.to_owned() }
    }

    #[test]
    fn hosts_are_told_from_ports() {
        for (url, host, port) in [
            ("https://b.example.org/x/", "b.example.org", 443),
            ("http://b.example.org:8000/", "b.example.org", 8000),
            ("https://[::1]/", "::1", 443),
            ("https://[::1]:9/", "::1", 9),
        ] {
            assert_eq!(host_of(&rest(url)), Some((host.to_owned(), port)), "{url}");
        }
    }

    #[tokio::test]
    async fn the_metadata_of_a_cloud_is_no_storage_and_the_own_network_may_hold_one() {
        assert_eq!(check(&rest("http://10.0.0.7:8000/")).await, Ok(()));
        for bad in
            ["http://169.254.169.254/latest/", "http://[fe80::1]:80/", "http://0.0.0.0:8000/", "http://[::ffff:169.254.0.1]/"]
        {
            assert!(check(&rest(bad)).await.unwrap_err().contains("no storage"), "{bad}");
        }
    }
}
