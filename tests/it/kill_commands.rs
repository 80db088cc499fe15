//! A kill between any two steps of any command: no effect without an entry.
//!
//! Whoever writes to the database stops between all its statements, and what a kill would leave there is put aside: the database with its
//! log, the names of all files, how often the Swarm was changed. `kill_operations.rs` kills for good.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use canteen::store::audit::Entry;
use canteen::store::chain::{Checked, link_hash};
use canteen::store::ledger::Ledger;
use canteen::web::routes::routes;
use tempfile::TempDir;

use crate::harness::crash::{self, Moment};
use crate::harness::device::named;
use crate::harness::{Site, Step, Tables, Visits, head_of, unsaid, until};

/// Their forms carry a token, but they change nothing.
const CHANGES_NOTHING: [&str; 3] = ["/csp-report", "/apps/new", "/apps/new/address"];

/// What a kill at this moment leaves.
struct Frame {
    moment: Moment,
    /// A folder with the database.
    image: PathBuf,
    /// With their sizes.
    files: BTreeMap<PathBuf, u64>,
    /// How often the Swarm was changed.
    changes: usize,
}

#[derive(Default)]
struct Reel {
    frames: Vec<Frame>,
    moments: usize,
    /// The database and its log as they were last.
    last: [Vec<u8>; 2],
}

/// Takes a frame wherever something is another than at the moment before.
struct Film {
    reel: Arc<Mutex<Reel>>,
    database: PathBuf,
    /// Before anybody pressed anything: what a page does before it writes counts too.
    files: BTreeMap<PathBuf, u64>,
    changes: usize,
    _folder: TempDir,
}

impl Film {
    fn of(site: &Site) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (reel, database) = (Arc::<Mutex<Reel>>::default(), site.database());
        let (before, changes) = (files(site.data()), site.engine.changes().len());
        let (frames, images, data, engine) = (reel.clone(), folder.path().to_owned(), site.data().to_owned(), site.engine.clone());
        crash::watch(&database, move |moment, _inside| {
            let mut reel = frames.lock().unwrap();
            reel.moments += 1;
            // Nothing else writes to them, for this is the one who does.
            let now = ["canteen.db", "canteen.db-wal"].map(|name| std::fs::read(data.join(name)).unwrap_or_default());
            let (files, changes) = (files(&data), engine.changes().len());
            let same = reel.last == now;
            if same && reel.frames.last().is_some_and(|last| last.files == files && last.changes == changes) {
                return;
            }
            let image = match reel.frames.last() {
                Some(last) if same => last.image.clone(),
                _ => {
                    let image = images.join(reel.frames.len().to_string());
                    std::fs::create_dir(&image).unwrap();
                    for (name, bytes) in ["canteen.db", "canteen.db-wal"].iter().zip(&now) {
                        std::fs::write(image.join(name), bytes).unwrap();
                    }
                    image
                }
            };
            reel.frames.push(Frame { moment: moment.clone(), image, files, changes });
            reel.last = now;
        });
        Self { reel, database, files: before, changes, _folder: folder }
    }

    /// What is wrong in what kills would leave; with the number of moments, and the actions of the entries that came.
    fn judge(self) -> (Vec<String>, usize, Vec<String>) {
        crash::leave(&self.database);
        let reel = self.reel.lock().unwrap();
        let (mut faults, mut actions) = (vec![], vec![]);
        let Some(first) = reel.frames.first() else { return (faults, reel.moments, actions) };
        let mut before = State::of(&first.image);
        let mut last = &first.image;
        for frame in &reel.frames {
            let mut fault = |what: String| faults.push(format!("{what}, with a kill at {:?}", frame.moment));
            if frame.image != *last {
                let now = State::of(&frame.image);
                let new = now.entries_after(&before);
                match &new {
                    Err(why) => fault(why.clone()),
                    Ok(new) if new.is_empty() => {
                        let changed = unsaid(&before.rows, &now.rows);
                        if !changed.is_empty() {
                            fault(format!("{changed:?} changed without an entry"));
                        }
                    }
                    Ok(new) => actions.extend(new.iter().map(|entry| entry.action.clone())),
                }
                (before, last) = (now, &frame.image);
            }
            // That the password was given again is no leave to do anything.
            if actions.iter().all(|action| action == "session.confirm") {
                if frame.files != self.files {
                    fault(format!("files came or went before the entry: {:?}", differing(&self.files, &frame.files)));
                }
                if frame.changes != self.changes {
                    fault("the Swarm was changed before the entry".to_owned());
                }
            }
        }
        (faults, reel.moments, actions)
    }
}

