//! Canteen is killed at every place where an operation can stand. After the next start the operation ends with a true verdict, nothing
//! is done twice, and the audit log is whole.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::harness::{Canteen, Engine, Member, Registry};

const CONVERGED: &str = "Healthy: everything runs as it was deployed";
/// Cases that run at once: they wait for tasks most of the time.
const AT_ONCE: usize = 4;

/// Every chain is one app: its first deploy, its upgrade and its undeploy are each killed at another place.
#[test]
fn deploys_upgrades_and_undeploys_that_are_killed_anywhere_end_as_they_should_after_the_next_start() {
    let deploy = ["Check the plan", "Find the images", "Change the Swarm", "Watch the services"];
    let first = places(
        &deploy,
        &[
            "create network {stack}_inside",
            "create config {stack}_note_v1",
            "create service {stack}_app",
            "create service {stack}_worker",
            "create service {stack}_former",
        ],
    );
    let upgrade = places(
        &deploy,
        &[
            "create network {stack}_second",
            "create config {stack}_note_v2",
            "update service {stack}_app",
            "update service {stack}_worker",
            "remove service {stack}_former",
        ],
    );
    let undeploy = places(
        &["Remove the services", "Wait for the tasks to stop", "Remove configs and networks"],
        &[
            "remove service {stack}_app",
            "remove service {stack}_worker",
            "remove config {stack}_note_v1",
            "remove config {stack}_note_v2",
            "remove network {stack}_inside",
            "remove network {stack}_second",
        ],
    );
    let most = first.len().max(upgrade.len()).max(undeploy.len());
    let nth = |places: &[String], n: usize| places[n % places.len()].clone();
    let chains = (0..most).map(|n| [nth(&first, n), nth(&upgrade, n), nth(&undeploy, n)]);
    for_each("chain", &chains.collect::<Vec<_>>(), |name, [first, upgrade, undeploy]| {
        let mut app = App::new("courier", name);
        app.run(&[("CANTEEN_HOLD_AT", &app.place(first))]);
        app.make();
        let plan = app.ana.plan(&app.domain, "");
        let operation = app.ana.deploy_plan(&app.domain, &plan);
        app.kill_when_held();
        app.run(&[("CANTEEN_HOLD_AT", &app.place(upgrade))]);
        let text = app.ana.wait(&operation).text();
        assert!(text.contains(CONVERGED), "{text}");
        app.runs(&[("app", 1, "one"), ("former", 0, ""), ("worker", 2, "one")]);
        app.has("config", &["note_v1"]);
        app.has("network", &["inside"]);
        app.has_one_end("app.deploy", "converged");

        let plan = app.ana.plan(&app.domain, "2.0.0");
        let operation = app.ana.deploy_plan(&app.domain, &plan);
        app.kill_when_held();
        app.run(&[("CANTEEN_HOLD_AT", &app.place(undeploy))]);
        let text = app.ana.wait(&operation).text();
        assert!(text.contains(CONVERGED), "{text}");
        app.runs(&[("app", 1, "two"), ("worker", 2, "two")]);
        app.has("config", &["note_v1", "note_v2"]);
        app.has("network", &["inside", "second"]);
        app.has_one_end("app.deploy", "converged");

        let operation = app.ana.ask_for_undeploy(&app.domain);
        app.kill_when_held();
        app.run(&[]);
        let text = app.ana.wait(&operation).text();
        assert!(text.contains("Undeployed"), "{text}");
        app.runs(&[]);
        app.has("config", &[]);
        app.has("network", &[]);
        app.has_one_end("app.undeploy", "undeployed");
    });
}

