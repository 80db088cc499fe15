//! As many repositories of recipes as the public catalogue lists, roughly, and a catalogue of them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::{Map, json};

/// Repositories.
pub(crate) const RECIPES: usize = 200;
/// Versions of each.
const VERSIONS: usize = 10;
const WHO: &str = "Canteen bench <bench@canteen.example>";

/// The name of one.
pub(crate) fn name(number: usize) -> String {
    format!("recipe-{number:03}")
}

/// Writes all of them into this folder, and `recipes.json` beside them.
pub(crate) fn write(dir: &Path) -> anyhow::Result<()> {
    let mut catalogue = Map::new();
    for number in 0..RECIPES {
        let name = name(number);
        let repository = dir.join(&name);
        git(Command::new("git").args(["init", "--quiet", "--bare", "--initial-branch=main"]).arg(&repository), "")?;
        git(Command::new("git").arg("-C").arg(&repository).args(["fast-import", "--quiet"]), &history(&name))?;
        let versions: Vec<_> =
            (0..VERSIONS).map(|v| json!({ tag(v): { "app": { "image": "nginx", "tag": format!("1.{v}.0") } } })).collect();
        let entry = json!({
            "name": name, "category": "Apps", "repository": repository, "default_branch": "main",
            "description": format!("What a co-operative needs, part {number}"), "versions": versions,
        });
        catalogue.insert(name, entry);
    }
    Ok(std::fs::write(dir.join("recipes.json"), serde_json::to_vec(&catalogue)?)?)
}

/// Runs git, which reads nothing of the person's settings, and hands it this text.
pub(crate) fn git(command: &mut Command, input: &str) -> anyhow::Result<()> {
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().context("git can't be run")?;
    child.stdin.take().context("git takes no input")?.write_all(input.as_bytes())?;
    if child.wait()?.success() { Ok(()) } else { bail!("git failed") }
}

/// The newest version of each.
pub(crate) fn newest() -> String {
    tag(VERSIONS - 1)
}

/// An older one.
pub(crate) fn older(number: usize) -> String {
    tag(number % (VERSIONS - 1))
}

fn tag(version: usize) -> String {
    format!("{version}.0.0+1.{version}.0")
}

/// A commit and an annotated tag for each version, as `git fast-import` reads them.
fn history(name: &str) -> String {
    let mut text = String::new();
    for version in 0..VERSIONS {
        let (tag, day) = (tag(version), 1_772_366_400 + version * 86_400);
        let message = data(&format!("chore: publish {tag} release"));
        // Writing into a string can't fail.
        let _written = write!(text, "commit refs/heads/main\nmark :{}\ncommitter {WHO} {day} +0000\n{message}", version + 1);
        for (path, content) in files(name, version) {
            let _written = write!(text, "M 100644 inline {path}\n{}", data(&content));
        }
        let _written = write!(text, "\ntag {tag}\nfrom :{}\ntagger {WHO} {day} +0000\n{message}", version + 1);
    }
    text
}

fn data(content: &str) -> String {
    format!("data {}\n{content}\n", content.len())
}

/// About as long as those of real recipes.
fn files(name: &str, version: usize) -> [(String, String); 5] {
    let compose = format!(
        "version: \"3.8\"\nservices:\n  app:\n    image: nginx:1.{version}.0\n    networks: [proxy]\n    environment: [DOMAIN]\n    \
         deploy:\n      labels:\n        - \"traefik.enable=true\"\n        - \"traefik.http.routers.${{STACK_NAME}}.rule=Host(`${{DOMAIN}}`)\"\n        \
         - \"coop-cloud.${{STACK_NAME}}.version={tag}\"\nnetworks:\n  proxy:\n    external: true\n",
        tag = tag(version)
    );
    let readme = format!(
        "# {name}\n\n> What a co-operative needs\n\n<!-- metadata -->\n\n* **Category**: Apps\n* **Status**: 4, stable\n* **Image**: \
         `nginx`, 4, upstream\n* **Healthcheck**: Yes\n* **Backups**: Yes\n* **Email**: No\n* **Tests**: 2\n* **SSO**: \
         No\n\n<!-- endmetadata -->\n\n{}",
        "How to set it up, step by step, and what to look at before an upgrade.\n".repeat(40)
    );
    let sample = format!(
        "TYPE={name}\n\nDOMAIN={name}.example.com\n\n# Where mail is sent from\n#MAIL_FROM=\n\nLETS_ENCRYPT_ENV=production\n"
    );
    [
        ("compose.yml".to_owned(), compose),
        ("README.md".to_owned(), readme),
        (".env.sample".to_owned(), sample),
        ("abra.sh".to_owned(), format!("export NGINX_CONF_VERSION=v{version}\n")),
        (format!("release/{}", tag(version)), format!("Version {version}: read this before you upgrade.\n")),
    ]
}
