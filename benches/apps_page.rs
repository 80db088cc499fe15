//! The list of 100 apps against the same bytes from memory, and how long the list of 200 takes.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context as _, bail};
use canteen::access::action::{self, Action};
use canteen::access::{Actor, Grant, Role, Target, Via};
use canteen::clock::SystemClock;
use canteen::commands::app_new::NewApp;
use canteen::commands::operation_finish::FinishOperation;
use canteen::engine::fake::FakeEngine;
use canteen::engine::feed::{Feed, Rhythm};
use canteen::keys::DataKey;
use canteen::mail::Post;
use canteen::ops::release::Release;
use canteen::ops::repositories::Repositories;
use canteen::ops::{Handover, Live, Reveals, order};
use canteen::passwords::Passwords;
use canteen::recipe::RecipeName;
use canteen::settings::Settings;
use canteen::shelf::{Allow, Origin, Shelf};
use canteen::site_key::SiteKey;
use canteen::store::deployments::{CONVERGED, NewDeployment};
use canteen::store::housekeeping::Listed;
use canteen::store::operations::State;
use canteen::store::{AuditCheck, Store};
use canteen::web::{Parts, SetupCode, Site, wall};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::latency::p95;
use crate::load::{Target as Load, rates};
use crate::many_recipes;
use crate::page_weight::weigh;
use crate::set_up::SetUp;
use crate::table::Table;
use crate::visitor::Visitor;

const APPS: usize = 100;
/// Where the time of one answer is measured.
const MANY_APPS: usize = 200;
const SERVICES_OF_ONE: usize = 3;
const TASKS_OF_ONE: usize = 10;
/// As many recipes as the public catalogue has, roughly.
const RECIPES: usize = 250;
/// Operations of each app so far.
const OPERATIONS: usize = 5;
const AIM: f64 = 0.3;
const PAGE_AIM_MS: f64 = 50.0;
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks for the page, and for the same bytes from a handler that has them in memory. That handler stands in a server of the same
/// configuration: as many workers, the same wall (so it looks up the session too) and the same compression. What differs is only what
/// the page does itself: reading the database, working out the states, writing the HTML. A third server has neither wall nor
/// compression, to show what those cost.
pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    throughput(set_up, table)?;
    let served = Served::launch(set_up, MANY_APPS)?;
    let mut ana = Visitor::new(served.page, &served.host);
    ana.set_up(&served.code)?;
    wait_until_full(&mut ana, MANY_APPS)?;
    p95(&mut ana, &format!("list of {MANY_APPS} apps"), "/apps", PAGE_AIM_MS, table)?;
    p95(&mut ana, &format!("list of {} operations", MANY_APPS * OPERATIONS), "/operations", PAGE_AIM_MS, table)?;
    p95(&mut ana, "audit log of them", "/audit", PAGE_AIM_MS, table)?;
    p95(&mut ana, &format!("updates of {MANY_APPS} apps, each of a recipe of its own"), "/updates", PAGE_AIM_MS, table)
}

fn throughput(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let served = Served::launch(set_up, APPS)?;
    let mut ana = Visitor::new(served.page, &served.host);
    ana.set_up(&served.code)?;
    let html = wait_until_full(&mut ana, APPS)?;
    served.bytes.set(Bytes::from(html)).ok().context("the bytes are set once")?;
    weigh(&mut ana, &format!("apps, {APPS} of them"), "/apps", table)?;

    let ask = |address: SocketAddr, encoding: &str| Load { address, request: ana.request("/apps", encoding) };
    let targets = [
        ask(served.page, "br"),
        ask(served.same, "br"),
        ask(served.page, "identity"),
        ask(served.same, "identity"),
        ask(served.bare, "identity"),
    ];
    let rates = rates(&targets)?;
    let [page_br, same_br, page, same, bare] = rates.try_into().ok().context("a rate for each target")?;
    table.note(format!("  list of {APPS} apps, requests per second"), page, "/s");
    table.note("  the same bytes from memory", same, "/s");
    table.note("  the same bytes without middleware", bare, "/s");
    table.at_least("list of apps to the same bytes from memory", page / same, AIM, "");
    table.note(format!("  list of {APPS} apps with brotli, requests per second"), page_br, "/s");
    table.note("  the same bytes from memory with brotli", same_br, "/s");
    table.at_least("list of apps to the same bytes from memory, brotli", page_br / same_br, AIM, "");
    Ok(())
}

type Body = Arc<std::sync::OnceLock<Bytes>>;

/// The servers, each on a port of its own, until this is dropped.
struct Served {
    page: SocketAddr,
    same: SocketAddr,
    bare: SocketAddr,
    host: String,
    code: String,
    bytes: Body,
    stop: CancellationToken,
    thread: Option<std::thread::JoinHandle<anyhow::Result<()>>>,
}

