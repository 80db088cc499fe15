//! A repository with what opens it.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::place_fields::FieldError;
use super::{Credentials, HostKey, Place, RepositoryPassword, SecretText};

/// A repository, and all that is needed to work on it. Nothing of it prints what is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    place: Place,
    password: RepositoryPassword,
    credentials: Credentials,
}

/// What is handed to a runner, or unsealed, is not what [`Repository::expose`] or [`Credentials::expose`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what opens the repository can't be read")]
pub struct BadBundle;

impl Repository {
    /// Puts the parts together.
    ///
    /// # Errors
    /// The credentials are those of another kind of place.
    pub fn new(place: Place, password: RepositoryPassword, credentials: Credentials) -> Result<Self, FieldError> {
        let fits = match (&place, &credentials) {
            (Place::Local { .. } | Place::Rest { .. }, Credentials::None)
            | (Place::Rest { .. }, Credentials::Rest { .. })
            | (Place::S3 { .. }, Credentials::S3 { .. })
            | (Place::Sftp { .. }, Credentials::Sftp { .. }) => true,
            (Place::Local { .. } | Place::Rest { .. } | Place::S3 { .. } | Place::Sftp { .. }, _) => false,
        };
        if !fits {
            return Err(FieldError::new("kind", format!("is {}, and needs its own credentials", place.kind())));
        }
        Ok(Self { place, password, credentials })
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    pub fn password(&self) -> &RepositoryPassword {
        &self.password
    }

    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Everything in clear, for the secret that a runner is given.
    pub fn expose(&self) -> Zeroizing<Vec<u8>> {
        let credentials = Clear::of(&self.credentials);
        written(&Bundle { place: self.place.clone(), password: self.password.expose().to_owned(), credentials })
    }

    /// Reads what [`expose`](Self::expose) wrote.
    pub fn from_exposed(bytes: &[u8]) -> Result<Self, BadBundle> {
        let bundle: Bundle = serde_json::from_slice(bytes).map_err(|_| BadBundle)?;
        let password = RepositoryPassword::new(&Zeroizing::new(bundle.password)).map_err(|_| BadBundle)?;
        Self::new(bundle.place, password, bundle.credentials.read()?).map_err(|_| BadBundle)
    }
}

impl Credentials {
    /// In clear, to be sealed at once.
    pub fn expose(&self) -> Zeroizing<Vec<u8>> {
        written(&Clear::of(self))
    }

    /// Reads what [`expose`](Self::expose) wrote.
    pub fn from_exposed(bytes: &[u8]) -> Result<Self, BadBundle> {
        serde_json::from_slice::<Clear>(bytes).map_err(|_| BadBundle)?.read()
    }
}

/// Room enough for any key, so that no half-written copy is left behind in memory by a vector that grows.
const ROOM: usize = 64 * 1024;

fn written(value: &impl Serialize) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
    // Texts alone: there is nothing that could not be written into memory.
    if serde_json::to_writer(&mut *bytes, value).is_err() {
        bytes.clear();
    }
    bytes
}

#[derive(Serialize, Deserialize)]
struct Bundle {
    place: Place,
    password: String,
    credentials: Clear,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Clear {
    None,
    Rest { user: String, password: String },
    S3 { key_id: String, secret: String },
    Sftp { private_key: String, known_host: String },
}

impl Clear {
    fn of(credentials: &Credentials) -> Self {
        match credentials {
            Credentials::None => Self::None,
            Credentials::Rest { user, password } => Self::Rest { user: user.clone(), password: password.expose().to_owned() },
            Credentials::S3 { key_id, secret } => Self::S3 { key_id: key_id.clone(), secret: secret.expose().to_owned() },
            Credentials::Sftp { private_key, known_host } => {
                Self::Sftp { private_key: private_key.expose().to_owned(), known_host: known_host.as_str().to_owned() }
            }
        }
    }

    fn read(self) -> Result<Credentials, BadBundle> {
        Ok(match self {
            Self::None => Credentials::None,
            Self::Rest { user, password } => Credentials::Rest { user, password: SecretText::new(password) },
            Self::S3 { key_id, secret } => Credentials::S3 { key_id, secret: SecretText::new(secret) },
            Self::Sftp { private_key, known_host } => Credentials::Sftp {
                private_key: SecretText::new(private_key),
                known_host: HostKey::new(&known_host).map_err(|_| BadBundle)?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::restic::AbsPath;

    #[test]
    fn a_runner_reads_what_was_handed_to_it_and_nothing_else() {
        let path = AbsPath::new("/srv/b").unwrap();
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----";
        let sftp = Place::Sftp { user: "coop".into(), host: "h".into(), port: 22, path: path.clone() };
        let s3 = Place::S3 { endpoint: "https://x".into(), bucket: "b".into(), prefix: String::new(), region: String::new() };
        for (place, credentials) in [
            (Place::Local { path }, Credentials::None),
            (Place::Rest { url: "https://x/".into() }, Credentials::rest("ana", "pw").unwrap()),
            (s3, Credentials::s3("id", "secret").unwrap()),
            (sftp, Credentials::sftp(key, "ssh-ed25519 AAAA").unwrap()),
        ] {
            let repository = Repository::new(place.clone(), RepositoryPassword::new("pw").unwrap(), credentials.clone()).unwrap();
            assert_eq!(Repository::from_exposed(&repository.expose()).unwrap(), repository);
            assert_eq!(Credentials::from_exposed(&credentials.expose()).unwrap(), credentials);
        }
        assert_eq!(Repository::from_exposed(b"{}"), Err(BadBundle));
    }

    #[test]
    fn credentials_of_another_kind_of_place_are_refused() {
        let place = Place::Local { path: AbsPath::new("/srv/b").unwrap() };
        let refused = Repository::new(place, RepositoryPassword::generate(), Credentials::s3("id", "secret").unwrap());
        assert_eq!(refused.unwrap_err().field, "kind");
    }
}
