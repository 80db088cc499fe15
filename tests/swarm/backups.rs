//! Backups on a real engine: a runner of our own image, the real restic, and nothing left behind.

#![expect(clippy::disallowed_methods, reason = "the image is built as the README says, and restic is read by hand")]

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Canteen, Engine, Member, Registry};

const BOARD: &str = "notes.example.org";
const STACK: &str = "notes_example_org";
const TAG: &str = "canteen:runner";
const FIRST: &str = "/backups/repositories/1";

fn programs() -> PathBuf {
    let printed = Command::new(root().join("scripts/restic.sh")).output().expect("the script runs");
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    PathBuf::from(String::from_utf8_lossy(&printed.stdout).trim())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A Canteen with an app that runs and an active repository, a folder of this machine.
struct Place {
    engine: Engine,
    canteen: Canteen,
    settings: Vec<(&'static str, String)>,
    ana: Member,
    folder: PathBuf,
    password: String,
    programs: PathBuf,
}

impl Place {
    fn new() -> Self {
        let (engine, registry, programs) = (Engine::start(), Registry::start(), programs());
        let mut image = Command::new(root().join("scripts/image.sh"));
        image.arg(TAG).env("DOCKER_HOST", &engine.host).env("BUILD_PROFILE", "dev");
        let made = image.output().expect("the script runs");
        assert!(made.status.success(), "image.sh: {}", String::from_utf8_lossy(&made.stderr));
        let mut canteen = Canteen::start(&engine, &registry);
        let mut ana = canteen.set_up();
        canteen.stop();
        let restic = programs.join("new/usr/bin/restic").display().to_string();
        let socket = engine.host.trim_start_matches("unix://").to_owned();
        let settings =
            vec![("CANTEEN_RUNNER_IMAGE", TAG.to_owned()), ("CANTEEN_RUNNER_SOCKET", socket), ("CANTEEN_RESTIC", restic)];
        canteen.start_again(&borrowed(&settings));
        ana.go_to(&canteen.address);
        ana.sign_in();
        let folder = engine.folder().join("attic");
        let password = activate(&mut ana, &folder);
        ana.new_app("notice-board", "1.0.0", BOARD);
        ana.make_secrets(BOARD);
        ana.deploy(BOARD, "");
        Self { engine, canteen, settings, ana, folder, password, programs }
    }

    /// Asks for a backup. Gives the page of the operation.
    fn ask(&mut self) -> String {
        let page = format!("/apps/{BOARD}/backups");
        let answer = self.ana.post(&page, &page, &[("repository", "1")]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.location
    }

    /// Runs a line in the app's container.
    fn in_the_app(&self, line: &str) -> String {
        let id = self.engine.docker(&["ps", "-q", "--filter", &format!("label=com.docker.swarm.service.name={STACK}_app")]);
        self.engine.docker(&["exec", id.lines().next().expect("it runs"), "sh", "-c", line])
    }

    /// By restic of Debian 12, which knows nothing of us.
    fn by_hand(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(self.programs.join("old/usr/bin/restic"));
        command.arg("-r").arg(&self.folder).args(["--no-cache", "--no-lock"]).args(arguments);
        let done = command.env("RESTIC_PASSWORD", &self.password).output().expect("restic runs");
        assert!(done.status.success(), "restic {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// Their whole ids, the oldest first.
    fn snapshots(&self) -> Vec<String> {
        let all: serde_json::Value = serde_json::from_str(&self.by_hand(&["snapshots", "--json"])).expect("JSON");
        let mut all = all.as_array().expect("a list").clone();
        all.sort_by_key(|one| one["time"].as_str().expect("a time").to_owned());
        all.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Asks for a restore as its page shows it. Gives the page of the operation.
    fn ask_back(&mut self, snapshot: &str) -> String {
        let path = format!("/apps/{BOARD}/backups/{snapshot}/restoration");
        // It asks for the password again where that was given long ago, which on a slow machine it was.
        self.ana.sign_in();
        // After a start there is no plan before the first reading of the Swarm.
        let page = self.ana.wait_until(&path, |page| page.value("plan").is_some());
        let plan = page.value("plan").expect("it was waited for");
        let wrong = self.ana.post(&path, &path, &[("plan", &plan), ("confirm", "another")]);
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        let answer = self.ana.post(&path, &path, &[("plan", &plan), ("confirm", BOARD)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.location
    }

    /// Kills the dashboard once it stands at this place, and starts it again.
    fn killed_at(&mut self, place: &str, ask: impl FnOnce(&mut Self) -> String) -> String {
        self.start_again(Some(place));
        let operation = ask(self);
        self.canteen.wait_until_held();
        self.canteen.kill9();
        self.start_again(None);
        operation
    }

    fn start_again(&mut self, hold: Option<&str>) {
        if hold.is_some() {
            self.canteen.stop();
        }
        let mut settings = self.settings.clone();
        settings.extend(hold.map(|place| ("CANTEEN_HOLD_AT", place.to_owned())));
        self.canteen.start_again(&borrowed(&settings));
        self.ana.go_to(&self.canteen.address);
        self.ana.sign_in();
    }

    /// What the pages show is of a reading after this call.
    fn wait_for_reading(&mut self) {
        let ran = format!("{STACK}_app");
        self.ana.wait_until(&format!("/apps/{BOARD}"), |page| page.text().contains("1/1") || page.text().contains("Healthy"));
        assert!(self.running().contains(&ran));
    }

    fn running(&self) -> String {
        // Other tests have their apps on this engine too.
        self.engine.docker(&["service", "ls", "--filter", &format!("name={STACK}_"), "--format", "{{.Name}} {{.Replicas}}"])
    }

    fn nothing_is_left(&self) {
        for kind in ["service", "secret"] {
            let names = self.engine.docker(&[kind, "ls", "--format", "{{.Name}}"]);
            assert!(!names.contains("canteen-run"), "{kind}: {names}");
        }
        // The engine takes containers away a moment after their service.
        let begun = std::time::Instant::now();
        while self.engine.docker(&["ps", "-aq", "--filter", "label=canteen.run"]).lines().count() > 0 {
            assert!(begun.elapsed() < std::time::Duration::from_mins(1), "a container of a runner stays");
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }
}

/// Adds the repository and has it take backups. Gives the password on its kit.
fn activate(ana: &mut Member, folder: &Path) -> String {
    let new = "/backups/repositories/new";
    let path = folder.display().to_string();
    let added = ana.post(new, new, &[("name", "Attic"), ("kind", "local"), ("local_path", &path), ("password", "")]);
    assert_eq!((added.status, added.location.as_str()), (303, FIRST), "{}", added.text());
    let kit = ana.post(FIRST, &format!("{FIRST}/kit"), &[]);
    let of = |title: &str| {
        let after = kit.html.split(&format!("<dt>{title}</dt><dd><code>")).nth(1).unwrap_or_else(|| panic!("{}", kit.text()));
        after.split('<').next().unwrap_or_default().to_owned()
    };
    let (password, code) = (of("Password"), of("Check code"));
    let done = ana.post(FIRST, &format!("{FIRST}/activate"), &[("code", &code)]);
    assert_eq!(done.status, 303, "{}", done.text());
    password
}

#[test]
fn an_app_is_backed_up_by_a_runner_that_leaves_nothing_but_the_snapshot() {
    let mut place = Place::new();
    place.in_the_app("echo 'meet at noon' > /data/first && chmod 640 /data/first");

    let first = place.ask();
    let text = place.ana.wait(&first).text();
    assert!(text.contains("Backed up"), "{text}");
    place.nothing_is_left();
    assert_eq!(place.snapshots().len(), 1);
    let page = place.ana.get(&format!("/apps/{BOARD}/backups")).text();
    assert!(page.contains("Done") && page.contains("Attic"), "{page}");
    let file = format!("/var/lib/docker/volumes/{STACK}_notices/_data/first");
    assert_eq!(place.by_hand(&["dump", "latest", &file]), "meet at noon\n");
    let manifest = place.by_hand(&["dump", "latest", &format!("/backup/{STACK}/manifest.json")]);
    assert!(manifest.contains("\"recipe\": \"notice-board\""), "{manifest}");
    place.by_hand(&["check", "--read-data"]);

    // A runner that is killed leaves no green backup, no snapshot, and nothing on the Swarm; the next one succeeds.
    place.in_the_app("dd if=/dev/urandom of=/data/large bs=1M count=60 2>/dev/null");
    let second = place.ask();
    let begun = std::time::Instant::now();
    loop {
        let id = place.engine.docker(&["ps", "-q", "--filter", "label=canteen.run"]);
        if let Some(id) = id.lines().next() {
            place.engine.docker(&["kill", "-s", "KILL", id]);
            break;
        }
        assert!(begun.elapsed() < std::time::Duration::from_mins(1), "no runner comes up");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let text = place.ana.wait(&second).text();
    assert!(text.contains("the runner failed"), "{text}");
    place.nothing_is_left();
    assert_eq!(place.snapshots().len(), 1);
    let third = place.ask();
    let text = place.ana.wait(&third).text();
    assert!(text.contains("Backed up"), "{text}");
    assert_eq!(place.snapshots().len(), 2);
    place.nothing_is_left();

    old_ones_go(&mut place);
    back_to_the_first(&mut place);
    upgraded_after_a_backup(&mut place);
    killed_in_the_middle(&mut place);
}

/// After a good backup what no schedule keeps goes, and what somebody keeps for good stays. Snapshots of long ago are made by hand.
fn old_ones_go(place: &mut Place) {
    let host = serde_json::from_str::<serde_json::Value>(&place.by_hand(&["snapshots", "--json"])).expect("JSON");
    let host = host[0]["hostname"].as_str().expect("a host").to_owned();
    let tags = format!("app={STACK},recipe=notice-board,kind=scheduled");
    let folder = place.engine.folder().join("old");
    std::fs::create_dir_all(&folder).expect("a folder");
    // The first is of another server, which is not for us to judge.
    let made =
        [("elsewhere", "2025-12-31"), (&host, "2026-01-01"), (&host, "2026-01-02"), (&host, "2026-01-03"), (&host, "2026-01-04")];
    for (host, day) in made {
        std::fs::write(folder.join("x"), day).expect("a file");
        let mut command = Command::new(place.programs.join("new/usr/bin/restic"));
        command.arg("-r").arg(&place.folder).args(["--no-cache", "backup", "--host", host, "--tag", &tags]);
        command.args(["--time", &format!("{day} 03:30:00")]).arg(&folder);
        let done = command.env("RESTIC_PASSWORD", &place.password).output().expect("restic runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let before = place.snapshots();
    let form = format!("/apps/{BOARD}/backups/schedule/0");
    let fields = [
        ("repository", "1"),
        ("when", "hand"),
        ("cron", "0 3 1 1 *"),
        ("zone", "UTC"),
        ("keep_last", "1"),
        ("keep_hourly", "0"),
        ("keep_daily", "2"),
        ("keep_weekly", "0"),
        ("keep_monthly", "0"),
        ("keep_yearly", "0"),
        ("mode", "dump"),
        ("hook_minutes", "60"),
    ];
    let made = place.ana.post(&form, &form, &fields);
    assert_eq!(made.status, 303, "{}", made.text());
    let asked = place.ask();
    let text = place.ana.wait(&asked).text();
    assert!(text.contains("Backed up") && text.contains("Give up old backups") && text.contains("made 2026-01-02"), "{text}");
    let after = place.snapshots();
    // Two days of those by schedule stay, all others are of today.
    let gone: Vec<&String> = before.iter().filter(|id| !after.contains(id)).collect();
    assert_eq!(gone, [&before[1], &before[2]], "{text}");
    place.nothing_is_left();
    place.by_hand(&["check"]);

    // Inside of a snapshot: its page, a file of it, and a button that has the repository checked.
    let snapshot = format!("/apps/{BOARD}/backups/{}", after[3]);
    let listed = place.ana.get(&format!("{snapshot}?in=notices")).text();
    assert!(listed.contains("first") && listed.contains("13 bytes"), "{listed}");
    place.ana.sign_in();
    let file = place.ana.post(&snapshot, &format!("{snapshot}/download"), &[("in", "notices/first")]);
    assert!(file.status == 200 && file.html.contains("meet at noon\n"), "{}", file.html);
    // The tests below speak of those that Canteen made.
    let mut forget = Command::new(place.programs.join("new/usr/bin/restic"));
    forget.arg("-r").arg(&place.folder).args(["--no-cache", "forget", &after[0], &after[1], &after[2]]);
    let done = forget.env("RESTIC_PASSWORD", &place.password).output().expect("restic runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// What came later goes, what was there is there again, and what was before can be had back.
fn back_to_the_first(place: &mut Place) {
    let first = place.snapshots().remove(0);
    place.in_the_app("rm /data/first && echo 'meet at six' > /data/later");
    let ran = place.running();
    let asked = place.ask_back(&first);
    let text = place.ana.wait(&asked).text();
    assert!(text.contains("Restored"), "{text}");
    place.nothing_is_left();
    assert_eq!(place.running(), ran, "each service has the tasks that it had");
    let there = place.in_the_app("ls /data; cat /data/first; stat -c %a /data/first");
    assert!(
        !there.contains("later") && !there.contains("large") && there.contains("meet at noon") && there.contains("640"),
        "{there}"
    );
    let all = place.snapshots();
    assert_eq!(all.len(), 4, "how it was before was kept");
    let page = place.ana.get(&format!("/apps/{BOARD}/backups")).text();
    assert!(page.contains("Before a restore"), "{page}");

    // The volume is destroyed; it comes back from the way back, which is the newest snapshot.
    let volume = format!("{STACK}_notices");
    place.engine.docker(&["service", "scale", "--detach=false", &format!("{STACK}_app=0")]);
    let begun = std::time::Instant::now();
    while place.engine.docker(&["ps", "-aq", "--filter", &format!("volume={volume}")]).lines().count() > 0 {
        for id in place.engine.docker(&["ps", "-aq", "--filter", &format!("volume={volume}"), "--filter", "status=exited"]).lines()
        {
            place.engine.docker(&["rm", id]);
        }
        assert!(begun.elapsed() < std::time::Duration::from_mins(1), "a container holds the volume");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    place.engine.docker(&["volume", "rm", &volume]);
    place.engine.docker(&["service", "scale", "--detach=false", &format!("{STACK}_app=1")]);
    place.wait_for_reading();
    let asked = place.ask_back(all.last().expect("the way back"));
    let text = place.ana.wait(&asked).text();
    assert!(text.contains("Restored"), "{text}");
    let there = place.in_the_app("ls /data; cat /data/later");
    assert!(there.contains("meet at six") && !there.contains("first"), "{there}");
    place.nothing_is_left();
}

/// What was before an upgrade can be had back.
fn upgraded_after_a_backup(place: &mut Place) {
    let before = place.snapshots();
    let plan = place.ana.plan(BOARD, "1.1.0");
    assert!(plan.text().contains("A backup first"), "{}", plan.text());
    let hash = plan.value("plan").expect("a plan");
    let page = format!("/apps/{BOARD}/deployment");
    let fields = [("version", "1.1.0+1.35.0"), ("plan", &hash), ("safety", "on"), ("safety_to", "1"), ("back", "on")];
    let asked = place.ana.post(&page, &page, &fields);
    assert_eq!(asked.status, 303, "{}", asked.text());
    let text = place.ana.wait(&asked.location).text();
    assert!(text.contains("Back up on") && text.contains("Change the Swarm"), "{text}");
    assert_eq!(place.snapshots().len(), before.len() + 1);
    let text = place.ana.get(&format!("/apps/{BOARD}/backups")).text();
    assert!(text.contains("Before an upgrade"), "{text}");
    place.nothing_is_left();
}

/// A dashboard that is killed when the app is down starts it again, and says how it stands.
fn killed_in_the_middle(place: &mut Place) {
    let (first, ran) = (place.snapshots().remove(0), place.running());
    let held = format!("after update service {STACK}_app");
    let operation = place.killed_at(&held, |place| place.ask_back(&first));
    let text = place.ana.wait(&operation).text();
    assert!(text.contains("Canteen was restarted in the middle of it"), "{text}");
    assert_eq!(place.running(), ran);
    place.nothing_is_left();
    let there = place.in_the_app("cat /data/later");
    assert!(there.contains("meet at six"), "no file was touched: {there}");

    // And when the files are on their way: the runner goes on without it, and is waited for.
    let runner = "after create service canteen-run-";
    let number = operation.rsplit('/').next().and_then(|number| number.parse::<u32>().ok()).expect("a number") + 1;
    let operation = place.killed_at(&format!("{runner}{number}-101"), |place| place.ask_back(&first));
    let text = place.ana.wait(&operation).text();
    assert!(text.contains("Canteen was restarted in the middle of it"), "{text}");
    assert_eq!(place.running(), ran);
    place.nothing_is_left();
    let there = place.in_the_app("cat /data/first");
    assert!(there.contains("meet at noon"), "the runner had all it needed: {there}");
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
