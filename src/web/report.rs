use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};

use super::Site;
use crate::access::Grant;
use crate::access::action::ReportBlocked;

/// Characters of a report that go to the log.
const KEPT: usize = 600;
/// Reports of one run that go to the log.
const MOST: u64 = 100;

static SEEN: AtomicU64 = AtomicU64::new(0);

/// Takes a browser's report that it blocked something of ours. It is a fault of a page, or an attack.
pub async fn blocked(_may: Grant<ReportBlocked>, body: Bytes, _site: Data<Site>) -> HttpResponse {
    if SEEN.fetch_add(1, Ordering::Relaxed) < MOST {
        let text: String = String::from_utf8_lossy(&body).chars().filter(|c| !c.is_control()).take(KEPT).collect();
        tracing::warn!(report = text, "a browser blocked something");
    }
    HttpResponse::NoContent().finish()
}
