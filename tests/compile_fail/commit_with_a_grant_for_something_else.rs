use canteen::access::Grant;
use canteen::access::action::ViewApp;
use canteen::commands::env_save::SaveEnv;
use canteen::store::{CommitError, Store};

pub async fn save(store: &Store, may: &Grant<ViewApp>, command: SaveEnv) -> Result<i32, CommitError> {
    store.commit(may, command).await
}
