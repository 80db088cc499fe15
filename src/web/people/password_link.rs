use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::show::find;
use crate::access::Grant;
use crate::access::action::MakePasswordLink;
use crate::commands::password_link;
use crate::store::links::Purpose;
use crate::store::sessions::token_hash;
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;
use crate::web::{Site, links};

/// A link to a new password, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "people/password_link.html")]
pub struct PasswordMadeView {
    pub shell: Shell,
    pub id: i32,
    pub name: String,
    pub link: String,
    /// Until when it works, such as "2026-11-25 10:00 UTC".
    pub until: String,
    /// A letter with it is on its way.
    pub sent: bool,
}

/// Makes a link by which a member chooses a new password.
pub async fn password_link(may: Grant<MakePasswordLink>, id: Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let member = find(&site, &id).await?;
    let seed = crate::random::bytes::<32>().to_vec();
    let token = site.post.token(&seed).map_err(|e| Failure::broken(e.to_string()))?;
    let until = moment(&site, site.store.clock().now() + Purpose::Password.life_ms()).exact;
    let command =
        password_link::MakePasswordLink { member_id: member.id, member: member.name.clone(), token_hash: token_hash(&token), seed };
    let sent = site.store.commit(&may, command).await?;
    page(&PasswordMadeView {
        shell: shell(&site, &visit, "Link to a new password", Nav::People).await,
        id: member.id,
        name: member.name,
        link: links::address(&site, "/reset", &token),
        until,
        sent,
    })
}

#[cfg(any(test, feature = "testing"))]
impl PasswordMadeView {
    pub fn samples() -> Vec<Self> {
        vec![Self {
            shell: Shell::sample("Link to a new password", Nav::People),
            id: 2,
            name: "Bo <wiki>".to_owned(),
            link: "https://canteen.example.org/reset/0123456789abcdef0123456789abcdef0123456789a".to_owned(),
            until: "2026-11-22 12:30 UTC".to_owned(),
            sent: true,
        }]
    }
}
