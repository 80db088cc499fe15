use super::{Context, Place, deploy, environment, mounts};
use crate::compose::{
    error::ComposeError,
    ports,
    types::{Build, CredentialSpec, FileReference, HealthCheck, Logging, Port, Service, ServiceNetwork, Ulimit},
    value::{Kind, Node},
    words,
};
use std::collections::BTreeMap;

/// One entry under `services`, with nothing filled in that it does not say.
pub(super) fn decode(context: &Context<'_>, place: &Place<'_>) -> Result<Service, ComposeError> {
    Ok(Service {
        build: place.get("build").map(|place| build(&place)),
        cap_add: place.texts("cap_add"),
        cap_drop: place.texts("cap_drop"),
        cgroupns_mode: place.text("cgroupns_mode"),
        cgroup_parent: place.text("cgroup_parent"),
        command: command(place, "command")?,
        configs: references(place, "configs")?,
        container_name: place.text("container_name"),
        credential_spec: place.get("credential_spec").map_or_else(CredentialSpec::default, |place| CredentialSpec {
            config: place.text("config"),
            file: place.text("file"),
            registry: place.text("registry"),
        }),
        depends_on: place.texts("depends_on"),
        deploy: place.get("deploy").map(|place| deploy::decode(&place)).transpose()?.unwrap_or_default(),
        devices: place.texts("devices"),
        dns: place.optional_texts("dns"),
        dns_search: place.optional_texts("dns_search"),
        domainname: place.text("domainname"),
        entrypoint: command(place, "entrypoint")?,
        environment: environment::decode(context, place)?,
        env_file: place.texts("env_file"),
        expose: place.texts("expose"),
        external_links: place.texts("external_links"),
        extra_hosts: extra_hosts(place),
        hostname: place.text("hostname"),
        healthcheck: place.get("healthcheck").map(|place| healthcheck(&place)).transpose()?,
        image: place.text("image"),
        init: place.get("init").map(|init| *init.kind() == Kind::Bool(true)),
        ipc: place.text("ipc"),
        isolation: place.text("isolation"),
        labels: place.pairs("labels"),
        links: place.texts("links"),
        logging: place
            .get("logging")
            .map(|place| Logging { driver: place.text("driver"), options: place.get("options").map(|_| place.pairs("options")) }),
        mac_address: place.text("mac_address"),
        network_mode: place.text("network_mode"),
        networks: networks(place),
        pid: place.text("pid"),
        ports: decode_ports(context, place)?,
        privileged: place.flag("privileged"),
        read_only: place.flag("read_only"),
        restart: place.text("restart"),
        secrets: references(place, "secrets")?,
        security_opt: place.texts("security_opt"),
        shm_size: shm_size(place)?,
        stdin_open: place.flag("stdin_open"),
        stop_grace_period: place.duration("stop_grace_period")?,
        stop_signal: place.text("stop_signal"),
        sysctls: place.pairs("sysctls"),
        tmpfs: place.texts("tmpfs"),
        tty: place.flag("tty"),
        ulimits: ulimits(place)?,
        user: place.text("user"),
        userns_mode: place.text("userns_mode"),
        volumes: list(place, "volumes", |item| mounts::decode(context, item))?,
        working_dir: place.text("working_dir"),
        extras: place.extras(),
    })
}

/// Every item of the list `key`, decoded.
fn list<T>(place: &Place<'_>, key: &str, decode: impl Fn(&Place<'_>) -> Result<T, ComposeError>) -> Result<Vec<T>, ComposeError> {
    let Some(list) = place.get(key) else { return Ok(Vec::new()) };
    list.items().map(|item| decode(&item)).collect()
}

fn build(place: &Place<'_>) -> Build {
    if let Kind::Text(context) = place.kind() {
        return Build { context: context.clone(), ..Build::default() };
    }
    Build {
        context: place.text("context"),
        dockerfile: place.text("dockerfile"),
        args: place.optional_pairs("args"),
        labels: place.pairs("labels"),
        cache_from: place.texts("cache_from"),
        extra_hosts: extra_hosts(place),
        network: place.text("network"),
        target: place.text("target"),
    }
}

/// The schema takes a number here, docker's client does not.
fn shm_size(place: &Place<'_>) -> Result<String, ComposeError> {
    let Some(size) = place.get("shm_size") else { return Ok(String::new()) };
    match size.kind() {
        Kind::Text(text) => Ok(text.clone()),
        _ => Err(size.fault("must be a string", "put it in quotes")),
    }
}

