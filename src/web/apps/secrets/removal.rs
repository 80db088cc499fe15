//! Removing secrets that nothing reads: old versions, orphans, and what is to be set anew before a deploy.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::access::Grant;
use crate::access::action::RemoveSecret;
use crate::ops::order;
use crate::web::Site;
use crate::web::apps::facts::facts_of_form;
use crate::web::apps::idle::once;
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::page::wrong_form;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::list::view;
use super::start;
use super::stock::stock;

/// Removes those whose boxes were ticked; the boxes have the full names.
pub async fn remove(
    may: Grant<RemoveSecret>,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    let stock = stock(&facts, &site).await?;
    let mut problems = Problems::none();
    if fields.is_empty() {
        problems.add("", "Tick the secrets that are to be removed");
    }
    for name in fields.keys().filter(|name| !stock.entries.iter().any(|e| e.name == **name && e.removable)) {
        problems.add("", format!("{name} was not removed: something reads it, or it is not known to be this app’s own"));
    }
    if !problems.is_empty() {
        return wrong_form(&view(&facts, &visit, &site, &stock, problems).await?);
    }
    start(&may, &visit, &site, order::remove_secrets(facts.app.id, fields.into_keys().collect(), visit.form.clone())).await
}
