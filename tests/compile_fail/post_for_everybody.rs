use actix_web::HttpResponse;
use canteen::web::Table;
use canteen::web::guard::Public;

async fn deploy(_everybody: Public) -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub fn routes() -> Table {
    Table::default().post("/apps/{app}/deployment", deploy)
}
