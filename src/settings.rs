//! Every setting of the process, in one table, read once at the start.
//!
//! `NAME_FILE` names a file that holds the value, as Docker secrets do. An unknown `CANTEEN_…` variable is an error: it is a typing
//! mistake more often than not.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// One line of the table.
pub struct Known {
    pub name: &'static str,
    pub default: &'static str,
    pub help: &'static str,
}

/// The table. README shows it; a test compares the two.
pub const KNOWN: &[Known] = &[
    Known { name: "CANTEEN_LISTEN", default: "0.0.0.0:8080", help: "address and port to listen on" },
    Known {
        name: "CANTEEN_PUBLIC_URL",
        default: "http://127.0.0.1:8080",
        help: "the address that members type; https, but on the machine itself",
    },
    Known { name: "CANTEEN_DATA", default: "/var/lib/canteen", help: "folder that holds the database and the recipes" },
    Known { name: "CANTEEN_DOCKER_HOST", default: "unix:///var/run/docker.sock", help: "where the Docker Engine answers" },
    Known {
        name: "CANTEEN_CATALOGUE",
        default: "https://recipes.coopcloud.tech/recipes.json",
        help: "URL or file of the recipe catalogue; empty for none",
    },
    Known { name: "CANTEEN_LOCAL_RECIPES", default: "", help: "folder whose git repositories may be recipes; empty for none" },
    Known {
        name: "CANTEEN_TRUSTED_PROXIES",
        default: "",
        help: "addresses or networks, such as 10.0.0.0/8, of proxies whose X-Forwarded-For is believed, comma-separated",
    },
    Known { name: "CANTEEN_DEPLOY_TIMEOUT_S", default: "300", help: "seconds to wait for a deploy when the recipe does not say" },
    Known {
        name: "CANTEEN_REGISTRIES",
        default: "",
        help: "credentials of registries, the JSON that `docker login` writes; best given as CANTEEN_REGISTRIES_FILE",
    },
    Known {
        name: "CANTEEN_KEEP_FREE_MB",
        default: "200",
        help: "megabytes (MiB) that stay free in the data folder; with less, nothing new is begun and pages are read-only",
    },
    Known {
        name: "CANTEEN_REQUIRE_SECOND_FACTOR",
        default: "writers",
        help: "who needs a second factor to go on: writers (whoever may change something), admins, or nobody",
    },
    Known {
        name: "CANTEEN_INTERNAL_HOSTS",
        default: "",
        help: "hosts with inner addresses that the dashboard may ask for single sign-on, without ports, comma-separated; others have to be on the open internet",
    },
    Known {
        name: "CANTEEN_RESTIC",
        default: "restic",
        help: "the program that makes backups: its path, or a name in /usr/local/bin, /usr/bin or /bin",
    },
    Known {
        name: "CANTEEN_RUNNER_IMAGE",
        default: "",
        help: "the image that backups run in on each node; empty: the dashboard’s own",
    },
    Known {
        name: "CANTEEN_RUNNER_SOCKET",
        default: "/var/run/docker.sock",
        help: "where each node has the socket of its Docker engine",
    },
    Known { name: "CANTEEN_LOG", default: "info", help: "what to log: error, warn, info or debug" },
];

/// Set only by tests: the operation step at which the process stops and waits to be killed.
#[cfg(feature = "testing")]
const HOLD_AT: &str = "CANTEEN_HOLD_AT";

/// The settings, understood.
#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub public: PublicUrl,
    pub data: PathBuf,
    pub docker_host: String,
    pub catalogue: String,
    pub local_recipes: Option<PathBuf>,
    pub trusted_proxies: Vec<Network>,
    pub deploy_timeout_s: u64,
    pub registries: Confidential,
    /// Bytes.
    pub keep_free: u64,
    pub second_factor: SecondFactor,
    /// Host names, without ports.
    pub internal_hosts: Vec<String>,
    /// The program that makes backups.
    pub restic: PathBuf,
    /// The image of runners, if it is not the dashboard's own.
    pub runner_image: Option<String>,
    /// Where nodes have their engine's socket.
    pub runner_socket: String,
    pub log: String,
    /// The step at which an operation stops and waits to be killed.
    pub hold_at: Option<String>,
}

