use serde::Deserialize;

use crate::restic::{Credentials, FieldError, Place, PlaceFields, PlaceKind, RepositoryPassword};
use crate::store::repositories::Described;
use crate::web::failure::Failure;
use crate::web::shell::Problems;

/// Characters of the longest name.
const LONGEST_NAME: usize = 60;

/// What the form sends. Fields of kinds that are not chosen are not looked at. Has no `Debug`, for there are secrets in it.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RepositoryForm {
    pub name: String,
    pub kind: String,
    pub local_path: String,
    pub rest_url: String,
    pub rest_user: String,
    pub rest_password: String,
    pub s3_endpoint: String,
    pub s3_bucket: String,
    pub s3_prefix: String,
    pub s3_region: String,
    pub s3_key_id: String,
    pub s3_secret: String,
    pub sftp_user: String,
    pub sftp_host: String,
    pub sftp_port: String,
    pub sftp_path: String,
    pub sftp_private_key: String,
    pub sftp_known_host: String,
    /// The password of one that is there already; empty makes a new one.
    pub password: String,
    pub append_only: String,
}

/// A form in which nothing is wrong.
pub(super) struct Typed {
    pub name: String,
    pub place: Place,
    /// `None` where nothing was typed and what is kept stays.
    pub credentials: Option<Credentials>,
    /// `None` where none was typed.
    pub password: Option<RepositoryPassword>,
    pub append_only: bool,
}

impl Typed {
    /// What the database keeps of it in clear.
    pub(super) fn described(&self, adopted: bool) -> Result<Described, Failure> {
        let place = serde_json::to_string(&self.place);
        let place = place.map_err(|e| Failure::broken(format!("a place can't be written: {e}")))?;
        Ok(Described { name: self.name.clone(), place, append_only: self.append_only, adopted })
    }
}

impl RepositoryForm {
    /// A form that shows this.
    pub(super) fn of(name: &str, place: &Place, append_only: bool, credentials: &Credentials) -> Self {
        let mut form =
            Self { name: name.to_owned(), kind: place.kind().to_owned(), append_only: flag(append_only), ..Self::default() };
        match place {
            Place::Local { path } => form.local_path = path.to_string(),
            Place::Rest { url } => form.rest_url.clone_from(url),
            Place::S3 { endpoint, bucket, prefix, region } => {
                [&mut form.s3_endpoint, &mut form.s3_bucket, &mut form.s3_prefix, &mut form.s3_region]
                    .into_iter()
                    .zip([endpoint, bucket, prefix, region])
                    .for_each(|(shown, kept)| shown.clone_from(kept));
            }
            Place::Sftp { user, host, port, path } => {
                (form.sftp_user, form.sftp_host) = (user.clone(), host.clone());
                (form.sftp_port, form.sftp_path) = (port.to_string(), path.to_string());
            }
        }
        match credentials {
            Credentials::None => {}
            Credentials::Rest { user, .. } => form.rest_user.clone_from(user),
            Credentials::S3 { key_id, .. } => form.s3_key_id.clone_from(key_id),
            Credentials::Sftp { known_host, .. } => known_host.as_str().clone_into(&mut form.sftp_known_host),
        }
        form
    }

    /// What is shown again: everything but what is secret.
    pub(super) fn without_secrets(self) -> Self {
        let none = String::new;
        Self { rest_password: none(), s3_secret: none(), sftp_private_key: none(), password: none(), ..self }
    }

    /// Reads it, with what is kept already of this repository. What is wrong goes to the problems, by the name of its control.
    pub(super) fn read(&self, before: Option<(&Place, &Credentials)>, problems: &mut Problems) -> Option<Typed> {
        let name = self.name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            problems.add("name", "Write in 1 to 60 characters what members call it");
        }
        let place = self.fields().place().map_err(|e| problems.add(self.control(&e), told(&e))).ok()?;
        let credentials = match before {
            Some((was, kept)) if self.keeps(kept) => {
                if *was != place {
                    // What lets us in must not be sent to somebody else than it was meant for.
                    problems.add(self.secret(), "At another place, type it again");
                }
                None
            }
            _ => match self.credentials() {
                Ok(credentials) => Some(credentials),
                Err(e) => {
                    problems.add(e.field, told(&e));
                    None
                }
            },
        };
        let password = match self.password.as_str() {
            "" => None,
            text => RepositoryPassword::new(text).map_err(|e| problems.add("password", told(&e))).ok(),
        };
        problems.is_empty().then(|| Typed { name, place, credentials, password, append_only: !self.append_only.is_empty() })
    }

    /// Whether no other credentials than these were typed.
    fn keeps(&self, kept: &Credentials) -> bool {
        match (PlaceKind::parse(&self.kind), kept) {
            (Some(PlaceKind::Rest), Credentials::Rest { user, .. }) => {
                self.rest_password.is_empty() && self.rest_user.trim() == user
            }
            (Some(PlaceKind::S3), Credentials::S3 { key_id, .. }) => self.s3_secret.is_empty() && self.s3_key_id.trim() == key_id,
            (Some(PlaceKind::Sftp), Credentials::Sftp { known_host, .. }) => {
                self.sftp_private_key.is_empty() && self.sftp_known_host.trim() == known_host.as_str()
            }
            _ => false,
        }
    }

    fn credentials(&self) -> Result<Credentials, FieldError> {
        match PlaceKind::parse(&self.kind) {
            Some(PlaceKind::Rest) => Credentials::rest(&self.rest_user, &self.rest_password),
            Some(PlaceKind::S3) => Credentials::s3(&self.s3_key_id, &self.s3_secret),
            Some(PlaceKind::Sftp) => Credentials::sftp(&self.sftp_private_key, &self.sftp_known_host),
            Some(PlaceKind::Local) | None => Ok(Credentials::None),
        }
    }

    fn fields(&self) -> PlaceFields {
        let path = if self.kind == PlaceKind::Sftp.as_str() { &self.sftp_path } else { &self.local_path };
        PlaceFields {
            kind: self.kind.clone(),
            path: path.clone(),
            url: self.rest_url.clone(),
            endpoint: self.s3_endpoint.clone(),
            bucket: self.s3_bucket.clone(),
            prefix: self.s3_prefix.clone(),
            region: self.s3_region.clone(),
            user: self.sftp_user.clone(),
            host: self.sftp_host.clone(),
            port: self.sftp_port.clone(),
        }
    }

    /// The control that a field of a place stands for.
    fn control(&self, error: &FieldError) -> String {
        if error.field == "kind" { "kind".to_owned() } else { format!("{}_{}", self.kind, error.field) }
    }

    /// The first control of the chosen kind, at which is told what is wrong with the whole place.
    pub(super) fn first(&self) -> &'static str {
        match PlaceKind::parse(&self.kind) {
            Some(PlaceKind::Local) => "local_path",
            Some(PlaceKind::Rest) => "rest_url",
            Some(PlaceKind::S3) => "s3_endpoint",
            Some(PlaceKind::Sftp) => "sftp_host",
            None => "kind",
        }
    }

    /// The control of the secret of the chosen kind.
    fn secret(&self) -> &'static str {
        match PlaceKind::parse(&self.kind) {
            Some(PlaceKind::S3) => "s3_secret",
            Some(PlaceKind::Sftp) => "sftp_private_key",
            Some(PlaceKind::Rest | PlaceKind::Local) | None => "rest_password",
        }
    }
}

