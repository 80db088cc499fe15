//! Roles: the five that come with the product, and the co-op's own.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{EditRole, ListRoles, ReviewRole};
use crate::access::book::OwnRole;
use crate::access::{Actor, Book, Grant, Permission, Permissions, Role, What};
use crate::commands::role_change::ChangeRole;
use crate::store::Denied;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Id};
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::people::{role_text, role_word};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::review::{CHANGED, Wish};

/// All roles.
#[derive(Debug, Clone, Template)]
#[template(path = "rights/roles.html")]
pub struct RolesView {
    pub shell: Shell,
    /// Those that come with the product.
    pub built_in: Vec<RoleEntry>,
    /// The co-op's own.
    pub own: Vec<RoleEntry>,
    pub may_edit: bool,
}

/// A role and what it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleEntry {
    /// The row; none for one that comes with the product.
    pub id: Option<i32>,
    pub name: String,
    /// What it is for, in one line.
    pub text: String,
    /// Areas, and its permissions there, in words.
    pub areas: Vec<(&'static str, Vec<&'static str>)>,
}

impl RoleEntry {
    fn built_in(role: Role) -> Self {
        let (name, text) = (role_word(role).to_owned(), role_text(role).to_owned());
        Self { id: None, name, text, areas: areas(role.permissions()) }
    }

    fn own(id: i32, name: &str, permissions: Permissions) -> Self {
        let text = match permissions.iter().count() {
            0 => "Allows nothing.".to_owned(),
            1 => "Allows one thing.".to_owned(),
            count => format!("Allows {count} things."),
        };
        Self { id: Some(id), name: name.to_owned(), text, areas: areas(permissions) }
    }
}

fn areas(permissions: Permissions) -> Vec<(&'static str, Vec<&'static str>)> {
    Permission::by_area(permissions.iter().map(|one| (one, one.text())))
}

/// The form of a role of the co-op's own.
#[derive(Debug, Clone, Template)]
#[template(path = "rights/role.html")]
pub struct RoleView {
    pub shell: Shell,
    /// The row; none for a new role.
    pub id: Option<i32>,
    pub name: String,
    /// Areas, and what can be ticked there.
    pub areas: Vec<(&'static str, Vec<PermissionBox>)>,
    /// How often it was given.
    pub given: usize,
    pub problems: Problems,
}

/// One permission to tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionBox {
    pub word: &'static str,
    pub text: &'static str,
    pub ticked: bool,
    /// The viewer lacks it, and so can neither tick nor clear it.
    pub locked: bool,
}

/// All roles.
pub async fn index(may: Grant<ListRoles>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let book = site.store.book().await?;
    page(&RolesView {
        shell: shell(&site, &visit, "Roles", Nav::People).await,
        built_in: Role::ALL.into_iter().map(RoleEntry::built_in).collect(),
        own: book.roles.iter().map(|(id, role)| RoleEntry::own(*id, &role.name, role.permissions)).collect(),
        may_edit: may.actor().everywhere().has(Permission::EditRoles),
    })
}

/// The form of a role; a new one where the path names none.
pub async fn show(may: Grant<ReviewRole>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (id, book) = (row_of(id)?, site.store.book().await?);
    let role = if id == 0 {
        OwnRole { name: String::new(), permissions: Permissions::of(&[Permission::ViewApp]) }
    } else {
        book.roles.get(&id).cloned().ok_or(Failure::NotFound)?
    };
    page(&form(may.actor(), &book, id, role, &visit, &site, Problems::none()).await)
}

async fn form(actor: &Actor, book: &Book, id: i32, role: OwnRole, visit: &Visit, site: &Site, problems: Problems) -> RoleView {
    let tick = |one: &Permission| {
        let (ticked, locked) = (role.permissions.has(*one), !actor.everywhere().has(*one));
        (*one, PermissionBox { word: one.as_str(), text: one.text(), ticked, locked })
    };
    let title = if id == 0 { "A new role".to_owned() } else { format!("The role {}", role.name) };
    RoleView {
        shell: shell(site, visit, title, Nav::People).await,
        id: (id != 0).then_some(id),
        areas: Permission::by_area(Permission::ALL.iter().map(tick)),
        given: book.grants.values().filter(|g| g.what == What::Own(id)).count(),
        name: role.name,
        problems,
    }
}

