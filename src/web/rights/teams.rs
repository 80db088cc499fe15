//! Teams: who is in them, and what they were given.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::action::{EditTeam, ListRoles, ReviewTeam};
use crate::access::{Book, Grant, Permission, To};
use crate::commands::team_change::ChangeTeam;
use crate::store::Denied;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Id, Query};
use crate::web::page::{page, page_with, see_other, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::give::{GiveForm, may_give, scopes};
use super::review::{CHANGED, Wish};
use super::{GrantRow, row};

/// All teams.
#[derive(Debug, Clone, Template)]
#[template(path = "rights/teams.html")]
pub struct TeamsView {
    pub shell: Shell,
    pub rows: Vec<TeamRow>,
    /// The name as it was typed.
    pub typed: String,
    pub may_edit: bool,
    pub problems: Problems,
}

/// One team in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRow {
    pub id: i32,
    pub name: String,
    pub members: Vec<String>,
    /// Roles and over what.
    pub roles: Vec<String>,
}

/// One team.
#[derive(Debug, Clone, Template)]
#[template(path = "rights/team.html")]
pub struct TeamView {
    pub shell: Shell,
    pub id: i32,
    pub name: String,
    /// Rows and names.
    pub members: Vec<(i32, String)>,
    /// Who is not in it.
    pub others: Vec<(i32, String)>,
    pub grants: Vec<GrantRow>,
    pub give: Option<GiveForm>,
    pub may_edit: bool,
}

/// What the form of a new team sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamForm {
    name: String,
}

/// What the confirmation of a change sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamChangeForm {
    change: String,
    value: String,
    seen: String,
}

/// All teams.
pub async fn index(may: Grant<ListRoles>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&list(may.actor(), &visit, &site, "", Problems::none()).await?)
}

async fn list(
    actor: &crate::access::Actor,
    visit: &Visit,
    site: &Site,
    typed: &str,
    problems: Problems,
) -> Result<TeamsView, Failure> {
    let book = site.store.book().await?;
    let rows = book.teams.iter().map(|(id, team)| TeamRow {
        id: *id,
        name: team.name.clone(),
        members: team.members.iter().filter_map(|m| book.members.get(m).cloned()).collect(),
        roles: book
            .grants
            .values()
            .filter(|g| g.to == To::Team(*id))
            .map(|g| format!("{} over {}", super::role_name(&book, g.what), book.scope_name(&g.scope)))
            .collect(),
    });
    Ok(TeamsView {
        rows: rows.collect(),
        shell: shell(site, visit, "Teams", Nav::People).await,
        typed: typed.to_owned(),
        may_edit: actor.everywhere().has(Permission::EditRoles),
        problems,
    })
}

/// Makes a team, which has nobody and nothing in the beginning.
pub async fn make(
    may: Grant<EditTeam>,
    Form(form): Form<TeamForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    match site.store.commit(&may, ChangeTeam::Make { name: form.name.clone() }).await {
        Ok(id) => see_other(&format!("/teams/{id}")),
        Err(Denied::Rule { text, .. }) => {
            let mut problems = Problems::none();
            problems.add("name", sentence(&text));
            let view = list(may.actor(), &visit, &site, &form.name, problems).await?;
            page_with(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &view)
        }
        Err(other) => Err(other.into()),
    }
}

/// One team.
pub async fn show(may: Grant<ListRoles>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (id, book) = (row_of(id)?, site.store.book().await?);
    let team = book.teams.get(&id).ok_or(Failure::NotFound)?;
    let takes = |g: &crate::access::Granted| may_give(may.actor(), &book, &g.scope, g.what);
    let (members, others) = book.members.clone().into_iter().partition(|(id, _)| team.members.contains(id));
    let give = scopes(may.actor(), &book);
    page(&TeamView {
        shell: shell(&site, &visit, format!("The team {}", team.name), Nav::People).await,
        id,
        name: team.name.clone(),
        members,
        others,
        grants: book
            .grants
            .iter()
            .filter(|(_, g)| g.to == To::Team(id))
            .map(|(n, g)| row(&site, &book, (*n, g), "", takes(g)))
            .collect(),
        give: give.map(|form| GiveForm { to: vec![(format!("team:{id}"), team.name.clone())], ..form }),
        may_edit: may.actor().everywhere().has(Permission::EditRoles),
    })
}

/// What another member, one less, another name, or the end of the team would change.
pub async fn review(
    may: Grant<ReviewTeam>,
    Id(id): Id,
    query: Query,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (_may, id, book) = (may, row_of(id)?, site.store.book().await?);
    let (after, asked) = changed(&book, id, query.get("change"), query.get("value"))?;
    told(&book, &after, id, asked, query.get("change"), query.get("value")).page(&site, &visit, None).await
}

