//! One operation at a time on an app: whoever asks for a second one is told who asked for the first, for what, and since when.

use crate::store::apps::App;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::visit::Visit;

/// Nothing is under way on the app, or this very form asked for it. Asked before anything else: what is under way may have changed
/// what a form was made of, and "something changed" would be half the truth. Who is faster by less than that is told the same by
/// the store.
pub(super) async fn idle(site: &Site, visit: &Visit, app: &App) -> Result<(), Failure> {
    if site.store.operation_of_form(&visit.form).await?.is_some() {
        return Ok(());
    }
    site.store.busy(app.id).await?.map_or(Ok(()), |text| Err(Failure::Conflict(text)))
}
