use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use canteen::access::action::{EditMember, GiveGrant, TakeGrant};
use canteen::access::{Actor, Grant, Role, Scope, Target, To, Via, What};
use canteen::commands::member_add::AddMember;
use canteen::commands::{grant_give, grant_take};
use canteen::dashboard::{Dashboard, Given};
use canteen::engine::Mutate as _;
use canteen::engine::fake::FakeEngine;
use canteen::engine::feed::{Feed, Reading, Rhythm};
use canteen::ops::Live;
use canteen::ops::refresh::refresh_catalogue;
use canteen::passwords::Passwords;
use canteen::settings::Settings;
use canteen::shelf::{self, Shelf};
use canteen::stack::spec::NetworkSpec;
use canteen::store::Store;
use canteen::store::audit::Entry;
use canteen::store::audit_search::EntryFilter;
use canteen::web::SetupCode;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::clock::Ahead;
use super::{Browser, recipes};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "seven quiet otters";

/// The Swarm is read this often while an operation runs, for an engine in memory answers at once.
const RHYTHM: Rhythm = Rhythm { busy: Duration::from_millis(10), burst: Duration::from_millis(5) };

/// An operation that a test holds is not ended by waiting, and every other one has ended long before.
const GRACE: Duration = Duration::from_secs(1);

/// What a site is to be like.
pub(crate) struct Plan {
    /// `CANTEEN_…` pairs over those of the harness.
    pub(crate) settings: Vec<(&'static str, String)>,
    /// Whether an admin (ana) and a viewer (vic) are members already.
    pub(crate) members: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { settings: vec![], members: true }
    }
}

/// A running dashboard with a data folder of its own. Dropping it stops the server, and fails where an operation still runs.
pub(crate) struct Site {
    pub(crate) engine: FakeEngine,
    pub(crate) store: Store,
    pub(crate) shelf: Shelf,
    pub(crate) clock: Arc<Ahead>,
    pub(crate) live: Arc<Live>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) setup_code: Arc<SetupCode>,
    pub(crate) settings: Settings,
    address: SocketAddr,
    stop: CancellationToken,
    server: Option<JoinHandle<usize>>,
    /// Absent where the folder is somebody else's.
    _data: Option<tempfile::TempDir>,
}

impl Site {
    /// A site with an admin, a viewer, a network called proxy and the demo's catalogue.
    pub(crate) async fn start() -> Self {
        Self::with(Plan::default()).await
    }

    pub(crate) async fn with(plan: Plan) -> Self {
        shelf::tls::install();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let data = tempfile::tempdir().unwrap();
        let settings = settings(address, data.path(), plan.settings);
        let clock = Ahead::new();
        let store = Store::open(&data.path().join("canteen.db"), clock.clone()).unwrap();
        let shelf = Shelf::open(&data.path().join("shelf")).unwrap();
        let engine = FakeEngine::with_clock(clock.clone());
        let proxy = NetworkSpec { name: "proxy".to_owned(), driver: "overlay".to_owned(), ..NetworkSpec::default() };
        engine.create_network(&proxy).await.unwrap();
        if plan.members {
            add_member(&store, "ana", Role::Admin).await;
            add_member(&store, "vic", Role::Viewer).await;
        }
        refresh_catalogue(&store, &settings.catalogue).await.unwrap();
        let Running { live, feed, setup_code, stop, server } =
            Running::begin(&settings, &store, &shelf, &engine, &clock, listener, plan.members).await;
        let server = Some(server);
        Self { engine, store, shelf, clock, live, feed, setup_code, settings, address, stop, server, _data: Some(data) }
    }

    /// A dashboard over data that are there already, with this Swarm.
    pub(crate) async fn over(settings: Settings, engine: FakeEngine, clock: Arc<Ahead>) -> Self {
        shelf::tls::install();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let store = Store::open(&settings.data.join("canteen.db"), clock.clone()).unwrap();
        let shelf = Shelf::open(&settings.data.join("shelf")).unwrap();
        let Running { live, feed, setup_code, stop, server } =
            Running::begin(&settings, &store, &shelf, &engine, &clock, listener, true).await;
        let server = Some(server);
        Self { engine, store, shelf, clock, live, feed, setup_code, settings, address, stop, server, _data: None }
    }

