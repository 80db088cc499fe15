use actix_web::HttpResponse;
use canteen::access::Grant;
use canteen::access::action::ViewApp;
use canteen::web::Table;
use canteen::web::visit::Visit;

async fn page(_visit: Visit, _may: Grant<ViewApp>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub fn routes() -> Table {
    Table::default().get("/apps/{app}", page)
}
