//! The button that removes.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::access::Grant;
use crate::access::action::Remove;
use crate::ops::order;
use crate::ops::remove::RemoveWanted;
use crate::web::Site;
use crate::web::apps::facts::facts_of_form;
use crate::web::apps::idle::idle;
use crate::web::apps::secrets::start;
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::page::{see_other, wrong_form};
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::{Belonging, Belongings, Filled, view};

/// Removes what was chosen, and the app.
pub async fn remove(may: Grant<Remove>, Fields(fields): Fields, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    // The form sent twice: the first time may have removed the app already.
    if let Some(first) = site.store.operation_of_form(&visit.form).await? {
        return see_other(&format!("/operations/{first}"));
    }
    let facts = facts_of_form(&may, &visit, &site).await?;
    idle(&site, &visit, &facts.app).await?;
    let mut filled = Filled {
        belongings: Belongings::of(&facts, &site).await?,
        settings: fields.contains_key("settings"),
        typed: fields.get("confirm").cloned().unwrap_or_default(),
    };
    let mut problems = Problems::none();
    if !facts.observed.services.is_empty() {
        problems.add("", "The app runs; undeploy it first");
    }
    let gone = tick(&mut filled.belongings, &fields);
    if !gone.is_empty() {
        problems.add("", format!("Not there any more: {}. Look at the list again", gone.join(", ")));
    }
    if filled.typed.trim() != facts.app.name {
        problems.add("confirm", format!("Type {} to confirm", facts.app.name));
    }
    if !problems.is_empty() {
        return wrong_form(&view(&facts, &visit, &site, filled, problems).await);
    }
    let Belongings { volumes, secrets, configs } = filled.belongings;
    let chosen = |list: Vec<Belonging>| list.into_iter().filter(|b| b.ticked).map(|b| b.name).collect();
    let wanted = RemoveWanted {
        stack: facts.app.stack.clone(),
        volumes: chosen(volumes),
        secrets: chosen(secrets),
        configs: chosen(configs),
        settings: filled.settings,
    };
    start(&may, &visit, &site, order::remove(facts.app.id, wanted, visit.form.clone())).await
}

/// Ticks what was ticked, and nothing else. Returns what was ticked and is not there.
fn tick(belongings: &mut Belongings, fields: &BTreeMap<String, String>) -> Vec<String> {
    let mut gone = vec![];
    for (kind, list) in belongings.kinds() {
        for one in list.iter_mut() {
            one.ticked = false;
        }
        for name in fields.keys().filter_map(|field| field.strip_prefix(kind)?.strip_prefix('.')) {
            match list.iter_mut().find(|b| b.name == name) {
                Some(found) => found.ticked = true,
                None => gone.push(format!("the {kind} {name}")),
            }
        }
    }
    gone
}
