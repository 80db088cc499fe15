//! A recipe with secrets of every kind, and an app of it.

use canteen::engine::Mutate as _;
use canteen::engine::NewSecret;
use canteen::stack::names::StackName;
use canteen::stack::observed::NAMESPACE_LABEL;
use canteen::stack::spec::Labels;
use canteen::store::operations::Operation;
use tempfile::TempDir;

use crate::harness::{Answer, Browser, Request, Site, operation_of, recipes, send_fields};

pub(crate) const KEYS: &str = "keys.example.org";
pub(crate) const STACK: &str = "keys_example_org";
pub(crate) const VERSION: &str = "1.0.0+1";
/// What a member gives.
pub(crate) const GIVEN: &str = "given by hand";

pub(crate) const COMPOSE: &str = "\
services:
  app:
    image: registry.example.org/app:1
    secrets: [token, smtp]
    configs: [motd]
    deploy: {update_config: {failure_action: pause}}
  db:
    image: registry.example.org/db:1
    secrets: [token]
    volumes: [\"data:/data\"]
    deploy: {update_config: {failure_action: pause}}
secrets:
  token: {external: true, name: \"${STACK_NAME}_token_${SECRET_KEY_VERSION}\"}
  smtp: {external: true, name: \"${STACK_NAME}_smtp_${SECRET_SMTP_VERSION:-v1}\"}
  off: {external: true, name: \"${STACK_NAME}_off_${SECRET_OFF_VERSION}\"}
configs:
  motd: {name: \"${STACK_NAME}_motd_${GREETING_VERSION}\", file: motd.txt}
volumes:
  data:
";
pub(crate) const SAMPLE: &str = "\
TYPE=keys
DOMAIN=keys.example.com
GREETING_VERSION=v1
# The key of everything.
SECRET_KEY_VERSION=v1 # length=20 charset=klingon
SECRET_SMTP_VERSION=v1 # generate=false
SECRET_OFF_VERSION=v1
";

/// The recipe, in the catalogue of the site. The folder holds it.
pub(crate) async fn recipe(ana: &Browser, more: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let mut files = vec![("compose.yml", COMPOSE), (".env.sample", SAMPLE), ("motd.txt", "hello\n")];
    files.retain(|(name, _)| more.iter().all(|(n, _)| n != name));
    files.extend(more);
    let url = recipes::repository(folder.path(), "keys", Some(VERSION), &files).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    folder
}

/// An app of the recipe, with its secrets, deployed.
pub(crate) async fn deployed(site: &Site, ana: &Browser, more: &[(&str, &str)]) -> TempDir {
    let folder = recipe(ana, more).await;
    site.new_app(ana, "keys", VERSION, KEYS).await;
    set_all(site, ana).await;
    let done = site.deploy(ana, KEYS).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    folder
}

/// Generates and pastes what the app needs.
pub(crate) async fn set_all(site: &Site, ana: &Browser) {
    let form = format!("/apps/{KEYS}/secrets/generation");
    let asked = ana.submit(&format!("/apps/{KEYS}/secrets?new=1"), &form, &[("smtp", GIVEN)]).await;
    assert_eq!(site.operation_done(operation_of(&asked)).await.outcome, "generated");
    site.fresh().await;
}

pub(crate) fn secrets() -> String {
    format!("/apps/{KEYS}/secrets")
}

/// The newest settings, and their number.
pub(crate) async fn settings(site: &Site) -> (i32, String) {
    let app = site.store.app(KEYS).await.unwrap().unwrap();
    (app.env_number, site.store.env_revision(app.id, app.env_number).await.unwrap().unwrap().text)
}

/// Full names of the secrets on the Swarm, sorted.
pub(crate) async fn on_swarm(site: &Site) -> Vec<String> {
    site.fresh().await;
    let mut names: Vec<String> = site.feed.latest().swarm.secrets.iter().map(|s| s.name.clone()).collect();
    names.sort();
    names
}

/// Which secrets each service of the app reads.
pub(crate) fn read(site: &Site) -> Vec<(String, Vec<String>)> {
    let observed = site.feed.latest().swarm.stack(&StackName::parse(STACK).unwrap());
    let names = |s: &canteen::stack::spec::ServiceSpec| {
        let mut names: Vec<String> = s.task_template.container_spec.secrets.iter().map(|r| r.name.clone()).collect();
        names.sort();
        names
    };
    let mut read: Vec<(String, Vec<String>)> = observed.services.iter().map(|s| (s.spec.name.clone(), names(&s.spec))).collect();
    read.sort();
    read
}

/// Presses the button of a review of a rotation.
pub(crate) async fn ask(ana: &Browser, local: &str, changed: &[(&str, &str)]) -> Answer {
    let path = format!("/apps/{KEYS}/secrets/{local}/rotation");
    send_fields(ana, &ana.page(&path).await, &path, changed).await
}

/// Rotates, and waits for the verdict.
pub(crate) async fn rotated(site: &Site, ana: &Browser, local: &str, changed: &[(&str, &str)]) -> Operation {
    let done = site.operation_done(operation_of(&ask(ana, local, changed).await)).await;
    site.fresh().await;
    done
}

/// Makes a secret past Canteen.
pub(crate) async fn foreign(site: &Site, name: &str, stack: Option<&str>) {
    let labels: Labels = stack.into_iter().map(|s| (NAMESPACE_LABEL.to_owned(), s.to_owned())).collect();
    site.engine.create_secret(NewSecret::plain(name, &labels, b"theirs")).await.unwrap();
}

/// Sends a form with a file in it, as a browser does.
pub(crate) async fn upload(browser: &Browser, page: &str, action: &str, fields: &[(&str, &str)], file: &[u8]) -> Answer {
    let page = browser.page(page).await;
    let (token, app) = (page.token(), page.app().unwrap_or_default());
    let mut body = vec![];
    for (name, value) in [("csrf", token.as_str()), ("form-app", app.as_str())].iter().chain(fields) {
        body.extend_from_slice(format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
    }
    let head = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"key\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    body.extend_from_slice(&[head.as_bytes(), file, b"\r\n--cut--\r\n"].concat());
    let headers = vec![("content-type".to_owned(), "multipart/form-data; boundary=cut".to_owned())];
    browser.send(Request { method: "POST".to_owned(), path: action.to_owned(), headers, body }).await
}

/// What is written in the database, for a look whether a value is in it.
pub(crate) fn is_stored(site: &Site, value: &[u8]) -> bool {
    let files = ["canteen.db", "canteen.db-wal"].map(|name| std::fs::read(site.data().join(name)).unwrap_or_default());
    files.iter().any(|bytes| bytes.windows(value.len()).any(|w| w == value))
}