/// A list of words, or a line that is split into them.
fn command(place: &Place<'_>, key: &str) -> Result<Vec<String>, ComposeError> {
    let Some(command) = place.get(key) else { return Ok(Vec::new()) };
    match command.kind() {
        Kind::Text(line) => words::split(line).map_err(|what| command.fault(what, "write the words as a list")),
        _ => Ok(place.texts(key)),
    }
}

fn references(place: &Place<'_>, key: &str) -> Result<Vec<FileReference>, ComposeError> {
    list(place, key, |item| match item.kind() {
        Kind::Text(source) => Ok(FileReference { source: source.clone(), ..FileReference::default() }),
        _ => Ok(FileReference {
            source: item.text("source"),
            target: item.text("target"),
            uid: item.text("uid"),
            gid: item.text("gid"),
            mode: item.small_count("mode")?,
        }),
    })
}

/// `HOST:IP` of every entry; a mapping comes out sorted, a list in its order.
fn extra_hosts(place: &Place<'_>) -> Vec<String> {
    let Some(hosts) = place.get("extra_hosts") else { return Vec::new() };
    let entry = |host: &str, ip: &str| {
        let ip = ip.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(ip);
        format!("{host}:{ip}")
    };
    if let Kind::Map(map) = hosts.kind() {
        let mut entries: Vec<_> = map.iter().filter_map(|(host, ip)| Some(entry(host, &ip.printed()?))).collect();
        entries.sort();
        return entries;
    }
    let items = place.texts("extra_hosts");
    let split = |item: &String| {
        let (host, ip) = item.split_once('=').or_else(|| item.split_once(':'))?;
        Some(entry(host, ip))
    };
    items.iter().filter_map(split).collect()
}

fn healthcheck(place: &Place<'_>) -> Result<HealthCheck, ComposeError> {
    let test = match place.get("test").map(|test| test.kind()) {
        Some(Kind::Text(line)) => vec!["CMD-SHELL".to_owned(), line.clone()],
        _ => place.texts("test"),
    };
    Ok(HealthCheck {
        test,
        timeout: place.duration("timeout")?,
        interval: place.duration("interval")?,
        retries: place.count("retries")?,
        start_period: place.duration("start_period")?,
        start_interval: place.duration("start_interval")?,
        disable: place.flag("disable"),
    })
}

fn networks(place: &Place<'_>) -> BTreeMap<String, Option<ServiceNetwork>> {
    let Some(networks) = place.get("networks") else { return BTreeMap::new() };
    if let Kind::List(names) = networks.kind() {
        return names.iter().filter_map(Node::printed).map(|name| (name, None)).collect();
    }
    let attachment = |place: &Place<'_>| ServiceNetwork {
        aliases: place.texts("aliases"),
        driver_opts: place.pairs("driver_opts"),
        ipv4_address: place.text("ipv4_address"),
        ipv6_address: place.text("ipv6_address"),
    };
    let entries = networks.entries();
    entries.map(|(name, place)| (name.to_owned(), (*place.kind() != Kind::Null).then(|| attachment(&place)))).collect()
}

fn decode_ports(context: &Context<'_>, place: &Place<'_>) -> Result<Vec<Port>, ComposeError> {
    let decoded = list(place, "ports", |item| match item.kind() {
        Kind::Map(_) => Ok(vec![Port {
            mode: item.text("mode"),
            target: item.small_count("target")?.unwrap_or_default(),
            published: item.small_count("published")?.unwrap_or_default(),
            protocol: item.text("protocol"),
        }]),
        Kind::Float(_) => Err(item.fault("must be a whole number", "remove the fraction")),
        kind => {
            let mut left = context.ports_left.get();
            let parsed = ports::parse(&super::printed(kind).unwrap_or_default(), &mut left)
                .map_err(|what| item.fault(what, "write it as PUBLISHED:TARGET/PROTOCOL"))?;
            context.ports_left.set(left);
            if let Some(address) = parsed.ignored_address {
                context.notice(item, format!("the address {address} has no effect: the port opens on all addresses of the node"));
            }
            Ok(parsed.ports)
        }
    })?;
    Ok(decoded.into_iter().flatten().collect())
}

fn ulimits(place: &Place<'_>) -> Result<BTreeMap<String, Ulimit>, ComposeError> {
    let Some(limits) = place.get("ulimits") else { return Ok(BTreeMap::new()) };
    let limit = |limit: &Place<'_>| match limit.kind() {
        Kind::Map(_) => Ok(Ulimit { single: 0, soft: limit.whole("soft")?, hard: limit.whole("hard")? }),
        Kind::Float(_) => Err(limit.fault("must be a whole number", "remove the fraction")),
        _ => Ok(Ulimit { single: limit.as_whole()?, ..Ulimit::default() }),
    };
    limits.entries().map(|(name, place)| Ok((name.to_owned(), limit(&place)?))).collect()
}
