//! What opens a repository: the password of its owners, and what lets us in where it lies.

use super::SecretText;
use super::place_fields::FieldError;

/// The password that a repository's data is encrypted with. Whoever has it, restic and the repository can read all backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryPassword(SecretText);

impl RepositoryPassword {
    /// A password that people bring. Not empty, and one line: restic reads it from a file's only line.
    pub fn new(text: &str) -> Result<Self, FieldError> {
        let problem = match text {
            "" => "is empty",
            text if text.chars().any(char::is_control) => "has control characters in it; it has to be one line",
            text if text.trim() != text => "begins or ends with a blank, which restic would leave out",
            text if text.starts_with('\u{feff}') => "begins with a byte order mark",
            _ => return Ok(Self(SecretText::new(text))),
        };
        Err(FieldError::new("password", problem))
    }

    /// 43 letters and digits: as hard to guess as 256 random bits, and easy to type from paper.
    pub fn generate() -> Self {
        Self(SecretText::new(crate::random::letters_and_digits(43)))
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// What lets us in at a place. Each fits one kind of place; [`Repository::new`](super::Repository::new) sees to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// A folder, or a REST server that asks for nothing.
    None,
    Rest {
        user: String,
        password: SecretText,
    },
    S3 {
        key_id: String,
        secret: SecretText,
    },
    Sftp {
        /// As OpenSSH writes it, without a passphrase.
        private_key: SecretText,
        /// Who the server must prove to be.
        known_host: HostKey,
    },
}

impl Credentials {
    /// Reads the fields for a REST server: both, or neither.
    pub fn rest(user: &str, password: &str) -> Result<Self, FieldError> {
        match (user.trim(), password) {
            ("", "") => Ok(Self::None),
            ("", _) => Err(FieldError::new("rest_user", "is empty, but there is a password")),
            (_, "") => Err(FieldError::new("rest_password", "is empty, but there is a user")),
            (user, password) => {
                one_line("rest_user", user)?;
                one_line("rest_password", password)?;
                Ok(Self::Rest { user: user.to_owned(), password: SecretText::new(password) })
            }
        }
    }

    /// Reads the fields for an S3 storage.
    pub fn s3(key_id: &str, secret: &str) -> Result<Self, FieldError> {
        let (key_id, secret) = (key_id.trim(), secret.trim());
        one_line("s3_key_id", key_id)?;
        one_line("s3_secret", secret)?;
        Ok(Self::S3 { key_id: key_id.to_owned(), secret: SecretText::new(secret) })
    }

    /// Reads the fields for a server by SFTP.
    pub fn sftp(private_key: &str, known_host: &str) -> Result<Self, FieldError> {
        let key = private_key.trim().replace("\r\n", "\n");
        let begins = key.starts_with("-----BEGIN ") && key.contains("PRIVATE KEY-----");
        if !begins || !key.ends_with("PRIVATE KEY-----") {
            let problem = "is no private key; paste the whole file, from -----BEGIN to the last -----";
            return Err(FieldError::new("sftp_private_key", problem));
        }
        Ok(Self::Sftp { private_key: SecretText::new(format!("{key}\n")), known_host: HostKey::new(known_host)? })
    }
}

fn one_line(field: &'static str, text: &str) -> Result<(), FieldError> {
    if text.is_empty() {
        return Err(FieldError::new(field, "is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(FieldError::new(field, "has control characters in it; it has to be one line"));
    }
    Ok(())
}

/// The public key of an SSH server: its kind and the key, as `ssh-keyscan` and the server's own `.pub` files give them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKey(String);

impl HostKey {
    /// Reads `ssh-ed25519 AAAA…`, with or without the name of the host before it and a comment behind it.
    pub fn new(text: &str) -> Result<Self, FieldError> {
        const FIELD: &str = "sftp_known_host";
        let text = text.trim();
        if text.lines().count() > 1 {
            return Err(FieldError::new(FIELD, "has several lines; give one key, best the one that begins with ssh-ed25519"));
        }
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let kind = |word: &str| word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-");
        let key = |word: &str| {
            let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '@' | '.');
            word.chars().all(base64)
        };
        let found = words.iter().take(2).position(|word| kind(word)).and_then(|at| Some((words.get(at)?, words.get(at + 1)?)));
        match found {
            Some((kind, value)) if key(kind) && value.starts_with("AAAA") && key(value) => Ok(Self(format!("{kind} {value}"))),
            _ => Err(FieldError::new(FIELD, "is no public key of a server, such as ssh-ed25519 AAAA…; ssh-keyscan prints it")),
        }
    }

    /// `ssh-ed25519 AAAA…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_printed() {
        let password = RepositoryPassword::new("seven quiet otters").unwrap();
        let s3 = Credentials::s3("AKIA", "seven quiet otters").unwrap();
        let printed = format!("{password:?} {s3:?}");
        assert!(!printed.contains("quiet") && printed.contains("AKIA"), "{printed}");
        assert_eq!(RepositoryPassword::generate().expose().len(), 43);
    }

    #[test]
    fn what_restic_would_read_otherwise_is_refused() {
        for bad in ["", " x", "x ", "a\nb", "\u{feff}x"] {
            assert_eq!(RepositoryPassword::new(bad).unwrap_err().field, "password", "{bad:?}");
        }
    }

    #[test]
    fn credentials_name_the_field_that_is_wrong() {
        assert_eq!(Credentials::rest("", "").unwrap(), Credentials::None);
        assert_eq!(Credentials::rest("ana", "").unwrap_err().field, "rest_password");
        assert_eq!(Credentials::rest("", "x").unwrap_err().field, "rest_user");
        assert_eq!(Credentials::s3("id", "").unwrap_err().field, "s3_secret");
        assert_eq!(Credentials::sftp("ssh-ed25519 AAAA", "").unwrap_err().field, "sftp_private_key");
    }

    #[test]
    fn a_host_key_is_read_with_or_without_its_host() {
        for text in ["ssh-ed25519 AAAAC3Nz", "[pond.example.org]:2222 ssh-ed25519 AAAAC3Nz", " ssh-ed25519 AAAAC3Nz root@pond\n"] {
            assert_eq!(HostKey::new(text).unwrap().as_str(), "ssh-ed25519 AAAAC3Nz");
        }
        for bad in ["", "AAAAC3Nz", "ssh-ed25519", "ssh-ed25519 nokey", "a ssh-rsa AAAA\nb ssh-rsa AAAA", "a b ssh-rsa AAAA"] {
            assert_eq!(HostKey::new(bad).unwrap_err().field, "sftp_known_host", "{bad:?}");
        }
    }
}
