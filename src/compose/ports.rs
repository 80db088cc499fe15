//! Ports in the short form: `[[IP:]PUBLISHED:]TARGET[/PROTOCOL]`, where both may be ranges.

use super::types::Port;
use std::{collections::BTreeMap, net::IpAddr};

/// The ports that one text stands for, and the address that has no effect.
pub(super) struct Parsed {
    pub(super) ports: Vec<Port>,
    pub(super) ignored_address: Option<String>,
}

/// Reads one text, of at most `left` ports, which become fewer. The error says what is wrong with it.
pub(super) fn parse(text: &str, left: &mut usize) -> Result<Parsed, String> {
    let (front, target) = text.rsplit_once(':').unwrap_or(("", text));
    let (address, published) = front.rsplit_once(':').unwrap_or(("", front));
    let address = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    if !address.is_empty() && address.parse::<IpAddr>().is_err() {
        return Err(format!("`{address}` is no IP address"));
    }
    let mut parts = target.split('/');
    let target = range(parts.next().unwrap_or_default())?;
    let protocol = parts.next().filter(|name| !name.is_empty()).unwrap_or("tcp").to_ascii_lowercase();
    if !matches!(protocol.as_str(), "tcp" | "udp" | "sctp") {
        return Err(format!("`{protocol}` is no protocol"));
    }
    let published = if published.is_empty() { None } else { Some(range(published)?) };
    let pairs = pair(target, published)?;
    *left = left.checked_sub(pairs.len()).ok_or("too many ports")?;

    // Docker's client walks the targets in the order of their text, not of their number.
    let mut by_target: BTreeMap<String, Vec<Port>> = BTreeMap::new();
    for (target, published) in pairs {
        let port = Port { mode: "ingress".to_owned(), target, published, protocol: protocol.clone() };
        by_target.entry(format!("{target}/{protocol}")).or_default().push(port);
    }
    let anywhere = matches!(address, "" | "0.0.0.0" | "::");
    let ignored_address = (!anywhere).then(|| address.to_owned());
    Ok(Parsed { ports: by_target.into_values().flatten().collect(), ignored_address })
}

type Range = (u16, u16);

fn range(text: &str) -> Result<Range, String> {
    // What follows a second dash is not looked at.
    let mut ends = text.split('-');
    let first = ends.next().unwrap_or_default();
    let last = ends.next().unwrap_or(first);
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u16>().ok()).flatten().ok_or_else(|| format!("`{text}` is no port"))
    };
    let (first, last) = (number(first)?, number(last)?);
    if first > last { Err(format!("`{text}` runs backwards")) } else { Ok((first, last)) }
}

/// Target and published port of every entry; 0 is published where the text says nothing.
fn pair(target: Range, published: Option<Range>) -> Result<Vec<(u32, u32)>, String> {
    let all = |(first, last): Range| u32::from(first)..=u32::from(last);
    let Some(published) = published else { return Ok(all(target).map(|target| (target, 0)).collect()) };
    if target.0 == target.1 {
        return Ok(all(published).map(|published| (u32::from(target.0), published)).collect());
    }
    if target.1 - target.0 != published.1 - published.0 {
        return Err("the two ranges have different lengths".to_owned());
    }
    Ok(all(target).zip(all(published)).collect())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn short_ports_stand_for_what_they_do_for_docker() {
        for (text, expected) in [
            ("80", Some("80<0/tcp")),
            (":80", Some("80<0/tcp")),
            ("127.0.0.1:90:90/UDP", Some("90<90/udp")),
            ("[::1]:1:2", Some("2<1/tcp")),
            ("2000-2002:80", Some("80<2000/tcp 80<2001/tcp 80<2002/tcp")),
            ("9-10:9-10", Some("10<10/tcp 9<9/tcp")),
            ("80-80-x", Some("80<0/tcp")),
            ("1-3:5-6", None),
            ("80:80/foo", None),
            ("10-9:80", None),
            ("5:4:3:2", None),
            ("70000", None),
        ] {
            let shown = parse(text, &mut 100).ok().map(|parsed| {
                let ports = parsed.ports.iter().map(|port| format!("{}<{}/{}", port.target, port.published, port.protocol));
                ports.collect::<Vec<_>>().join(" ")
            });
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
        assert!(parse("0-65535", &mut 100).is_err(), "a range must not cost more than is left");
    }
}
