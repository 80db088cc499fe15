//! A place as it is typed into a form, or given on the command line.

use super::{AbsPath, Place};

/// What is wrong with a field, said for whoever typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct FieldError {
    /// The name of the field, as in [`PlaceFields`].
    pub field: &'static str,
    /// A sentence without its subject, such as `is empty`.
    pub problem: String,
}

impl FieldError {
    pub fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self { field, problem: problem.into() }
    }
}

/// The kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    Local,
    Rest,
    S3,
    Sftp,
}

impl PlaceKind {
    pub const ALL: [Self; 4] = [Self::Local, Self::Rest, Self::S3, Self::Sftp];

    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Rest => "rest",
            Self::S3 => "s3",
            Self::Sftp => "sftp",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What is typed. Only the fields of the kind are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceFields {
    /// `local`, `rest`, `s3` or `sftp`.
    pub kind: String,
    /// Of a folder, or of a folder on a server by SFTP.
    pub path: String,
    pub url: String,
    pub endpoint: String,
    pub bucket: String,
    pub prefix: String,
    pub region: String,
    pub user: String,
    pub host: String,
    /// Empty is 22.
    pub port: String,
}

impl PlaceFields {
    /// Reads the fields.
    ///
    /// # Errors
    /// The first field that is wrong, by its name.
    pub fn place(&self) -> Result<Place, FieldError> {
        let kinds = "has to be local, rest, s3 or sftp";
        match PlaceKind::parse(self.kind.trim()).ok_or_else(|| FieldError::new("kind", kinds))? {
            PlaceKind::Local => Ok(Place::Local { path: folder(&self.path)? }),
            PlaceKind::Rest => Ok(Place::Rest { url: format!("{}/", address("url", &self.url)?) }),
            PlaceKind::S3 => self.s3(),
            PlaceKind::Sftp => self.sftp(),
        }
    }

    fn s3(&self) -> Result<Place, FieldError> {
        let bucket = word("bucket", &self.bucket, ".-_")?;
        let prefix = self.prefix.trim().trim_matches('/').to_owned();
        AbsPath::new(&format!("/{prefix}")).map_err(|error| FieldError::new("prefix", format!("is no folder: {error}")))?;
        let region = match self.region.trim() {
            "" => String::new(),
            region => word("region", region, "-")?,
        };
        Ok(Place::S3 { endpoint: address("endpoint", &self.endpoint)?, bucket, prefix, region })
    }

    fn sftp(&self) -> Result<Place, FieldError> {
        let user = word("user", &self.user, "._-")?;
        let host = match self.host.trim().trim_start_matches('[').trim_end_matches(']') {
            number if number.parse::<std::net::Ipv6Addr>().is_ok() => number.to_owned(),
            host => word("host", host, ".-")?,
        };
        let port = match self.port.trim() {
            "" => 22,
            port => port.parse().ok().filter(|port| *port > 0).ok_or_else(|| FieldError::new("port", "has to be 1 to 65535"))?,
        };
        Ok(Place::Sftp { user, host, port, path: folder(&self.path)? })
    }
}

fn folder(text: &str) -> Result<AbsPath, FieldError> {
    let path = AbsPath::new(text.trim()).map_err(|error| FieldError::new("path", format!("is no folder: {error}")))?;
    match path.as_str() {
        "/" => Err(FieldError::new("path", "is the root; choose a folder of its own")),
        _ => Ok(path),
    }
}

/// A word of letters, digits and what `also` holds; nothing that a program could take for an option.
fn word(field: &'static str, text: &str, also: &str) -> Result<String, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(FieldError::new(field, "is empty"));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || also.contains(c);
    if text.starts_with('-') || !text.chars().all(plain) {
        return Err(FieldError::new(field, format!("may have letters, digits and {also} only, and no - at its beginning")));
    }
    Ok(text.to_owned())
}

/// An address with `http://` or `https://`, without a `/` at its end, and without anything that lets somebody in.
fn address(field: &'static str, text: &str) -> Result<String, FieldError> {
    let wrong = |problem: &str| Err(FieldError::new(field, problem));
    let text = text.trim().trim_end_matches('/');
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return wrong("has to begin with https:// or http://");
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() {
        return wrong("names no host");
    }
    if host.contains('@') {
        return wrong("has a user in it; user and password have fields of their own");
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '?' | '#' | '\\' | '"' | '\'')) {
        return wrong("has a blank, a query or another character that no address of a repository has");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> PlaceFields {
        let get = |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()).unwrap_or_default();
        PlaceFields {
            kind: get("kind"),
            path: get("path"),
            url: get("url"),
            endpoint: get("endpoint"),
            bucket: get("bucket"),
            prefix: get("prefix"),
            region: get("region"),
            user: get("user"),
            host: get("host"),
            port: get("port"),
        }
    }