/// What a database holds.
struct State {
    rows: BTreeMap<String, String>,
    head: (i64, String),
    image: PathBuf,
}

impl State {
    fn of(image: &Path) -> Self {
        let database = image.join("canteen.db");
        Self { rows: Tables::of(&database).rows(), head: head_of(&database), image: image.to_owned() }
    }

    /// The entries that came since, or what is wrong with the chain.
    fn entries_after(&self, before: &Self) -> Result<Vec<Entry>, String> {
        let links = Ledger::open(&self.image.join("canteen.db")).unwrap().links(before.head.0).unwrap();
        let mut previous = before.head.clone();
        let mut entries = vec![];
        for link in links {
            if link.seq != previous.0 + 1 || link.hash != link_hash(&previous.1, &link.body) {
                return Err(format!("the chain is broken at {}", link.seq));
            }
            entries.push(serde_json::from_str(&link.body).unwrap());
            previous = (link.seq, link.hash);
        }
        if previous == self.head { Ok(entries) } else { Err("the chain does not lead to its head".to_owned()) }
    }
}

/// All files but those of the database. A mirror follows its origin and says which commits are to stay, so what is in it does not count;
/// what is half made on the shelf goes with the next start. By itself the dashboard notes how far the log has come, and makes the key that
/// signs this.
fn files(data: &Path) -> BTreeMap<PathBuf, u64> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![data.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if ["canteen.db", ".incoming-", "audit"].iter().any(|own| name.starts_with(own)) {
                continue;
            }
            match entry.metadata() {
                Ok(_) if path.extension().is_some_and(|end| end == "git") => drop(found.insert(path, 0)),
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) => drop(found.insert(path, kind.len())),
                Err(_gone) => {}
            }
        }
    }
    found
}

fn differing<'a>(before: &'a BTreeMap<PathBuf, u64>, after: &'a BTreeMap<PathBuf, u64>) -> Vec<&'a Path> {
    let other = |(path, size): &(&PathBuf, &u64), in_: &BTreeMap<PathBuf, u64>| in_.get(*path) != Some(*size);
    let gone = before.iter().filter(|pair| other(pair, after));
    gone.chain(after.iter().filter(|pair| other(pair, before))).map(|(path, _)| path.as_path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_kill_leaves_of_any_command_stands_in_the_log() {
    crash::prepare();
    let site = named().await;
    let visits = Visits::prepare(&site).await;
    let usual = site.admin().await;
    let program = site.program(&usual, &["app.view", "app.deploy", "audit.export"]).await;
    // The first look at a recipe fetches it.
    usual.page("/recipes/guestbook").await;
    let (mut faults, mut moments) = (vec![], 0);
    for entry in routes().entries().iter().filter(|e| e.method != "GET") {
        let (path, fields) = visits.request(entry).await;
        let step = Step::before(&site, entry.path).await;
        let sender = match &step {
            Some(step) => step.browser.clone(),
            None if entry.path.starts_with("/session") => site.admin().await,
            None => usual.clone(),
        };
        let (path, fields) = step.as_ref().map_or((path, fields), |step| (step.path.clone(), step.fields.clone()));
        let on = step.as_ref().and_then(|step| step.elsewhere.as_ref()).unwrap_or(&site);
        let token = sender.form_token().await;
        settled(on).await;
        let film = Film::of(on);
        let status = if entry.path.starts_with("/api/") {
            program.change(&path).await.status
        } else {
            sender.visit_with(&token, entry.method.as_str(), &path, &fields).await
        };
        let (found, seen, actions) = tokio::task::spawn_blocking(move || film.judge()).await.unwrap();
        faults.extend(found.into_iter().map(|fault| format!("{path}: {fault}")));
        moments += seen;
        assert!(matches!(status, 200..=204 | 303), "{path}: {status}");
        let wrote = !CHANGES_NOTHING.contains(&entry.path);
        let own = |action: &String| action != "session.confirm" || entry.path == "/session/again";
        assert_eq!(actions.iter().any(own), wrote, "{path}: {actions:?}");
        settled(on).await;
    }
    assert_eq!(faults, Vec::<String>::new());
    assert!(moments > 500, "{moments} moments");
    let whole = Ledger::open(&site.database()).unwrap().check([]).unwrap();
    assert!(matches!(whole, Checked::Whole { .. }), "{whole:?}");
}

/// Waits until nothing happens by itself.
async fn settled(site: &Site) {
    site.idle().await;
    until("all recipes", async || site.shelf.sweeping().is_none().then_some(())).await;
}
