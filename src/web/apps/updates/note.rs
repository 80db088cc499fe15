use crate::ops::updates::policy_of;
use crate::updates::{Mode, newer};
use crate::web::Site;
use crate::web::apps::facts::Facts;
use crate::web::failure::Failure;
use crate::web::status::{Check, CheckState};
use crate::web::updates::policy_words;

/// The line on the app's own page, where there is a newer version and somebody wants to know.
pub(in crate::web::apps) async fn note(facts: &Facts, site: &Site) -> Result<Option<Check>, Failure> {
    if facts.observed.services.is_empty() {
        return Ok(None);
    }
    let policy = policy_of(site.store.update_policy(facts.app.id).await?.as_ref());
    let recipe = site.store.recipe(&facts.app.recipe).await?;
    let (Some(recipe), Some(deployed)) = (recipe, site.store.last_converged(facts.app.id).await?) else { return Ok(None) };
    let found = newer(&deployed.version, std::slice::from_ref(&recipe.newest)).unwrap_or_default();
    let text = |newest: String| {
        format!("{newest} is newer than what runs. The Updates page tells what becomes of it ({})", policy_words(&policy))
    };
    let newest = found.into_iter().next().filter(|_| policy.mode != Mode::Off);
    Ok(newest.map(|newest| Check { name: "Update".to_owned(), state: CheckState::Warning, text: text(newest) }))
}
