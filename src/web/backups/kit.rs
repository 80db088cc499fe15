use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use askama::Template;

use super::kept;
use crate::access::Grant;
use crate::access::action::TakeKit;
use crate::commands::repository_kit;
use crate::ops::repositories::CheckCode;
use crate::restic::{Credentials, Place, Repository};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Id};
use crate::web::page::moment;

/// The recovery kit: a file that is kept on paper and opens all backups, without Canteen. Has no `Debug`.
#[derive(Clone, Template)]
#[template(path = "backups/kit.html")]
pub struct KitView {
    /// The name of the repository.
    pub name: String,
    /// The dashboard that made it.
    pub origin: String,
    /// The place as restic wants it.
    pub address: String,
    pub restic_id: String,
    pub password: String,
    pub code: String,
    pub date: String,
    /// By whom it was taken.
    pub by: String,
    /// Variables that restic reads, with what belongs into each; the kit does not hold their values.
    pub variables: Vec<(&'static str, String)>,
    /// What else is needed there, and how to come by it.
    pub access: &'static str,
}

impl KitView {
    /// The address as a shell reads it.
    pub fn quoted(&self) -> String {
        self.address.replace('\'', r"'\''")
    }
}

/// Sends the kit, with a check code of its own. That somebody took it stands in the log.
pub async fn kit(may: Grant<TakeKit>, Id(id): Id, _none: Fields, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let kept = kept(&site, id).await?;
    let open = site.repositories.open(&kept).map_err(|lost| Failure::Conflict(lost.to_string()))?;
    let code = CheckCode::random();
    let hash = site.repositories.code_hash(kept.id, &code);
    site.store.commit(&may, repository_kit::TakeKit { id: kept.id, hash }).await?;
    let (access, variables) = access(&open);
    let view = KitView {
        name: kept.name.clone(),
        origin: site.settings.public.origin.clone(),
        address: open.place().address(),
        restic_id: kept.restic_id,
        password: open.password().expose().to_owned(),
        code: code.shown(),
        date: moment(&site, site.store.clock().now()).exact,
        by: may.actor().name().to_owned(),
        variables,
        access,
    };
    let html = view.render().map_err(|e| Failure::broken(format!("a kit could not be made: {e}")))?;
    let file = format!("attachment; filename=\"recovery-kit-{}.html\"", file_name(&kept.name));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, file))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(html))
}

/// What lets somebody in at a place, as far as paper should say it.
fn access(open: &Repository) -> (&'static str, Vec<(&'static str, String)>) {
    match (open.place(), open.credentials()) {
        (Place::S3 { region, .. }, Credentials::S3 { key_id, .. }) => {
            let mut variables = vec![
                ("AWS_ACCESS_KEY_ID", key_id.clone()),
                ("AWS_SECRET_ACCESS_KEY", "the secret key that belongs to it".to_owned()),
            ];
            if !region.is_empty() {
                variables.push(("AWS_DEFAULT_REGION", region.clone()));
            }
            ("The secret key is not on this kit. Whoever administers the storage can make another one.", variables)
        }
        (_, Credentials::Rest { user, .. }) => {
            let variables = vec![
                ("RESTIC_REST_USERNAME", user.clone()),
                ("RESTIC_REST_PASSWORD", "the password of that user at the REST server".to_owned()),
            ];
            ("The user’s password is not on this kit. Whoever administers the REST server can set another one.", variables)
        }
        (_, Credentials::Sftp { .. }) => (
            "The private key for the server is not on this kit. Whoever administers the server can let another key in; ssh has to work \
             without a question before restic does.",
            vec![],
        ),
        (Place::Local { .. }, _) => ("It is a folder of the server’s own disk: bring the disk, or a copy of the folder.", vec![]),
        _ => ("The REST server asks for nothing more.", vec![]),
    }
}

/// A name as the name of a file: letters and digits, and a dash for all else.
fn file_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    plain.trim_matches('-').to_owned()
}
