//! What the API answers, as a document of `OpenAPI`. It is data, kept true by the tests: they walk the routes against it both ways, and hold
//! each answer that they get against its schema.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;

use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::guard::Public;

/// The document, but for the address of this dashboard.
pub const DOCUMENT: &str = include_str!("openapi.json");

/// The document. It tells what everybody can read in the sources, so it is for everybody.
pub async fn document(_guard: Public, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let document = DOCUMENT.replace("https://canteen.example.org", &site.settings.public.origin);
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(document))
}
