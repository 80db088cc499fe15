use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use zeroize::Zeroizing;

use super::letter::Letter;
use crate::causes::told;
use crate::key_file::{self, KeyError};
use crate::keys::{DataKey, Owner};
use crate::site_key::SiteKey;
use crate::store::mail::{MailPassword, MailSettings};

/// A server that does not answer for so long takes no letter.
const PATIENCE: Duration = Duration::from_secs(15);
/// What the password is sealed for; it is no member's.
const PASSWORD: Owner = Owner { row: 0, purpose: "mail password" };
/// The file that held the password before the database did, in the folder of keys.
const FILE: &str = "smtp-password";

/// A letter could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("{0:?} is no mail address")]
    Address(String),
    #[error("the letter can't be written: {0}")]
    Letter(String),
    /// What the server, or the way to it, said.
    #[error("{0}")]
    Server(String),
    #[error("the password of the mail server can't be read; write it again on the page of the mail settings: {0}")]
    Password(String),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What the server said when it took a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried(pub String);

/// Sends letters.
#[derive(Clone)]
pub struct Post {
    folder: PathBuf,
    key: SiteKey,
    data_key: DataKey,
    /// The dashboard's address, such as `https://canteen.example.org`.
    pub origin: String,
    /// Its host name, without a port.
    host: String,
}

/// Whether a text is a mail address, alone.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok() && text.is_ascii()
}

impl Post {
    /// The post of this dashboard. Nothing is read or written yet.
    pub fn new(data: &Path, origin: &str, host: &str, key: SiteKey, data_key: DataKey) -> Self {
        let host = host.rsplit_once(':').map_or(host, |(name, _port)| name).to_owned();
        Self { folder: data.join(key_file::FOLDER), key, data_key, origin: origin.to_owned(), host }
    }

    /// The token of a link that is mailed, 256 bit. It can be made again from the seed by whoever has the site key, and by nobody else.
    ///
    /// # Errors
    /// The key can be neither read nor made.
    pub fn token(&self, seed: &[u8]) -> Result<String, MailError> {
        Ok(BASE64.encode(self.key.hash("link", &[seed])?))
    }

    /// The password of the mail server as it is stored.
    pub fn seal(&self, password: &str) -> Vec<u8> {
        self.data_key.seal(password.as_bytes(), PASSWORD)
    }

    /// The password of the mail server; `None` where there is none.
    ///
    /// # Errors
    /// Another key sealed it, or its file can't be read.
    pub fn password(&self, kept: &MailPassword) -> Result<Option<Zeroizing<String>>, MailError> {
        match kept {
            MailPassword::None => Ok(None),
            MailPassword::Sealed(sealed) => {
                let opened = self.data_key.unseal(sealed, PASSWORD);
                let text = opened.and_then(|bytes| std::str::from_utf8(&bytes).ok().map(str::to_owned));
                text.map(|text| Some(Zeroizing::new(text))).ok_or_else(|| MailError::Password("another key sealed it".to_owned()))
            }
            MailPassword::InFile => match std::fs::read_to_string(self.folder.join(FILE)) {
                Ok(text) => Ok(Some(Zeroizing::new(text))),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(MailError::Password(error.to_string())),
            },
        }
    }

    /// Removes the file that held the password before the database did. The database does not look there any more, so it matters little
    /// when this happens.
    pub fn forget_file(&self) {
        match std::fs::remove_file(self.folder.join(FILE)) {
            Err(error) if error.kind() != ErrorKind::NotFound => tracing::warn!(%error, "{FILE} can't be removed"),
            _ => {}
        }
    }