/// Makes the change that was looked at.
pub async fn change(
    may: Grant<EditTeam>,
    Id(id): Id,
    Form(form): Form<TeamChangeForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (id, book) = (row_of(id)?, site.store.book().await?);
    let (after, asked) = changed(&book, id, &form.change, &form.value)?;
    let told = told(&book, &after, id, asked, &form.change, &form.value);
    if told.seen(&site) != form.seen {
        return told.page(&site, &visit, Some(CHANGED.to_owned())).await;
    }
    let gone = form.change == "removal";
    let command = command(id, &form.change, &form.value).ok_or(Failure::NotFound)?;
    match site.store.commit(&may, command).await {
        Ok(_) if gone => see_other("/teams"),
        Ok(_) => see_other(&format!("/teams/{id}")),
        Err(Denied::Rule { text, .. }) => told.page(&site, &visit, Some(text)).await,
        Err(other) => Err(other.into()),
    }
}

fn row_of(id: i64) -> Result<i32, Failure> {
    i32::try_from(id).map_err(|_large| Failure::NotFound)
}

fn command(id: i32, change: &str, value: &str) -> Option<ChangeTeam> {
    match change {
        "name" => Some(ChangeTeam::Rename { id, name: value.to_owned() }),
        "add" => Some(ChangeTeam::Add { id, member: value.parse().ok()? }),
        "drop" => Some(ChangeTeam::Drop { id, member: value.parse().ok()? }),
        "removal" => Some(ChangeTeam::Remove { id }),
        _ => None,
    }
}

/// Everything as it is after the change, and the change in a sentence.
fn changed(book: &Book, id: i32, change: &str, value: &str) -> Result<(Book, String), Failure> {
    let mut after = book.clone();
    let team = after.teams.get_mut(&id).ok_or(Failure::NotFound)?;
    let name = team.name.clone();
    let member = |id: &i32| book.members.get(id).cloned().ok_or(Failure::NotFound);
    let asked = match command(id, change, value).ok_or(Failure::NotFound)? {
        ChangeTeam::Rename { name: new, .. } => {
            new.clone_into(&mut team.name);
            format!("The team {name} is called {new} from now on.")
        }
        ChangeTeam::Add { member: one, .. } => {
            team.members.insert(one);
            format!("{} comes into the team {name}.", member(&one)?)
        }
        ChangeTeam::Drop { member: one, .. } => {
            team.members.remove(&one);
            format!("{} leaves the team {name}.", member(&one)?)
        }
        ChangeTeam::Remove { .. } | ChangeTeam::Make { .. } => {
            after.teams.remove(&id);
            after.grants.retain(|_, g| g.to != To::Team(id));
            format!("The team {name} is removed, with all that it was given.")
        }
    };
    Ok((after, asked))
}

fn told<'a>(before: &'a Book, after: &'a Book, id: i32, asked: String, change: &str, value: &str) -> Wish<'a> {
    Wish {
        title: "Change a team".to_owned(),
        asked,
        note: String::new(),
        before,
        after,
        action: format!("/teams/{id}"),
        fields: vec![("change".to_owned(), change.to_owned()), ("value".to_owned(), value.to_owned())],
        button: "Change the team".to_owned(),
        back: format!("/teams/{id}"),
    }
}

#[cfg(any(test, feature = "testing"))]
impl TeamsView {
    pub fn samples() -> Vec<Self> {
        let row = TeamRow {
            id: 1,
            name: "Web <wiki>".to_owned(),
            members: vec!["Ana".to_owned(), "Bo".to_owned()],
            roles: vec!["operator over apps with the tag web".to_owned()],
        };
        let full = Self {
            shell: Shell::sample("Teams", Nav::People),
            rows: vec![row],
            typed: String::new(),
            may_edit: true,
            problems: Problems::none(),
        };
        let empty = Self { rows: vec![], may_edit: false, ..full.clone() };
        let mut wrong = Self { typed: "Web".to_owned(), ..full.clone() };
        wrong.problems.add("name", "There is already a team called Web");
        vec![full, empty, wrong]
    }
}

#[cfg(any(test, feature = "testing"))]
impl TeamView {
    pub fn samples() -> Vec<Self> {
        let full = Self {
            shell: Shell::sample("The team Web", Nav::People),
            id: 1,
            name: "Web".to_owned(),
            members: vec![(1, "Ana".to_owned()), (2, "<wiki>".to_owned())],
            others: vec![(3, "Cem".to_owned())],
            grants: vec![],
            give: Some(GiveForm::sample()),
            may_edit: true,
        };
        let read_only = Self { members: vec![], others: vec![], give: None, may_edit: false, ..full.clone() };
        vec![full, read_only]
    }
}
