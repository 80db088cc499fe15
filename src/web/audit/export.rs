//! The log, or what fits a filter, as a file that can be checked elsewhere.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;

use super::index::AuditFilter;
use crate::access::Grant;
use crate::access::action;
use crate::commands::audit_export::ExportAudit;
use crate::store::audit_export::Format;
use crate::store::audit_stream::Wish;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Form;

/// What the form of an export sends: the filter of the page, and the format.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    format: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    object: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    result: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// Streams the file. That somebody took it stands in the log, and so in the file.
pub async fn export(
    may: Grant<action::ExportAudit>,
    Form(form): Form<ExportForm>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let format = Format::parse(&form.format).ok_or_else(|| Failure::BadForm("choose JSON lines or a table".to_owned()))?;
    let chosen = AuditFilter::of(|name| match name {
        "who" => form.who.clone(),
        "action" => form.action.clone(),
        "object" => form.object.clone(),
        "text" => form.text.clone(),
        "result" => form.result.clone(),
        "from" => form.from.clone(),
        "to" => form.to.clone(),
        _ => String::new(),
    });
    file(&may, &chosen, format, &site).await
}

/// Notes that it was taken, and sends it.
pub(super) async fn file(
    may: &Grant<action::ExportAudit>,
    chosen: &AuditFilter,
    format: Format,
    site: &Site,
) -> Result<HttpResponse, Failure> {
    let told = serde_urlencoded::to_string(chosen.pairs()).unwrap_or_default();
    let filter = chosen.wanted(site).await?;
    let upto = site.store.commit(may, ExportAudit { filter: told.clone(), format: format.name().to_owned() }).await?;
    let by = may.actor().name().to_owned();
    let file = site.store.export_audit(Wish { format, filter, told, by, upto }).await?;
    let pieces = stream::unfold(file, |mut file| async move {
        match file.next().await {
            Ok(piece) => piece.map(|piece| (Ok::<_, actix_web::Error>(Bytes::from(piece)), file)),
            // The file then has no end, and whoever checks it is told so.
            Err(error) => {
                tracing::error!(%error, "an export of the audit log broke off");
                None
            }
        }
    });
    let stop = site.stop.clone();
    let body = pieces.take_until(async move { stop.cancelled().await });
    let day = jiff::Timestamp::from_millisecond(site.store.clock().now()).unwrap_or_default().strftime("%Y-%m-%dT%H%M").to_string();
    let kind = match format {
        Format::Jsonl => "application/jsonl; charset=utf-8",
        Format::Csv => "text/csv; charset=utf-8",
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"audit-{day}.{}\"", format.name())))
        .streaming(Box::pin(body)))
}
