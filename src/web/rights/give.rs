//! Giving a role to a member or a team.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use crate::access::action::{GiveGrant, ReviewGrant};
use crate::access::{Actor, Book, Grant, Granted, Permission, Permissions, Scope, To, What};
use crate::clock::Millis;
use crate::commands::grant_give;
use crate::store::Denied;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::see_other;
use crate::web::visit::Visit;

use super::member::roles;
use super::review::{CHANGED, Wish};
use super::role_of;

/// The form that asks for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveForm {
    /// Whom: words and names. Where there is one only, it is not asked.
    pub to: Vec<(String, String)>,
    /// Words and names.
    pub roles: Vec<(String, String)>,
    pub scopes: Vec<(String, String)>,
}

/// What the confirmation sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenForm {
    to: String,
    role: String,
    over: String,
    until: String,
    seen: String,
}

const DAY_MS: Millis = 24 * 60 * 60 * 1000;

/// Whether somebody may give or take this role there: the right to do so, and everything that the role gives.
pub(super) fn may_give(actor: &Actor, book: &Book, scope: &Scope, what: What) -> bool {
    let needed = book.role(what).1.and(Permissions::of(&[Permission::EditGrants]));
    match (scope, book.apps_in(scope)) {
        (Scope::App(_), Some(apps)) if !apps.is_empty() => apps.iter().all(|app| actor.covers(Some(app), needed)),
        (Scope::Tag(_), _) => actor.covers(None, needed.on_apps()),
        (Scope::Everything | Scope::App(_), _) => actor.covers(None, needed),
    }
}

/// The form with all scopes in which somebody may give roles, if there are some.
pub(super) fn scopes(actor: &Actor, book: &Book) -> Option<GiveForm> {
    let one = Permissions::of(&[Permission::EditGrants]);
    let mut scopes = vec![];
    if actor.covers(None, one) {
        scopes.push(("everything".to_owned(), "everything".to_owned()));
        scopes.extend(book.tags().into_iter().map(|tag| (format!("tag:{tag}"), format!("apps with the tag {tag}"))));
    }
    let mut apps: Vec<(&i32, &str)> = book.apps.iter().map(|(id, app)| (id, app.name.as_str())).collect();
    apps.sort_by_key(|(_, name)| *name);
    let apps = apps.into_iter().filter(|(_, name)| actor.covers(Some(name), one));
    scopes.extend(apps.map(|(id, name)| (format!("app:{id}"), name.to_owned())));
    (!scopes.is_empty()).then(|| GiveForm { to: vec![], roles: roles(book), scopes })
}

fn scope_of(word: &str) -> Option<Scope> {
    match word.split_once(':') {
        None => (word == "everything").then_some(Scope::Everything),
        Some(("tag", tag)) => Some(Scope::Tag(tag.to_owned())),
        Some(("app", id)) => id.parse().ok().map(Scope::App),
        Some(_) => None,
    }
}

/// The moment behind the last day, which is written as a date.
fn until_of(text: &str) -> Result<Option<Millis>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || Failure::BadForm("the last day is a date such as 2027-01-31; go back and choose one".to_owned());
    let day: jiff::civil::Date = text.parse().map_err(|_unreadable| bad())?;
    let begin = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_far| bad())?;
    Ok(Some(begin.timestamp().as_millisecond() + DAY_MS))
}

/// What would change.
pub async fn review(may: Grant<ReviewGrant>, query: Query, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let words = Words { to: query.get("to"), role: query.get("role"), over: query.get("over"), until: query.get("until") };
    let (book, granted) = asked(may.actor(), &site, words).await?;
    let after = with(&book, &granted);
    told(may.actor(), &book, &after, &granted, words).page(&site, &visit, None).await
}

/// Gives the role.
pub async fn give(
    may: Grant<GiveGrant>,
    Form(form): Form<GivenForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let words = Words { to: &form.to, role: &form.role, over: &form.over, until: &form.until };
    let (book, granted) = asked(may.actor(), &site, words).await?;
    let after = with(&book, &granted);
    let told = told(may.actor(), &book, &after, &granted, words);
    if told.seen(&site) != form.seen {
        return told.page(&site, &visit, Some(CHANGED.to_owned())).await;
    }
    let back = told.back.clone();
    let Granted { to, what, scope, until, .. } = granted;
    match site.store.commit(&may, grant_give::GiveGrant { to, what, scope, until }).await {
        Ok(_) => see_other(&back),
        Err(Denied::Rule { text, .. }) => told.page(&site, &visit, Some(text)).await,
        Err(other) => Err(other.into()),
    }
}

