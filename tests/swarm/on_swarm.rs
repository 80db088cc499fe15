//! Canteen as a service of the Swarm that it manages: its own image, from its own recipe.

#![expect(clippy::disallowed_methods, reason = "the image is built and deployed as the README says")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{Canteen, Engine, Member, Registry};

const STACK: &str = "canteen_example_org";
const DOMAIN: &str = "canteen.example.org";
const TAG: &str = "canteen:test";
/// What this machine lacks (IPVS), and where its recipes and its engine are.
const OVERRIDE: &str = r#"
version: "3.8"
services:
  app:
    environment:
      - CANTEEN_LOCAL_RECIPES=${RECIPES}
    volumes:
      - ${SOCKET}:/var/run/docker.sock
      - ${RECIPES}:${RECIPES}:ro
    ports:
      - target: 8080
        published: 8080
        mode: host
    deploy:
      endpoint_mode: dnsrr
"#;

#[test]
fn canteen_runs_as_a_service_from_its_own_recipe_and_does_its_job_there() {
    let (engine, registry) = (Engine::start(), Registry::start());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    build_image(&engine, root);
    the_image_holds_little_and_is_not_root(&engine);

    let _stack = deploy(&engine, &registry, root);
    wait_until_healthy(&engine);
    let code = set_up_code(&engine);

    let mut ana = Member::behind(&format!("https://{DOMAIN}"), &format!("{}:8080", engine.address));
    ana.set_up(&code);
    ana.new_app("notice-board", "1.0.0", "plaza.example.org");
    ana.make_secrets("plaza.example.org");
    let text = ana.deploy("plaza.example.org", "").text();
    assert!(text.contains("Healthy: everything runs as it was deployed"), "{text}");
    let operation = ana.ask_for_undeploy("plaza.example.org");
    let text = ana.wait(&operation).text();
    assert!(text.contains("Undeployed"), "{text}");
}

fn build_image(engine: &Engine, root: &Path) {
    let mut script = Command::new(root.join("scripts/image.sh"));
    script.arg(TAG).env("DOCKER_HOST", &engine.host);
    if std::env::var_os("BUILD_PROFILE").is_none() {
        script.env("BUILD_PROFILE", "dev");
    }
    let begun = Instant::now();
    let made = script.output().expect("the script runs");
    assert!(made.status.success(), "image.sh: {}", String::from_utf8_lossy(&made.stderr));
    eprintln!("the image took {:?}", begun.elapsed());
}

fn the_image_holds_little_and_is_not_root(engine: &Engine) {
    assert_eq!(engine.docker(&["image", "inspect", "-f", "{{.Config.User}}", TAG]), "65532:65532");
    assert_eq!(engine.docker(&["run", "--rm", TAG, "--version"]), concat!("canteen ", env!("CARGO_PKG_VERSION")));
    let id = engine.docker(&["create", TAG]);
    let tar = format!("{id}.tar");
    let tar = engine.folder().join(tar);
    engine.docker(&["export", "-o", tar.to_str().expect("a plain path"), &id]);
    engine.docker(&["rm", &id]);
    let listed = Command::new("tar").arg("-tf").arg(&tar).output().expect("tar runs");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    for name in listed.lines() {
        // restic, and the ssh that it uses for SFTP, with what they are linked against.
        let program = ["usr/", "usr/bin/", "usr/bin/restic", "usr/bin/ssh"].contains(&name);
        let library = name.ends_with('/') || name.contains(".so");
        let system = !program && (name.contains("bin/") || (name.contains("lib") && !name.starts_with("var/lib/") && !library));
        assert!(!system, "an image from scratch holds no system: {name}");
    }
}

/// The stack, which goes with this value.
struct Stack(Engine);

impl Drop for Stack {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0.docker(&["service", "ps", "--no-trunc", &format!("{STACK}_app")]));
            eprintln!("{}", self.0.docker(&["service", "logs", "--raw", &format!("{STACK}_app")]));
        }
        self.0.docker(&["stack", "rm", STACK]);
    }
}

fn deploy(engine: &Engine, registry: &Registry, root: &Path) -> Stack {
    let recipes = Canteen::recipes(engine, registry);
    let socket = engine.host.trim_start_matches("unix://");
    let over = engine.folder().join("override.yml");
    fs::write(&over, OVERRIDE).expect("a file can be written");
    let sample = fs::read_to_string(root.join("recipe/.env.sample")).expect("the recipe has a sample");
    let settings = sample.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('='));
    let mut command = Command::new("docker");
    command.args(["-H", &engine.host, "stack", "deploy", "--resolve-image", "never"]);
    command.arg("-c").arg(root.join("recipe/compose.yml")).arg("-c").arg(&over).arg(STACK).envs(settings);
    command.env("DOMAIN", DOMAIN).env("STACK_NAME", STACK).env("IMAGE", TAG).env("SOCKET", socket).env("RECIPES", &recipes);
    command.env("CATALOGUE", recipes.join("recipes.json")).env("REQUIRE_SECOND_FACTOR", "nobody");
    command.env("DOCKER_GID", fs::metadata(socket).expect("the socket is there").gid().to_string());
    let done = command.output().expect("docker runs");
    assert!(done.status.success(), "docker stack deploy: {}", String::from_utf8_lossy(&done.stderr));
    Stack(engine.clone())
}

/// The manager hands the lines of a task on a moment after the task wrote them, so a task can be healthy before.
fn set_up_code(engine: &Engine) -> String {
    let begun = Instant::now();
    loop {
        let log = engine.docker(&["service", "logs", "--raw", &format!("{STACK}_app")]);
        if let Some((_, code)) = log.lines().find_map(|l| l.split_once("set-up code: ")) {
            return code.trim().to_owned();
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "no set-up code in the log: {log}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn wait_until_healthy(engine: &Engine) {
    let begun = Instant::now();
    let ours = format!("label=com.docker.swarm.service.name={STACK}_app");
    while engine.docker(&["ps", "-q", "--filter", &ours, "--filter", "health=healthy"]).is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(2), "the health check does not pass");
        std::thread::sleep(Duration::from_millis(300));
    }
}
