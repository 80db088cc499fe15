//! Where a recipe comes from: an address that is checked before anything is opened.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use reqwest::Url;

use crate::address::is_public;

/// A checked source of a recipe's repository. It never holds credentials, so it may be shown and logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Remote(Url),
    Local(PathBuf),
}

/// Which kinds of origin the one who names it may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allow {
    /// `https://` on public hosts: what a member may name.
    Remote,
    /// Also `https://` on addresses of private networks, absolute paths and `file://`: what the operator of the
    /// server may name.
    RemoteAndLocal,
    /// Also `http://` and `https://` on this machine's loopback. For tests against a server of their own.
    RemoteAndLoopback,
}

/// Why an address was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Nothing but an address belongs there.
    #[error("the address is empty; give the https address of a git repository")]
    Empty,
    /// Whitespace or control characters.
    #[error("the address holds a space or a control character; remove it")]
    Blank,
    /// Git would take it for an option.
    #[error("the address begins with `-`; give the https address of a git repository")]
    Option,
    /// `ext::…` and its kin, which run programs.
    #[error("addresses of the form `helper::…` run a program and are refused; give an https address")]
    Helper,
    /// SSH, in either spelling.
    #[error("git over ssh is not supported; give the https address of the same repository")]
    Ssh,
    /// Any other scheme.
    #[error("the scheme `{scheme}` is not supported; give an https address")]
    Scheme {
        /// The scheme as written.
        scheme: String,
    },
    /// A path where only remote repositories are allowed.
    #[error("a path on the server may only be named by its operator; give an https address")]
    LocalRefused,
    /// A path that depends on where the process runs.
    #[error("the path is not absolute or leads through `..`; give the full path of the repository")]
    Relative,
    /// A user name or a password in the address.
    #[error("the address holds a user name or a password; remove it, for only public repositories can be used")]
    Credentials,
    /// The address names this machine or its neighbours.
    #[error("`{host}` is an address of this machine or of a private network; give a public host")]
    PrivateHost {
        /// The host as written.
        host: String,
    },
    /// It looks like an address but is none.
    #[error("this is not an address: {why}; give it like https://example.org/recipes/app.git")]
    Malformed {
        /// What the parser did not like.
        why: String,
    },
}

impl Origin {
    /// Checks `text` against what `allow` admits. Nothing is opened or resolved.
    pub fn parse(text: &str, allow: Allow) -> Result<Self, OriginError> {
        if text.is_empty() {
            return Err(OriginError::Empty);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(OriginError::Blank);
        }
        if text.starts_with('-') {
            return Err(OriginError::Option);
        }
        if text.starts_with('/') {
            return local(Path::new(text), allow);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(without_scheme(text));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "https" | "http" => remote(text, allow),
            "file" if rest.starts_with('/') => local(Path::new(rest), allow),
            "file" if allow == Allow::RemoteAndLocal => Err(OriginError::Relative),
            "file" => Err(OriginError::LocalRefused),
            "ssh" | "git+ssh" | "ssh+git" => Err(OriginError::Ssh),
            _ if scheme.contains("::") => Err(OriginError::Helper),
            _ => Err(OriginError::Scheme { scheme: scheme.to_owned() }),
        }
    }

    pub(super) fn place(&self) -> &Place {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Remote(url) => f.write_str(url.as_str()),
            Place::Local(path) => write!(f, "{}", path.display()),
        }
    }
}

fn without_scheme(text: &str) -> OriginError {
    if text.contains("::") {
        OriginError::Helper
    } else if text.contains(':') {
        OriginError::Ssh
    } else {
        OriginError::Malformed { why: "it has no scheme".to_owned() }
    }
}

fn local(path: &Path, allow: Allow) -> Result<Origin, OriginError> {
    if allow != Allow::RemoteAndLocal {
        return Err(OriginError::LocalRefused);
    }
    if path.components().any(|part| part == std::path::Component::ParentDir) {
        return Err(OriginError::Relative);
    }
    Ok(Origin(Place::Local(path.to_owned())))
}

fn remote(text: &str, allow: Allow) -> Result<Origin, OriginError> {
    let url = Url::parse(text).map_err(|why| OriginError::Malformed { why: why.to_string() })?;
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err(OriginError::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(OriginError::Malformed { why: "it has a query or a fragment".to_owned() });
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let reach = reach_of(&host);
    let loopback = reach == Reach::Loopback && allow == Allow::RemoteAndLoopback;
    if url.scheme() != "https" && !loopback {
        return Err(OriginError::Scheme { scheme: url.scheme().to_owned() });
    }
    let admitted = match reach {
        Reach::Public => true,
        Reach::Loopback => loopback,
        Reach::Private => allow == Allow::RemoteAndLocal,
    };
    if admitted { Ok(Origin(Place::Remote(url))) } else { Err(OriginError::PrivateHost { host }) }
}

/// The part between `://` and the path, as written: the URL parser drops an empty `@`.
fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split(['/', '\\', '?', '#']).next().unwrap_or_default()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Public,
    Private,
    Loopback,
}

/// Judges a host by its spelling alone. The URL parser has already turned `127.1` and `0x7f000001` into dotted form.
fn reach_of(host: &str) -> Reach {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if name == "localhost" || name.ends_with(".localhost") {
        return Reach::Loopback;
    }
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => reach_of_address(address.to_canonical()),
        Err(_) => Reach::Public,
    }
}

/// Whether an address names its host so that anything may stand behind it. What names this machine or its neighbours openly was
/// admitted, or refused, when it was read.
pub(super) fn is_by_public_name(url: &Url) -> bool {
    url.host_str().is_some_and(|host| reach_of(host) == Reach::Public)
}

fn reach_of_address(address: IpAddr) -> Reach {
    match address {
        _ if address.is_loopback() => Reach::Loopback,
        _ if is_public(address) => Reach::Public,
        _ => Reach::Private,
    }
}
