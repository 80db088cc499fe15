//! Where a repository lies.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::AbsPath;

/// Where a repository lies. Made by [`PlaceFields::place`](super::PlaceFields::place), which checks each part; printed for people, and
/// never with anything that lets somebody in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Place {
    /// A folder on the node where the dashboard runs.
    Local { path: AbsPath },
    /// A server of `restic-rest-server`'s kind: `http://` or `https://`, with a `/` at its end and no user in it.
    Rest { url: String },
    /// An S3 storage. `prefix` is a folder of the bucket, empty for all of it; an empty `region` lets the storage choose.
    S3 { endpoint: String, bucket: String, prefix: String, region: String },
    /// A folder of a server that we sign in to with a key.
    Sftp { user: String, host: String, port: u16, path: AbsPath },
}

impl Place {
    /// The word for its kind that is stored and sent.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Local { .. } => "local",
            Self::Rest { .. } => "rest",
            Self::S3 { .. } => "s3",
            Self::Sftp { .. } => "sftp",
        }
    }

    /// Whether only the node where the dashboard runs reaches it.
    pub const fn is_local(&self) -> bool {
        matches!(self, Self::Local { .. })
    }

    /// The address as restic wants it (`--repo`). The kind always stands before it, so that no folder reads as one.
    pub fn address(&self) -> String {
        match self {
            Self::Local { path } => format!("local:{path}"),
            Self::Rest { url } => format!("rest:{url}"),
            Self::S3 { endpoint, bucket, prefix, .. } if prefix.is_empty() => format!("s3:{endpoint}/{bucket}"),
            Self::S3 { endpoint, bucket, prefix, .. } => format!("s3:{endpoint}/{bucket}/{prefix}"),
            // The second slash makes the path absolute there.
            Self::Sftp { user, host, port, path } => format!("sftp://{user}@{}:{port}/{path}", bracketed(host)),
        }
    }
}

/// A number of IPv6 goes into brackets before a port.
fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local { path } => write!(f, "{path}"),
            Self::Rest { url } => f.write_str(url),
            Self::S3 { endpoint, bucket, prefix, .. } if prefix.is_empty() => write!(f, "{endpoint}/{bucket}"),
            Self::S3 { endpoint, bucket, prefix, .. } => write!(f, "{endpoint}/{bucket}/{prefix}"),
            Self::Sftp { user, host, port: 22, path } => write!(f, "{user}@{host}:{path}"),
            Self::Sftp { user, host, port, path } => write!(f, "{user}@{}:{port}{path}", bracketed(host)),
        }
    }
}
