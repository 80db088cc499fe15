use actix_web::HttpResponse;
use actix_web::web::Data;

use super::Site;
use super::guard::Public;

/// Whether the dashboard works: it can read its database. Docker being away does not make the dashboard sick, and the page says so.
pub async fn show(_everybody: Public, site: Data<Site>) -> HttpResponse {
    let docker = if site.feed.latest().problem.is_some() { "away" } else { "ok" };
    let writes = if site.store.read_only().is_some() { "none, the disk is full or read-only" } else { "ok" };
    let audit = site.checked.broken().map_or_else(|| "ok".to_owned(), |_seq| "altered".to_owned());
    match site.store.audit_head().await {
        Ok(_) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(format!("ok\ndocker: {docker}\nwrites: {writes}\naudit: {audit}\n")),
        Err(_unreadable) => {
            HttpResponse::ServiceUnavailable().content_type("text/plain; charset=utf-8").body("the database can't be read\n")
        }
    }
}
