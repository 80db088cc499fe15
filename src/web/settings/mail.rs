//! The server that takes letters.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{EditMail, TestMail, ViewMail};
use crate::commands::{mail_set, mail_test};
use crate::mail::{is_address, letter};
use crate::store::mail::{MailPassword, MailSettings, NewPassword, Notice, Waiting, facts};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::{page, see_other, shell, with_flash, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Flash, FlashKind, Nav, Problems, Shell};
use crate::web::visit::Visit;

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "settings/mail.html")]
pub struct MailView {
    pub shell: Shell,
    pub form: Shown,
    /// There is mail now.
    pub on: bool,
    pub has_password: bool,
    pub problems: Problems,
    pub waiting: Waiting,
    /// What the server said to the test: whether it took the letter, and its words.
    pub answer: Option<(bool, String)>,
    /// Where the test went, or is to go.
    pub to: String,
}

/// The controls as they are shown; the password is never given back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub host: String,
    pub port: String,
    pub security: String,
    pub username: String,
    pub sender: String,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailForm {
    host: String,
    port: String,
    security: String,
    username: String,
    password: String,
    sender: String,
}

/// What the form of the test sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestForm {
    to: String,
}

impl MailView {
    /// What stands at the password.
    pub fn password_hint(&self) -> &'static str {
        if self.has_password { "One is kept. Leave it empty to keep that one." } else { "" }
    }

    /// Ways to encrypt, with words and whether each is chosen.
    pub fn ways(&self) -> [(&'static str, &'static str, &'static str, bool); 3] {
        let way = |value, word, text| (value, word, text, self.form.security == value);
        [
            way("starttls", "STARTTLS", "Usual on port 587."),
            way("tls", "TLS", "Usual on port 465."),
            way(
                "none",
                "Not encrypted",
                "Only for a server on this machine or in its own network: passwords and links could be read on the way.",
            ),
        ]
    }
}

/// The page.
pub async fn show(_may: Grant<ViewMail>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let done = match query.get("done") {
        "saved" => Some("The mail settings are saved. Send a test to see whether they work."),
        "off" => Some("No letters are sent any more."),
        _ => None,
    };
    let mut view = view(&site, &visit, None, Problems::none()).await?;
    view.shell = with_flash(view.shell, done.map(|text| Flash { kind: FlashKind::Done, text: text.to_owned() }));
    page(&view)
}

/// Saves the settings.
pub async fn save(
    may: Grant<EditMail>,
    Form(form): Form<MailForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let mut problems = Problems::none();
    let kept = site.store.mail_account().await?.map_or(MailPassword::None, |(_, password)| password);
    let host = form.host.trim().to_ascii_lowercase();
    if host.is_empty() || !host.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_' | b':')) {
        problems.add("host", "Write the server’s name, such as mail.example.org");
    }
    let port = form.port.trim().parse::<u16>().ok().filter(|port| *port > 0);
    if port.is_none() {
        problems.add("port", "A port is a number from 1 to 65535, such as 587");
    }
    if !matches!(form.security.as_str(), "tls" | "starttls" | "none") {
        problems.add("security", "Choose one of the three");
    }
    let username = form.username.trim().to_owned();
    if username.chars().any(char::is_control) || form.password.chars().any(char::is_control) {
        problems.add("username", "Name and password are one line each");
    } else if !username.is_empty() && form.password.is_empty() && !is_kept(&site, &kept) {
        problems.add("password", "With a name goes a password");
    }
    let sender = form.sender.trim().to_owned();
    if !is_address(&sender) {
        problems.add("sender", "This is no mail address; write it as canteen@example.org");
    }
    let Some(port) = port.filter(|_| problems.is_empty()) else {
        let MailForm { host, port, security, username, sender, .. } = form;
        return wrong_form(&view(&site, &visit, Some(Shown { host, port, security, username, sender }), problems).await?);
    };
    let settings = MailSettings { host, port: port.into(), security: form.security, username, sender };
    let password = match (form.password.as_str(), &kept) {
        ("", MailPassword::InFile) => {
            let text = site.post.password(&kept).map_err(|e| Failure::Unavailable(e.to_string()))?;
            text.map_or(NewPassword::Kept, |text| NewPassword::FromFile(site.post.seal(&text)))
        }
        ("", _) => NewPassword::Kept,
        (typed, _) => NewPassword::Sealed(site.post.seal(typed)),
    };
    site.store.commit(&may, mail_set::SetMail { settings: Some((settings, password)) }).await?;
    site.post.forget_file();
    see_other("/settings/mail?done=saved")
}

