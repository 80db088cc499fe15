//! Inserting a secret as a member gives it.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::access::Grant;
use crate::access::action::SetSecret;
use crate::ops::order;
use crate::web::Site;
use crate::web::apps::facts::facts_of_form;
use crate::web::apps::idle::idle;
use crate::web::failure::Failure;
use crate::web::form::Name;
use crate::web::page::wrong_form;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::given::{given, nothing_but};
use super::hand_over;
use super::list::view;
use super::stock::stock;

/// Inserts one, pasted or from a file.
pub async fn insert(may: Grant<SetSecret>, Name(name): Name, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    nothing_but(&visit, &["value", "exact", "file", "trim"])?;
    let facts = facts_of_form(&may, &visit, &site).await?;
    idle(&site, &visit, &facts.app).await?;
    let stock = stock(&facts, &site).await?;
    let entry = stock.need(&name).ok_or(Failure::NotFound)?;
    let full = entry.name.clone();
    let mut problems = Problems::none();
    if entry.present.is_some() {
        problems.add("", format!("{name} is set already; a secret can’t be changed, only replaced by a new version"));
    }
    let value = match given(&visit, &name)? {
        Ok(value) if problems.is_empty() => value,
        Ok(_) => return wrong_form(&view(&facts, &visit, &site, &stock, problems).await?),
        Err(problem) => {
            // A secret that is set has no control to point at.
            let field = if problems.is_empty() { name.as_str() } else { "" };
            problems.add(field, problem);
            return wrong_form(&view(&facts, &visit, &site, &stock, problems).await?);
        }
    };
    let about = vec![format!("{full}: {} bytes", value.len())];
    let values = vec![(full.clone(), value)];
    let order = |ticket| order::secrets(facts.app.id, vec![], vec![full], about, ticket, visit.form.clone());
    hand_over(&may, &visit, &site, values, order).await
}