    /// Stops the dashboard, whatever it is doing, and starts it anew over the same data and the same Swarm.
    pub(crate) async fn restart(&mut self) {
        self.stop.cancel();
        let server = self.server.take().unwrap();
        tokio::task::spawn_blocking(move || server.join().unwrap()).await.unwrap();
        let listener = TcpListener::bind(self.address).unwrap();
        let Running { live, feed, setup_code, stop, server } =
            Running::begin(&self.settings, &self.store, &self.shelf, &self.engine, &self.clock, listener, true).await;
        (self.live, self.feed, self.setup_code, self.stop, self.server) = (live, feed, setup_code, stop, Some(server));
    }

    /// A browser that has been nowhere yet.
    pub(crate) fn stranger(&self) -> Browser {
        Browser::new(self.address, &self.settings.public.host, &self.settings.public.origin)
    }

    pub(crate) async fn admin(&self) -> Browser {
        self.signed_in("ana").await
    }

    pub(crate) async fn viewer(&self) -> Browser {
        self.signed_in("vic").await
    }

    /// A browser in which this member has just signed in.
    pub(crate) async fn signed_in(&self, name: &str) -> Browser {
        let browser = self.stranger();
        let fields = [("name", name), ("password", PASSWORD), ("next", "/apps")];
        assert_eq!(browser.submit("/session", "/session", &fields).await.location(), "/apps");
        browser
    }

    /// One more member.
    pub(crate) async fn add(&self, name: &str, role: Role) {
        add_member(&self.store, name, role).await;
    }

    /// A member with a role on one app, and nothing else.
    pub(crate) async fn add_on(&self, name: &str, role: Role, app: &str) {
        let app = self.store.app(app).await.unwrap().unwrap();
        self.add_with(name, Some((role, Scope::App(app.id), None))).await;
    }

    /// A member with this role over this until then, or with none. The row of the grant.
    pub(crate) async fn add_with(&self, name: &str, grant: Option<(Role, Scope, Option<i64>)>) -> Option<i32> {
        add_member(&self.store, name, Role::Viewer).await;
        let member = self.store.member(name).await.unwrap().unwrap().id;
        let first = self.store.book().await.unwrap().of_member(member).next().unwrap().0;
        let chief = || Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() };
        let may = Grant::<TakeGrant>::judge(chief(), Target::Site).unwrap();
        self.store.commit(&may, grant_take::TakeGrant { id: first }).await.unwrap();
        let (role, scope, until) = grant?;
        let may = Grant::<GiveGrant>::judge(chief(), Target::Site).unwrap();
        let (to, what) = (To::Member(member), What::Bundle(role));
        Some(self.store.commit(&may, grant_give::GiveGrant { to, what, scope, until }).await.unwrap())
    }

    /// Takes a grant away.
    pub(crate) async fn take(&self, grant: i32) {
        let chief = Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() };
        let may = Grant::<TakeGrant>::judge(chief, Target::Site).unwrap();
        self.store.commit(&may, grant_take::TakeGrant { id: grant }).await.unwrap();
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.settings.data.join("canteen.db")
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn data(&self) -> &Path {
        &self.settings.data
    }

    /// The newest entries of the audit log, newest first.
    pub(crate) async fn entries(&self) -> Vec<Entry> {
        self.store.entries(EntryFilter::default(), 1000).await.unwrap()
    }

    /// The number of the newest entry.
    pub(crate) async fn head(&self) -> i64 {
        self.store.audit_head().await.unwrap().0
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
        let left = self.server.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert_eq!(left.unwrap().unwrap(), 0, "operations were still running at the end of the test");
        }
    }
}

