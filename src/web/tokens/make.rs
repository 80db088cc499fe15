use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{BeginToken, NewToken};
use crate::access::token_text::{PUBLIC, SECRET, compose};
use crate::access::{Actor, Grant};
use crate::commands::token_make::MakeToken;
use crate::store::sessions::token_hash;
use crate::store::{Denied, tokens};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::page::{page, shell, wrong_form};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::TokenForm;
use super::index::offered;

/// The form of a new token.
#[derive(Debug, Clone, Template)]
#[template(path = "tokens/new.html")]
pub struct NewTokenView {
    pub shell: Shell,
    pub form: TokenForm,
    /// Apps to choose from.
    pub apps: Vec<String>,
    pub problems: Problems,
}

/// A token right after it was made. Has no `Debug`, so that no log line can carry it.
#[derive(Clone, Template)]
#[template(path = "tokens/made.html")]
pub struct MadeView {
    pub shell: Shell,
    pub name: String,
    pub token: String,
    /// An address to try it with.
    pub example: String,
}

/// The form.
pub async fn begin(may: Grant<BeginToken>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let form = TokenForm::new(offered(may.actor()));
    let apps = apps(may.actor(), &site).await?;
    page(&NewTokenView { shell: title(&site, &visit).await, form, apps, problems: Problems::none() })
}

/// Makes a token and shows it, this once.
pub async fn make(may: Grant<NewToken>, Fields(fields): Fields, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let apps = apps(may.actor(), &site).await?;
    let mut problems = Problems::none();
    let (form, chosen) = TokenForm::read(&fields, offered(may.actor()), &apps, &mut problems);
    if let Some(chosen) = chosen {
        let (public, secret) = (crate::random::letters_and_digits(PUBLIC), crate::random::letters_and_digits(SECRET));
        let token = compose(&public, &secret);
        let (name, limits, network, days) = (chosen.name.clone(), chosen.limits, chosen.network, chosen.days);
        let new = tokens::NewToken { public, hash: token_hash(&token), name, limits, network, days };
        match site.store.commit(&may, MakeToken { token: new }).await {
            Ok(_id) => return made(&site, &visit, chosen.name, token).await,
            Err(Denied::Rule { what, text }) => problems.add(if what == "no-app" { "app" } else { "name" }, text),
            Err(other) => return Err(other.into()),
        }
    }
    wrong_form(&NewTokenView { shell: title(&site, &visit).await, form, apps, problems })
}

async fn made(site: &Site, visit: &Visit, name: String, token: String) -> Result<HttpResponse, Failure> {
    let shell = shell(site, visit, "The new token", Nav::Nowhere).await;
    page(&MadeView { shell, name, token, example: format!("{}/api/v1/apps", site.settings.public.origin) })
}

async fn title(site: &Site, visit: &Visit) -> Shell {
    shell(site, visit, "Make an API token", Nav::Nowhere).await
}

/// The apps that the member may see, by name.
async fn apps(actor: &Actor, site: &Site) -> Result<Vec<String>, Failure> {
    Ok(site.store.seen_by(actor).apps().await?.into_iter().map(|app| app.name).collect())
}
