use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::{kind, mark, place};
use crate::access::action::ListRepositories;
use crate::access::{Grant, Permission};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::status::Mark;
use crate::web::visit::Visit;
use crate::web::when::When;

/// Everything about backups: so far, where they go.
#[derive(Debug, Clone, Template)]
#[template(path = "backups/index.html")]
pub struct BackupsHomeView {
    pub shell: Shell,
    pub rows: Vec<RepositoryRow>,
    pub may_configure: bool,
}

/// One repository in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryRow {
    pub id: i32,
    pub name: String,
    pub kind: &'static str,
    pub place: String,
    pub mark: Mark,
    /// When it answered last.
    pub answered: Option<When>,
    /// What went wrong the last time.
    pub trouble: String,
}

/// The page.
pub async fn index(_may: Grant<ListRepositories>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let mut rows = vec![];
    for kept in site.store.repositories().await? {
        let place = place(&kept)?;
        rows.push(RepositoryRow {
            id: kept.id,
            kind: kind(&place),
            place: place.to_string(),
            mark: mark(kept.state),
            answered: kept.checked_at.map(|at| moment(&site, at)),
            name: kept.name,
            trouble: kept.trouble,
        });
    }
    let shell = shell(&site, &visit, "Backups", Nav::Backups).await;
    let may_configure = shell.viewer.as_ref().is_some_and(|viewer| viewer.may.has(Permission::ConfigureBackup));
    page(&BackupsHomeView { shell, rows, may_configure })
}