fn flag(on: bool) -> String {
    if on { "on".to_owned() } else { String::new() }
}

/// The problem as a sentence, beginning with what people call the field.
fn told(error: &FieldError) -> String {
    let what = match error.field {
        "kind" => "The kind",
        "path" => "The folder",
        "url" | "endpoint" => "The address",
        "bucket" => "The bucket",
        "prefix" => "The folder in the bucket",
        "region" => "The region",
        "user" | "rest_user" => "The user",
        "host" => "The host",
        "port" => "The port",
        "s3_key_id" => "The key id",
        "s3_secret" => "The secret key",
        "sftp_private_key" | "sftp_known_host" => "This",
        _ => "The password",
    };
    format!("{what} {}", error.problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> RepositoryForm {
        serde_json::from_value(pairs.iter().map(|(k, v)| ((*k).to_owned(), serde_json::Value::from(*v))).collect()).unwrap()
    }

    const S3: [(&str, &str); 6] = [
        ("name", "Attic"),
        ("kind", "s3"),
        ("s3_endpoint", "https://s3.example.org"),
        ("s3_bucket", "coop"),
        ("s3_key_id", "id"),
        ("s3_secret", "secret"),
    ];

    #[test]
    fn only_the_chosen_kind_is_read_and_what_is_wrong_is_told_at_its_control() {
        let mut problems = Problems::none();
        let typed = form(&[&S3[..], &[("sftp_port", "x")]].concat()).read(None, &mut problems).unwrap();
        assert_eq!((typed.name.as_str(), typed.place.kind(), typed.password.is_none()), ("Attic", "s3", true));
        for (pairs, control) in [
            (&[("name", ""), ("kind", "local"), ("local_path", "/srv/b")][..], "name"),
            (&[("name", "A"), ("kind", "ftp")], "kind"),
            (&[("name", "A"), ("kind", "local"), ("local_path", "b2:x")], "local_path"),
            (&[("name", "A"), ("kind", "rest"), ("rest_url", "x")], "rest_url"),
            (&[("name", "A"), ("kind", "rest"), ("rest_url", "https://x"), ("rest_user", "u")], "rest_password"),
            (&[("name", "A"), ("kind", "s3"), ("s3_endpoint", "https://x"), ("s3_bucket", "b")], "s3_key_id"),
            (&[("name", "A"), ("kind", "sftp"), ("sftp_user", "u"), ("sftp_host", "h"), ("sftp_path", "x")], "sftp_path"),
            (&[("name", "A"), ("kind", "sftp"), ("sftp_user", "u"), ("sftp_host", "h"), ("sftp_path", "/x")], "sftp_private_key"),
            (&[("name", "A"), ("kind", "local"), ("local_path", "/srv/b"), ("password", " x")], "password"),
        ] {
            let mut problems = Problems::none();
            assert!(form(pairs).read(None, &mut problems).is_none(), "{pairs:?}");
            assert_eq!(problems.0[0].field, control, "{problems:?}");
        }
    }

    #[test]
    fn kept_credentials_stay_where_they_were_meant_for() {
        let mut problems = Problems::none();
        let before = form(&S3).read(None, &mut problems).unwrap();
        let credentials = before.credentials.unwrap();
        let again = form(&[&S3[..5], &[("name", "Cellar")]].concat()).without_secrets();
        let typed = again.read(Some((&before.place, &credentials)), &mut problems).unwrap();
        assert!(typed.credentials.is_none() && typed.name == "Cellar");
        let moved = RepositoryForm { s3_endpoint: "https://evil.example.org".to_owned(), ..again };
        assert!(moved.read(Some((&before.place, &credentials)), &mut problems).is_none());
        assert_eq!(problems.0[0].field, "s3_secret");
    }

    #[test]
    fn nothing_secret_is_shown_again() {
        let shown = form(&S3).without_secrets();
        assert_eq!((shown.s3_key_id.as_str(), shown.s3_secret.as_str()), ("id", ""));
    }
}
