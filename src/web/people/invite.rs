//! Inviting somebody. The link is shown once, to whoever asked for it.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use super::{role_text, role_word};
use crate::access::action::{BeginInvitation, Invite, RevokeInvitation};
use crate::access::{Grant, Role, member_name};
use crate::commands::{invitation_make, invitation_revoke};
use crate::mail::is_address;
use crate::store::Denied;
use crate::store::links::Purpose;
use crate::store::sessions::token_hash;
use crate::web::failure::Failure;
use crate::web::form::{Form, Id};
use crate::web::page::{moment, page, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::{Site, links};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "people/invite.html")]
pub struct InviteView {
    pub shell: Shell,
    /// Who is invited, as it was typed.
    pub person: String,
    /// Where the link is to go, as it was typed.
    pub mail: String,
    /// There is mail, so the link can be sent.
    pub by_mail: bool,
    /// Those that the inviter may give.
    pub roles: Vec<RoleChoice>,
    pub problems: Problems,
}

/// A role to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChoice {
    /// The stored word.
    pub value: &'static str,
    pub word: &'static str,
    /// What it is for.
    pub text: &'static str,
    pub chosen: bool,
}

/// The link, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "people/invited.html")]
pub struct InvitedView {
    pub shell: Shell,
    pub person: String,
    pub role: &'static str,
    pub link: String,
    /// Until when it works, such as "2026-11-25 10:00 UTC".
    pub until: String,
    /// Where a letter with it goes; empty for nowhere.
    pub sent_to: String,
}

/// An open invitation in the list. What it was made of can't be had from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvitation {
    pub id: i32,
    pub person: String,
    pub role: String,
    /// Who made it.
    pub by: String,
    pub until: String,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteForm {
    person: String,
    role: String,
    /// The field is there where there is mail.
    #[serde(default)]
    mail: String,
}

/// The form.
pub async fn invitation(_may: Grant<BeginInvitation>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let typed = Typed { person: String::new(), role: Role::Viewer.as_str().to_owned(), mail: String::new() };
    page(&view(&site, &visit, typed, Problems::none()).await?)
}

/// Makes the invitation and shows its link.
pub async fn invite(
    may: Grant<Invite>,
    Form(form): Form<InviteForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let mut problems = Problems::none();
    let person = form.person.trim().to_owned();
    if let Err(bad) = member_name(&person) {
        problems.add("person", sentence(&bad.to_string()));
    }
    let mail = form.mail.trim().to_owned();
    if !mail.is_empty() && !is_address(&mail) {
        problems.add("mail", "This is no mail address; write it as cem@example.org");
    }
    let typed = Typed { person: person.clone(), role: form.role.clone(), mail: mail.clone() };
    let role = form.role.parse::<Role>();
    if role.is_err() {
        problems.add("role", "Choose one of the roles");
    }
    let Some(role) = role.ok().filter(|_| problems.is_empty()) else {
        return wrong_form(&view(&site, &visit, typed, problems).await?);
    };
    let seed = crate::random::bytes::<32>().to_vec();
    let token = site.post.token(&seed).map_err(|e| Failure::broken(e.to_string()))?;
    let until = moment(&site, site.store.clock().now() + Purpose::Invitation.life_ms()).exact;
    let command =
        invitation_make::MakeInvitation { token_hash: token_hash(&token), hint: person.clone(), role, mail: mail.clone(), seed };
    match site.store.commit(&may, command).await {
        Ok(sent) => page(&InvitedView {
            shell: shell(&site, &visit, "Invitation", Nav::People).await,
            person,
            role: role_word(role),
            link: links::address(&site, "/invite", &token),
            until,
            sent_to: if sent { mail } else { String::new() },
        }),
        Err(Denied::Rule { what, text }) => {
            problems.add(if what == "role" { "role" } else { "" }, sentence(&text));
            wrong_form(&view(&site, &visit, typed, problems).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// Takes an invitation back.
pub async fn revoke(may: Grant<RevokeInvitation>, Id(id): Id, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    site.store.commit(&may, invitation_revoke::RevokeInvitation { id }).await?;
    see_other("/people?done=revoked")
}

/// The open invitations.
pub(super) async fn open(site: &Site) -> Result<Vec<OpenInvitation>, Failure> {
    let members = site.store.members().await?;
    let links = site.store.open_links(Purpose::Invitation).await?.into_iter().map(|link| OpenInvitation {
        id: link.id,
        role: link.role.parse().map_or(link.role.clone(), |role| role_word(role).to_owned()),
        by: members.iter().find(|m| Some(m.id) == link.made_by).map(|m| m.name.clone()).unwrap_or_default(),
        until: moment(site, link.expires_at).exact,
        person: link.hint,
    });
    Ok(links.collect())
}

/// What was typed.
struct Typed {
    person: String,
    role: String,
    mail: String,
}

async fn view(site: &Site, visit: &Visit, typed: Typed, problems: Problems) -> Result<InviteView, Failure> {
    let own = match visit.actor.member() {
        Some(id) => site.store.lasting_permissions_of(id).await?,
        None => crate::access::Permissions::NONE,
    };
    let roles = Role::ALL.into_iter().filter(|role| role.permissions().without(own).is_empty());
    let roles = roles.map(|role| choice(role, role.as_str() == typed.role)).collect();
    let shell = shell(site, visit, "Invite somebody", Nav::People).await;
    let by_mail = site.store.mail_settings().await?.is_some();
    Ok(InviteView { shell, person: typed.person, mail: typed.mail, by_mail, roles, problems })
}

fn choice(role: Role, chosen: bool) -> RoleChoice {
    RoleChoice { value: role.as_str(), word: role_word(role), text: role_text(role), chosen }
}

#[cfg(any(test, feature = "testing"))]
impl InviteView {
    pub fn samples() -> Vec<Self> {
        let first = Self {
            shell: Shell::sample("Invite somebody", Nav::People),
            person: String::new(),
            mail: String::new(),
            by_mail: false,
            roles: Role::ALL.into_iter().map(|role| choice(role, role == Role::Viewer)).collect(),
            problems: Problems::none(),
        };
        let mut wrong = Self { person: "Cem".to_owned(), mail: "cem@".to_owned(), by_mail: true, ..first.clone() };
        wrong.problems.add("mail", "This is no mail address; write it as cem@example.org");
        wrong.problems.add("role", "Admin may do more than whoever invites; somebody who may do as much has to");
        vec![first, wrong]
    }
}

#[cfg(any(test, feature = "testing"))]
impl InvitedView {
    pub fn samples() -> Vec<Self> {
        let link = "https://canteen.example.org/invite/0123456789abcdef0123456789abcdef0123456789a".to_owned();
        let shell = Shell::sample("Invitation", Nav::People);
        let (sent_to, until) = ("cem@example.org".to_owned(), "2026-11-25 10:00 UTC".to_owned());
        vec![Self { shell, person: "Cem <wiki>".to_owned(), role: "Operator", link, until, sent_to }]
    }
}

#[cfg(any(test, feature = "testing"))]
impl OpenInvitation {
    pub fn sample() -> Self {
        let until = "2026-11-25 10:00 UTC".to_owned();
        Self { id: 4, person: "Cem <wiki>".to_owned(), role: "Operator".to_owned(), by: "Ana".to_owned(), until }
    }
}
