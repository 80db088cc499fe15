use actix_web::HttpResponse;
use canteen::access::Grant;
use canteen::access::action::ViewApp;
use canteen::web::Table;

async fn deploy(_may: Grant<ViewApp>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub fn routes() -> Table {
    Table::default().post("/apps/{app}/deployment", deploy)
}
