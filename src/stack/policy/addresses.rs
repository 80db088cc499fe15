//! Names that stand for the machine itself.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::spec::ContainerSpec;
use super::Asks;
use super::table::Kind;

/// Where providers answer with data of the machine, beside the link-local addresses; and the engine's own bridges.
const OF_NODES: &[Ipv4Addr] =
    &[Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(172, 17, 0, 1), Ipv4Addr::new(172, 18, 0, 1)];
/// The same over IPv6.
const OF_NODES_6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

pub(super) fn asks(container: &ContainerSpec, asks: &mut Asks<'_>) {
    for host in &container.hosts {
        let (address, name) = host.split_once(' ').unwrap_or((host.as_str(), ""));
        if is_node(address) {
            asks.ask(Kind::Address, format!("extra_hosts.{name}"), address, format!("the name {name} for {address}"));
        }
    }
    for server in container.dns_config.iter().flat_map(|dns| &dns.nameservers).filter(|s| is_node(s)) {
        asks.ask(Kind::Address, "dns", server, format!("name server {server}"));
    }
}

/// Loopback, link-local (data of the machine at most providers), the bridges and the engine's own word for the node.
fn is_node(address: &str) -> bool {
    let address = address.trim().trim_matches(['[', ']']).to_lowercase();
    let address = address.split('%').next().unwrap_or(&address);
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => is_node_4(ip),
        Ok(IpAddr::V6(ip)) => {
            let inner = ip.to_ipv4_mapped().or_else(|| ip.to_ipv4()).is_some_and(is_node_4);
            inner || ip.is_loopback() || ip.is_unspecified() || ip.is_unicast_link_local() || ip == OF_NODES_6
        }
        Err(_name) => address.starts_with("host-gateway"),
    }
}

fn is_node_4(ip: Ipv4Addr) -> bool {
    ip.is_loopback() || ip.is_unspecified() || ip.is_link_local() || OF_NODES.contains(&ip)
}

#[cfg(test)]
mod tests {
    use super::is_node;

    #[test]
    fn the_machine_is_known_by_every_spelling() {
        for address in
            ["127.0.0.1", "127.9.9.9", "169.254.169.254", "::1", "[::1]", "::ffff:169.254.169.254", "fe80::1%eth0", "0.0.0.0"]
        {
            assert!(is_node(address), "{address}");
        }
        for address in ["host-gateway", "HOST-GATEWAY", "fd00:ec2::254", "FD00:0EC2:0:0::254", "100.100.100.200", "172.17.0.1"] {
            assert!(is_node(address), "{address}");
        }
        for address in ["203.0.113.7", "10.0.0.1", "2001:db8::7", "archive.example.org"] {
            assert!(!is_node(address), "{address}");
        }
    }
}
