//! What the other files here try in the wrong way, done in the right one.
use actix_web::HttpResponse;
use canteen::access::action::{Deploy, EditSettings, ViewApp};
use canteen::access::{Actor, Grant, Refusal, Target};
use canteen::commands::env_save::SaveEnv;
use canteen::store::{CommitError, Denied, Store, Tx};
use canteen::web::Table;
use canteen::web::guard::Public;

async fn page(_everybody: Public) -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn app(_may: Grant<ViewApp>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn deploy(_may: Grant<Deploy>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub fn routes() -> Table {
    Table::default().get("/", page).get("/apps/{app}", app).post("/apps/{app}/deployment", deploy)
}

pub fn grant(actor: Actor) -> Result<Grant<Deploy>, Refusal> {
    Grant::judge(actor, Target::App("pad.example.org".to_owned()))
}

pub async fn save(store: &Store, may: &Grant<EditSettings>, command: SaveEnv) -> Result<i32, CommitError> {
    store.commit(may, command).await
}

pub fn write(tx: &mut Tx<'_>) -> Result<(), Denied> {
    canteen::store::apps::set_version(tx, 1, "1.0.0+1")
}