/// Who needs a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Whoever may change something.
    Writers,
    /// Whoever gives rights to others or changes the dashboard.
    Admins,
    Nobody,
}

impl std::str::FromStr for SecondFactor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "writers" => Ok(Self::Writers),
            "admins" => Ok(Self::Admins),
            "nobody" => Ok(Self::Nobody),
            _ => Err(()),
        }
    }
}

/// A setting that nobody may read in a log.
#[derive(Clone, Default)]
pub struct Confidential(String);

impl Confidential {
    /// The text, for the one who needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Confidential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "«hidden»" })
    }
}

/// Where members reach the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// `https://host[:port]`: exactly what a browser sends as `Origin`.
    pub origin: String,
    /// `host[:port]`: exactly what a browser sends as `Host`.
    pub host: String,
    pub https: bool,
}

/// A range of addresses, as CIDR writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// Bits that all addresses share.
    bits: u32,
}

impl Network {
    /// Whether the address is in the range. A version 4 address is one, however it is written.
    pub fn contains(&self, address: &IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.bits,
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.bits,
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// The text is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is neither an address nor a network")]
pub struct NoNetwork;

impl std::str::FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_bad| NoNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_bad| NoNetwork)?;
        if bits > most { Err(NoNetwork) } else { Ok(Self { address, bits }) }
    }
}

/// A setting can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {what}; {hint}")]
pub struct SettingError {
    pub name: String,
    pub what: String,
    pub hint: String,
}

impl Settings {
    /// Reads the environment of the process.
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub fn from_environment() -> Result<Self, SettingError> {
        Self::from_pairs(std::env::vars())
    }

    /// Reads name-value pairs as the environment has them.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, SettingError> {
        let mut given: BTreeMap<String, String> = pairs.into_iter().filter(|(name, _)| name.starts_with("CANTEEN_")).collect();
        #[cfg(feature = "testing")]
        let hold_at = given.remove(HOLD_AT);
        #[cfg(not(feature = "testing"))]
        let hold_at = None;
        let mut values = BTreeMap::new();
        for known in KNOWN {
            values.insert(known.name, take(&mut given, known)?);
        }
        if let Some(name) = given.into_keys().next() {
            let hint = "look at the table in README for what there is".to_owned();
            return Err(SettingError { name, what: "there is no such setting".to_owned(), hint });
        }
        let text = |name: &str| values.get(name).cloned().unwrap_or_default();
        let path = |name: &str| Some(text(name)).filter(|t| !t.is_empty()).map(PathBuf::from);
        Ok(Self {
            listen: parse("CANTEEN_LISTEN", &text("CANTEEN_LISTEN"), "write it as 0.0.0.0:8080")?,
            public: public_url(&text("CANTEEN_PUBLIC_URL"))?,
            data: PathBuf::from(text("CANTEEN_DATA")),
            docker_host: text("CANTEEN_DOCKER_HOST"),
            catalogue: text("CANTEEN_CATALOGUE"),
            local_recipes: path("CANTEEN_LOCAL_RECIPES"),
            trusted_proxies: text("CANTEEN_TRUSTED_PROXIES")
                .split(',')
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(|t| {
                    parse("CANTEEN_TRUSTED_PROXIES", t, "write IP addresses or networks such as 10.0.0.0/8, separated by commas")
                })
                .collect::<Result<_, _>>()?,
            deploy_timeout_s: parse(
                "CANTEEN_DEPLOY_TIMEOUT_S",
                &text("CANTEEN_DEPLOY_TIMEOUT_S"),
                "write whole seconds, such as 300",
            )?,
            registries: Confidential(text("CANTEEN_REGISTRIES")),
            keep_free: parse::<u64>("CANTEEN_KEEP_FREE_MB", &text("CANTEEN_KEEP_FREE_MB"), "write whole megabytes, such as 200")?
                .saturating_mul(1024 * 1024),
            second_factor: parse(
                "CANTEEN_REQUIRE_SECOND_FACTOR",
                &text("CANTEEN_REQUIRE_SECOND_FACTOR"),
                "write writers, admins or nobody",
            )?,
            internal_hosts: text("CANTEEN_INTERNAL_HOSTS")
                .split(',')
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(str::to_owned)
                .collect(),
            restic: PathBuf::from(text("CANTEEN_RESTIC")),
            runner_image: Some(text("CANTEEN_RUNNER_IMAGE")).filter(|image| !image.is_empty()),
            runner_socket: text("CANTEEN_RUNNER_SOCKET"),
            log: text("CANTEEN_LOG"),
            hold_at,
        })
    }
}

