use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::acts::contact;
use super::form::Typed;
use super::show::{self, Said};
use super::{RepositoryForm, kept, place};
use crate::access::Grant;
use crate::access::action::{BeginRepository, EditRepository, NewRepository};
use crate::commands::repository_add::AddRepository;
use crate::commands::repository_edit;
use crate::restic::{Credentials, Place, RepositoryPassword};
use crate::store::Denied;
use crate::store::repositories::RepositoryState;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Id};
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// The form of a new repository.
#[derive(Clone, Template)]
#[template(path = "backups/new.html")]
pub struct NewRepositoryView {
    pub shell: Shell,
    pub form: RepositoryForm,
    pub problems: Problems,
    /// Whether the password of the repository may be given.
    pub fresh: bool,
}

/// The form.
pub async fn begin(_may: Grant<BeginRepository>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let form = RepositoryForm { kind: "rest".to_owned(), ..RepositoryForm::default() };
    page(&view(&site, &visit, form, Problems::none()).await)
}

async fn view(site: &Site, visit: &Visit, form: RepositoryForm, problems: Problems) -> NewRepositoryView {
    let shell = shell(site, visit, "A new repository", Nav::Backups).await;
    NewRepositoryView { shell, form: form.without_secrets(), problems, fresh: true }
}

/// Adds a repository, and looks whether it answers.
pub async fn add(
    may: Grant<NewRepository>,
    Form(form): Form<RepositoryForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let mut problems = Problems::none();
    let typed = form.read(None, &mut problems);
    let Some(typed) = typed.filter(|typed| own_folder(&site, &typed.place, &mut problems)) else {
        return wrong_form(&view(&site, &visit, form, problems).await);
    };
    let (described, place) = (typed.described(typed.password.is_some())?, typed.place.to_string());
    let Typed { credentials, password, .. } = typed;
    let (repositories, credentials) = (site.repositories.clone(), credentials.unwrap_or(Credentials::None));
    let password = password.unwrap_or_else(RepositoryPassword::generate);
    let seal = Box::new(move |row| repositories.seal(row, &password, &credentials));
    match site.store.commit(&may, AddRepository { described, place, seal }).await {
        Ok(id) => {
            contact(&site, id).await?;
            see_other(&format!("/backups/repositories/{id}"))
        }
        Err(denied) => {
            add_denied(denied, &form, &mut problems)?;
            wrong_form(&view(&site, &visit, form, problems).await)
        }
    }
}

/// Says something else of a repository, and looks whether it still answers.
pub async fn edit(
    may: Grant<EditRepository>,
    Id(id): Id,
    Form(form): Form<RepositoryForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let before = kept(&site, id).await?;
    let open = site.repositories.open(&before);
    let was = place(&before)?;
    let nothing = Credentials::None;
    let credentials = open.as_ref().map_or(&nothing, |open| open.credentials());
    let mut problems = Problems::none();
    let typed = form.read(Some((&was, credentials)), &mut problems);
    if typed.as_ref().is_some_and(|typed| typed.password.is_some()) && before.state != RepositoryState::New {
        problems.add("password", "This repository was reached already, so its password stays");
    }
    let typed = typed.filter(|typed| own_folder(&site, &typed.place, &mut problems) && problems.is_empty());
    let Some(typed) = typed else {
        return wrong_form(&show::view(&site, &visit, before, Said { form: Some(form), problems, ..Said::default() }).await?);
    };
    let (described, place) = (typed.described(before.adopted || typed.password.is_some())?, typed.place.to_string());
    let sealed = match (&open, typed.credentials, typed.password) {
        (_, None, None) => None,
        (Ok(open), credentials, password) => {
            let password = password.unwrap_or_else(|| open.password().clone());
            let credentials = credentials.unwrap_or_else(|| open.credentials().clone());
            Some(site.repositories.seal(before.id, &password, &credentials))
        }
        (Err(lost), ..) => return Err(Failure::Conflict(lost.to_string())),
    };
    let command = repository_edit::EditRepository { id: before.id, described, place, sealed };
    match site.store.commit(&may, command).await {
        Ok(()) => {
            contact(&site, before.id).await?;
            see_other(&format!("/backups/repositories/{id}"))
        }
        Err(denied) => {
            add_denied(denied, &form, &mut problems)?;
            wrong_form(&show::view(&site, &visit, before, Said { form: Some(form), problems, ..Said::default() }).await?)
        }
    }
}

/// What the database forbids goes to its control; what is no fault of the form goes on.
fn add_denied(denied: Denied, form: &RepositoryForm, problems: &mut Problems) -> Result<(), Failure> {
    match denied {
        Denied::Rule { what: "name", text } => problems.add("name", sentence(&text)),
        Denied::Rule { what: "place", text } => problems.add(form.first(), sentence(&text)),
        other => return Err(other.into()),
    }
    Ok(())
}

/// Canteen's own folder is no place for backups: they would be in the backup of itself, and go with it.
fn own_folder(site: &Site, place: &Place, problems: &mut Problems) -> bool {
    match place {
        Place::Local { path } if std::path::Path::new(path.as_str()).starts_with(&site.settings.data) => {
            problems.add("local_path", "This folder lies in Canteen’s own; choose one on another disk");
            false
        }
        Place::Local { .. } | Place::Rest { .. } | Place::S3 { .. } | Place::Sftp { .. } => true,
    }
}
