//! Operations without pages: what the runner makes of what somebody orders, over a Swarm in memory that holds other apps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use canteen::access::action::{EditMember, ImportApp as MayImport, Remove};
use canteen::access::{Actor, Grant, Role, Target, Via, WriteAction};
use canteen::clock::{SharedClock, SystemClock};
use canteen::commands::app_import::ImportApp;
use canteen::commands::app_remove::RemoveApp;
use canteen::commands::member_add::AddMember;
use canteen::engine::fake::FakeEngine;
use canteen::engine::feed::{Feed, Rhythm};
use canteen::engine::{Inspect as _, Mutate as _};
use canteen::keys::DataKey;
use canteen::ops::backup::Backups;
use canteen::ops::order::Order;
use canteen::ops::repositories::Repositories;
use canteen::ops::take_over::{Runs, TakeOver};
use canteen::ops::{Live, Runner};
use canteen::shelf::Shelf;
use canteen::stack::desired::Desired;
use canteen::stack::names::StackName;
use canteen::stack::observed::{NAMESPACE_LABEL, Observed};
use canteen::stack::policy::Tier;
use canteen::stack::spec::Labels;
use canteen::store::Store;
use canteen::store::operations::Operation;
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::policy_corpus::{APP, STACK, others};
use crate::policy_sent::swarm;

const VERSION: &str = "1.0.0+1";
const SETTINGS: &str = "TYPE=pad:1.0.0+1\nDOMAIN=pad.example.org\n";
/// The Swarm in memory answers at once.
const RHYTHM: Rhythm = Rhythm { busy: Duration::from_millis(5), burst: Duration::from_millis(1) };

/// A runner of its own, with its database and its Swarm.
pub(crate) struct Bench {
    pub(crate) engine: FakeEngine,
    store: Store,
    live: Arc<Live>,
    bell: Arc<Notify>,
    stop: CancellationToken,
    member: i32,
    asked: AtomicU32,
    _data: TempDir,
}

impl Bench {
    /// A runner that trusts nobody further than this.
    pub(crate) async fn trusting(at_most: Tier) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock: SharedClock = Arc::new(SystemClock);
        let store = Store::open(&data.path().join("canteen.db"), clock.clone()).unwrap();
        let may = Grant::<EditMember>::judge(Actor::System("command line"), Target::Site).unwrap();
        let ana = AddMember { name: "ana".to_owned(), password_hash: "none".to_owned(), role: Role::Admin };
        let member = store.commit(&may, ana).await.unwrap();
        let engine = swarm().await;
        let feed = Feed::new(Arc::new(engine.clone()), clock, RHYTHM);
        let (live, bell, stop) = (Arc::new(Live::default()), Arc::new(Notify::new()), CancellationToken::new());
        tokio::spawn(Arc::clone(&feed).run(stop.clone()));
        let runner = Runner {
            store: store.clone(),
            shelf: Shelf::open(&data.path().join("shelf")).unwrap(),
            inspect: Arc::new(engine.clone()),
            mutate: Arc::new(engine.clone()),
            feed,
            live: live.clone(),
            handover: Arc::default(),
            reveals: Arc::default(),
            bell: bell.clone(),
            credentials: None,
            backups: Backups {
                repositories: Repositories::new(DataKey::make(data.path()).unwrap(), "restic".into(), data.path().to_owned()),
                image: None,
                socket: String::new(),
                host: String::new(),
            },
            hold_at: None,
            at_most: Some(at_most),
            grace: Duration::ZERO,
        };
        tokio::spawn(Arc::new(runner).run(stop.clone()));
        Self { engine, store, live, bell, stop, member, asked: AtomicU32::new(0), _data: data }
    }

    /// A member with every permission: how far the runner trusts her is the bench's own affair.
    pub(crate) fn ana(&self) -> Actor {
        Actor::Member { id: self.member, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() }
    }

    /// Makes the app, with this on record as what runs. Gives the app and the number of the record.
    pub(crate) async fn import(&self, runs: &Desired) -> (i32, i32) {
        let may = Grant::<MayImport>::judge(Actor::System("command line"), Target::Site).unwrap();
        let app = ImportApp {
            name: APP.to_owned(),
            stack: STACK.to_owned(),
            recipe: "pad".to_owned(),
            version: VERSION.to_owned(),
            env: SETTINGS.to_owned(),
            shifted: vec![],
        };
        let runs = Runs { version: VERSION.to_owned(), commit: "0".repeat(40), desired: runs.clone(), numbers: vec![] };
        let app = self.store.commit(&may, TakeOver { app, runs: Some(runs) }).await.unwrap();
        (app, self.store.last_converged(app).await.unwrap().unwrap().id)
    }

    /// Takes the app from the list, so that another can be made of the stack.
    pub(crate) async fn forget(&self, app: i32) {
        let may = Grant::<Remove>::judge(self.ana(), Target::App(APP.to_owned())).unwrap();
        self.store.commit(&may, RemoveApp { id: app, stack: STACK.to_owned(), ..RemoveApp::default() }).await.unwrap();
    }

    /// The app's stack as it is now.
    pub(crate) async fn observed(&self) -> Observed {
        self.engine.swarm().await.unwrap().stack(&StackName::parse(STACK).unwrap())
    }

    /// Takes away what runs of the stack, past every operation.
    pub(crate) async fn clear(&self) {
        let observed = self.observed().await;
        for service in &observed.services {
            self.engine.remove_service(&service.id).await.unwrap();
        }
        let made = |labels: &Labels| labels.get(NAMESPACE_LABEL).is_some_and(|owner| owner == STACK);
        for config in observed.configs.iter().filter(|c| made(&c.labels)) {
            self.engine.remove_config(&config.id).await.unwrap();
        }
        // Those that `others` brings are there for every file.
        let before = others().networks;
        let left = observed.networks.iter().filter(|n| made(&n.labels) && before.iter().all(|b| b.name != n.name));
        for network in left {
            let mut looks = 0;
            while let Err(held) = self.engine.remove_network(&network.id).await {
                looks += 1;
                assert!(looks < 100, "{held}");
                self.engine.step();
            }
        }
    }

    /// A text that no order had before.
    pub(crate) fn nonce(&self) -> String {
        format!("order {}", self.asked.fetch_add(1, Ordering::Relaxed))
    }

    /// Orders something, and waits until it has ended.
    pub(crate) async fn ask<A: WriteAction>(&self, actor: Actor, order: Order<A>) -> Operation {
        let may = Grant::<A>::judge(actor, Target::App(APP.to_owned())).unwrap();
        let (_, mut pokes) = self.live.subscribe(self.live.seq());
        let id = self.store.commit(&may, order).await.unwrap().begun().unwrap();
        self.bell.notify_one();
        let over = format!("over-{id}");
        let ended = async {
            // Whoever can't keep up with the pokes asks the database.
            while pokes.recv().await.is_ok_and(|poke| poke.topic != over) {}
        };
        tokio::time::timeout(Duration::from_mins(1), ended).await.unwrap();
        let done = self.store.operation(id).await.unwrap().unwrap();
        assert!(!done.state.is_live(), "operation {id} runs on");
        done
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