#[test]
fn secrets_whose_making_is_killed_anywhere_are_there_once_after_the_next_start() {
    let changes = ["create secret {stack}_first_key_v1", "create secret {stack}_second_key_v1"];
    for_each("make", &places(&["Read the rules", "Generate the secrets"], &changes), |name, place| {
        let mut app = App::new("vault", name);
        app.run(&[("CANTEEN_HOLD_AT", &app.place(place))]);
        app.make();
        let operation = app.ana.ask_for_secrets(&app.domain);
        app.kill_when_held();
        app.run(&[]);
        let page = app.ana.wait(&operation);
        assert!(page.text().contains("Done: the secrets are set"), "{}", page.text());
        app.has("secret", &["first_key_v1", "second_key_v1"]);
        let forgotten = place.contains("second_key") || place.starts_with("after");
        assert_eq!(page.text().contains("its value was forgotten; it is made anew"), forgotten, "{}", page.text());
        assert!(page.text().contains("You can see their values once"), "{}", page.text());
        app.has_one_end("app.secret.set", "generated");
    });
}

#[test]
fn a_pasted_secret_that_a_kill_took_from_memory_is_asked_for_again_and_one_that_was_set_stays() {
    let places = places(&["Read the rules", "Insert the secrets"], &["create secret {stack}_given_v1"]);
    for_each("paste", &places, |name, place| {
        let mut app = App::new("vault", name);
        app.run(&[("CANTEEN_HOLD_AT", &app.place(place))]);
        app.make();
        let page = format!("/apps/{}/secrets", app.domain);
        let asked = app.ana.post(&page, &format!("{page}/given"), &[("value", "from elsewhere")]);
        assert_eq!(asked.status, 303, "{}", asked.text());
        app.kill_when_held();
        app.run(&[]);
        let text = app.ana.wait(&asked.location).text();
        if place.starts_with("after") {
            assert!(text.contains("Done: the secrets are set"), "{text}");
            app.has("secret", &["given_v1"]);
            app.has_one_end("app.secret.set", "inserted");
        } else {
            assert!(text.contains("insert it again"), "{text}");
            app.has("secret", &[]);
            app.has_one_end("app.secret.set", "failed");
        }
    });
}

#[test]
fn an_upgrade_that_goes_back_while_canteen_is_away_is_not_taken_for_a_success() {
    for_each("back", &[()], |name, ()| {
        let mut app = App::new("courier", name);
        app.run(&[]);
        app.make();
        let text = app.ana.deploy(&app.domain, "").text();
        assert!(text.contains(CONVERGED), "{text}");
        assert!(app.canteen.stop().success());
        app.run(&[("CANTEEN_HOLD_AT", "Watch the services")]);
        let plan = app.ana.plan(&app.domain, "3.0.0");
        let operation = app.ana.deploy_plan(&app.domain, &plan);
        app.kill_when_held();
        app.wait_until_updating_for(Duration::from_secs(8));
        app.run(&[]);
        let text = app.ana.wait(&operation).text();
        assert!(text.contains("Rolled back"), "{text}");
        assert!(text.contains("health check"), "{text}");
        app.has_one_end("app.deploy", "rolled back");
    });
}

/// Each step, and before and after each change.
fn places(steps: &[&str], changes: &[&str]) -> Vec<String> {
    let around = changes.iter().flat_map(|c| [format!("before {c}"), format!("after {c}")]);
    steps.iter().map(ToString::to_string).chain(around).collect()
}

/// Runs `check` for each case, some at once. Each has an app and a Canteen of its own.
fn for_each<C: Debug + Sync>(name: &str, cases: &[C], check: impl Fn(&str, &C) + Sync) {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(vec![]));
    ground();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((number, case)) = cases.iter().enumerate().nth(next.fetch_add(1, Ordering::SeqCst)) {
                    let name = format!("{name}{number}");
                    if catch_unwind(AssertUnwindSafe(|| check(&name, case))).is_err() {
                        failed.lock().unwrap().push(format!("{name}: {case:?}"));
                    }
                }
            });
        }
    });
    assert_eq!(failed.into_inner().unwrap(), [""; 0], "killed there and started again, it went wrong");
}

/// An app with a Canteen of its own, which is killed at one place.
struct App {
    canteen: Canteen,
    ana: Member,
    recipe: &'static str,
    domain: String,
    stack: String,
}

