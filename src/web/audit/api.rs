//! The log as a file, for programs that keep a copy of it elsewhere.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::export::file;
use super::index::{AuditFilter, day};
use crate::access::Grant;
use crate::access::action::ExportAudit;
use crate::store::audit_export::Format;
use crate::web::Site;
use crate::web::api::Body;
use crate::web::failure::Failure;

/// Characters of one value.
const LONGEST: usize = 200;

/// Streams the file, as the button of the page does. A filter that says nothing is refused: without it, the file would hold more than
/// the program asked for.
pub async fn export(may: Grant<ExportAudit>, mut asked: Body, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let format = Format::parse(&asked.text("format", LONGEST));
    let names = ["who", "action", "object", "text", "result", "from", "to"];
    let sent = names.map(|name| (name, asked.optional(name, LONGEST)));
    let value = |name: &str| sent.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let chosen = AuditFilter::of(value);
    if format.is_none() {
        asked.fault("format", "It has to be jsonl or csv");
    }
    if chosen.result.is_none() && !value("result").is_empty() {
        asked.fault("result", "There is no such result");
    }
    for (name, date) in [("from", &chosen.from), ("to", &chosen.to)] {
        if !date.is_empty() && day(date).is_none() {
            asked.fault(name, "It has to be a date such as 2026-11-22");
        }
    }
    asked.end()?;
    file(&may, &chosen, format.unwrap_or(Format::Jsonl), &site).await
}