/// Turns mail off.
pub async fn turn_off(may: Grant<EditMail>, site: Data<Site>) -> Result<HttpResponse, Failure> {
    site.store.commit(&may, mail_set::SetMail { settings: None }).await?;
    site.post.forget_file();
    see_other("/settings/mail?done=off")
}

/// Sends a letter at once, and shows what the server says.
pub async fn test(
    may: Grant<TestMail>,
    Form(form): Form<TestForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let Some(account) = site.store.mail_account().await? else { return see_other("/settings/mail") };
    let to = form.to.trim().to_owned();
    let mut view = view(&site, &visit, None, Problems::none()).await?;
    view.to.clone_from(&to);
    if !is_address(&to) {
        view.problems.add("to", "This is no mail address; write it as ana@example.org");
        return wrong_form(&view);
    }
    site.store.commit(&may, mail_test::TestMail { to: to.clone() }).await?;
    let letter = letter(Notice::Test, &facts([]), &site.post.origin, "");
    view.answer = Some(match site.post.send(&account, &to, &letter).await {
        Ok(said) => (true, said.0),
        Err(error) => (false, sentence(&error.to_string())),
    });
    page(&view)
}

async fn view(site: &Site, visit: &Visit, typed: Option<Shown>, problems: Problems) -> Result<MailView, Failure> {
    let account = site.store.mail_account().await?;
    let has_password = account.as_ref().is_some_and(|(_, password)| is_kept(site, password));
    let settings = account.map(|(settings, _)| settings);
    let to = match visit.actor.member() {
        Some(id) => site.store.account(id).await?.mail,
        None => String::new(),
    };
    let (on, saved) = (settings.is_some(), settings.map(saved));
    let default = || Shown { port: "587".to_owned(), security: "starttls".to_owned(), ..Shown::default() };
    Ok(MailView {
        shell: shell(site, visit, "Mail", Nav::Settings).await,
        form: typed.or(saved).unwrap_or_else(default),
        on,
        has_password,
        problems,
        waiting: site.store.waiting_letters().await?,
        answer: None,
        to,
    })
}

/// Whether there is a password. One that can't be read is there too: to write it again is no guess.
fn is_kept(site: &Site, password: &MailPassword) -> bool {
    site.post.password(password).map_or(true, |password| password.is_some())
}

fn saved(settings: MailSettings) -> Shown {
    let MailSettings { host, port, security, username, sender } = settings;
    Shown { host, port: port.to_string(), security, username, sender }
}

#[cfg(any(test, feature = "testing"))]
impl MailView {
    pub fn samples() -> Vec<Self> {
        let text = str::to_owned;
        let off = Self {
            shell: Shell::sample("Mail", Nav::Settings),
            form: Shown { port: text("587"), security: text("starttls"), ..Shown::default() },
            on: false,
            has_password: false,
            problems: Problems::none(),
            waiting: Waiting::default(),
            answer: None,
            to: String::new(),
        };
        let form = Shown {
            host: text("mail.example.org"),
            username: text("canteen"),
            sender: text("canteen@example.org"),
            ..off.form.clone()
        };
        let on = Self { form, on: true, has_password: true, to: text("ana@example.org"), ..off.clone() };
        let took = Self { answer: Some((true, text("250 2.0.0 Ok: queued as <wiki>"))), ..on.clone() };
        let waiting = Waiting { count: 3, problem: text("connection refused") };
        let refused = Self { answer: Some((false, text("535 5.7.8 authentication failed"))), waiting, ..on.clone() };
        let mut wrong = Self { form: Shown { port: text("x"), ..on.form.clone() }, ..on.clone() };
        wrong.problems.add("port", "A port is a number from 1 to 65535, such as 587");
        vec![off, on, took, refused, wrong]
    }
}
