//! The dashboard in this process, as `serve` puts it together, over the Swarm in memory and the demo recipes.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use canteen::clock::SystemClock;
use canteen::dashboard::{Dashboard as Whole, Given};
use canteen::engine::fake::FakeEngine;
use canteen::engine::feed::Rhythm;
use canteen::engine::{Inspect as _, Mutate as _};
use canteen::keys::DataKey;
use canteen::ops::GRACE;
use canteen::passwords::Passwords;
use canteen::settings::Settings;
use canteen::shelf::Shelf;
use canteen::stack::spec::NetworkSpec;
use canteen::store::Store;
use canteen::web::SetupCode;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::broad::broad_recipe;
use crate::driver::PATIENCE;

/// A running dashboard with nobody in it yet. Stopped when it is dropped.
pub(crate) struct Dashboard {
    pub(crate) origin: String,
    pub(crate) address: SocketAddr,
    pub(crate) engine: FakeEngine,
    setup_code: Arc<SetupCode>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
    data: TempDir,
}

/// Whether the catalogue has been read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Catalogue {
    Demo,
    Empty,
}

impl Dashboard {
    /// Starts one.
    pub(crate) fn start() -> Self {
        Self::with(Catalogue::Demo, None)
    }

    /// Starts one that is reached under another address, by a proxy on this machine.
    pub(crate) fn public(origin: &str) -> Self {
        Self::at(origin, Catalogue::Demo, vec![])
    }

    /// Starts one whose operations stop for ever at this step.
    pub(crate) fn held_at(step: &str) -> Self {
        Self::with(Catalogue::Demo, Some(step))
    }

    pub(crate) fn with(catalogue: Catalogue, hold_at: Option<&str>) -> Self {
        let hold_at = hold_at.map(|step| ("CANTEEN_HOLD_AT", step.to_owned()));
        Self::at("http://127.0.0.1", catalogue, hold_at.into_iter().collect())
    }

    /// Starts one at a host name, as passkeys need it, in which a second factor is asked of whom this rule says.
    pub(crate) fn named(rule: &str) -> Self {
        Self::at("http://localhost", Catalogue::Demo, vec![("CANTEEN_REQUIRE_SECOND_FACTOR", rule.to_owned())])
    }

    /// Without a port, the public address gets the one that is listened at.
    fn at(public: &str, catalogue: Catalogue, more: Vec<(&str, String)>) -> Self {
        canteen::shelf::tls::install();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let origin = if public.matches(':').count() == 1 && public.starts_with("http:") {
            format!("{public}:{}", address.port())
        } else {
            public.to_owned()
        };
        let data = tempfile::tempdir().unwrap();
        let recipes = data.path().join("recipes");
        make_recipes(&recipes, &data.path().join("recipe-sources"));
        let list = if catalogue == Catalogue::Demo { recipes.join("recipes.json").display().to_string() } else { String::new() };
        let mut pairs = vec![
            ("CANTEEN_PUBLIC_URL", origin.clone()),
            ("CANTEEN_DATA", data.path().display().to_string()),
            ("CANTEEN_CATALOGUE", list),
            ("CANTEEN_LOCAL_RECIPES", recipes.display().to_string()),
            ("CANTEEN_REQUIRE_SECOND_FACTOR", "nobody".to_owned()),
            ("CANTEEN_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ];
        pairs.extend(more);
        let settings = Settings::from_pairs(pairs.into_iter().map(|(name, value)| (name.to_owned(), value))).unwrap();

        let engine = FakeEngine::with_clock(Arc::new(SystemClock));
        let store = Store::open(&settings.data.join("canteen.db"), Arc::new(SystemClock)).unwrap();
        let shelf = Shelf::open(&settings.data.join("shelf")).unwrap();
        let stop = CancellationToken::new();
        let shared = Arc::new(engine.clone());
        let key = DataKey::make(&settings.data.join("keys")).unwrap();
        let passwords = Passwords::of(&settings.data.join("keys")).unwrap();
        let whole = Whole::new(Given {
            settings,
            store,
            shelf,
            engine: shared,
            credentials: None,
            key,
            passwords,
            rhythm: Rhythm::default(),
            grace: GRACE,
            stop: stop.clone(),
        });
        let setup_code = whole.parts.setup_code.clone();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let swarm = engine.clone();
        let thread = std::thread::spawn(move || run(whole, &swarm, listener, &ready));
        is_ready.recv_timeout(PATIENCE).expect("the dashboard starts");
        Self { origin, address, engine, setup_code, stop, thread: Some(thread), data }
    }

    /// As if everybody had signed in more than ten minutes ago.
    pub(crate) fn let_passwords_grow_old(&self) {
        let database = self.data.path().join("canteen.db");
        let mut database = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
        database.batch_execute("PRAGMA busy_timeout=5000; UPDATE sessions SET confirmed_at = 0").unwrap();
    }

    /// The code that the log would show.
    pub(crate) fn setup_code(&self) -> String {
        self.setup_code.peek().expect("nobody is set up yet")
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.stop.cancel();
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().expect("the dashboard ran to its end");
        }
    }
}

fn run(whole: Whole, engine: &FakeEngine, listener: TcpListener, ready: &std::sync::mpsc::Sender<()>) {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    actix_web::rt::System::with_tokio_rt(runtime).block_on(async move {
        let proxy = NetworkSpec { name: "proxy".to_owned(), driver: "overlay".to_owned(), ..NetworkSpec::default() };
        engine.create_network(&proxy).await.unwrap();
        assert!(engine.swarm().await.unwrap().networks.iter().any(|n| n.name == "proxy"));
        whole.parts.setup_code.renew();
        whole.run(listener, || ready.send(()).unwrap()).await.unwrap();
    });
}

/// Makes the repositories of the demo's recipes and of the broad one, and their catalogue.
fn make_recipes(folder: &Path, sources: &Path) {
    let copied = Command::new("cp").arg("-R").arg("demo/recipes").arg(sources).status().unwrap();
    assert!(copied.success(), "the demo's recipes can be copied");
    let broad = sources.join("broad/1.0.0+1");
    std::fs::create_dir_all(&broad).unwrap();
    for (name, text) in broad_recipe() {
        std::fs::write(broad.join(name), text).unwrap();
    }
    let made = Command::new("scripts/demo-recipes.sh").arg(folder).arg("registry.example").arg(sources).status().unwrap();
    assert!(made.success(), "scripts/demo-recipes.sh failed");
}
