use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::upkeep::{UpkeepLine, lines};
use super::{RepositoryForm, kept, kind, mark, place};
use crate::access::action::ListRepositories;
use crate::access::{Grant, Permission};
use crate::restic::Credentials;
use crate::store::repositories::{KeptRepository, RepositoryState};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Id, Query};
use crate::web::page::{moment, page, shell, with_flash};
use crate::web::shell::{Flash, FlashKind, Nav, Problems, Shell};
use crate::web::status::Mark;
use crate::web::visit::Visit;
use crate::web::when::When;

/// The page of one repository.
#[derive(Clone, Template)]
#[template(path = "backups/show.html")]
pub struct RepositoryView {
    pub shell: Shell,
    pub id: i32,
    pub name: String,
    pub kind: &'static str,
    pub place: String,
    /// Whether only the node where the dashboard runs reaches it.
    pub local: bool,
    pub state: RepositoryState,
    pub mark: Mark,
    pub append_only: bool,
    /// restic's id, as restic shows it; empty while it is new.
    pub restic_id: String,
    pub answered: Option<When>,
    /// What went wrong the last time, and when.
    pub trouble: Option<(String, When)>,
    /// What is done to it by itself, if it takes backups.
    pub upkeep: Vec<UpkeepLine>,
    /// When a kit was taken last.
    pub kit: Option<When>,
    pub may_configure: bool,
    pub form: RepositoryForm,
    pub problems: Problems,
    /// An empty control keeps the secret that is kept.
    pub kept: bool,
    /// Whether its password may still be given.
    pub fresh: bool,
}

/// What a form that came back has to say.
#[derive(Default)]
pub(super) struct Said {
    pub form: Option<RepositoryForm>,
    pub problems: Problems,
    pub flash: Option<Flash>,
}

impl RepositoryView {
    /// What stands at a secret.
    pub fn secret_hint(&self) -> &'static str {
        if self.kept { "One is kept. Leave it empty to keep that one." } else { "" }
    }

    /// A check found damage, and none since found it sound.
    pub fn is_damaged(&self) -> bool {
        self.upkeep.iter().any(|line| line.is_damaged)
    }

    pub fn is_new(&self) -> bool {
        self.state == RepositoryState::New
    }

    pub fn is_ready(&self) -> bool {
        self.state == RepositoryState::Ready
    }

    pub fn is_retired(&self) -> bool {
        self.state == RepositoryState::Retired
    }
}

/// The page.
pub async fn show(
    _may: Grant<ListRepositories>,
    Id(id): Id,
    visit: Visit,
    query: Query,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let kept = kept(&site, id).await?;
    let works = kept.trouble.is_empty();
    let done = match query.get("done") {
        "tested" if works => Some("It answers, and opens with its password."),
        "active" => Some("It takes backups from now on."),
        "upkeep" => Some("It is done as soon as nobody works in the repository. This page shows what came out."),
        "retired" => Some("It takes no backups any more. What lies there stays."),
        _ => None,
    };
    let flash = done.map(|text| Flash { kind: FlashKind::Done, text: text.to_owned() });
    page(&view(&site, &visit, kept, Said { flash, ..Said::default() }).await?)
}

pub(super) async fn view(site: &Site, visit: &Visit, kept: KeptRepository, said: Said) -> Result<RepositoryView, Failure> {
    let place = place(&kept)?;
    let open = site.repositories.open(&kept);
    let credentials = open.as_ref().map_or(&Credentials::None, |open| open.credentials());
    let secrets = !matches!(credentials, Credentials::None);
    let form = said.form.unwrap_or_else(|| RepositoryForm::of(&kept.name, &place, kept.append_only, credentials));
    let shell = with_flash(shell(site, visit, kept.name.clone(), Nav::Backups).await, said.flash);
    let may_configure = shell.viewer.as_ref().is_some_and(|viewer| viewer.may.has(Permission::ConfigureBackup));
    Ok(RepositoryView {
        may_configure,
        shell,
        id: kept.id,
        kind: kind(&place),
        place: place.to_string(),
        local: place.is_local(),
        state: kept.state,
        mark: mark(kept.state),
        append_only: kept.append_only,
        upkeep: if kept.state == RepositoryState::Active { lines(site, &kept).await? } else { vec![] },
        restic_id: kept.restic_id.chars().take(10).collect(),
        answered: kept.checked_at.map(|at| moment(site, at)),
        trouble: kept.trouble_at.filter(|_| !kept.trouble.is_empty()).map(|at| (kept.trouble.clone(), moment(site, at))),
        kit: kept.kit_at.map(|at| moment(site, at)),
        form: form.without_secrets(),
        problems: said.problems,
        kept: secrets,
        fresh: kept.state == RepositoryState::New,
        name: kept.name,
    })
}
