//! Credentials of registries, from the file that `docker login` writes.
//!
//! The format is the client's `config.json`: `{"auths": {"host": {"auth": base64("user:password")}}}`. Programs that keep
//! credentials elsewhere (`credsStore`, `credHelpers`) are not run: this process starts no other program.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

/// The key under which the client keeps the credentials of Docker Hub.
const HUB: &str = "https://index.docker.io/v1/";

/// Credentials for one registry, as the Engine API takes them in the header `X-Registry-Auth`. Never shown.
#[derive(Clone)]
pub struct RegistryAuth(Zeroizing<String>);

/// The credentials that a file holds, by registry.
#[derive(Clone, Default)]
pub struct Credentials {
    by_host: BTreeMap<String, RegistryAuth>,
    /// What the file asks for and this program doesn't do.
    pub notices: Vec<String>,
}

/// A credentials file that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; write it as `docker login` does")]
pub struct CredentialsError {
    what: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct File {
    auths: Option<BTreeMap<String, Option<Entry>>>,
    creds_store: Option<String>,
    cred_helpers: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
    registrytoken: String,
}

#[derive(Serialize)]
struct Header<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    username: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    password: &'a str,
    serveraddress: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    identitytoken: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    registrytoken: &'a str,
}

impl RegistryAuth {
    /// What the client sends when it has no credentials for a registry: an empty object.
    pub fn none() -> Self {
        Self(Zeroizing::new(URL_SAFE.encode("{}")))
    }

    /// The value of the header. Only the door to the engine asks for it.
    pub(super) fn header(&self) -> &str {
        &self.0
    }
}

impl Credentials {
    /// Reads the text of a `config.json`.
    pub fn parse(text: &str) -> Result<Self, CredentialsError> {
        let file: File = serde_json::from_str(text).map_err(|e| {
            // The error's own text could quote what stands in the file.
            CredentialsError {
                what: format!("line {}, column {}: this is not the JSON of a credentials file", e.line(), e.column()),
            }
        })?;
        let mut credentials = Self::default();
        if let Some(store) = file.creds_store.filter(|store| !store.is_empty()) {
            credentials.notices.push(format!("credsStore {store} is not asked for credentials"));
        }
        for (host, helper) in file.cred_helpers.unwrap_or_default() {
            credentials.notices.push(format!("{host}: the credential helper {helper} is not asked"));
        }
        for (host, entry) in file.auths.unwrap_or_default() {
            if let Some(auth) = header(&host, entry.unwrap_or_default())? {
                credentials.by_host.insert(plain_host(&host), auth);
            }
        }
        Ok(credentials)
    }

    /// What to send along for an image: the credentials of its registry, or the empty object.
    pub fn for_image(&self, image: &str) -> RegistryAuth {
        self.by_host.get(&plain_host(&registry(image))).cloned().unwrap_or_else(RegistryAuth::none)
    }
}

fn header(host: &str, mut entry: Entry) -> Result<Option<RegistryAuth>, CredentialsError> {
    if !entry.auth.is_empty() {
        let wrong = || CredentialsError { what: format!("auths.{host}.auth is not base64 of user:password") };
        let pair = Zeroizing::new(STANDARD.decode(entry.auth.trim()).map_err(|_| wrong())?);
        let (user, password) = std::str::from_utf8(&pair).ok().and_then(|p| p.split_once(':')).ok_or_else(wrong)?;
        user.clone_into(&mut entry.username);
        password.trim_end_matches('\0').clone_into(&mut entry.password);
    }
    let fields = Header {
        username: &entry.username,
        password: &entry.password,
        serveraddress: host,
        identitytoken: &entry.identitytoken,
        registrytoken: &entry.registrytoken,
    };
    let known = !(fields.password.is_empty() && fields.identitytoken.is_empty() && fields.registrytoken.is_empty());
    let json = Zeroizing::new(serde_json::to_vec(&fields).unwrap_or_default());
    let auth = known.then(|| RegistryAuth(Zeroizing::new(URL_SAFE.encode(&*json))));
    entry.password.zeroize();
    entry.identitytoken.zeroize();
    entry.registrytoken.zeroize();
    Ok(auth)
}

/// The host in an image's name; Docker Hub's key if there is none. The rule is the client's: the first part is a host if it has a
/// dot or a colon, or is `localhost`.
fn registry(image: &str) -> String {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => match host {
            "docker.io" | "index.docker.io" => HUB.to_owned(),
            other => other.to_owned(),
        },
        _ => HUB.to_owned(),
    }
}

/// Without scheme and path: files hold both `https://host/v1/` and `host`.
fn plain_host(key: &str) -> String {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    rest.split('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(credentials: &Credentials, image: &str) -> String {
        String::from_utf8(URL_SAFE.decode(credentials.for_image(image).header()).unwrap()).unwrap()
    }

    #[test]
    fn each_registry_gets_its_own_credentials_and_no_other() {
        let file = r#"{"auths": {
            "https://index.docker.io/v1/": {"auth": "YW5hOmE6Yg=="},
            "registry.example:5000": {"auth": "Ym86eg=="},
            "https://token.example/v2/": {"identitytoken": "t"},
            "empty.example": {}, "null.example": null
        }, "credHelpers": {"gcr.io": "gcloud"}}"#;
        let credentials = Credentials::parse(file).unwrap();
        let hub = r#"{"username":"ana","password":"a:b","serveraddress":"https://index.docker.io/v1/"}"#;
        for image in ["busybox", "team/app:1", "docker.io/library/busybox"] {
            assert_eq!(sent(&credentials, image), hub, "{image}");
        }
        assert!(sent(&credentials, "registry.example:5000/a/b@sha256:00").contains(r#""username":"bo""#));
        assert!(sent(&credentials, "token.example/a").contains(r#""identitytoken":"t""#));
        for image in ["other.example/a", "empty.example/a", "localhost/a", "gcr.io/a"] {
            assert_eq!(sent(&credentials, image), "{}", "{image}");
        }
        assert_eq!(credentials.notices, ["gcr.io: the credential helper gcloud is not asked"]);
    }

    #[test]
    fn a_wrong_file_is_refused_without_being_quoted() {
        let refusal = |text: &str| Credentials::parse(text).err().map(|e| e.to_string()).unwrap();
        assert_eq!(
            refusal("{\n hush"),
            "line 2, column 2: this is not the JSON of a credentials file; write it as `docker login` does"
        );
        assert!(refusal(r#"{"auths": {"a.b": {"auth": "aHVzaA=="}}}"#).starts_with("auths.a.b.auth is not"));
    }
}
