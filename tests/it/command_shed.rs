//! A recipe with commands of every kind, and an app of it.

use canteen::store::operations::Operation;
use tempfile::TempDir;

use crate::harness::{Answer, Browser, Site, operation_of, recipes, send_fields};

pub(crate) const SHED: &str = "shed.example.org";
pub(crate) const FIRST: &str = "1.0.0+1";
pub(crate) const SECOND: &str = "1.1.0+1";

const COMPOSE: &str = "\
services:
  app: {image: \"registry.example.org/app:1\", deploy: {labels: [\"traefik.enable=true\"]}}
  db: {image: \"registry.example.org/db:1\"}
";
const SAMPLE: &str = "TYPE=shed\nDOMAIN=shed.example.com\nGREETING=hello\n";
const ABRA_SH: &str = "\
#!/bin/bash
export NOTE_VERSION=v1

# Greets somebody.
greet() {
  echo \"hello $1 in $TARGET of $APP_NAME\"
  echo \"careful with $2\" >&2
}
fail() {
  echo \"no such table\"
  exit 3
}
loud() {
  echo $1
  echo $1
  echo $1
  echo $1
  echo $1
}
colours() {
  echo \u{1b}[31mred\u{1b}[0m <script>alert(1)</script> \u{202e}
}
wait_long() {
  echo \"begun\"
  sleep 1000
}
set_password() {
  echo \"it is $1 now\"
}
# Copies files; run it with --local.
prepare() {
  echo \"on the server\"
}
abra_backup_app() {
  echo \"old\"
}
";

/// The recipe in two versions, and an app of the first with these lines more in its settings. Nothing is deployed.
pub(crate) async fn shed(site: &Site, ana: &Browser, more: &str) -> TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let files = [("compose.yml", COMPOSE), (".env.sample", SAMPLE), ("abra.sh", ABRA_SH)];
    let url = recipes::repository(folder.path(), "shed", Some(FIRST), &files).display().to_string();
    recipes::repository(folder.path(), "shed", Some(SECOND), &files);
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(ana, "shed", FIRST, SHED).await;
    if !more.is_empty() {
        settings(ana, more).await;
    }
    folder
}

/// Puts lines into the settings, in the place of those with the same names.
pub(crate) async fn settings(ana: &Browser, more: &str) {
    let path = format!("/apps/{SHED}/settings/text");
    let page = ana.page(&path).await;
    let key = |line: &str| line.split('=').next().unwrap().to_owned();
    let mut text: Vec<String> = page.area("text").lines().map(str::to_owned).collect();
    text.retain(|old| more.lines().all(|new| key(new) != key(old)));
    let text = format!("{}\n{more}", text.join("\n"));
    send_fields(ana, &page, &path, &[("text", &text)]).await.location();
}

/// The app, deployed.
pub(crate) async fn deployed_shed(site: &Site, ana: &Browser) -> TempDir {
    let folder = shed(site, ana, "").await;
    let done = site.deploy(ana, SHED).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    folder
}

pub(crate) fn form(command: &str) -> String {
    format!("/apps/{SHED}/commands/{command}")
}

/// Sends the form of a command.
pub(crate) async fn ask(ana: &Browser, command: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("service", "app"), ("minutes", "10")];
    all.retain(|(name, _)| fields.iter().all(|(n, _)| n != name));
    all.extend(fields);
    ana.submit(&form(command), &form(command), &all).await
}

/// Runs a command to its end.
pub(crate) async fn ran(site: &Site, ana: &Browser, command: &str, fields: &[(&str, &str)]) -> Operation {
    site.operation_done(operation_of(&ask(ana, command, fields).await)).await
}

/// Functions that were handed to a shell in containers, in order.
pub(crate) fn called(site: &Site) -> Vec<String> {
    let calls = site.engine.execs();
    calls.iter().filter(|wish| wish.command[0] == "sh").filter_map(|wish| wish.command.get(5).cloned()).collect()
}
