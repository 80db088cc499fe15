//! Repositories of backups that are in use, without anything that answers behind them.

use canteen::access::action::{ActivateRepository, NewRepository, NoteRepository, TakeKit};
use canteen::access::{Actor, Grant, Role, Target, Via, WriteAction};
use canteen::commands::{repository_activate, repository_add, repository_kit, repository_note};
use canteen::store::repositories::{Described, Sealed};

use super::Site;

fn may<A: WriteAction>() -> Grant<A> {
    let ana = Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() };
    Grant::judge(ana, Target::Site).unwrap()
}

impl Site {
    /// Adds a repository and puts it into use. Returns its row.
    pub(crate) async fn repository(&self, name: &str) -> i32 {
        let described = Described {
            name: name.to_owned(),
            place: format!("{{\"kind\":\"local\",\"path\":\"/srv/{name}\"}}"),
            append_only: false,
            adopted: false,
        };
        let seal = Box::new(|_| Sealed { password: vec![1], credentials: vec![1] });
        let add = repository_add::AddRepository { described, place: format!("/srv/{name}"), seal };
        let id = self.store.commit(&may::<NewRepository>(), add).await.unwrap();
        self.repository_answers(id, repository_note::Found::Opened { restic_id: "b1946ac92492d234".to_owned() }).await;
        self.store.commit(&may::<TakeKit>(), repository_kit::TakeKit { id, hash: vec![7] }).await.unwrap();
        let activate = repository_activate::ActivateRepository { id, hash: vec![7] };
        self.store.commit(&may::<ActivateRepository>(), activate).await.unwrap();
        id
    }

    /// Notes how a repository answered.
    pub(crate) async fn repository_answers(&self, id: i32, found: repository_note::Found) {
        let may = Grant::<NoteRepository>::judge(Actor::System("test"), Target::Site).unwrap();
        self.store.commit(&may, repository_note::NoteRepository { id, found }).await.unwrap();
    }
}
