//! Pages for requests that were refused or failed.

use actix_web::http::{ConnectionType, header};
use actix_web::{HttpResponse, ResponseError as _};
use askama::Template;

use crate::access::ActionName;
use crate::access::permission::Reach;
use crate::access::policy::{self, Need};
use crate::web::Site;
use crate::web::approvals;
use crate::web::factors::again;
use crate::web::failure::Failure;
use crate::web::page::{moment, page_with, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Link, Nav, Shell};
use crate::web::visit::Visit;

/// Members who are named on the page for a refusal.
const MOST_NAMES: usize = 5;

/// What went wrong, what it means and where to go.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorView {
    pub shell: Shell,
    pub status: u16,
    /// What happened, as the heading.
    pub title: String,
    /// What it means and what to do; on 403 also who can do it.
    pub text: String,
    /// The id under which the log knows it.
    pub reference: Option<String>,
    pub links: Vec<Link>,
}

/// The page for a failure; strangers who may sign in are sent there instead.
pub(super) async fn page(site: &Site, visit: &Visit, htmx: bool, failure: &Failure) -> HttpResponse {
    if matches!(failure, Failure::SessionOver) && !htmx {
        return HttpResponse::SeeOther().insert_header((header::LOCATION, "/session?expired=1")).finish();
    }
    if matches!(failure, Failure::SignInFirst | Failure::SessionOver) {
        return to_sign_in(visit, htmx);
    }
    if matches!(failure, Failure::WhyTooLong)
        && let Ok(asked) = approvals::ask_why(site, visit).await
    {
        return asked;
    }
    match failure {
        Failure::AgainFirst { doing } => return again::ask(site, visit, htmx, doing),
        Failure::FactorFirst => return to_factors(htmx, "/account/factors/app"),
        Failure::ReviewFirst => return to_factors(htmx, "/account/factors"),
        _ => {}
    }
    let status = failure.status_code();
    if let Failure::Broken(cause) = failure {
        tracing::error!(request = visit.request, cause, "a request failed");
    }
    let text = match failure {
        Failure::Broken(_) => "It is not your doing. An admin finds the cause in Canteen’s log by the reference below.".to_owned(),
        Failure::Removed(removed) => {
            let when = moment(site, removed.at).exact;
            let gone = "so there is nothing to see or to change here any more. What was done with it can still be read";
            format!("The app {} was removed by {} on {when}, {gone}.", removed.name, removed.by)
        }
        Failure::Forbidden { action, app } => who_could(site, action, app).await,
        other => format!("{}.", sentence(other.to_string().trim_end_matches('.'))),
    };
    let link = |(label, href): (&str, String)| Link { label: label.to_owned(), href };
    let history = match failure {
        Failure::Removed(removed) => Some(link(("Its history", format!("/apps/{}", removed.kept_as)))),
        _ => None,
    };
    let home = if visit.session.is_some() { ("To the apps", "/apps".to_owned()) } else { ("To the start", "/".to_owned()) };
    let view = ErrorView {
        shell: shell(site, visit, failure.title(), Nav::Nowhere).await,
        status: status.as_u16(),
        title: failure.title().to_owned(),
        text,
        reference: Some(visit.request.clone()),
        links: history.into_iter().chain([link(home)]).collect(),
    };
    let mut response = page_with(status, &view).unwrap_or_else(|_unrenderable| HttpResponse::build(status).body(failure.title()));
    if matches!(failure, Failure::TooLarge(_) | Failure::TooSlow(_) | Failure::Method(_)) {
        // The rest of the body is not waited for.
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    if let Failure::TooMany(seconds) = failure {
        response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
    }
    response
}

/// Which permission is missing where, and who has it there. Members only come here: strangers are asked to sign in.
async fn who_could(site: &Site, action: &str, app: &str) -> String {
    let name = ActionName::ALL.iter().find(|a| a.as_str() == action);
    let Some(Need::Has(one)) = name.map(|name| policy::needs(*name)) else {
        return "Your rights do not allow this.".to_owned();
    };
    let app = Some(app.to_owned()).filter(|app| !app.is_empty() && one.reach() == Reach::App);
    let place = app.as_ref().map_or_else(|| "over everything".to_owned(), |app| format!("on {app}"));
    let needed = format!("This needs the permission “{}” {place}, which you do not have.", one.text());
    let names = site.store.who_has(one, app).await.unwrap_or_default();
    let more = if names.len() > MOST_NAMES { " and others" } else { "" };
    let names = names.into_iter().take(MOST_NAMES).collect::<Vec<_>>().join(", ");
    if names.is_empty() { format!("{needed} Nobody has it.") } else { format!("{needed} These members have it: {names}{more}.") }
}

fn to_sign_in(visit: &Visit, htmx: bool) -> HttpResponse {
    let query = serde_urlencoded::to_string([("next", visit.here.as_str())]).unwrap_or_default();
    if htmx {
        return HttpResponse::Unauthorized()
            .insert_header(("hx-refresh", "true"))
            .content_type("text/plain; charset=utf-8")
            .body("");
    }
    HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/session?{query}"))).finish()
}

fn to_factors(htmx: bool, place: &str) -> HttpResponse {
    if htmx {
        return HttpResponse::Unauthorized()
            .insert_header(("hx-redirect", place))
            .content_type("text/plain; charset=utf-8")
            .body("");
    }
    HttpResponse::SeeOther().insert_header((header::LOCATION, place)).finish()
}

#[cfg(any(test, feature = "testing"))]
impl ErrorView {
    pub fn samples() -> Vec<Self> {
        let pages = [
            (
                403,
                "You may not deploy here",
                "This needs the permission “Deploy, upgrade, roll back and restart an app” on wiki.example.org, which you do not have. \
                 These members have it: Ana, Bo.",
            ),
            (404, "There is no such page", "The address may be mistyped, the thing removed, or not yours to see."),
            (
                405,
                "This address does not take that",
                "It was asked in a way that it does not know. Go back and try the button again.",
            ),
            (408, "That took too long", "The form did not arrive within 60 seconds, so nothing was done. Send it again."),
            (409, "Somebody was faster", "Bo saved other settings 2 minutes ago. Nothing of yours was saved."),
            (
                410,
                "This app was removed",
                "The app wiki.example.org was removed by Bo on 2026-11-22 10:00 UTC, so there is nothing to change here any more.",
            ),
            (413, "That is too large", "This form takes at most 256 KiB."),
            (421, "Wrong address", "Canteen answers on another host name. Open it by its own address."),
            (422, "That could not be read", "The form was incomplete. Nothing was changed."),
            (429, "Too many tries", "Wait 30 seconds, then try again."),
            (
                500,
                "Something broke",
                "It is not your doing. Nothing more was changed after the failure. An admin finds the cause in the log by the reference.",
            ),
            (
                503,
                "Docker does not answer",
                "You can read, but nothing can be changed until Docker is back. Canteen tries again by itself.",
            ),
        ];
        let page = |(status, title, text): (u16, &str, &str)| Self {
            shell: if status == 421 { Shell::sample_signed_out(title) } else { Shell::sample(title, Nav::Nowhere) },
            status,
            title: title.to_owned(),
            text: text.to_owned(),
            reference: (status >= 500).then(|| "7f3a-19c2".to_owned()),
            links: vec![Link { label: "To the apps".to_owned(), href: "/apps".to_owned() }],
        };
        pages.map(page).into()
    }
}