/// What the form says.
#[derive(Clone, Copy)]
struct Words<'a> {
    to: &'a str,
    role: &'a str,
    over: &'a str,
    until: &'a str,
}

/// Where the grants of a member or a team are listed for this actor: on their own page, or on the app's.
pub(super) fn home(actor: &Actor, book: &Book, to: To, scope: &Scope) -> String {
    if let (Scope::App(_), Some([app]), false) =
        (scope, book.apps_in(scope).as_deref(), actor.everywhere().has(Permission::ViewPeople))
    {
        return format!("/apps/{app}/access");
    }
    match to {
        To::Member(id) => format!("/people/{id}/rights"),
        To::Team(id) => format!("/teams/{id}"),
    }
}

fn to_of(word: &str) -> Option<To> {
    match word.split_once(':')? {
        ("member", id) => id.parse().ok().map(To::Member),
        ("team", id) => id.parse().ok().map(To::Team),
        _ => None,
    }
}
/// Whether somebody may change grants of this scope at all. To others it is not there: what would change there is not theirs to see.
pub(super) fn in_reach(actor: &Actor, book: &Book, scope: &Scope) -> bool {
    let one = Permissions::of(&[Permission::EditGrants]);
    match (scope, book.apps_in(scope)) {
        (Scope::App(_), Some(apps)) if !apps.is_empty() => apps.iter().all(|app| actor.covers(Some(app), one)),
        _ => actor.covers(None, one),
    }
}

/// What a form asks for. An app that the actor does not see is not there, and neither is a tag for those who see only some apps.
async fn asked(actor: &Actor, site: &Site, words: Words<'_>) -> Result<(Book, Granted), Failure> {
    let book = site.store.book().await?;
    let to = to_of(words.to).filter(|to| book.name_of(*to).is_some());
    let what = role_of(words.role).filter(|what| !book.role(*what).0.is_empty());
    let (Some(to), Some(what), Some(scope)) = (to, what, scope_of(words.over)) else { return Err(Failure::NotFound) };
    if !in_reach(actor, &book, &scope) {
        return Err(Failure::NotFound);
    }
    let granted = Granted { to, what, scope, until: until_of(words.until)?, at: 0, by: String::new() };
    Ok((book, granted))
}

fn with(book: &Book, granted: &Granted) -> Book {
    let mut after = book.clone();
    after.grants.insert(0, granted.clone());
    after
}

fn told<'a>(actor: &Actor, before: &'a Book, after: &'a Book, granted: &Granted, words: Words<'_>) -> Wish<'a> {
    let name = before.name_of(granted.to).unwrap_or_default();
    let who = if let To::Team(_) = granted.to { format!("Everybody in the team {name}") } else { name.to_owned() };
    let end = if words.until.is_empty() { String::new() } else { format!(", until the end of {}", words.until) };
    let note = match &granted.scope {
        Scope::Tag(_) => "Apps that get the tag later count too.",
        Scope::Everything => "Apps that are made later count too.",
        Scope::App(_) => "",
    };
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Wish {
        title: "Give a role".to_owned(),
        asked: format!("{who} gets the role {} over {}{end}.", before.role(granted.what).0, before.scope_name(&granted.scope)),
        note: note.to_owned(),
        before,
        after,
        action: "/grants".to_owned(),
        fields: vec![field("to", words.to), field("role", words.role), field("over", words.over), field("until", words.until)],
        button: "Give the role".to_owned(),
        back: home(actor, before, granted.to, &granted.scope),
    }
}

#[cfg(any(test, feature = "testing"))]
impl GiveForm {
    pub(super) fn sample() -> Self {
        let pair = |word: &str, text: &str| (word.to_owned(), text.to_owned());
        Self {
            to: vec![pair("member:2", "Bo")],
            roles: vec![pair("viewer", "viewer"), pair("own-1", "Backup friend")],
            scopes: vec![pair("everything", "everything"), pair("tag:<wiki>", "apps with the tag <wiki>")],
        }
    }
}
