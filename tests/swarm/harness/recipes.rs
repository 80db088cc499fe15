//! The recipes and images that the tests deploy: those of the demo, and the tests' own in `tests/data/recipes`.

#![expect(clippy::disallowed_methods, reason = "the harness makes repositories and images with the project's scripts")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::engine::{Engine, text};
use super::registry::Registry;
use super::run::run;

/// The folder with the repositories and `recipes.json`, made at the first call together with the images and the network that the
/// recipes expect to be there.
pub(super) fn recipes(engine: &Engine, registry: &Registry) -> PathBuf {
    static RECIPES: OnceLock<PathBuf> = OnceLock::new();
    RECIPES.get_or_init(|| make(engine, registry)).clone()
}

fn make(engine: &Engine, registry: &Registry) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (sources, out) = (engine.dir.join("recipe-sources"), engine.dir.join("recipes"));
    for from in ["demo/recipes", "tests/data/recipes"] {
        run("mkdir", &["-p", text(&sources)]);
        run("cp", &["-R", text(&root.join(from).join(".")), text(&sources)]);
    }
    let script = |name: &str| root.join("scripts").join(name);
    run(text(&script("demo-recipes.sh")), &[text(&out), &registry.address, text(&sources)]);
    let made = Command::new(script("demo-images.sh")).arg(&registry.address).env("DOCKER_HOST", &engine.host).output();
    let made = made.expect("the script runs");
    assert!(made.status.success(), "demo-images.sh: {}", String::from_utf8_lossy(&made.stderr));
    engine.docker(&["network", "create", "--driver", "overlay", "--attachable", "proxy"]);
    out
}