fn take(given: &mut BTreeMap<String, String>, known: &Known) -> Result<String, SettingError> {
    let file = format!("{}_FILE", known.name);
    match (given.remove(known.name), given.remove(&file)) {
        (Some(_), Some(_)) => {
            let what = format!("{} and {file} are both set", known.name);
            Err(SettingError { name: known.name.to_owned(), what, hint: "keep one of them".to_owned() })
        }
        (Some(value), None) => Ok(value),
        (None, Some(path)) => std::fs::read_to_string(&path).map(|t| t.trim_end().to_owned()).map_err(|e| SettingError {
            name: file,
            what: format!("{path} can't be read: {e}"),
            hint: "name a file that the dashboard may read".to_owned(),
        }),
        (None, None) => Ok(known.default.to_owned()),
    }
}

fn parse<T: std::str::FromStr>(name: &str, text: &str, hint: &str) -> Result<T, SettingError> {
    text.parse().map_err(|_bad| SettingError {
        name: name.to_owned(),
        what: format!("{text:?} can't be used"),
        hint: hint.to_owned(),
    })
}

fn public_url(text: &str) -> Result<PublicUrl, SettingError> {
    let bad = |what: &str, hint: &str| {
        Err(SettingError { name: "CANTEEN_PUBLIC_URL".to_owned(), what: format!("{text:?} {what}"), hint: hint.to_owned() })
    };
    let (https, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return bad("is not a web address", "write it as https://canteen.example.org"),
    };
    let host = rest.trim_end_matches('/').to_ascii_lowercase();
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return bad("has more than a host and a port", "write it as https://canteen.example.org");
    }
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _port)| name);
    if !https && !matches!(name, "localhost" | "127.0.0.1" | "[::1]") {
        return bad("is not https", "without https passwords could be read on the way; http is for the machine itself only");
    }
    let scheme = if https { "https" } else { "http" };
    Ok(PublicUrl { origin: format!("{scheme}://{host}"), host, https })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, SettingError> {
        Settings::from_pairs(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn nothing_set_gives_the_defaults() {
        assert_eq!(read(&[]).unwrap().listen.port(), 8080);
    }

    #[test]
    fn a_mistyped_name_is_an_error_that_names_it() {
        assert_eq!(read(&[("CANTEEN_LISTN", "x")]).unwrap_err().name, "CANTEEN_LISTN");
    }

    #[test]
    fn credentials_are_not_in_what_a_log_may_show() {
        let settings = read(&[("CANTEEN_REGISTRIES", r#"{"auths": {"a.b": {"auth": "aHVzaA=="}}}"#)]).unwrap();
        assert!(!format!("{settings:?}").contains("aHVzaA"));
        assert!(settings.registries.expose().contains("aHVzaA"));
    }

    #[test]
    fn http_is_for_the_machine_itself() {
        assert!(read(&[("CANTEEN_PUBLIC_URL", "http://canteen.example.org")]).is_err());
        let url = read(&[("CANTEEN_PUBLIC_URL", "https://Canteen.example.org/")]).unwrap().public;
        assert_eq!((url.origin.as_str(), url.host.as_str()), ("https://canteen.example.org", "canteen.example.org"));
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        let holds = |network: &str, address: &str| network.parse::<Network>().unwrap().contains(&address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.7", "10.0.0.7") && !holds("10.0.0.7", "10.0.0.8"));
        assert!(holds("10.0.0.0/8", "::ffff:10.0.0.1") && holds("0.0.0.0/0", "192.0.2.1") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && !holds("2001:db8::/32", "2001:db9::1"));
        for bad in ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "::/129", "proxy", "10.0.0.0/8/8"] {
            assert_eq!(bad.parse::<Network>(), Err(NoNetwork), "{bad}");
        }
    }
}
