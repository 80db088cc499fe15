use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use super::own;
use crate::access::action::{EditAccount, ViewAccount};
use crate::access::{Grant, member_name};
use crate::commands::account_edit;
use crate::store::accounts::Chosen;
use crate::web::Site;
use crate::web::came::Ways;
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::{moment, page, see_other, shell, with_flash, wrong_form};
use crate::web::preferences::{zone_named, zones};
use crate::web::setup::sentence;
use crate::web::shell::{Flash, FlashKind, Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// One's own page.
#[derive(Debug, Clone, Template)]
#[template(path = "account/show.html")]
pub struct AccountView {
    pub shell: Shell,
    /// The name to sign in with.
    pub name: String,
    pub shown_name: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    pub time_zone: String,
    /// Those to choose from.
    pub zones: Vec<String>,
    /// Where letters go; empty for nowhere. Where another was typed that can't be, this is it.
    pub mail: String,
    /// There is mail.
    pub by_mail: bool,
    pub problems: Problems,
    pub sessions: Vec<SessionRow>,
    /// Whether accounts elsewhere can be, or are, linked.
    pub sso: bool,
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: i32,
    /// What the browser calls itself.
    pub agent: String,
    pub ip: String,
    /// How it came in, such as "Password and passkey".
    pub came: String,
    pub since: When,
    pub used: When,
    /// The one that looks at the page.
    pub this: bool,
}

impl AccountView {
    /// Themes with their words and whether each is chosen.
    pub fn themes(&self) -> [(&'static str, &'static str, bool); 3] {
        let theme = |value, word| (value, word, self.theme == value);
        [theme("system", "As my device says"), theme("light", "Light"), theme("dark", "Dark")]
    }
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountForm {
    shown_name: String,
    theme: String,
    time_zone: String,
}

/// The page.
pub async fn show(_may: Grant<ViewAccount>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let account = site.store.account(own(&visit)?.0).await?;
    let form = AccountForm { shown_name: account.shown_name, theme: account.theme, time_zone: account.time_zone };
    let mut view = view(&site, &visit, form, Problems::none()).await?;
    let done = match query.get("done") {
        "saved" => Some("Your choices are saved."),
        "password" => Some("You have a new password. All other browsers were signed out."),
        "asked" => Some("A letter is on its way. Open the link in it to confirm the address."),
        "mail" => Some("Letters go to this address from now on."),
        "no-mail" => Some("You get no letters any more."),
        "ended" => Some("The session has ended."),
        "others" => Some("All other sessions have ended."),
        _ => None,
    };
    view.shell = with_flash(view.shell, done.map(|text| Flash { kind: FlashKind::Done, text: text.to_owned() }));
    page(&view)
}

/// Saves what was chosen.
pub async fn edit(
    may: Grant<EditAccount>,
    Form(form): Form<AccountForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (member_id, ..) = own(&visit)?;
    let mut problems = Problems::none();
    let shown_name = form.shown_name.trim().to_owned();
    if !shown_name.is_empty()
        && let Err(bad) = member_name(&shown_name)
    {
        problems.add("shown_name", sentence(&bad.to_string()));
    }
    let theme = match form.theme.as_str() {
        "system" => "system",
        "light" => "light",
        "dark" => "dark",
        _ => {
            problems.add("theme", "Choose one of the three");
            "system"
        }
    };
    let time_zone = form.time_zone.trim().to_owned();
    if zone_named(&time_zone).is_none() {
        problems.add("time_zone", "There is no such time zone; the list has all of them, such as Europe/Berlin");
    }
    if !problems.is_empty() {
        return wrong_form(&view(&site, &visit, form, problems).await?);
    }
    let chosen = Chosen { shown_name, theme, time_zone };
    site.store.commit(&may, account_edit::EditAccount { member_id, chosen }).await?;
    see_other("/account?done=saved")
}

/// The page with a problem of the address.
pub(super) async fn wrong_mail(site: &Site, visit: &Visit, mail: String, text: &str) -> Result<HttpResponse, Failure> {
    let account = site.store.account(own(visit)?.0).await?;
    let form = AccountForm { shown_name: account.shown_name, theme: account.theme, time_zone: account.time_zone };
    let mut problems = Problems::none();
    problems.add("mail", text);
    wrong_form(&AccountView { mail, ..view(site, visit, form, problems).await? })
}

async fn view(site: &Site, visit: &Visit, form: AccountForm, problems: Problems) -> Result<AccountView, Failure> {
    let (member_id, name, this) = own(visit)?;
    let ways = Ways::of(site).await?;
    let sessions = site.store.sessions_of(member_id).await?.into_iter().map(|session| SessionRow {
        id: session.id,
        came: ways.text(&session.came),
        agent: session.agent,
        ip: session.ip,
        since: moment(site, session.created_at),
        used: moment(site, session.last_active_at),
        this: session.id == this,
    });
    Ok(AccountView {
        name: name.to_owned(),
        shown_name: form.shown_name,
        theme: form.theme,
        time_zone: form.time_zone,
        zones: zones(),
        mail: site.store.account(member_id).await?.mail,
        by_mail: site.store.mail_settings().await?.is_some(),
        problems,
        sessions: sessions.collect(),
        sso: site.store.identity_provider().await?.is_some() || !site.store.identities_of(member_id).await?.is_empty(),
        shell: shell(site, visit, "Your account", Nav::Account).await,
    })
}

#[cfg(any(test, feature = "testing"))]
impl AccountView {
    pub fn samples() -> Vec<Self> {
        let session = |id, agent: &str, minutes, this| SessionRow {
            id,
            agent: agent.to_owned(),
            ip: "192.0.2.7".to_owned(),
            came: "The <wiki> and authenticator app".to_owned(),
            since: When::sample(minutes + 300),
            used: When::sample(minutes),
            this,
        };
        let first = Self {
            shell: Shell::sample("Your account", Nav::Account),
            name: "Ana".to_owned(),
            shown_name: String::new(),
            theme: "system".to_owned(),
            time_zone: "UTC".to_owned(),
            zones: zones(),
            mail: String::new(),
            by_mail: false,
            problems: Problems::none(),
            sso: false,
            sessions: vec![session(7, "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/146.0", 0, true)],
        };
        let sessions = vec![session(7, "Firefox", 0, true), session(5, "<wiki>", 20, false), session(3, "", 55, false)];
        let full = Self {
            sessions,
            sso: true,
            theme: "dark".to_owned(),
            shown_name: "Ana <wiki>".to_owned(),
            by_mail: true,
            mail: "ana@example.org".to_owned(),
            ..first.clone()
        };
        let mut wrong = Self { time_zone: "Middle/Earth".to_owned(), ..full.clone() };
        wrong.problems.add("time_zone", "There is no such time zone; the list has all of them, such as Europe/Berlin");
        vec![first, full, wrong]
    }
}
