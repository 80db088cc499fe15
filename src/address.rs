//! Which addresses belong to the open internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the open internet. What members name, as recipes and identity providers, must not lead to what is
/// reachable from this machine alone: its own services, the networks of the Swarm, the metadata of a cloud. The ranges are those that
/// IANA's registries of special addresses call not globally reachable.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// Whether a storage of backups may have this address. The networks of the co-op are open, and this machine too; link-local addresses, at
/// which clouds hand out their credentials, and those of nobody in particular are not.
pub fn is_storage(address: IpAddr) -> bool {
    // Where one cloud answers by version 6 what others answer at 169.254.169.254.
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    match address.to_canonical() {
        IpAddr::V4(v4) => !(v4.is_link_local() || v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast()),
        IpAddr::V6(v6) => !(v6.is_unicast_link_local() || v6.is_unspecified() || v6.is_multicast() || v6 == METADATA),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        // This network, shared address space (RFC 6598), IETF assignments, benchmarks (RFC 2544), reserved.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let inner = |shift: u32| is_public_v4(Ipv4Addr::from_bits(u32::try_from((bits >> shift) & 0xffff_ffff).unwrap_or(0)));
    // Version 4 in the clothes of version 6: translated (RFC 6052), or tunnelled (RFC 3056).
    if bits >> 32 == 0x64_ff9b << 64 {
        return inner(0);
    }
    if bits >> 112 == 0x2002 {
        return inner(80);
    }
    // Global unicast alone, without documentation and Teredo.
    bits >> 125 == 1 && bits >> 96 != 0x2001_0db8 && bits >> 96 != 0x2001_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_is_no_metadata_and_may_stand_in_the_own_network() {
        for open in ["1.1.1.1", "10.0.0.1", "127.0.0.1", "192.168.1.1", "fd00::1", "2606:4700::1111"] {
            assert!(is_storage(open.parse().unwrap()), "{open}");
        }
        for bad in
            ["169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0", "::", "fe80::1", "224.0.0.1", "ff02::1", "fd00:ec2::254"]
        {
            assert!(!is_storage(bad.parse().unwrap()), "{bad}");
        }
    }

    #[test]
    fn only_addresses_of_the_open_internet_are_public() {
        for open in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"] {
            assert!(is_public(open.parse().unwrap()), "{open}");
        }
        for inner in [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
    }
}
