//! Secrets that were just made, shown this once.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::RevealSecret;
use crate::commands::secret_reveal::RevealSecrets;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::operations::{app_path, found};
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

/// The page right after secrets were made. Answered to a POST with `no-store`; a reload does not bring the values back.
#[derive(Clone, Template)]
#[template(path = "apps/reveal.html")]
pub struct RevealView {
    pub shell: Shell,
    pub app: String,
    pub values: Vec<Revealed>,
    /// Where "I have stored them" leads.
    pub next: String,
}

/// A name and its value. Has no `Debug`, so that no log line can carry it.
#[derive(Clone)]
pub struct Revealed {
    pub name: String,
    pub value: String,
}

/// Shows what an operation generated, once, to the member who asked for it.
pub async fn reveal(may: Grant<RevealSecret>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (may, operation) = found(&may, id, &site).await?;
    let id = operation.id;
    let (member, now) = (may.actor().member(), site.store.clock().now());
    let gone = || Failure::Conflict("these values were shown already, or waited too long; nobody can see them again".to_owned());
    if !site.reveals.has(id, member, now) {
        return Err(gone());
    }
    site.store.commit(&may, RevealSecrets { app: operation.app.clone(), operation: id }).await?;
    let values = site.reveals.take(id, member, now).ok_or_else(gone)?;
    let text = |value: &crate::secret::SecretValue| String::from_utf8_lossy(value.expose()).into_owned();
    let values = values.iter().map(|(name, value)| Revealed { name: name.clone(), value: text(value) }).collect();
    page(&RevealView {
        shell: shell(&site, &visit, format!("New secrets of {}", operation.app), Nav::Apps).await,
        next: if operation.kept_as.is_some() { app_path(&operation) } else { format!("/apps/{}/secrets", operation.app) },
        app: operation.app,
        values,
    })
}

#[cfg(any(test, feature = "testing"))]
impl RevealView {
    pub fn samples() -> Vec<Self> {
        use crate::web::shell::Nav;
        let value = |name: &str, value: &str| Revealed { name: name.to_owned(), value: value.to_owned() };
        vec![Self {
            shell: Shell::sample("New secrets of wiki.example.org", Nav::Apps),
            app: "wiki.example.org".to_owned(),
            values: vec![
                value("db_root_password", "sample-value-of-thirty-two-chars"),
                value("admin_passphrase", "sample words that stand for six others"),
            ],
            next: "/apps/wiki.example.org/secrets".to_owned(),
        }]
    }
}