    /// Hands a letter to the server.
    ///
    /// # Errors
    /// The server does not take it, or there is no way to it.
    pub async fn send(&self, account: &(MailSettings, MailPassword), to: &str, letter: &Letter) -> Result<Carried, MailError> {
        let (settings, password) = account;
        let message = self.message(settings, to, letter)?;
        let server = |e: lettre::transport::smtp::Error| MailError::Server(told(&e));
        let transport = match settings.security.as_str() {
            "tls" => AsyncSmtpTransport::<Tokio1Executor>::relay(&settings.host).map_err(server)?,
            "starttls" => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&settings.host).map_err(server)?,
            _ => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host),
        };
        let port = u16::try_from(settings.port).unwrap_or(25);
        let mut transport = transport.port(port).timeout(Some(PATIENCE)).hello_name(ClientId::Domain(self.host.clone()));
        if !settings.username.is_empty() {
            let password = self.password(password)?.ok_or_else(|| MailError::Password("there is none".to_owned()))?;
            transport = transport.credentials(Credentials::new(settings.username.clone(), password.as_str().to_owned()));
        }
        let answer = tokio::time::timeout(2 * PATIENCE, transport.build().send(message)).await;
        let answer = answer.map_err(|_late| MailError::Server("the server does not answer".to_owned()))?.map_err(server)?;
        let said: Vec<&str> = answer.message().collect();
        Ok(Carried(format!("{} {}", answer.code(), said.join(" "))))
    }

    /// The letter as it goes over the wire. Nothing of it can become a header of its own: each part goes through its type.
    fn message(&self, settings: &MailSettings, to: &str, letter: &Letter) -> Result<Message, MailError> {
        let address = |text: &str| text.parse::<Address>().map_err(|_bad| MailError::Address(text.to_owned()));
        let id = BASE64.encode(crate::random::bytes::<16>());
        Message::builder()
            .from(Mailbox::new(Some("Canteen".to_owned()), address(&settings.sender)?))
            .to(Mailbox::new(None, address(to)?))
            .message_id(Some(format!("<{id}@{}>", self.host)))
            .subject(letter.subject.as_str())
            .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(letter.text.clone()))
            .map_err(|e| MailError::Letter(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settings() -> MailSettings {
        let text = str::to_owned;
        MailSettings { host: text("m"), port: 25, security: text("none"), username: text(""), sender: text("c@example.org") }
    }

    fn post() -> Post {
        let (data, keys) = (Path::new("nowhere"), tempfile::tempdir().unwrap());
        let key = DataKey::make(keys.path()).unwrap();
        Post::new(data, "https://c.example.org", "c.example.org:443", SiteKey::of(data), key)
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_letter_it_has_the_headers_that_it_should(subject in any::<String>(), text in any::<String>()) {
            let letter = Letter { subject, text };
            let written = post().message(&settings(), "ana@example.org", &letter).unwrap().formatted();
            let end = written.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
            let head = String::from_utf8(written[..end].to_vec()).unwrap();
            // A line that begins with a blank goes on with the one before.
            let names: Vec<&str> = head.split("\r\n").filter(|l| !l.starts_with(' ')).map(|l| l.split(':').next().unwrap()).collect();
            let known = ["From", "To", "Message-ID", "Subject", "Content-Type", "Content-Transfer-Encoding", "Date", "MIME-Version"];
            prop_assert!(names.iter().all(|name| known.contains(name)), "{head}");
            prop_assert_eq!(names.len(), known.len(), "{}", head);
        }

        #[test]
        fn nothing_but_an_address_is_one(text in any::<String>()) {
            if is_address(&text) {
                prop_assert!(text.contains('@') && !text.contains(['\r', '\n', ',', ' ', '<', '>']), "{text:?}");
            }
        }
    }

    #[test]
    fn an_address_with_more_behind_it_is_none() {
        assert!(is_address("ana@example.org") && is_address("a.b+c@mail.example.org"));
        for bad in [
            "",
            "ana",
            "ana@example.org, eve@example.net",
            "ana@example.org\r\nBcc: eve@example.net",
            "Ana <ana@example.org>",
            "ana@b\n",
        ] {
            assert!(!is_address(bad), "{bad:?}");
            assert!(post().message(&settings(), bad, &Letter { subject: String::new(), text: String::new() }).is_err(), "{bad:?}");
        }
    }
}
