//! One operation at a time on an app: whoever asks for a second one is told who asked for the first, for what, and since when.

use actix_web::HttpResponse;

use crate::store::apps::App;
use crate::web::Site;
use crate::web::approvals;
use crate::web::failure::Failure;
use crate::web::page::see_other;
use crate::web::visit::Visit;

/// Nothing is under way on the app, or this very form asked for it. Asked before anything else: what is under way may have changed
/// what a form was made of, and "something changed" would be half the truth. Who is faster by less than that is told the same by
/// the store.
pub(super) async fn idle(site: &Site, visit: &Visit, app: &App) -> Result<(), Failure> {
    if site.store.operation_of_form(&visit.form).await?.is_some() || site.store.approval_of_form(&visit.form).await?.is_some() {
        return Ok(());
    }
    site.store.busy(app.id).await?.map_or(Ok(()), |text| Err(Failure::Conflict(text)))
}

/// The same for a page with one form: where it was sent twice, the way to the operation that it began the first time, or to the request
/// for approval that it recorded. That may have
/// changed already what the form was made of.
pub(super) async fn once(site: &Site, visit: &Visit, app: &App) -> Result<Option<HttpResponse>, Failure> {
    if let Some((first, name)) = site.store.approval_of_form(&visit.form).await? {
        return see_other(&approvals::path(&name, first)).map(Some);
    }
    match site.store.operation_of_form(&visit.form).await? {
        Some(first) => see_other(&format!("/operations/{first}")).map(Some),
        None => idle(site, visit, app).await.map(|()| None),
    }
}