    #[test]
    fn each_kind_becomes_an_address_of_restic() {
        for (pairs, address, printed) in [
            (&[("kind", "local"), ("path", "/srv/backups/")][..], "local:/srv/backups", "/srv/backups"),
            (
                &[("kind", "rest"), ("url", "https://b.example.org:8000/coop")],
                "rest:https://b.example.org:8000/coop/",
                "https://b.example.org:8000/coop/",
            ),
            (
                &[
                    ("kind", "s3"),
                    ("endpoint", "https://s3.example.org"),
                    ("bucket", "coop"),
                    ("prefix", "/apps/"),
                    ("region", "eu-1"),
                ],
                "s3:https://s3.example.org/coop/apps",
                "https://s3.example.org/coop/apps",
            ),
            (
                &[("kind", "sftp"), ("user", "coop"), ("host", "b.example.org"), ("path", "/srv/b")],
                "sftp://coop@b.example.org:22//srv/b",
                "coop@b.example.org:/srv/b",
            ),
            (
                &[("kind", "sftp"), ("user", "coop"), ("host", "[::1]"), ("port", "2222"), ("path", "/srv/b")],
                "sftp://coop@[::1]:2222//srv/b",
                "coop@[::1]:2222/srv/b",
            ),
        ] {
            let place = fields(pairs).place().unwrap();
            assert_eq!((place.address().as_str(), place.to_string().as_str()), (address, printed));
            let stored = serde_json::to_string(&place).unwrap();
            assert_eq!(serde_json::from_str::<Place>(&stored).unwrap(), place, "{stored}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_field() {
        let sftp = [("kind", "sftp"), ("user", "coop"), ("host", "h"), ("path", "/b")];
        let with = |name: &'static str, value: &'static str| {
            let mut pairs = sftp.to_vec();
            pairs.retain(|(key, _)| *key != name);
            pairs.push((name, value));
            fields(&pairs).place().unwrap_err().field
        };
        assert_eq!(with("kind", "ftp"), "kind");
        assert_eq!(with("user", "-oProxyCommand=x"), "user");
        assert_eq!(with("host", "-oProxyCommand=x"), "host");
        assert_eq!(with("host", "a b"), "host");
        assert_eq!(with("port", "0"), "port");
        assert_eq!(with("path", "b2:x"), "path");
        assert_eq!(with("path", "/"), "path");
        let rest = |url| fields(&[("kind", "rest"), ("url", url)]).place().unwrap_err().field;
        assert!(
            ["", "ftp://x", "https://", "https://ana:pw@x/", "https://x/ y", "https://x/?a"].iter().all(|url| rest(url) == "url")
        );
        let s3 = |bucket, prefix| fields(&[("kind", "s3"), ("endpoint", "https://x"), ("bucket", bucket), ("prefix", prefix)]);
        assert_eq!(s3("", "").place().unwrap_err().field, "bucket");
        assert_eq!(s3("a/b", "").place().unwrap_err().field, "bucket");
        assert_eq!(s3("a", "../b").place().unwrap_err().field, "prefix");
    }
}
