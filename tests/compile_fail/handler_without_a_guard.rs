use actix_web::HttpResponse;
use canteen::web::Table;

async fn page() -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub fn routes() -> Table {
    Table::default().get("/", page)
}
