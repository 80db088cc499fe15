//! Making missing secrets by their rules.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::access::Grant;
use crate::access::action::SetSecret;
use crate::ops::order;
use crate::secret::{Rule, SecretNeed};
use crate::web::Site;
use crate::web::apps::facts::facts_of_form;
use crate::web::apps::idle::idle;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Name};
use crate::web::page::{see_other, wrong_form};
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::given::{nothing_but, pasted_value};
use super::list::{step_view, view};
use super::stock::stock;
use super::{hand_over, start};

/// Generates all that are missing and have a rule, and inserts those that the wizard's form brings.
pub async fn generate(
    may: Grant<SetSecret>,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    idle(&site, &visit, &facts.app).await?;
    let stock = stock(&facts, &site).await?;
    if let Some(unknown) = fields.keys().find(|name| stock.need(name).is_none()) {
        return Err(Failure::BadForm(format!("there is no secret called {unknown}; open the page again")));
    }
    let (asked, made): (Vec<&SecretNeed>, Vec<&SecretNeed>) = stock.missing().partition(|n| matches!(n.rule, Rule::Insert));
    let (mut problems, mut values) = (Problems::none(), vec![]);
    for need in asked.into_iter().filter(|n| fields.contains_key(&n.local)) {
        match pasted_value(fields.get(&need.local).map_or("", String::as_str), &need.local) {
            Ok(value) => values.push((need.name.clone(), value)),
            Err(_) if fields.get(&need.local).is_some_and(String::is_empty) => {
                problems.add(&need.local, format!("Paste the value of {}", need.local));
            }
            Err(problem) => problems.add(&need.local, problem),
        }
    }
    if !problems.is_empty() {
        return wrong_form(&step_view(&facts, &visit, &site, &stock, problems).await);
    }
    let names: Vec<String> = made.iter().map(|n| n.name.clone()).collect();
    if names.is_empty() && values.is_empty() {
        return see_other(&format!("/apps/{}/deployment", facts.app.name));
    }
    let inserted = values.iter().map(|(name, _)| name.clone()).collect();
    let mut about: Vec<String> = made.iter().map(|n| format!("{}: {}", n.name, n.rule.describe())).collect();
    about.extend(values.iter().map(|(name, value)| format!("{name}: {} bytes", value.len())));
    let order = |ticket| order::secrets(facts.app.id, names, inserted, about, ticket, visit.form.clone());
    hand_over(&may, &visit, &site, values, order).await
}

/// Generates one that is missing.
pub async fn generate_one(
    may: Grant<SetSecret>,
    Name(name): Name,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    nothing_but(&visit, &[])?;
    let facts = facts_of_form(&may, &visit, &site).await?;
    idle(&site, &visit, &facts.app).await?;
    let stock = stock(&facts, &site).await?;
    let need = stock.need(&name).and_then(|e| e.need.as_ref()).ok_or(Failure::NotFound)?;
    let mut problems = Problems::none();
    if stock.missing().all(|n| n.local != name) {
        // The button pressed twice: the first time has made it.
        if let Some(first) = site.store.operation_of_form(&visit.form).await? {
            return see_other(&format!("/operations/{first}"));
        }
        problems.add("", format!("{name} is set already; a secret can’t be changed, only replaced by a new version"));
    } else if matches!(need.rule, Rule::Insert) {
        problems.add(&name, format!("{name} is not generated: paste its value, or choose a file with it"));
    }
    if !problems.is_empty() {
        return wrong_form(&view(&facts, &visit, &site, &stock, problems).await?);
    }
    let about = vec![format!("{}: {}", need.name, need.rule.describe())];
    start(
        &may,
        &visit,
        &site,
        order::secrets(facts.app.id, vec![need.name.clone()], vec![], about, String::new(), visit.form.clone()),
    )
    .await
}