/// Makes a role. It changes nobody's rights before it is given.
pub async fn make(may: Grant<EditRole>, Fields(fields): Fields, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (name, permissions) = read(&fields)?;
    match site.store.commit(&may, ChangeRole::Make { name: name.clone(), permissions }).await {
        Ok(_) => see_other("/roles"),
        Err(Denied::Rule { what, text }) => {
            let book = site.store.book().await?;
            let mut problems = Problems::none();
            problems.add(if what == "name" { "name" } else { "" }, sentence(&text));
            wrong_form(&form(may.actor(), &book, 0, OwnRole { name, permissions }, &visit, &site, problems).await)
        }
        Err(other) => Err(other.into()),
    }
}

/// Changes a role: what that changes for whom is shown first, and saved when the form comes a second time.
pub async fn save(
    may: Grant<EditRole>,
    Id(id): Id,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (id, book) = (row_of(id)?, site.store.book().await?);
    let old = book.roles.get(&id).cloned().ok_or(Failure::NotFound)?;
    let (name, mut permissions) = read(&fields)?;
    // A box that was locked is not sent; it stays as it was.
    permissions = permissions.and(old.permissions.without(may.actor().everywhere()));
    let mut after = book.clone();
    after.roles.insert(id, OwnRole { name: name.clone(), permissions });
    let boxes = permissions.iter().map(|one| (one.as_str().to_owned(), "on".to_owned()));
    let told = Wish {
        title: format!("The role {}", old.name),
        asked: format!("The role {} is changed, for all who have it.", old.name),
        note: String::new(),
        before: &book,
        after: &after,
        action: format!("/roles/{id}"),
        fields: [("name".to_owned(), name.clone())].into_iter().chain(boxes).collect(),
        button: "Save the role".to_owned(),
        back: format!("/roles/{id}"),
    };
    let seen = fields.get("seen").map(String::as_str);
    if seen != Some(told.seen(&site).as_str()) {
        return told.page(&site, &visit, seen.map(|_| CHANGED.to_owned())).await;
    }
    match site.store.commit(&may, ChangeRole::Save { id, name, permissions }).await {
        Ok(_) => see_other("/roles"),
        Err(Denied::Rule { text, .. }) => told.page(&site, &visit, Some(text)).await,
        Err(other) => Err(other.into()),
    }
}

/// Removes a role that nobody was given.
pub async fn remove(may: Grant<EditRole>, Id(id): Id, _none: Fields, site: Data<Site>) -> Result<HttpResponse, Failure> {
    site.store.commit(&may, ChangeRole::Remove { id: row_of(id)? }).await?;
    see_other("/roles")
}

fn row_of(id: i64) -> Result<i32, Failure> {
    i32::try_from(id).map_err(|_large| Failure::NotFound)
}

/// Name and ticked permissions of a form.
fn read(fields: &BTreeMap<String, String>) -> Result<(String, Permissions), Failure> {
    let unknown = |word: &str| Failure::BadForm(format!("{word} is no field of this form; open the page again"));
    let mut ticked = vec![];
    for word in fields.keys().filter(|name| !matches!(name.as_str(), "name" | "seen")) {
        ticked.push(word.parse::<Permission>().map_err(|_no_such| unknown(word))?);
    }
    let name = fields.get("name").ok_or_else(|| Failure::BadForm("the form came without a name".to_owned()))?;
    Ok((name.clone(), Permissions::of(&ticked)))
}

#[cfg(any(test, feature = "testing"))]
impl RolesView {
    pub fn samples() -> Vec<Self> {
        let full = Self {
            shell: Shell::sample("Roles", Nav::People),
            built_in: Role::ALL.into_iter().map(RoleEntry::built_in).collect(),
            own: vec![
                RoleEntry::own(1, "Backup <wiki>", Permissions::of(&[Permission::RunBackup])),
                RoleEntry::own(2, "Nobody", Permissions::NONE),
            ],
            may_edit: true,
        };
        let plain = Self { own: vec![], may_edit: false, ..full.clone() };
        vec![full, plain]
    }
}

#[cfg(any(test, feature = "testing"))]
impl RoleView {
    pub fn samples() -> Vec<Self> {
        let tick = |one: Permission, ticked, locked| (one, PermissionBox { word: one.as_str(), text: one.text(), ticked, locked });
        let new = Self {
            shell: Shell::sample("A new role", Nav::People),
            id: None,
            name: String::new(),
            areas: Permission::by_area([tick(Permission::ViewApp, true, false), tick(Permission::ManageServer, false, true)]),
            given: 0,
            problems: Problems::none(),
        };
        let mut taken = Self { name: "admin".to_owned(), ..new.clone() };
        taken.problems.add("name", "There is already a role called admin");
        let old = Self { id: Some(1), name: "Backup <wiki>".to_owned(), given: 2, ..new.clone() };
        let unused = Self { given: 0, ..old.clone() };
        vec![new, taken, old, unused]
    }
}
