//! Who may do what to an app, and its tags.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::action::{ReviewTags, SetTags, ViewAccess};
use crate::access::{Book, Grant, Permission, Permissions, Scope, To};
use crate::commands::tags_set;
use crate::store::Denied;
use crate::store::apps::App;
use crate::web::Site;
use crate::web::apps::facts::made_for;
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::{page, see_other, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

use super::give::{GiveForm, may_give, scopes};
use super::review::{CHANGED, Wish};
use super::{GrantRow, row};

/// Who may do what to an app.
#[derive(Debug, Clone, Template)]
#[template(path = "rights/access.html")]
pub struct AccessView {
    pub shell: Shell,
    pub app: String,
    /// Each permission in words, with the names of those who have it.
    pub rows: Vec<(&'static str, Vec<String>)>,
    /// What was granted on this app alone, or on one of its tags, with whom it is for.
    pub grants: Vec<(String, GrantRow)>,
    pub tags: String,
    pub may_tag: bool,
    pub give: Option<GiveForm>,
}

/// What the confirmation of new tags sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagsForm {
    tags: String,
    seen: String,
}

/// Tags of one app.
const MOST_TAGS: usize = 20;

/// Who may do what here.
pub async fn show(may: Grant<ViewAccess>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let app = app(&may, &site).await?;
    let (book, now) = (site.store.book().await?, site.store.clock().now());
    let tags = book.apps.get(&app.id).map(|a| a.tags.clone()).unwrap_or_default();
    let accounts = site.store.accounts().await?;
    let suspended = |id: &i32| accounts.get(id).is_some_and(|account| account.suspended_at.is_some());
    let acting = book.members.iter().filter(|(id, _)| !suspended(id));
    let rights: Vec<_> = acting.map(|(id, name)| (name, book.rights(*id, now).on(&app.name))).collect();
    let who = |one: Permission| rights.iter().filter(|(_, set)| set.has(one)).map(|(name, _)| (*name).clone()).collect();
    let rows = Permissions::all().on_apps().iter().map(|one| (one.text(), who(one)));
    let here = |scope: &Scope| match scope {
        Scope::Everything => false,
        Scope::Tag(tag) => tags.contains(tag),
        Scope::App(id) => *id == app.id,
    };
    let grants = book.grants.iter().filter(|(_, g)| here(&g.scope)).map(|(id, g)| {
        let name = book.name_of(g.to).unwrap_or_default();
        let to = if let To::Team(_) = g.to { format!("the team {name}") } else { name.to_owned() };
        (to, row(&site, &book, (*id, g), "", may_give(may.actor(), &book, &g.scope, g.what)))
    });
    let mut give = scopes(may.actor(), &book);
    if let Some(form) = &mut give {
        form.scopes.retain(|(word, _)| *word == format!("app:{}", app.id));
        form.to = everybody(&book);
    }
    page(&AccessView {
        shell: shell(&site, &visit, format!("Who may do what to {}", app.name), Nav::Apps).await,
        rows: rows.collect(),
        grants: grants.collect(),
        tags: tags.iter().cloned().collect::<Vec<_>>().join(" "),
        may_tag: may.actor().on(&app.name).has(Permission::EditGrants),
        give: give.filter(|form| !form.scopes.is_empty()),
        app: app.name,
    })
}

/// All members and teams.
fn everybody(book: &Book) -> Vec<(String, String)> {
    let members = book.members.iter().map(|(id, name)| (format!("member:{id}"), name.clone()));
    let teams = book.teams.iter().map(|(id, team)| (format!("team:{id}"), format!("the team {}", team.name)));
    let mut all: Vec<_> = members.chain(teams).collect();
    all.sort_by_key(|(_, name)| name.to_lowercase());
    all
}

async fn app<A: crate::access::Action>(may: &Grant<A>, site: &Site) -> Result<App, Failure> {
    site.store.app(may.app()).await?.ok_or(Failure::NotFound)
}

/// What other tags would change.
pub async fn review_tags(may: Grant<ReviewTags>, query: Query, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let app = app(&may, &site).await?;
    let tags = tags_of(query.get("tags"))?;
    let book = site.store.book().await?;
    let after = with(&book, app.id, &tags);
    told(&book, &after, &app, &tags).page(&site, &visit, None).await
}

/// Gives the app these tags.
pub async fn set_tags(
    may: Grant<SetTags>,
    Form(form): Form<TagsForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let app = app(&may, &site).await?;
    made_for(&app, &visit, &site).await?;
    let tags = tags_of(&form.tags)?;
    let book = site.store.book().await?;
    let after = with(&book, app.id, &tags);
    let told = told(&book, &after, &app, &tags);
    if told.seen(&site) != form.seen {
        return told.page(&site, &visit, Some(CHANGED.to_owned())).await;
    }
    match site.store.commit(&may, tags_set::SetTags { app: app.id, tags: tags.clone() }).await {
        Ok(()) => see_other(&format!("/apps/{}/access", app.name)),
        Err(Denied::Rule { text, .. }) => told.page(&site, &visit, Some(text)).await,
        Err(other) => Err(other.into()),
    }
}

/// Tags as they are typed, with blanks or commas between them.
fn tags_of(text: &str) -> Result<BTreeSet<String>, Failure> {
    let words = text.split([' ', ',', '\t', '\r', '\n']).filter(|word| !word.is_empty());
    let tags: BTreeSet<String> = words.map(str::to_lowercase).collect();
    let fine = |tag: &String| tag.len() <= 40 && tag.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if tags.len() > MOST_TAGS || !tags.iter().all(fine) {
        let text = "a tag has letters a to z, digits and hyphens, 40 at most, and an app has 20 tags at most";
        return Err(Failure::BadForm(text.to_owned()));
    }
    Ok(tags)
}

fn with(book: &Book, app: i32, tags: &BTreeSet<String>) -> Book {
    let mut after = book.clone();
    if let Some(app) = after.apps.get_mut(&app) {
        app.tags.clone_from(tags);
    }
    after
}

fn told<'a>(before: &'a Book, after: &'a Book, app: &App, tags: &BTreeSet<String>) -> Wish<'a> {
    let (id, app) = (app.id.to_string(), &app.name);
    let list = tags.iter().cloned().collect::<Vec<_>>();
    let asked = match list.as_slice() {
        [] => format!("{app} has no tags any more."),
        some => format!("{app} has these tags: {}.", some.join(", ")),
    };
    Wish {
        title: format!("Tags of {app}"),
        asked,
        note: "Roles that were given over a tag count on every app that has it.".to_owned(),
        before,
        after,
        action: format!("/apps/{app}/tags"),
        fields: vec![("form-app".to_owned(), id), ("tags".to_owned(), list.join(" "))],
        button: "Save the tags".to_owned(),
        back: format!("/apps/{app}/access"),
    }
}

#[cfg(any(test, feature = "testing"))]
impl AccessView {
    pub fn samples() -> Vec<Self> {
        let grant = GrantRow {
            id: 3,
            role: "operator".to_owned(),
            scope: "apps with the tag web".to_owned(),
            team: String::new(),
            until: String::new(),
            by: "Ana".to_owned(),
            over: false,
            may_take: true,
        };
        let full = Self {
            shell: Shell::sample("Who may do what to wiki.example.org", Nav::Apps),
            app: "wiki.example.org".to_owned(),
            rows: vec![
                (Permission::ViewApp.text(), vec!["Ana".to_owned(), "<wiki>".to_owned()]),
                (Permission::RemoveApp.text(), vec![]),
            ],
            grants: vec![("the team Web".to_owned(), grant)],
            tags: "web".to_owned(),
            may_tag: true,
            give: Some(GiveForm::sample()),
        };
        let read_only = Self { grants: vec![], tags: String::new(), may_tag: false, give: None, ..full.clone() };
        vec![full, read_only]
    }
}
