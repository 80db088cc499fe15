use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use askama::Template;

use super::Site;
use super::failure::Failure;
use super::preferences;
use super::setup::sentence;
use super::shell::{Alarm, Flash, Link, Nav, Shell, Viewer};
use super::visit::Visit;
use super::when::When;
use crate::access::{Actor, Permission};
use crate::clock::Millis;

/// A page.
pub fn page(view: &impl Template) -> Result<HttpResponse, Failure> {
    page_with(StatusCode::OK, view)
}

/// A form that comes back with what is wrong in it.
pub fn wrong_form(view: &impl Template) -> Result<HttpResponse, Failure> {
    page_with(StatusCode::UNPROCESSABLE_ENTITY, view)
}

/// A page with another status than 200.
pub fn page_with(status: StatusCode, view: &impl Template) -> Result<HttpResponse, Failure> {
    let html = view.render().map_err(|e| Failure::broken(format!("a page could not be made: {e}")))?;
    Ok(html_response(status, html))
}

/// A part of a page.
pub fn fragment(html: askama::Result<String>) -> Result<HttpResponse, Failure> {
    let html = html.map_err(|e| Failure::broken(format!("a part of a page could not be made: {e}")))?;
    Ok(html_response(StatusCode::OK, html))
}

fn html_response(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(html)
}

/// Goes on to another page after a change. The path is one of ours.
pub fn see_other(path: &str) -> Result<HttpResponse, Failure> {
    let place = HeaderValue::from_str(path).map_err(|e| Failure::broken(format!("a path can't be a header: {e}")))?;
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, place)).finish())
}

/// The frame of a page.
pub async fn shell(site: &Site, visit: &Visit, title: impl Into<String>, active: Nav) -> Shell {
    let viewer = match &visit.actor {
        Actor::Member { name, rights, .. } => {
            let doors = Viewer::doors(visit.actor.standing());
            Some(Viewer { name: name.clone(), role: sentence(rights.title()), may: rights.everywhere(), doors })
        }
        Actor::Stranger { .. } | Actor::Scheduler | Actor::System(_) => None,
    };
    let running = if viewer.is_some() { site.store.seen_by(&visit.actor).running().await.unwrap_or(0) } else { 0 };
    let to_approve = match visit.actor.member() {
        Some(member) => site.store.approvals_for(visit.actor.sight_of(Permission::Approve), member).await.unwrap_or(0),
        None => 0,
    };
    let reading = site.feed.latest();
    let stale = reading.problem.map(|problem| {
        let when = moment(site, reading.swarm.at);
        if reading.swarm.at == 0 { format!("{problem}.") } else { format!("{problem}. What you see is from {}.", when.exact) }
    });
    let alarms = viewer.as_ref().map(|viewer| alarms(site, viewer.may.has(Permission::ManageServer))).unwrap_or_default();
    Shell {
        title: title.into(),
        active,
        viewer,
        csrf: super::csrf::token(&visit.csrf_secret),
        flash: None,
        running,
        to_approve,
        stale,
        alarms,
        theme: preferences::theme(),
    }
}

/// What members must know, and what admins must.
fn alarms(site: &Site, admin: bool) -> Vec<Alarm> {
    let room = site.store.read_only().map(|why| Alarm {
        title: "Read-only for now".to_owned(),
        text: format!("Nothing can be changed: {why}. Canteen goes on by itself once there is room again."),
        link: None,
    });
    let altered = site.checked.broken().filter(|_| admin).map(|seq| Alarm {
        title: "The audit log was altered".to_owned(),
        text: format!("Entry {seq} is not what was written."),
        link: Some(Link { label: "Look at the log".to_owned(), href: "/audit".to_owned() }),
    });
    room.into_iter().chain(altered).collect()
}

/// The frame with a message on top.
pub fn with_flash(mut shell: Shell, flash: Option<Flash>) -> Shell {
    shell.flash = flash;
    shell
}

/// A stored time as a page tells it.
pub fn moment(site: &Site, at: Millis) -> When {
    let timestamp = |ms: Millis| jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    When::in_zone(timestamp(at), timestamp(site.store.clock().now()), preferences::zone())
}

/// How long something took, in words.
pub fn span(ms: Millis) -> String {
    match ms / 1000 {
        s if s < 1 => "less than a second".to_owned(),
        s if s < 60 => format!("{s} s"),
        s => format!("{} min {} s", s / 60, s % 60),
    }
}
