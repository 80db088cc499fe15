use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::kept;
use super::show::{self, Said};
use crate::access::Grant;
use crate::access::action::{ActivateRepository, RetireRepository, TestRepository};
use crate::commands::{repository_activate, repository_retire, repository_test};
use crate::ops::repositories::CheckCode;
use crate::store::Denied;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Form, Id};
use crate::web::page::{see_other, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

/// What the form of the check code sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivateForm {
    code: String,
}

/// Asks a repository whether it answers, and writes down what it said. Goes on where the browser does not wait for it: a repository may
/// be made meanwhile, and nothing of that shall stay half done.
pub(super) async fn contact(site: &Data<Site>, id: i32) -> Result<(), Failure> {
    let site = site.clone();
    let work = tokio::spawn(async move {
        let Some(kept) = site.store.repository(id).await? else { return Err(Failure::NotFound) };
        let found = site.repositories.ask(&kept).await;
        site.repositories.note(&site.store, id, found).await.map_err(Failure::from)
    });
    work.await.map_err(|e| Failure::broken(format!("asking a repository ended early: {e}")))?
}

/// Asks a repository whether it answers.
pub async fn test(may: Grant<TestRepository>, Id(id): Id, _none: Fields, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let kept = kept(&site, id).await?;
    site.store.commit(&may, repository_test::TestRepository { id: kept.id }).await?;
    contact(&site, kept.id).await?;
    see_other(&format!("/backups/repositories/{id}?done=tested"))
}

/// Has it take backups, with the check code of its kit.
pub async fn activate(
    may: Grant<ActivateRepository>,
    Id(id): Id,
    Form(form): Form<ActivateForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let kept = kept(&site, id).await?;
    let hash = site.repositories.code_hash(kept.id, &CheckCode::typed(&form.code));
    match site.store.commit(&may, repository_activate::ActivateRepository { id: kept.id, hash }).await {
        Ok(()) => see_other(&format!("/backups/repositories/{id}?done=active")),
        Err(Denied::Rule { what: "code", text }) => {
            let mut problems = Problems::none();
            problems.add("code", sentence(&text));
            wrong_form(&show::view(&site, &visit, kept, Said { problems, ..Said::default() }).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// Has it take no backups any more.
pub async fn retire(may: Grant<RetireRepository>, Id(id): Id, _none: Fields, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let kept = kept(&site, id).await?;
    site.store.commit(&may, repository_retire::RetireRepository { id: kept.id }).await?;
    see_other(&format!("/backups/repositories/{id}?done=retired"))
}