impl Served {
    fn launch(set_up: &SetUp, apps: usize) -> anyhow::Result<Self> {
        let data = set_up.dir.join(format!("apps-{apps}"));
        std::fs::create_dir_all(&data)?;
        let listen = || TcpListener::bind("127.0.0.1:0");
        let (page, same, bare) = (listen()?, listen()?, listen()?);
        let chosen = [("CANTEEN_DATA", &*data.to_string_lossy()), ("CANTEEN_REQUIRE_SECOND_FACTOR", "nobody")];
        let settings = Settings::from_pairs(chosen.map(|(name, value)| (name.to_owned(), value.to_owned())))?;
        let store = Store::open(&data.join("canteen.db"), Arc::new(SystemClock))?;
        let setup_code = Arc::new(SetupCode::new(store.clock().clone()));
        setup_code.renew();
        let (bytes, stop) = (Body::default(), CancellationToken::new());
        let mut served = Self {
            page: page.local_addr()?,
            same: same.local_addr()?,
            bare: bare.local_addr()?,
            host: settings.public.host.clone(),
            code: setup_code.peek().context("there is no set-up code")?,
            bytes: bytes.clone(),
            stop: stop.clone(),
            thread: None,
        };
        let shelf = Shelf::open(&data.join("shelf"))?;
        let fetched = (apps == MANY_APPS).then(|| set_up.dir.join("many-of-apps"));
        if let Some(recipes) = &fetched {
            std::fs::create_dir_all(recipes)?;
            many_recipes::write(recipes)?;
        }
        let key = DataKey::make(&data.join("keys"))?;
        let passwords = Passwords::of(&data.join("keys"))?;
        let world = World { apps, fetched, settings, store, shelf, setup_code, key, passwords, stop };
        let serve = move || {
            let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            // The closure may be called once only and can't fail politely.
            let runtime = std::cell::RefCell::new(Some(runtime()?));
            let take = move || runtime.borrow_mut().take().unwrap_or_else(|| std::process::abort());
            actix_web::rt::System::with_tokio_rt(take).block_on(world.serve([page, same, bare], bytes))
        };
        served.thread = Some(std::thread::spawn(serve));
        Ok(served)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(Ok(Err(error))) = self.thread.take().map(std::thread::JoinHandle::join) {
            eprintln!("bench: the servers of the list of apps failed: {error:#}");
        }
    }
}

/// What the dashboard is made of here.
struct World {
    apps: usize,
    /// Where the repositories of the recipes are, if they are to be mirrored: every app is then deployed at an older version.
    fetched: Option<PathBuf>,
    settings: Settings,
    store: Store,
    shelf: Shelf,
    setup_code: Arc<SetupCode>,
    key: DataKey,
    passwords: Passwords,
    stop: CancellationToken,
}

impl World {
    async fn serve(self, [page, same, bare]: [TcpListener; 3], bytes: Body) -> anyhow::Result<()> {
        if let Some(recipes) = &self.fetched {
            mirror(&self.shelf, recipes)?;
        }
        fill(&self.store, self.apps, self.fetched.is_some()).await?;
        let engine = FakeEngine::with_clock(self.store.clock().clone());
        engine.seed(self.apps, self.apps * SERVICES_OF_ONE, self.apps * TASKS_OF_ONE);
        let feed = Feed::new(Arc::new(engine.clone()), self.store.clock().clone(), Rhythm::default());
        // As while somebody looks: a new reading every two seconds.
        let _looking = feed.viewer();
        let reading = tokio::spawn(Arc::clone(&feed).run(self.stop.clone()));
        let servers = [
            canteen::web::build(self.site(&engine, &feed), page)?,
            same_bytes(Data::new(self.site(&engine, &feed)), bytes.clone(), same)?,
            bare_bytes(bytes, bare)?,
        ];
        let handles: Vec<_> = servers.iter().map(Server::handle).collect();
        let running: Vec<_> = servers.into_iter().map(tokio::spawn).collect();
        self.stop.cancelled().await;
        for handle in handles {
            handle.stop(false).await;
        }
        for server in running {
            server.await??;
        }
        reading.await?;
        Ok(())
    }

    fn site(&self, engine: &FakeEngine, feed: &Arc<Feed>) -> Site {
        let (live, handover, bell) = (Arc::new(Live::default()), Arc::new(Handover::default()), Arc::new(Notify::new()));
        let release = Release {
            store: self.store.clone(),
            inspect: Arc::new(engine.clone()),
            feed: feed.clone(),
            live: live.clone(),
            handover: handover.clone(),
            bell: bell.clone(),
        };
        Site::new(Parts {
            site_key: SiteKey::of(&self.settings.data),
            post: Post::new(&self.settings.data, "", "", SiteKey::of(&self.settings.data), self.key.clone()),
            settings: self.settings.clone(),
            store: self.store.clone(),
            shelf: self.shelf.clone(),
            inspect: Arc::new(engine.clone()),
            feed: feed.clone(),
            live,
            handover,
            reveals: Arc::new(Reveals::default()),
            bell,
            release,
            repositories: Repositories::new(self.key.clone(), self.settings.restic.clone(), self.settings.data.clone()),
            setup_code: self.setup_code.clone(),
            checked: AuditCheck::default(),
            key: self.key.clone(),
            passwords: self.passwords.clone(),
            stop: self.stop.clone(),
        })
    }
}

