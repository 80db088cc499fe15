use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::access::Grant;
use crate::access::action::SetUpdatePolicy;
use crate::commands::update_policy_set;
use crate::web::Site;
use crate::web::apps::facts::facts_of_form;
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::page::{see_other, wrong_form};
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::form::PolicyForm;
use super::show::view;

/// Keeps the policy.
pub async fn save(
    may: Grant<SetUpdatePolicy>,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let mut problems = Problems::none();
    let (form, policy) = PolicyForm::read(&fields, &mut problems);
    let Some(policy) = policy else {
        return wrong_form(&view(&facts, &visit, &site, Some(form), problems).await?);
    };
    site.store.commit(&may, update_policy_set::SetUpdatePolicy { app_id: facts.app.id, policy }).await?;
    site.live.poke("apps");
    see_other(&format!("/apps/{}/updates", facts.app.name))
}