impl App {
    fn new(recipe: &'static str, name: &str) -> Self {
        let (canteen, ana) = ground();
        let stack = format!("{name}_example_org");
        Self {
            canteen: canteen.copy(&Engine::start(), &Registry::start()),
            ana: ana.clone(),
            recipe,
            domain: format!("{name}.example.org"),
            stack,
        }
    }

    fn run(&mut self, settings: &[(&str, &str)]) {
        self.canteen.start_again(settings);
        self.ana.go_to(&self.canteen.address);
    }

    /// A place as this app's operations name it.
    fn place(&self, place: &str) -> String {
        place.replace("{stack}", &self.stack)
    }

    fn make(&mut self) {
        self.ana.new_app(self.recipe, "1.0.0", &self.domain);
    }

    fn kill_when_held(&mut self) {
        self.canteen.wait_until_held();
        self.canteen.kill9();
    }

    /// Each service is there once, with as many tasks as it should have and no more, and runs that release.
    fn runs(&self, wanted: &[(&str, usize, &str)]) {
        let names: Vec<String> = wanted.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(self.names("service"), names);
        for (name, tasks, release) in wanted {
            let service = format!("{}_{name}", self.stack);
            let running = docker(&["service", "ps", "-q", "--no-trunc", "--filter", "desired-state=running", &service]);
            assert_eq!(running.lines().count(), *tasks, "{service}");
            let env = docker(&["service", "inspect", "-f", "{{json .Spec.TaskTemplate.ContainerSpec.Env}}", &service]);
            assert!(release.is_empty() || env.contains(&format!("RELEASE={release}")), "{service}: {env}");
        }
    }

    fn has(&self, kind: &str, wanted: &[&str]) {
        assert_eq!(self.names(kind), wanted, "{kind}");
    }

    /// The operation was asked for once and ended once; the chain is checked on the way.
    fn has_one_end(&self, action: &str, outcome: &str) {
        let entries = self.canteen.audit();
        let asked = entries.iter().rfind(|e| e["action"] == action && e["outcome"] == "asked").expect("the intent is in the log");
        let ends: Vec<&str> =
            entries.iter().filter(|e| e["of"] == asked["seq"]).map(|e| e["outcome"].as_str().unwrap_or_default()).collect();
        assert_eq!(ends, [outcome]);
    }

    fn wait_until_updating_for(&self, least: Duration) {
        let begun = Instant::now();
        let service = format!("{}_app", self.stack);
        while begun.elapsed() < least {
            let state = docker(&["service", "inspect", "-f", "{{.UpdateStatus.State}}", &service]);
            assert_eq!(state, "updating", "the update has to last longer than this test waits");
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// Names without the stack's, sorted; one that is there twice stands there twice.
    fn names(&self, kind: &str) -> Vec<String> {
        let prefix = format!("{}_", self.stack);
        let all = docker(&[kind, "ls", "--format", "{{.Name}}"]);
        let mut names: Vec<String> = all.lines().filter_map(|n| n.strip_prefix(&prefix)).map(str::to_owned).collect();
        names.sort();
        names
    }
}

impl Drop for App {
    /// Other cases need the room. An engine that is gone needs no tidying.
    fn drop(&mut self) {
        let _tidied = catch_unwind(AssertUnwindSafe(|| {
            for name in self.names("service") {
                docker(&["service", "rm", &format!("{}_{name}", self.stack)]);
            }
        }));
    }
}

fn docker(args: &[&str]) -> String {
    Engine::start().docker(args)
}

/// A Canteen with one member and all recipes, which does not run: what each case begins with.
fn ground() -> &'static (Canteen, Member) {
    static GROUND: OnceLock<(Canteen, Member)> = OnceLock::new();
    GROUND.get_or_init(|| {
        let mut canteen = Canteen::start(&Engine::start(), &Registry::start());
        let mut ana = canteen.set_up();
        for recipe in ["courier", "vault"] {
            ana.wait_until(&format!("/apps/new?recipe={recipe}"), |page| !page.options().is_empty());
        }
        assert!(canteen.stop().success());
        (canteen, ana)
    })
}