fn settings(address: SocketAddr, data: &Path, more: Vec<(&'static str, String)>) -> Settings {
    let recipes = recipes::folder();
    let mut pairs = vec![
        ("CANTEEN_LISTEN", address.to_string()),
        ("CANTEEN_PUBLIC_URL", format!("http://{address}")),
        ("CANTEEN_DATA", data.display().to_string()),
        ("CANTEEN_CATALOGUE", recipes.join("recipes.json").display().to_string()),
        ("CANTEEN_LOCAL_RECIPES", recipes.display().to_string()),
        ("CANTEEN_REQUIRE_SECOND_FACTOR", "nobody".to_owned()),
        // Where a test wants one, it names it.
        ("CANTEEN_RESTIC", "/nowhere/restic".to_owned()),
    ];
    pairs.retain(|(name, _)| more.iter().all(|(n, _)| n != name));
    let all = pairs.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value));
    Settings::from_pairs(all).unwrap()
}

async fn add_member(store: &Store, name: &str, role: Role) {
    // A cheap hash for members whom no form made: how dear one is stands in the hash itself, and each sign-in pays for it.
    let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(Params::MIN_M_COST, 1, 1, None).unwrap());
    let hash = cheap.hash_password_with_salt(PASSWORD.as_bytes(), b"salt of the tests").unwrap().to_string();
    let may = Grant::<EditMember>::judge(Actor::System("command line"), Target::Site).unwrap();
    store.commit(&may, AddMember { name: name.to_owned(), password_hash: hash, role }).await.unwrap();
}

/// What a restart begins anew.
struct Running {
    live: Arc<Live>,
    feed: Arc<Feed>,
    setup_code: Arc<SetupCode>,
    stop: CancellationToken,
    server: JoinHandle<usize>,
}

impl Running {
    async fn begin(
        settings: &Settings,
        store: &Store,
        shelf: &Shelf,
        engine: &FakeEngine,
        clock: &Arc<Ahead>,
        listener: TcpListener,
        set_up: bool,
    ) -> Self {
        let stop = CancellationToken::new();
        let dashboard = Dashboard::new(Given {
            settings: settings.clone(),
            store: store.clone(),
            shelf: shelf.clone(),
            engine: Arc::new(engine.clone()),
            credentials: canteen::dashboard::credentials(settings).unwrap(),
            key: canteen::dashboard::data_key(settings, store).await.unwrap(),
            passwords: Passwords::cheap(&settings.data.join("keys")).unwrap(),
            rhythm: RHYTHM,
            grace: GRACE,
            stop: stop.clone(),
        });
        let (live, feed) = (dashboard.parts.live.clone(), dashboard.parts.feed.clone());
        tokio::spawn(lapse(feed.subscribe(), clock.clone()));
        let setup_code = dashboard.parts.setup_code.clone();
        if !set_up {
            setup_code.renew();
        }
        let (ready, started) = oneshot::channel();
        let (token, kept) = (stop.clone(), store.clone());
        let server = std::thread::spawn(move || serve(dashboard, listener, token, kept, ready));
        started.await.unwrap();
        Self { live, feed, setup_code, stop, server }
    }
}

/// Lets as much time go by from reading to reading as the dashboard would have waited: whoever watches a deploy sees what members see,
/// only sooner.
async fn lapse(mut readings: watch::Receiver<Reading>, clock: Arc<Ahead>) {
    let each = Rhythm::default().busy;
    while readings.changed().await.is_ok() {
        clock.advance(i64::try_from(each.as_millis()).unwrap());
    }
}

/// What `canteen serve` does, on a thread of its own. Returns how many operations had not ended when it was told to stop.
fn serve(dashboard: Dashboard, listener: TcpListener, stop: CancellationToken, store: Store, ready: oneshot::Sender<()>) -> usize {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    actix_web::rt::System::with_tokio_rt(runtime).block_on(async move {
        let counted = tokio::spawn(async move {
            stop.cancelled().await;
            store.live_operations().await.map_or(0, |o| o.len())
        });
        dashboard.run(listener, || ready.send(()).unwrap()).await.unwrap();
        counted.await.unwrap()
    })
}