/// The configuration of `canteen::web::build` with one page.
fn same_bytes(site: Data<Site>, bytes: Body, listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        let bytes = Data::new(bytes.clone());
        let app = App::new().app_data(site.clone()).app_data(bytes);
        app.wrap(from_fn(wall::wall)).wrap(Compress::default()).route("/apps", web::get().to(from_memory))
    });
    Ok(server.workers(2).keep_alive(Duration::from_secs(75)).disable_signals().listen(listener)?.run())
}

fn bare_bytes(bytes: Body, listener: TcpListener) -> std::io::Result<Server> {
    let app = move || App::new().app_data(Data::new(bytes.clone())).route("/apps", web::get().to(from_memory));
    Ok(HttpServer::new(app).workers(2).keep_alive(Duration::from_secs(75)).disable_signals().listen(listener)?.run())
}

async fn from_memory(bytes: Data<Body>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(bytes.get().cloned().unwrap_or_default())
}

fn may<A: Action>(target: Target) -> anyhow::Result<Grant<A>> {
    Ok(Grant::judge(Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() }, target)?)
}

/// Fetches the repositories of all recipes.
fn mirror(shelf: &Shelf, recipes: &Path) -> anyhow::Result<()> {
    for number in 0..many_recipes::RECIPES {
        let name = many_recipes::name(number);
        let origin = recipes.join(&name).to_string_lossy().into_owned();
        shelf.refresh(&RecipeName::parse(&name)?, &Origin::parse(&origin, Allow::RemoteAndLocal)?)?;
    }
    Ok(())
}

/// Apps with a history, and a catalogue. Where they are deployed, all of them have newer versions.
async fn fill(store: &Store, apps: usize, deployed: bool) -> anyhow::Result<()> {
    let listed = (0..RECIPES).map(|number| Listed {
        name: many_recipes::name(number),
        origin: format!("https://git.example.org/{}.git", many_recipes::name(number)),
        category: "Apps".to_owned(),
        description: "Does what people want from it".to_owned(),
        newest: many_recipes::newest(),
        status: Some(4),
        ..Listed::default()
    });
    store.list_recipes(listed.collect()).await?;
    for number in 0..apps {
        let name = format!("app{number}.example.org");
        let app = NewApp {
            name: name.clone(),
            stack: format!("app{number}"),
            recipe: many_recipes::name(number % RECIPES),
            version: if number % 4 == 0 { many_recipes::older(number) } else { many_recipes::newest() },
            env: format!("TYPE=recipe\nDOMAIN={name}\n"),
        };
        let app_id = store.commit(&may::<action::NewApp>(Target::Site)?, app).await?;
        for turn in 0..OPERATIONS {
            let undeploy = order::undeploy(app_id, format!("app{number}"), format!("{number}-{turn}"));
            let ordered = store.commit(&may::<action::Undeploy>(Target::App(name.clone()))?, undeploy).await?;
            let Some(id) = ordered.begun() else { bail!("nothing waits for approval here") };
            let Some(operation) = store.operation(id).await? else { bail!("operation {id} is gone") };
            let deployment = (deployed && turn == 0).then(|| NewDeployment {
                app_id,
                operation_id: id,
                recipe: many_recipes::name(number % RECIPES),
                version: many_recipes::older(number),
                commit_id: "0".repeat(40),
                env_number: 1,
                stack: "[]".to_owned(),
                images: "[]".to_owned(),
                outcome: CONVERGED.to_owned(),
            });
            let finish = FinishOperation {
                id,
                app_id,
                app: name.clone(),
                kind: operation.kind,
                of: operation.audit_seq,
                state: State::Done,
                outcome: "done".to_owned(),
                cause: String::new(),
                deployment,
                pin: None,
                tasks: vec![],
                backups: vec![],
                gone: vec![],
                ran: vec![],
            };
            store.commit(&Grant::conclude(Actor::System("bench"), String::new()), finish).await?;
        }
    }
    Ok(())
}

/// The page with all apps in the state that they stay in: the first readings move no task any more.
fn wait_until_full(ana: &mut Visitor, apps: usize) -> anyhow::Result<String> {
    let begun = Instant::now();
    loop {
        let html = ana.page("/apps")?;
        if html.matches("<tr>").count() > apps && html.matches("Healthy").count() >= apps {
            return Ok(html);
        }
        if begun.elapsed() > PATIENCE {
            bail!("the list of apps does not show {apps} healthy apps");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
